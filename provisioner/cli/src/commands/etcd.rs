use std::collections::BTreeMap;

use provisioner_engine::Outcome;
use provisioner_hosts::{LocalFile, Operation, SNAPSHOT, Site, etcd_snapshot, verify_snapshot};
use serde_json::json;
use tempfile::NamedTempFile;

use crate::arguments::{EtcdCommand, EtcdRestore, EtcdSnapshot};
use crate::error::Error;
use crate::exit::Exit;
use crate::private_file;
use crate::program::{Program, block_on};
use crate::render::bytes;
use crate::run::{self, Purpose};
use crate::site;

pub(crate) fn run(program: &Program, command: &EtcdCommand) -> Result<Exit, Error> {
    match command {
        EtcdCommand::Snapshot(arguments) => snapshot(program, arguments),
        EtcdCommand::Restore(arguments) => restore(program, arguments),
    }
}

fn snapshot(program: &Program, arguments: &EtcdSnapshot) -> Result<Exit, Error> {
    let EtcdSnapshot { spec, out, connect } = arguments;
    let site = site::open(program, &spec.file, connect, None)?;
    let failed = |source| Error::WriteSnapshot { path: out.clone(), source };
    let file: NamedTempFile = private_file::beside(out).map_err(failed)?;
    let copy = file.reopen().map_err(failed)?;
    let snapshot = block_on(async {
        let mut to = tokio::fs::File::from_std(copy);
        let snapshot = etcd_snapshot(site, &mut to).await?;
        to.sync_all().await.map_err(failed)?;
        Ok(snapshot)
    })?;
    let path = camino::Utf8PathBuf::try_from(file.path().to_owned())
        .map_err(|error| failed(error.into_io_error()))?;
    let verified = verify_snapshot(&path)?;
    file.persist(out).map_err(|error| failed(error.error))?;
    if program.terminal.is_json() {
        program.terminal.json(&json!({
            "path": out, "host": snapshot.host, "bytes": verified.bytes, "sha256": verified.sha256,
            "revision": snapshot.revision, "keys": snapshot.keys, "hash": snapshot.hash,
        }))?;
    }
    program.terminal.say(format_args!(
        "wrote {out} ({}), from {}: revision {}, {} keys, etcd's hash {:08x}",
        bytes(verified.bytes),
        snapshot.host,
        snapshot.revision,
        snapshot.keys,
        snapshot.hash
    ));
    Ok(Exit::Done)
}

fn restore(program: &Program, arguments: &EtcdRestore) -> Result<Exit, Error> {
    let EtcdRestore { snapshot, spec, yes, connect } = arguments;
    if !yes && !program.terminal.is_interactive() {
        return Err(Error::NobodyToAsk);
    }
    let file = verify_snapshot(snapshot)?;
    let site = site::open(program, &spec.file, connect, None)?;
    if !yes {
        agree(program, &site, arguments)?;
    }
    let file = LocalFile { path: snapshot.clone(), sha256: file.sha256, size: file.bytes };
    let files = BTreeMap::from([(SNAPSHOT.to_owned(), file)]);
    let purpose = Purpose::Up { skip_preflight: false };
    let outcome = run::operate_with(program, &site, Operation::RestoreEtcd, purpose, files)?;
    if outcome.summary.outcome == Outcome::Done {
        program.terminal.say(format_args!(
            "\nHosts that were left out, and nodes that are newer than the snapshot:\n  \
             provisioner up -f {}",
            spec.file
        ));
    }
    Ok(Exit::of_outcome(&outcome))
}

/// Says what is lost, and asks.
fn agree(program: &Program, site: &Site, arguments: &EtcdRestore) -> Result<(), Error> {
    let question = format!(
        "\nEverything that was written to the API of cluster {} since {} was taken is lost: \
         workloads, nodes, secrets, volumes' claims.\nThe API is down meanwhile. What etcd has now \
         is kept on the control planes, in /var/lib/provisioner/etcd-before-restore.\nRestore it?",
        site.cluster.name, arguments.snapshot,
    );
    program.terminal.agree(question)
}
