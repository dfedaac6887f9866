use std::sync::Arc;

use provisioner_engine::Outcome;
use provisioner_hosts::{CertificateState, CertificatesReport, Operation, Site};

use crate::arguments::{CertsCommand, CertsRenew, CertsRotateEncryptionKey, CertsStatus};
use crate::error::Error;
use crate::exit::Exit;
use crate::program::{Program, block_on};
use crate::render::{self, count};
use crate::run::{self, Purpose};
use crate::site;

/// Whoever is asked whether to renew sees what expires within this time.
const DAYS: u32 = 30;

pub(crate) fn run(program: &Program, command: &CertsCommand) -> Result<Exit, Error> {
    match command {
        CertsCommand::Status(arguments) => status(program, arguments),
        CertsCommand::Renew(arguments) => renew(program, arguments),
        CertsCommand::RotateEncryptionKey(arguments) => rotate(program, arguments),
    }
}

fn status(program: &Program, arguments: &CertsStatus) -> Result<Exit, Error> {
    let terminal = &program.terminal;
    let site = site::open(program, &arguments.spec.file, &arguments.connect, None)?;
    let report = ask(site, arguments.within)?;
    if terminal.is_json() {
        terminal.json(&report)?;
    } else {
        terminal.data(render::certificates(&report, terminal.data_palette))?;
    }
    Ok(if report.healthy { Exit::Done } else { Exit::Failed })
}

fn renew(program: &Program, arguments: &CertsRenew) -> Result<Exit, Error> {
    let CertsRenew { spec, yes, connect } = arguments;
    if !yes && !program.terminal.is_interactive() {
        return Err(Error::NobodyToAsk);
    }
    let site = site::open(program, &spec.file, connect, None)?;
    if !yes {
        agree(program, &site)?;
    }
    let before = ask(Arc::clone(&site), DAYS)?;
    let purpose = Purpose::Up { skip_preflight: false };
    let outcome = run::operate(program, &site, Operation::RenewCertificates, purpose)?;
    if outcome.refused {
        return Ok(Exit::PreflightRefused);
    }
    if outcome.summary.outcome != Outcome::Done {
        return Ok(Exit::of_run(&outcome.summary));
    }
    let left = ask(site, DAYS)?.not_renewed_since(&before);
    if !left.is_empty() {
        return Err(Error::NotRenewed { left: left.join(", ") });
    }
    program.terminal.say(format_args!(
        "\nKubeconfigs elsewhere hold certificates as well:\n  \
         provisioner kubeconfig -f {} --out kubeconfig.yaml",
        spec.file
    ));
    Ok(Exit::Done)
}

fn rotate(program: &Program, arguments: &CertsRotateEncryptionKey) -> Result<Exit, Error> {
    let CertsRotateEncryptionKey { spec, yes, connect } = arguments;
    if !yes && !program.terminal.is_interactive() {
        return Err(Error::NobodyToAsk);
    }
    let site = site::open(program, &spec.file, connect, None)?;
    let question = format!(
        "\nA new key for the secrets of cluster {}: every API server is restarted three times, one \
         control plane after another, and every secret is written anew.\nGo on?",
        site.cluster.name
    );
    if !yes {
        program.terminal.agree(question)?;
    }
    let purpose = Purpose::Up { skip_preflight: false };
    let outcome = run::operate(program, &site, Operation::RotateEncryptionKey, purpose)?;
    Ok(Exit::of_outcome(&outcome))
}

/// Shows what is at stake and asks.
fn agree(program: &Program, site: &Arc<Site>) -> Result<(), Error> {
    let report = ask(Arc::clone(site), DAYS)?;
    let ending = report.certificates.iter().filter(|one| one.state != CertificateState::Valid);
    for problem in &report.problems {
        program.terminal.warn(problem);
    }
    let question = format!(
        "\n{} of cluster {}: {} within {DAYS} days or expired.\nRenew all but the authorities', and \
         restart what uses them, one control plane after another?",
        count(report.certificates.len(), "certificate"),
        site.cluster.name,
        ending.count(),
    );
    program.terminal.agree(question)
}

fn ask(site: Arc<Site>, days: u32) -> Result<CertificatesReport, Error> {
    block_on(async { Ok(provisioner_hosts::certificates_status(site, days).await?) })
}
