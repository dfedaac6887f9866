use crate::{
    AddonSchemas, Cluster, Diagnostics, EksCluster, Known, Spec,
    check::check,
    decode::{Report, document},
    diagnostic::{Fault, Located, NOT_AVAILABLE, WARNINGS},
    model::{API_VERSION, KIND, SpecSchema},
    yaml,
};
use schemars::{JsonSchema, generate::SchemaSettings};
use semver::Version;
use serde::Serialize;
use serde_json::Value;
use std::ops::Range;

/// A spec that is right, and what of it is not brought about.
#[derive(Clone, Debug)]
pub struct ParsedSpec {
    pub spec: Spec,
    /// What this version of the program cannot bring about. Empty where all of it is at hand.
    pub unavailable: Diagnostics,
    /// What has no counterpart here, in a file of another program, and all else goes on without it; and
    /// what is deprecated.
    pub warnings: Diagnostics,
}

/// The spec of a cluster on hosts that is right, and what of it this version cannot bring about.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub cluster: Cluster,
    /// Empty where all of it is at hand.
    pub unavailable: Diagnostics,
}

/// Reads a spec, or eksctl's `ClusterConfig`: checks it and fills in every default.
///
/// `file_name` is what diagnostics call the text.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_spec(text: &str, file_name: &str) -> Result<ParsedSpec, Diagnostics> {
    read_spec_with(text, file_name, Known::builtin())
}

/// As [`read_spec`], held to other addons than the program's own, and to files beside it.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_spec_with(
    text: &str,
    file_name: &str,
    known: impl Into<Known>,
) -> Result<ParsedSpec, Diagnostics> {
    read_tree(text, file_name, known.into(), |_| {})
}

fn read_tree(
    text: &str,
    file_name: &str,
    known: Known,
    change: impl FnOnce(&mut yaml::Node),
) -> Result<ParsedSpec, Diagnostics> {
    let (mut root, mut faults) = yaml::read(text);
    if let Some(root) = &mut root {
        change(root);
    }
    let report = Report::new(known);
    let spec = match root {
        Some(root) if !root.is_null() => {
            document(&root, &report).inspect(|spec| check(spec, &report))
        }
        _ if faults.is_empty() => {
            faults.push(Located { span: 0..0, fault: empty() });
            None
        }
        _ => None,
    };
    let (more, secrets) = report.finish();
    faults.extend(more);
    let text = masked(text, &secrets);
    let diagnostics = |faults| Diagnostics::new(file_name, &text, faults);
    let is_wrong = |code| code != NOT_AVAILABLE && !WARNINGS.contains(&code);
    match spec {
        Some(spec) if !faults.iter().any(|located| is_wrong(located.fault.code)) => {
            let (unavailable, warnings) =
                faults.into_iter().partition(|located| located.fault.code == NOT_AVAILABLE);
            Ok(ParsedSpec {
                spec,
                unavailable: diagnostics(unavailable),
                warnings: diagnostics(warnings),
            })
        }
        _ => {
            faults.retain(|located| !WARNINGS.contains(&located.fault.code));
            Err(diagnostics(faults))
        }
    }
}

/// Reads the spec of a cluster on hosts.
///
/// # Errors
/// Everything that is wrong with it; and that it is one on EKS.
pub fn read(text: &str, file_name: &str) -> Result<Parsed, Diagnostics> {
    read_with(text, file_name, Known::builtin())
}

/// As [`read`], held to other addons than the program's own, and to files beside it.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_with(
    text: &str,
    file_name: &str,
    known: impl Into<Known>,
) -> Result<Parsed, Diagnostics> {
    on_hosts(read_spec_with(text, file_name, known)?, text, file_name)
}

/// As [`read_with`], for another version of Kubernetes than the spec names: with the defaults of that
/// version, and held to what it knows.
///
/// # Errors
/// As [`read`]; what is wrong with the version points to the one in the spec.
pub fn read_at(
    text: &str,
    file_name: &str,
    known: impl Into<Known>,
    version: &Version,
) -> Result<Parsed, Diagnostics> {
    let version = version.to_string();
    let spec = read_tree(text, file_name, known.into(), |root| {
        root.replace(&["spec", "kubernetes", "version"], &version);
    })?;
    on_hosts(spec, text, file_name)
}

fn on_hosts(parsed: ParsedSpec, text: &str, file_name: &str) -> Result<Parsed, Diagnostics> {
    let ParsedSpec { spec, unavailable, .. } = parsed;
    match spec {
        Spec::Hosts(cluster) => Ok(Parsed { cluster: *cluster, unavailable }),
        Spec::Eks(_) => {
            let fault = Fault::new("not-for-eks", "this is for clusters on hosts", "one on EKS");
            Err(Diagnostics::new(file_name, text, vec![Located { span: 0..0, fault }]))
        }
    }
}

/// Reads the spec of a cluster on hosts of which everything is to be brought about.
///
/// # Errors
/// Everything that is wrong with it, or not available in this version of the program.
pub fn parse(text: &str, file_name: &str) -> Result<Cluster, Diagnostics> {
    let parsed = read(text, file_name)?;
    if parsed.unavailable.is_empty() { Ok(parsed.cluster) } else { Err(parsed.unavailable) }
}

/// The text with asterisks for its secrets; every other byte stays where it is.
fn masked(text: &str, secrets: &[Range<usize>]) -> String {
    let mask = |(offset, character): (usize, char)| {
        let is_secret = secrets.iter().any(|secret| secret.contains(&offset));
        if is_secret && character != '\n' {
            "*".repeat(character.len_utf8())
        } else {
            character.to_string()
        }
    };
    text.char_indices().map(mask).collect()
}

fn empty() -> Fault {
    Fault::new("empty-spec", "the spec is empty", "nothing here")
        .hint("`provisioner init --hosts` and `init --eks` print one to start from")
}

/// The JSON Schema of a spec, for editors. It knows the structure; `parse` knows the rest.
pub fn schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Document<'_, ()>>()
        .to_value();
    AddonSchemas::builtin().describe_in(&mut schema);
    schema
}

impl Cluster {
    /// A complete spec of this cluster, with every default written out. It parses to an equal one.
    pub fn to_yaml(&self) -> String {
        to_yaml(&self.name, self)
    }
}

impl EksCluster {
    /// A complete spec of this cluster, with every default written out. It parses to an equal one.
    pub fn to_yaml(&self) -> String {
        to_yaml(&self.name, self)
    }
}

impl Spec {
    /// A complete spec of this cluster, with every default written out. It parses to an equal one.
    pub fn to_yaml(&self) -> String {
        to_yaml(self.name(), self)
    }
}

fn to_yaml(name: &str, spec: &impl Serialize) -> String {
    let document =
        Document { api_version: API_VERSION, kind: KIND, metadata: Metadata { name }, spec };
    // A value whose keys are all text is always JSON.
    yaml::write(&serde_json::to_value(&document).unwrap_or_default())
}

/// A cluster spec.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Spec", deny_unknown_fields)]
struct Document<'a, S> {
    /// The format of the spec.
    #[schemars(extend("const" = API_VERSION))]
    api_version: &'static str,
    /// What the spec describes.
    #[schemars(extend("const" = KIND))]
    kind: &'static str,
    /// What the cluster is called.
    metadata: Metadata<'a>,
    /// The cluster itself.
    #[schemars(with = "SpecSchema")]
    spec: &'a S,
}

/// What the cluster is called.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
struct Metadata<'a> {
    /// The cluster's name: lower-case letters, digits and `-` (a DNS label, RFC 1123).
    name: &'a str,
}
