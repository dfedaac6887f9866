//! Playbooks as they are written. The reference is docs/playbooks.md.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// `site.yaml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Site {
    pub stages: Vec<StageDefinition>,
}

/// A stage of the run: a barrier, and the playbooks that run before the next one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageDefinition {
    pub name: String,
    #[serde(default)]
    pub playbooks: Vec<String>,
    /// Whom it is for, where a host is removed from a cluster.
    #[serde(default)]
    pub of: Party,
    #[serde(default)]
    pub(crate) when: BTreeMap<String, Value>,
    /// Instead of playbooks: the hosts' facts are asked for anew, and what comes after is planned by them.
    #[serde(default)]
    pub asks_again: bool,
    /// Registered values without which the stage cannot be planned.
    #[serde(default)]
    pub needs: Vec<String>,
}

/// Hosts of a cluster of which one is removed; all stay where none is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    #[default]
    Staying,
    Leaving,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Playbook {
    pub name: String,
    /// What it is for, in a sentence.
    #[serde(default)]
    pub about: String,
    pub hosts: Vec<Target>,
    /// In which order its hosts come; that of the spec.
    #[serde(default)]
    pub serial: Serial,
    /// Goes before the `only_if` of each step.
    pub(crate) only_if: Option<String>,
    pub(crate) steps: Vec<StepDefinition>,
    #[serde(default)]
    pub(crate) handlers: Vec<StepDefinition>,
}

/// Whether hosts wait for one another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub enum Serial {
    /// All at once.
    #[default]
    No,
    /// One after another.
    Always,
    /// One after another, as far as they still have to join: the others are not waited for.
    Joining,
    /// As many at once as may be out of service.
    Rolling,
}

impl TryFrom<Value> for Serial {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        match value {
            Value::Bool(false) => Ok(Self::No),
            Value::Bool(true) => Ok(Self::Always),
            Value::String(text) if text == "joining" => Ok(Self::Joining),
            Value::String(text) if text == "rolling" => Ok(Self::Rolling),
            _ => Err("serial is true, false, joining or rolling".to_owned()),
        }
    }
}

/// Hosts that a playbook is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    ControlPlane,
    FirstControlPlane,
    OtherControlPlanes,
    Worker,
    Edge,
    LoadBalancer,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepDefinition {
    pub name: String,
    #[serde(default)]
    pub when: BTreeMap<String, Value>,
    #[serde(default)]
    pub when_not: BTreeMap<String, Value>,
    pub each: Option<String>,
    pub only_if: Option<String>,
    #[serde(default)]
    pub notify: OneOrMany,
    #[serde(default)]
    pub secret: bool,
    #[serde(default)]
    pub detach: bool,
    #[serde(default)]
    pub transient: bool,
    pub timeout: Option<u32>,

    pub file: Option<FileStep>,
    pub template: Option<TemplateStep>,
    pub directory: Option<DirectoryStep>,
    pub link: Option<LinkStep>,
    pub line: Option<LineStep>,
    pub package: Option<PackageStep>,
    pub repository: Option<RepositoryStep>,
    pub service: Option<ServiceStep>,
    pub unit: Option<UnitStep>,
    pub sysctl: Option<SysctlStep>,
    pub module: Option<ModuleStep>,
    pub mount: Option<MountStep>,
    pub user: Option<UserStep>,
    pub download: Option<DownloadStep>,
    pub image: Option<ImageStep>,
    pub command: Option<CommandStep>,
    pub query: Option<QueryStep>,
    pub wait: Option<WaitStep>,
    pub restore: Option<RestoredGroup>,
}

impl StepDefinition {
    /// How many kinds it has; one, where it is right.
    pub(crate) fn kinds(&self) -> usize {
        [
            self.file.is_some(),
            self.template.is_some(),
            self.directory.is_some(),
            self.link.is_some(),
            self.line.is_some(),
            self.package.is_some(),
            self.repository.is_some(),
            self.service.is_some(),
            self.unit.is_some(),
            self.sysctl.is_some(),
            self.module.is_some(),
            self.mount.is_some(),
            self.user.is_some(),
            self.download.is_some(),
            self.image.is_some(),
            self.command.is_some(),
            self.query.is_some(),
            self.wait.is_some(),
            self.restore.is_some(),
        ]
        .into_iter()
        .filter(|is_there| *is_there)
        .count()
    }

