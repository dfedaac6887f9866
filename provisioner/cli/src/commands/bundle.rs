use provisioner_bundle::{Manifest, Progress, Request};
use serde::Serialize;

use crate::arguments::{BundleCommand, BundleCreate, BundleVerify};
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;
use crate::render::{bytes, count, indented};

/// What `bundle create` has made, as programs read it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Created<'a> {
    #[serde(flatten)]
    manifest: &'a Manifest,
    missing_images: Vec<String>,
}

/// What `bundle verify` found, as programs read it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verification {
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    images: Option<usize>,
    missing_images: Vec<String>,
    problems: Vec<String>,
}

pub(crate) fn run(program: &Program, command: &BundleCommand) -> Result<Exit, Error> {
    match command {
        BundleCommand::Create(arguments) => create(program, arguments),
        BundleCommand::Verify(arguments) => verify(program, arguments),
    }
}

fn create(program: &Program, arguments: &BundleCreate) -> Result<Exit, Error> {
    let terminal = &program.terminal;
    let request = Request {
        kubernetes_version: arguments.kubernetes_version.clone(),
        bin: arguments.bin.clone(),
        images: arguments.images.clone(),
        debs: arguments.debs.clone(),
        charts: arguments.charts.clone(),
        out: arguments.out.clone(),
    };
    let manifest = provisioner_bundle::create(&request, &|progress| match progress {
        Progress::Started { files, bytes: size } => {
            terminal.say(format_args!("taking {}, {}", count(files, "file"), bytes(size)));
        }
        Progress::Skipped { path } => {
            terminal.say(format_args!("  {path}: left out, a bundle has no place for it"));
        }
        Progress::Done { path, bytes: size } => {
            terminal.say(format_args!("  {path} ({})", bytes(size)));
        }
    })?;
    let missing_images = manifest.missing_images();
    warn_of_missing(program, &missing_images);
    if terminal.is_json() {
        terminal.json(&Created { manifest: &manifest, missing_images })?;
    }
    terminal.say(format_args!(
        "{}: Kubernetes {} for {}, {}, {}",
        arguments.out,
        manifest.kubernetes_version,
        manifest.architecture,
        count(manifest.files.len(), "file"),
        count(manifest.images.len(), "image"),
    ));
    Ok(Exit::Done)
}

fn verify(program: &Program, arguments: &BundleVerify) -> Result<Exit, Error> {
    let terminal = &program.terminal;
    let bundle = provisioner_bundle::open(&arguments.bundle)?;
    let missing_images = bundle.manifest().missing_images();
    let verification = match bundle.verify() {
        Ok(report) => Verification {
            valid: true,
            files: Some(report.files),
            bytes: Some(report.bytes),
            images: Some(report.images),
            missing_images,
            problems: Vec::new(),
        },
        Err(problems) => Verification {
            valid: false,
            files: None,
            bytes: None,
            images: None,
            missing_images,
            problems: problems.0.iter().map(ToString::to_string).collect(),
        },
    };
    if terminal.is_json() {
        terminal.json(&verification)?;
    } else {
        tell(program, arguments, &verification);
    }
    Ok(if verification.valid { Exit::Done } else { Exit::Failed })
}

/// A cluster without these is possible: preflight knows of the spec, and refuses what it lacks.
fn warn_of_missing(program: &Program, images: &[String]) {
    for image in images {
        let unless = match image.as_str() {
            "coredns" => ", unless network.dns.enabled is false",
            "etcd" => ", unless kubernetes.etcd.external names one",
            _ => "",
        };
        program
            .terminal
            .warn(format_args!("there is no image of {image}: a cluster needs it{unless}"));
    }
}

fn tell(program: &Program, arguments: &BundleVerify, verification: &Verification) {
    let terminal = &program.terminal;
    let (good, bad) = (terminal.palette.good, terminal.palette.bad);
    if verification.valid {
        warn_of_missing(program, &verification.missing_images);
        let files = count(verification.files.unwrap_or(0), "file");
        let images = count(verification.images.unwrap_or(0), "image");
        let size = bytes(verification.bytes.unwrap_or(0));
        let bundle = &arguments.bundle;
        terminal.say(format_args!("{bundle} is {good}complete{good:#}: {files}, {images}, {size}"));
        return;
    }
    let problems = &verification.problems;
    terminal.message(format_args!(
        "{bad}error{bad:#}: {} in {}:\n{}",
        count(problems.len(), "problem"),
        arguments.bundle,
        indented(&problems.join("\n"), "  ").trim_end(),
    ));
}
