//! Everything that a run over hosts needs from this machine.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use provisioner_hosts::{Access, Secrets, Site};
use provisioner_spec::{Bastion, Cluster, SecretSource, Ssh};
use provisioner_ssh::{HostKeyPolicy, UnknownHostKey, ssh_config};
use secrecy::SecretString;
use semver::Version;

use crate::arguments::ConnectArguments;
use crate::audit_policy;
use crate::environment;
use crate::error::Error;
use crate::etcd_files;
use crate::hooks;
use crate::lab_definition;
use crate::libraries;
use crate::program::Program;
use crate::spec_file;
use crate::terminal::Terminal;

/// The program's own policy, in whose place that of a spec comes.
const AUDIT_POLICY: &str = "files/control-plane/audit-policy.yaml";

/// The site that a spec describes, with how to get onto its hosts.
pub(crate) fn open(
    program: &Program,
    spec: &Utf8Path,
    connect: &ConnectArguments,
    bundle: Option<&Utf8Path>,
) -> Result<Arc<Site>, Error> {
    with(program, spec, spec_file::cluster(program, spec)?, connect, bundle)
}

/// The same site with another version of Kubernetes than the spec names.
pub(crate) fn open_at(
    program: &Program,
    spec: &Utf8Path,
    version: &Version,
    connect: &ConnectArguments,
    bundle: Option<&Utf8Path>,
) -> Result<Arc<Site>, Error> {
    with(program, spec, spec_file::cluster_at(program, spec, version)?, connect, bundle)
}

fn with(
    program: &Program,
    spec: &Utf8Path,
    cluster: Cluster,
    connect: &ConnectArguments,
    bundle: Option<&Utf8Path>,
) -> Result<Arc<Site>, Error> {
    let library = libraries::playbooks(program)?;
    let home = program.environment.home()?;
    let folder = hooks::folder(spec);
    let mut library = hooks::add(library, &cluster, &folder, home)?;
    if let Some(policy) = &cluster.security.audit.policy {
        let path = hooks::resolved(policy, &folder, home);
        let text = audit_policy::read(&path).map_err(|why| Error::AuditPolicy { why })?;
        library = library.with_file(Utf8Path::new(AUDIT_POLICY), text.as_bytes());
    }
    let bundle = bundle.map(provisioner_bundle::open).transpose()?;
    let etcd = cluster.external_etcd().map(|etcd| etcd_files::read(etcd, &folder, home));
    let etcd = etcd.transpose().map_err(|why| Error::EtcdFiles { why })?;
    let access = access(program, &cluster, connect)?;
    Ok(Arc::new(Site { cluster, library, bundle, access, etcd }))
}

fn access(
    program: &Program,
    cluster: &Cluster,
    connect: &ConnectArguments,
) -> Result<Access, Error> {
    let environment = &program.environment;
    let home = environment.home()?.to_owned();
    Ok(Access {
        user: environment::user(),
        ssh_config: ssh_config::read(&home.join(".ssh/config"), &home).map_err(Error::SshConfig)?,
        known_hosts: known_hosts(program, cluster, &home, connect)?,
        agent: environment.ssh_agent.clone(),
        host_keys: host_keys(&program.terminal, connect),
        secrets: secrets(program, cluster)?,
        parallelism: program.options.parallelism,
        home,
    })
}

/// The user's file comes first: accepted keys are added to it.
fn known_hosts(
    program: &Program,
    cluster: &Cluster,
    home: &Utf8Path,
    connect: &ConnectArguments,
) -> Result<Vec<Utf8PathBuf>, Error> {
    let mut files = vec![home.join(".ssh/known_hosts"), "/etc/ssh/ssh_known_hosts".into()];
    files.extend(connect.known_hosts.iter().cloned());
    files.extend(lab_definition::known_hosts(cluster, &program.environment)?);
    Ok(files)
}

fn host_keys(terminal: &Terminal, connect: &ConnectArguments) -> HostKeyPolicy {
    if connect.accept_new_host_keys {
        return HostKeyPolicy::AcceptNew;
    }
    if !terminal.is_interactive() {
        return HostKeyPolicy::Refuse;
    }
    let terminal = terminal.clone();
    HostKeyPolicy::Ask(Arc::new(move |key| {
        let terminal = terminal.clone();
        let question = question(&key);
        let asked = tokio::task::spawn_blocking(move || terminal.ask(question).unwrap_or(false));
        Box::pin(async move { asked.await.unwrap_or(false) })
    }))
}

fn question(key: &UnknownHostKey) -> String {
    let UnknownHostKey { name, algorithm, fingerprint, .. } = key;
    format!("The host {name} is not known.\nIts {algorithm} key is {fingerprint}.\nTrust it?")
}

fn secrets(program: &Program, cluster: &Cluster) -> Result<Secrets, Error> {
    let mut values: BTreeMap<String, (SecretSource, SecretString)> = BTreeMap::new();
    for source in sources(cluster) {
        if let Entry::Vacant(entry) = values.entry(format!("{source:?}")) {
            entry.insert((source.clone(), secret(program, source)?));
        }
    }
    Ok(Secrets::new(values.into_values()))
}

/// A variable that is not set is asked for where there is somebody to ask.
pub(crate) fn secret(program: &Program, source: &SecretSource) -> Result<SecretString, Error> {
    let error = match program.environment.secret(source) {
        Ok(secret) => return Ok(secret),
        Err(error) => error,
    };
    match source {
        SecretSource::Env(name) => program.terminal.ask_secret(name).ok_or(error.into()),
        SecretSource::File(_) => Err(error.into()),
    }
}

/// Every secret that the spec names.
fn sources(cluster: &Cluster) -> Vec<&SecretSource> {
    let ssh = std::iter::once(&cluster.hosts.ssh).chain(cluster.all_hosts().map(|host| &host.ssh));
    ssh.flat_map(of_ssh).collect()
}

fn of_ssh(ssh: &Ssh) -> Vec<&SecretSource> {
    let own = [&ssh.passphrase, &ssh.password, &ssh.sudo_password];
    let own = own.into_iter().flatten();
    own.chain(ssh.bastion.iter().flat_map(|bastion| of_bastion(bastion))).collect()
}

fn of_bastion(bastion: &Bastion) -> Vec<&SecretSource> {
    let own = [&bastion.passphrase, &bastion.password].into_iter().flatten();
    own.chain(bastion.bastion.iter().flat_map(|bastion| of_bastion(bastion))).collect()
}
