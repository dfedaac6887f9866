use provisioner_spec::{Diagnostics, ParsedSpec, Spec};
use serde::Serialize;
use serde_json::Value;

use crate::arguments::ValidateArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;
use crate::render::{count, diagnostics};
use crate::spec_file::{self, SpecFile};

/// The result as programs read it.
#[derive(Serialize)]
struct Validation<'a> {
    valid: bool,
    file: &'a str,
    diagnostics: Vec<&'a provisioner_spec::Diagnostic>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved: Option<Value>,
}

pub(crate) fn run(program: &Program, arguments: &ValidateArguments) -> Result<Exit, Error> {
    let file = match SpecFile::open(&arguments.spec.file) {
        Err(Error::Spec(diagnostics)) => return invalid(program, *diagnostics),
        file => file?,
    };
    match file.read(spec_file::known(program, &arguments.spec.file)?) {
        Ok(parsed) => valid(program, &file.name, &parsed, arguments.show_resolved),
        Err(diagnostics) => invalid(program, *diagnostics),
    }
}

/// What this version cannot bring about makes a spec no worse; but it is said.
fn valid(
    program: &Program,
    file: &str,
    parsed: &ParsedSpec,
    resolved: bool,
) -> Result<Exit, Error> {
    let ParsedSpec { spec, unavailable, warnings } = parsed;
    let terminal = &program.terminal;
    let resolved = resolved.then(|| spec.to_yaml());
    if terminal.is_json() {
        let resolved = resolved.as_deref().map(serde_yaml::from_str).transpose();
        let resolved = resolved.map_err(std::io::Error::other)?;
        let list = unavailable.iter().chain(warnings.iter()).collect();
        terminal.json(&Validation { valid: true, file, diagnostics: list, resolved })?;
        return Ok(Exit::Done);
    }
    if let Some(resolved) = resolved {
        terminal.data(resolved)?;
    }
    for list in [unavailable, warnings].into_iter().filter(|list| !list.is_empty()) {
        terminal.say(diagnostics(list, terminal.palette));
    }
    let good = terminal.palette.good;
    terminal.say(format_args!("{file} is {good}valid{good:#}: {}", in_short(spec)));
    Ok(Exit::Done)
}

/// The cluster in a few words.
fn in_short(spec: &Spec) -> String {
    match spec {
        Spec::Hosts(cluster) => format!(
            "cluster {}, Kubernetes {}, {}",
            cluster.name,
            cluster.kubernetes.version,
            count(cluster.all_hosts().count(), "host"),
        ),
        Spec::Eks(cluster) => {
            let version = cluster.kubernetes.version;
            format!(
                "cluster {} on EKS in {}, Kubernetes {}, {}",
                cluster.name,
                cluster.eks.region,
                version.map_or("as AWS has it".to_owned(), |version| version.to_string()),
                count(cluster.eks.node_groups.len(), "node group"),
            )
        }
    }
}

/// What is wrong is the result of this command, so as JSON it goes to standard output.
fn invalid(program: &Program, diagnostics: Diagnostics) -> Result<Exit, Error> {
    if !program.terminal.is_json() {
        return Err(Error::Spec(Box::new(diagnostics)));
    }
    program.terminal.json(&Validation {
        valid: false,
        file: diagnostics.file(),
        diagnostics: diagnostics.iter().collect(),
        resolved: None,
    })?;
    Ok(Exit::SpecInvalid)
}
