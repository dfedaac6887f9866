use provisioner_playbook::Step;

/// What a step of a run over hosts does.
#[derive(Debug, Clone)]
pub enum HostAction {
    /// A step of a playbook.
    Playbook(Box<Step>),
    /// A script that changes nothing; what it prints is registered under its name.
    Ask(Question),
}

#[derive(Debug, Clone)]
pub struct Question {
    /// What its answer is registered as.
    pub name: &'static str,
    pub script: String,
    pub timeout_seconds: u32,
}
