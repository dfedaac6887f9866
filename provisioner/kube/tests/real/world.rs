//! One cluster, one machine to work from, and what a run says.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use provisioner_engine::{
    Dispatcher, Event, EventKind, Interrupt, Mode, Options, Outcome, Redactor, RunInfo, Sink,
    State, Summary,
};
use provisioner_kube::{
    AddonImages, AddonsPlanner, Assets, ChartStore, Claim, HelmStore, KubeDriver, KubeError,
    Library, Lock, Opened, Purpose, Secrets, Selection, Surroundings, Toolbox,
};
use provisioner_spec::SecretSource;
use provisioner_tests_api_server::{ApiServer, helm};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::entrance::LocalEntrance;

/// How a run is called.
pub(crate) const RUN: &str = "20261120-061530-4f2a";

const SPEC: &str = "\
apiVersion: provisioner.dev/v1alpha1
kind: Cluster
metadata: {name: test}
spec:
  kubernetes: {version: 1.20.2}
  network: {plugin: none}
  hosts: {controlPlane: [{name: m1, address: 192.168.10.11}]}
";

pub(crate) struct World {
    pub(crate) server: ApiServer,
    pub(crate) files: Vec<(String, String)>,
    pub(crate) mirrors: BTreeMap<String, Vec<String>>,
    pub(crate) force: bool,
    /// The `helm.lock.yaml` by which helm is fetched; None: it is at hand.
    pub(crate) pinned_helm: Option<String>,
    folder: TempDir,
    runtime: Runtime,
}

/// What a run has said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) summary: Summary,
    pub(crate) events: Vec<Event>,
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<Event>>>);

impl Sink for Kept {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.0.lock().unwrap().push(event.clone());
        Ok(())
    }
}

impl World {
    /// What all secrets have in them.
    pub(crate) const SECRET: &str = "the secret of";

    /// The value of a secret, by the variable of the environment that it is in.
    pub(crate) fn secret(variable: &str) -> String {
        format!("{} {variable}", Self::SECRET)
    }

    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Self {
            server: ApiServer::start(),
            files: files.iter().map(own).collect(),
            mirrors: BTreeMap::new(),
            force: false,
            pinned_helm: None,
            folder: TempDir::with_prefix("provisioner-world-").unwrap(),
            runtime: Runtime::new().unwrap(),
        }
    }

    /// A folder of this machine.
    pub(crate) fn folder(&self) -> &Utf8Path {
        Utf8Path::from_path(self.folder.path()).unwrap()
    }

    pub(crate) fn lock_file(&self) -> Utf8PathBuf {
        self.folder().join("cluster.lock.yaml")
    }

    pub(crate) fn plan(&self, addons: &str) -> Ran {
        self.run(addons, Purpose::Up { prune: false }, Mode::Check)
    }

    pub(crate) fn up(&self, addons: &str) -> Ran {
        self.run(addons, Purpose::Up { prune: false }, Mode::Apply)
    }

    pub(crate) fn prune(&self, addons: &str) -> Ran {
        self.run(addons, Purpose::Up { prune: true }, Mode::Apply)
    }

    pub(crate) fn down(&self, addons: &str) -> Ran {
        self.run(addons, Purpose::Down(Vec::new()), Mode::Apply)
    }

    pub(crate) fn run(&self, addons: &str, purpose: Purpose, mode: Mode) -> Ran {
        self.run_as(RUN, addons, purpose, mode)
    }

    /// A run of this name.
    pub(crate) fn run_as(&self, run: &str, addons: &str, purpose: Purpose, mode: Mode) -> Ran {
        let library = Arc::new(self.library());
        let cluster = Arc::new(cluster(addons, &library));
        let sources = library.secret_sources(&cluster);
        let secrets = Secrets::new(sources.into_iter().map(|source| {
            let SecretSource::Env(name) = &source else { panic!("{source:?}") };
            let value = Self::secret(name);
            (source, value.into())
        }));
        let kept = Kept::default();
        let dispatcher = Dispatcher::start(Redactor::default(), vec![Box::new(kept.clone())]);
        let events = dispatcher.events();
        let selection = Selection::of(&cluster, &library).unwrap();
        let info = info(run, mode);
        let claim = Claim {
            run: info.run.clone(),
            holder: "alice@desk".to_owned(),
            journal: None,
            lasts: Duration::from_secs(2),
        };
        let toolbox = Arc::new(self.toolbox());
        let driver = Arc::new(KubeDriver::new(Arc::clone(&toolbox), claim, self.force));
        let mut planner =
            AddonsPlanner::new(cluster, library, selection, secrets, purpose, events.clone());
        let options = Options { info, parallelism: NonZeroUsize::new(8).unwrap() };
        let interrupt = Interrupt::default();
        let run = provisioner_engine::run(&mut planner, driver, &options, &interrupt, &events);
        let outcome = self.runtime.block_on(run);
        self.runtime.block_on(toolbox.release());
        assert!(dispatcher.finish().is_empty());
        let events = std::mem::take(&mut *kept.0.lock().unwrap());
        Ran { summary: outcome.summary, events }
    }

    pub(crate) fn open(&self, addons: &str, name: &str) -> Result<Opened, KubeError> {
        let library = self.library();
        let selection = Selection::of(&cluster(addons, &library), &library).unwrap();
        let toolbox = Arc::new(self.toolbox());
        self.runtime.block_on(provisioner_kube::open(toolbox, &library, &selection, name))
    }

    /// What the addons of a spec take from elsewhere.
    pub(crate) fn images(&self, addons: &str) -> Vec<AddonImages> {
        let library = self.library();
        let cluster = cluster(addons, &library);
        let selection = Selection::of(&cluster, &library).unwrap();
        let toolbox = Arc::new(self.toolbox());
        let found = provisioner_kube::images(&toolbox, &cluster, &library, &selection);
        self.runtime.block_on(found).unwrap()
    }

    pub(crate) fn toolbox(&self) -> Toolbox {
        let charts = ChartStore {
            lock: Lock::open("", Some(&self.lock_file())).unwrap(),
            bundle: None,
            cache: self.folder().join("charts"),
            mirrors: self.mirrors.clone(),
        };
        let entrance = Arc::new(LocalEntrance::to(&self.server));
        let helm = match &self.pinned_helm {
            Some(pinned) => HelmStore::at_hand(None)
                .fetching(pinned, self.folder().join("helm"), self.mirrors.clone())
                .unwrap(),
            None => HelmStore::at_hand(Some(helm())),
        };
        Toolbox::new(entrance, charts, self.assets(), helm).unwrap()
    }

    fn library(&self) -> Library {
        Library::load(self.assets()).unwrap()
    }

    fn assets(&self) -> Assets {
        let files = self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        Assets::from_files(files)
    }
}

