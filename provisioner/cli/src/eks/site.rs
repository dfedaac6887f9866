use camino::Utf8Path;
use provisioner_aws::{AwsSite, Clients, Pace};
use provisioner_spec::{EksCluster, Spec};

use crate::environment;
use crate::error::Error;
use crate::program::{Program, block_on};
use crate::render::diagnostics;
use crate::spec_file::{self, SpecFile};

/// A cluster on EKS, as its spec describes it.
#[derive(Debug, Clone)]
pub(crate) struct Eks {
    pub(crate) cluster: EksCluster,
}

impl Eks {
    /// What the spec describes, if it is a cluster on EKS.
    pub(crate) fn of(program: &Program, path: &Utf8Path) -> Result<Option<Self>, Error> {
        let known = spec_file::known(program, path)?;
        let parsed = SpecFile::open(path)?.read(known).map_err(Error::Spec)?;
        let Spec::Eks(cluster) = parsed.spec else { return Ok(None) };
        if !parsed.unavailable.is_empty() {
            return Err(Error::Spec(Box::new(parsed.unavailable)));
        }
        if !parsed.warnings.is_empty() {
            let terminal = &program.terminal;
            terminal.say(diagnostics(&parsed.warnings, terminal.palette));
        }
        Ok(Some(Self { cluster: *cluster }))
    }

    /// With a way to AWS.
    pub(crate) fn site(self) -> Result<AwsSite, Error> {
        let Self { cluster } = self;
        block_on(async {
            let pace = Pace::faster(environment::aws_pace());
            let clients = Clients::new(Some(&cluster.eks.region), pace).await;
            Ok(AwsSite { cluster, clients, pace })
        })
    }
}

/// Refuses a command that is for hosts only.
pub(crate) fn refuse(
    program: &Program,
    path: &Utf8Path,
    command: &'static str,
) -> Result<(), Error> {
    match Eks::of(program, path)? {
        Some(_) => Err(Error::ForHostsOnly { what: command }),
        None => Ok(()),
    }
}
