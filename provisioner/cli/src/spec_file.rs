use std::io::Read as _;
use std::sync::OnceLock;

use camino::Utf8Path;
use provisioner_kube::Surroundings;
use provisioner_spec::{Cluster, Diagnostics, Known, Parsed, ParsedSpec};
use semver::Version;

use crate::audit_policy;
use crate::eks::Eks;
use crate::error::Error;
use crate::etcd_files;
use crate::hooks;
use crate::libraries;
use crate::program::Program;

/// Standard input can be read once only.
static INPUT: OnceLock<Vec<u8>> = OnceLock::new();

/// A spec's text and what it is called in messages.
#[derive(Debug)]
pub(crate) struct SpecFile {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl SpecFile {
    /// Reads the file; `-` is standard input.
    pub(crate) fn open(path: &Utf8Path) -> Result<Self, Error> {
        let failed = |source| Error::ReadSpec { path: path.to_owned(), source };
        if path != "-" {
            return Self::of(std::fs::read(path).map_err(failed)?, path.as_str());
        }
        let mut bytes = Vec::new();
        if let Some(read) = INPUT.get() {
            bytes.clone_from(read);
        } else {
            std::io::stdin().lock().read_to_end(&mut bytes).map_err(failed)?;
            let _ = INPUT.set(bytes.clone());
        }
        Self::of(bytes, "<stdin>")
    }

    fn of(bytes: Vec<u8>, name: &str) -> Result<Self, Error> {
        let text = provisioner_spec::text(bytes, name);
        let text = text.map_err(|wrong| Error::Spec(Box::new(wrong)))?;
        Ok(Self { name: name.to_owned(), text })
    }

    /// What the text says, on hosts or on EKS, whether this version can bring it about or not.
    pub(crate) fn read(&self, known: Known) -> Result<ParsedSpec, Box<Diagnostics>> {
        provisioner_spec::read_spec_with(&self.text, &self.name, known).map_err(Box::new)
    }

    /// The same for a cluster on hosts.
    fn read_hosts(&self, known: Known) -> Result<Parsed, Box<Diagnostics>> {
        provisioner_spec::read_with(&self.text, &self.name, known).map_err(Box::new)
    }
}

/// What a spec in that file is held to.
pub(crate) fn known(program: &Program, spec: &Utf8Path) -> Result<Known, Error> {
    let addons = libraries::addons(program)?.schemas();
    let library = libraries::playbooks(program)?;
    let folder = hooks::folder(spec);
    // Without a home directory `~` is what it is.
    let home = program.environment.home().unwrap_or(Utf8Path::new("~")).to_owned();
    let places = library.places();
    let (policies, homes) = (folder.clone(), home.clone());
    let (certificates, homes_of) = (folder.clone(), home.clone());
    let certificate = move |certificate: &Utf8Path, key: Option<&Utf8Path>| {
        let resolved = |path: &Utf8Path| hooks::resolved(path, &certificates, &homes_of);
        etcd_files::judge(&resolved(certificate), key.map(resolved).as_deref())
    };
    let policy = move |path: &Utf8Path| {
        audit_policy::read(&hooks::resolved(path, &policies, &homes)).map(|_| ())
    };
    let judge = move |path: &Utf8Path| {
        let path = hooks::resolved(path, &folder, &home);
        hooks::judge(&path, &library).map_err(|error| error.to_string())
    };
    let known = Known::from(addons).with_places(places).with_playbooks(judge);
    Ok(known.with_policies(policy).with_certificates(certificate))
}

/// The cluster on hosts that a spec file describes; all of it can be brought about.
pub(crate) fn cluster(program: &Program, path: &Utf8Path) -> Result<Cluster, Error> {
    let known = known(program, path)?;
    available(SpecFile::open(path)?.read_hosts(known).map_err(Error::Spec)?)
}

/// The same at another version of Kubernetes.
pub(crate) fn cluster_at(
    program: &Program,
    path: &Utf8Path,
    version: &Version,
) -> Result<Cluster, Error> {
    let known = known(program, path)?;
    let spec = SpecFile::open(path)?;
    let parsed = provisioner_spec::read_at(&spec.text, &spec.name, known, version);
    available(parsed.map_err(|wrong| Error::Spec(Box::new(wrong)))?)
}

/// What the addons of a spec see of its cluster, on hosts or on EKS.
pub(crate) fn surroundings(program: &Program, path: &Utf8Path) -> Result<Surroundings, Error> {
    Ok(match Eks::of(program, path)? {
        Some(eks) => Surroundings::from(&eks.cluster),
        None => Surroundings::from(&cluster(program, path)?),
    })
}

fn available(parsed: Parsed) -> Result<Cluster, Error> {
    if parsed.unavailable.is_empty() {
        Ok(parsed.cluster)
    } else {
        Err(Error::Spec(Box::new(parsed.unavailable)))
    }
}
