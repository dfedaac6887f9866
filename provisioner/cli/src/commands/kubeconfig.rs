use camino::{Utf8Path, Utf8PathBuf};
use provisioner_pki::{CurrentContext, Kubeconfig, merge};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::arguments::KubeconfigArguments;
use crate::eks::{self, Eks};
use crate::error::Error;
use crate::exit::Exit;
use crate::private_file;
use crate::program::{Program, block_on};
use crate::site;
use crate::terminal::Terminal;

pub(crate) fn run(program: &Program, arguments: &KubeconfigArguments) -> Result<Exit, Error> {
    let (name, kubeconfig) = kubeconfig(program, arguments)?;
    match target(program, arguments)? {
        None => print(&program.terminal, &kubeconfig)?,
        Some(path) => {
            write(&path, &kubeconfig, how(arguments))?;
            tell(&program.terminal, &path, &name)?;
        }
    }
    Ok(Exit::Done)
}

/// The cluster's name and its kubeconfig.
fn kubeconfig(
    program: &Program,
    arguments: &KubeconfigArguments,
) -> Result<(String, Kubeconfig), Error> {
    if let Some(cluster) = Eks::of(program, &arguments.spec.file)? {
        return Ok((cluster.cluster.name.clone(), eks::kubeconfig(cluster)?));
    }
    let site = site::open(program, &arguments.spec.file, &arguments.connect, None)?;
    let name = site.cluster.name.clone();
    let days = arguments.valid_for;
    let kubeconfig =
        block_on(async { Ok(provisioner_hosts::admin_kubeconfig(site, days).await?) })?;
    Ok((name, kubeconfig))
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

/// How a file is written: as a whole, or merged with what is in it.
fn how(arguments: &KubeconfigArguments) -> Option<CurrentContext> {
    let switch = arguments.switch_context;
    let context = if switch { CurrentContext::Switch } else { CurrentContext::Keep };
    arguments.merge.then_some(context)
}

fn write(path: &Utf8Path, new: &Kubeconfig, merged: Option<CurrentContext>) -> Result<(), Error> {
    let failed = |source| Error::Kubeconfig { path: path.to_owned(), source };
    let Some(context) = merged else {
        return private_file::replace(path, new.to_yaml()?.expose_secret()).map_err(failed);
    };
    // What a link points to is merged into; the link stays.
    let path = path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned());
    let existing = private_file::read(&path).map_err(failed)?;
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn kubeconfig(name: &str) -> Kubeconfig {
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: {name}\n\
             clusters: [{{name: {name}, cluster: {{server: 'https://{name}'}}}}]\n\
             users: [{{name: {name}-admin, user: {{token: abc}}}}]\n\
             contexts: [{{name: {name}, context: {{cluster: {name}, user: {name}-admin}}}}]\n"
        );
        Kubeconfig::parse(&text).unwrap()
    }

    fn read(path: &Utf8Path) -> Kubeconfig {
        Kubeconfig::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    #[test]
    fn what_is_there_stays_and_so_do_links() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let (file, link) = (folder.join("elsewhere"), folder.join("config"));
        write(&file, &kubeconfig("old"), None).unwrap();
        symlink(&file, &link).unwrap();
        write(&link, &kubeconfig("new"), Some(CurrentContext::Keep)).unwrap();
        assert_eq!(read(&file).names("contexts").unwrap(), ["old", "new"]);
        assert_eq!(read(&file).current_context(), Some("old"));
        write(&link, &kubeconfig("new"), Some(CurrentContext::Switch)).unwrap();
        assert_eq!(read(&file).current_context(), Some("new"));
        assert!(link.is_symlink());
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_is_no_kubeconfig_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("config");
        std::fs::write(&path, "clusters: nonsense\n").unwrap();
        assert!(write(&path, &kubeconfig("new"), Some(CurrentContext::Keep)).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "clusters: nonsense\n");
    }
}
