use provisioner_pki::Kubeconfig;

use super::site::Eks;
use crate::environment;
use crate::error::Error;
use crate::program::block_on;

/// The kubeconfig of the cluster: kubectl asks this program for tokens.
pub(crate) fn kubeconfig(eks: Eks) -> Result<Kubeconfig, Error> {
    let site = eks.site()?;
    let program = environment::program();
    let profile = environment::aws_profile();
    let made = async { Ok(provisioner_aws::kubeconfig(site, &program, profile.as_deref()).await?) };
    let text = block_on(made)?;
    Ok(Kubeconfig::parse(&text)?)
}