fn cluster(addons: &str, library: &Library) -> Surroundings {
    let text = format!("{SPEC}  addons: {addons}\n");
    let parsed = provisioner_spec::read_with(&text, "spec", library.schemas());
    let parsed = parsed.unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render(false)));
    Surroundings::from(&parsed.cluster)
}

fn info(run: &str, mode: Mode) -> RunInfo {
    RunInfo {
        run: run.parse().unwrap(),
        command: "addons".to_owned(),
        cluster: "test".to_owned(),
        mode,
        version: "0.1.0".to_owned(),
    }
}

impl Ran {
    #[track_caller]
    pub(crate) fn expect(self, outcome: Outcome) -> Self {
        assert_eq!(self.summary.outcome, outcome, "{:#?}", self.summary.failures);
        self
    }

    /// Steps that ended in this state, in order.
    pub(crate) fn steps(&self, state: State) -> Vec<&str> {
        let ended = self.events.iter().filter_map(|event| match &event.kind {
            EventKind::Step(step) if step.state == state => Some(step.step.as_str()),
            _ => None,
        });
        ended.collect()
    }

    pub(crate) fn changed(&self) -> Vec<&str> {
        self.steps(State::Changed)
    }

    /// What a step would change, or has changed.
    pub(crate) fn diff(&self, step: &str) -> &str {
        let found = self.events.iter().find_map(|event| match &event.kind {
            EventKind::Step(one) if one.step == step => one.diff.as_deref(),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("{step} shows no difference"))
    }

    /// Why it failed.
    pub(crate) fn error(&self) -> &str {
        &self.summary.failures.first().expect("a failure").error
    }

    /// What was waited for, as it was told.
    pub(crate) fn waits(&self) -> Vec<&str> {
        let told = self.events.iter().filter_map(|event| match &event.kind {
            EventKind::Wait(wait) => Some(wait.text.as_str()),
            _ => None,
        });
        told.collect()
    }

    /// Everything that was said, as the journal has it.
    pub(crate) fn text(&self) -> String {
        self.events.iter().map(|event| serde_json::to_string(event).unwrap() + "\n").collect()
    }
}