    /// The file beside the playbook that it uses.
    pub(crate) fn source(&self) -> Option<&str> {
        let template = self.template.as_ref().map(|template| template.src.as_str());
        let unit = self.unit.as_ref().and_then(|unit| unit.src.as_deref());
        let program = self.command.as_ref().and_then(|command| command.program.as_deref());
        template.or(unit).or(program)
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl OneOrMany {
    pub(crate) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// Mode and owner of a file or directory.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub(crate) struct Ownership {
    /// Octal, as text: `"0644"`.
    pub mode: Option<String>,
    pub owner: Option<String>,
    pub group: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct FileStep {
    pub dest: String,
    #[serde(default)]
    pub content: String,
    #[serde(default)]
    pub state: FileState,
    #[serde(flatten)]
    pub ownership: Ownership,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FileState {
    #[default]
    Present,
    Absent,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct TemplateStep {
    pub src: String,
    pub dest: String,
    #[serde(flatten)]
    pub ownership: Ownership,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct DirectoryStep {
    pub path: String,
    #[serde(flatten)]
    pub ownership: Ownership,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkStep {
    pub dest: String,
    pub target: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineStep {
    pub path: String,
    pub line: Option<String>,
    pub block: Option<String>,
    pub marker: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackageStep {
    pub names: Vec<String>,
    #[serde(default)]
    pub version: String,
    #[serde(default)]
    pub hold: bool,
    #[serde(default)]
    pub state: FileState,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RepositoryStep {
    pub name: String,
    pub url: String,
    /// apt's; `/` for a flat repository.
    #[serde(default)]
    pub suite: String,
    /// Where its key is fetched from.
    pub key: String,
    /// dnf's: packages that only an explicit installation may touch.
    #[serde(default)]
    pub exclude: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceStep {
    pub name: String,
    pub enabled: Option<bool>,
    pub state: Option<ServiceState>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ServiceState {
    Started,
    Stopped,
    Restarted,
    Reloaded,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnitStep {
    pub name: String,
    pub content: Option<String>,
    pub src: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SysctlStep {
    pub file: String,
    pub settings: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModuleStep {
    pub file: String,
    pub names: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MountStep {
    pub path: String,
    #[serde(default)]
    pub source: String,
    #[serde(default, rename = "type")]
    pub filesystem: String,
    #[serde(default)]
    pub options: String,
    #[serde(default)]
    pub state: MountState,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MountState {
    #[default]
    Mounted,
    Absent,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserStep {
    pub name: String,
    #[serde(default)]
    pub system: bool,
    pub home: Option<String>,
    pub shell: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DownloadStep {
    pub url: Option<String>,
    /// A path in the bundle.
    pub bundle: Option<String>,
    pub dest: String,
    /// Required for a URL; the bundle's manifest knows it otherwise.
    pub sha256: Option<String>,
    pub mode: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageStep {
    pub reference: String,
    /// The path of its tar in the bundle; pulled if absent.
    pub bundle: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommandStep {
    /// A shell script beside the playbook, which `run` and `unless` may call as `program`.
    pub program: Option<String>,
    pub run: String,
    pub creates: Option<String>,
    pub unless: Option<String>,
    #[serde(default)]
    pub always: bool,
    pub stdin: Option<String>,
    pub undo: Option<UndoStep>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UndoStep {
    pub key: String,
    #[serde(default)]
    pub before: String,
    pub run: String,
}

/// Things of one kind that the ledger tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestoredGroup {
    Services,
    /// Of the kernel, mounts, users, and what commands have changed.
    Settings,
    /// And blocks and lines in files.
    Files,
    Packages,
    Folders,
}

impl RestoredGroup {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Settings => "settings",
            Self::Files => "files",
            Self::Packages => "packages",
            Self::Folders => "folders",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueryStep {
    pub run: String,
    pub register: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaitStep {
    pub until: String,
    #[serde(default)]
    pub reason: String,
}
