use provisioner_engine::{Event, EventKind};

/// What the targets of a run are: hosts, or resources of AWS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Targets {
    #[default]
    Hosts,
    Resources,
}

impl Targets {
    /// The steps of a run on AWS say so; those on hosts name their playbooks.
    pub(crate) fn learn(&mut self, event: &Event) {
        if matches!(&event.kind, EventKind::Step(step) if step.playbook == "eks") {
            *self = Self::Resources;
        }
    }

    pub(crate) fn one(self) -> &'static str {
        match self {
            Self::Hosts => "host",
            Self::Resources => "resource",
        }
    }

    pub(crate) fn heading(self) -> &'static str {
        match self {
            Self::Hosts => "Hosts",
            Self::Resources => "Resources",
        }
    }
}
