use camino::{Utf8Path, Utf8PathBuf};
use provisioner_pki::{CurrentContext, Kubeconfig, merge};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::arguments::KubeconfigArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::private_file;
use crate::program::{Program, block_on};
use crate::site;
use crate::terminal::Terminal;

pub(crate) fn run(program: &Program, arguments: &KubeconfigArguments) -> Result<Exit, Error> {
    let site = site::open(program, &arguments.spec.file, &arguments.connect, None)?;
    let name = site.cluster.name.clone();
    let kubeconfig = block_on(async { Ok(provisioner_hosts::admin_kubeconfig(site).await?) })?;
    match target(program, arguments)? {
        None => print(&program.terminal, &kubeconfig)?,
        Some(path) => {
            write(&path, &kubeconfig, arguments)?;
            tell(&program.terminal, &path, &name)?;
        }
    }
    Ok(Exit::Done)
}

/// The file to write, if not standard output.
fn target(
    program: &Program,
    arguments: &KubeconfigArguments,
) -> Result<Option<Utf8PathBuf>, Error> {
    match &arguments.out {
        Some(path) => Ok(Some(path.clone())),
        None if arguments.merge => Ok(Some(program.environment.kubeconfig()?)),
        None => Ok(None),
    }
}

/// kubectl reads a kubeconfig in JSON as well.
fn print(terminal: &Terminal, kubeconfig: &Kubeconfig) -> Result<(), Error> {
    let yaml = kubeconfig.to_yaml()?;
    if !terminal.is_json() {
        return terminal.data(yaml.expose_secret());
    }
    let value: Value = serde_yaml::from_str(yaml.expose_secret()).map_err(std::io::Error::other)?;
    terminal.json(&value)
}

fn write(path: &Utf8Path, new: &Kubeconfig, arguments: &KubeconfigArguments) -> Result<(), Error> {
    let failed = |source| Error::Kubeconfig { path: path.to_owned(), source };
    if !arguments.merge {
        return private_file::replace(path, new.to_yaml()?.expose_secret()).map_err(failed);
    }
    // What a link points to is merged into; the link stays.
    let path = path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned());
    let existing = private_file::read(&path).map_err(failed)?;
    let context =
        if arguments.switch_context { CurrentContext::Switch } else { CurrentContext::Keep };
    let merged = merge(&Kubeconfig::parse(existing.expose_secret())?, new, context)?;
    private_file::replace(&path, merged.to_yaml()?.expose_secret()).map_err(failed)
}

fn tell(terminal: &Terminal, path: &Utf8Path, context: &str) -> Result<(), Error> {
    if terminal.is_json() {
        return terminal.json(&json!({ "path": path, "context": context }));
    }
    terminal.say(format_args!(
        "wrote {path}\nkubectl --kubeconfig {path} --context {context} get nodes"
    ));
    Ok(())
}
