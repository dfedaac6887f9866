//! The stages of a run on AWS.

use std::collections::BTreeMap;
use std::sync::Arc;

use provisioner_engine::{PlanError, Planner, Registered, Stage, Step, Task};

use crate::action::{Action, AwsAction};
use crate::layout::Layout;
use crate::purpose::Purpose;
use crate::removals;
use crate::resource::Removal;
use crate::targets;
use crate::unwanted;
use crate::work::Context;

const READ: &str = "account";
const MAKE: &str = "resources";
const SCALE: &str = "scale";
const REMOVE: &str = "removal";
const VERIFY: &str = "nothing left";

pub(crate) struct AwsPlanner {
    pub(crate) context: Arc<Context>,
    pub(crate) purpose: Purpose,
}

impl Planner<AwsAction> for AwsPlanner {
    fn stage_names(&self) -> Vec<String> {
        let names = match &self.purpose {
            Purpose::Up { prune: false, .. } => [READ, MAKE].as_slice(),
            Purpose::Up { prune: true, .. } => &[READ, MAKE, REMOVE],
            Purpose::Down => &[READ, REMOVE, VERIFY],
            Purpose::Scale(_) => &[READ, SCALE],
        };
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// What could not be removed is listed in the end; nothing else waits for it.
    fn targets_are_independent(&self) -> bool {
        self.purpose == Purpose::Down
    }

    fn plan(&mut self, stage: &str, _: &Registered) -> Result<Stage<AwsAction>, PlanError> {
        let unread = stage != READ && self.context.account().identity.is_none();
        if unread && self.targets_are_independent() {
            return Ok(Stage { name: stage.to_owned(), tasks: Vec::new() });
        }
        if unread {
            return Err(PlanError::NotYetKnown { what: "what exists in the account".to_owned() });
        }
        let tasks = match stage {
            READ => self.read(),
            MAKE => self.make(),
            REMOVE => self.remove(),
            SCALE => self.scale(),
            _ => vec![task("account", Vec::new(), "everything is gone", Action::Verify)],
        };
        Ok(Stage { name: stage.to_owned(), tasks })
    }
}

impl AwsPlanner {
    fn read(&self) -> Vec<Task<AwsAction>> {
        let to_remove = self.purpose == Purpose::Down;
        vec![task("account", Vec::new(), "what exists is known", Action::Read { to_remove })]
    }

    fn make(&self) -> Vec<Task<AwsAction>> {
        let account = self.context.account();
        let resources = Layout::new(&self.context, &account.zones).resources();
        let make = |resource: Arc<dyn crate::resource::Resource>| {
            let (target, after) = (resource.target(), resource.after(&account));
            task(&target, after, "it is as the spec says", Action::Make(resource))
        };
        resources.into_iter().map(make).collect()
    }

    fn remove(&self) -> Vec<Task<AwsAction>> {
        let (cluster, names) = (&self.context.cluster, &self.context.names);
        let account = self.context.account();
        let removals = match self.purpose {
            Purpose::Down => removals::all(cluster, names, &account),
            _ => unwanted::unwanted(&self.context, &account),
        };
        // Two that were given one name would be one target.
        let mut tasks: BTreeMap<String, Task<AwsAction>> = BTreeMap::new();
        let mut order = Vec::new();
        for removal in removals {
            let target = removal.target();
            if let Some(task) = tasks.get_mut(&target) {
                task.steps.push(gone(removal));
            } else {
                let after = removal.after();
                let steps = vec![gone(removal)];
                order.push(target.clone());
                tasks.insert(target.clone(), Task { target, after, steps });
            }
        }
        order.iter().filter_map(|target| tasks.remove(target)).collect()
    }

    fn scale(&self) -> Vec<Task<AwsAction>> {
        let Purpose::Scale(sizes) = &self.purpose else { return Vec::new() };
        let scale = |(group, desired): &(String, u32)| {
            let action = Action::Scale { group: group.clone(), desired: *desired };
            task(&targets::node_group(group), Vec::new(), "it has that many nodes", action)
        };
        sizes.iter().map(scale).collect()
    }
}

fn gone(removal: Arc<dyn Removal>) -> Step<AwsAction> {
    step("it is gone", Action::Remove(removal))
}

fn task(target: &str, after: Vec<String>, name: &str, action: Action) -> Task<AwsAction> {
    Task { target: target.to_owned(), after, steps: vec![step(name, action)] }
}

fn step(name: &str, action: Action) -> Step<AwsAction> {
    Step { name: name.to_owned(), playbook: "eks".to_owned(), action: AwsAction(action) }
}
