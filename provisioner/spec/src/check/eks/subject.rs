use crate::{AddonSchemas, Eks, EksCluster, NodeGroup, decode::Report, diagnostic::Fault};
use std::ops::Range;

/// A cluster under check. Its values stand at other places in an eksctl file than in a spec.
pub(super) struct Subject<'a> {
    pub(super) cluster: &'a EksCluster,
    report: &'a Report,
    from_eksctl: bool,
}

/// A node group and where it stands.
pub(super) struct Group<'a> {
    pub(super) path: String,
    pub(super) group: &'a NodeGroup,
}

impl<'a> Subject<'a> {
    pub(super) fn new(cluster: &'a EksCluster, report: &'a Report) -> Self {
        Self { cluster, report, from_eksctl: !report.is_given("spec") }
    }

    pub(super) fn eks(&self) -> &'a Eks {
        &self.cluster.eks
    }

    pub(super) fn addon_schemas(&self) -> &'a AddonSchemas {
        self.report.addons()
    }

    /// The place of a value: below `spec` here, and in an eksctl file.
    pub(super) fn path(&self, here: &str, eksctl: &str) -> String {
        if self.from_eksctl { eksctl.to_owned() } else { format!("spec.{here}") }
    }

    /// Reports a fault at a path whose value was read soundly.
    pub(super) fn fault(&self, path: &str, fault: Fault) {
        if self.report.is_sound(path) {
            self.report.add_at(path, fault);
        }
    }

    /// As `fault`, with the key.
    pub(super) fn fault_at_key(&self, path: &str, fault: Fault) {
        if self.report.is_sound(path) {
            self.report.add_at_key(path, fault);
        }
    }

    pub(super) fn place(&self, path: &str) -> Range<usize> {
        self.report.place(path)
    }

    pub(super) fn is_given(&self, path: &str) -> bool {
        self.report.is_given(path)
    }

    /// Whether everything at and below the path was read soundly.
    pub(super) fn is_sound(&self, path: &str) -> bool {
        self.report.is_sound(path) && !self.report.is_unsound_within(path)
    }

    pub(super) fn node_groups(&self) -> Vec<Group<'a>> {
        let lists = if self.from_eksctl {
            ["nodeGroups", "managedNodeGroups"].as_slice()
        } else {
            ["spec.eks.nodeGroups"].as_slice()
        };
        let mut paths = lists.iter().flat_map(|list| {
            (0..)
                .map(move |index| format!("{list}[{index}]"))
                .take_while(|path| self.is_given(path))
        });
        let groups = self.eks().node_groups.iter();
        groups.filter_map(|group| Some(Group { path: paths.next()?, group })).collect()
    }
}

impl Group<'_> {
    /// The place of a value of it: of a spec's key, and of eksctl's.
    pub(super) fn at(&self, here: &str, eksctl: &str) -> String {
        let key = if self.path.starts_with("spec.") { here } else { eksctl };
        format!("{}.{key}", self.path)
    }
}
