use provisioner_bundle::Bundle;
use provisioner_playbook::Library;
use provisioner_spec::Cluster;

use crate::{Access, EtcdClient};

/// A cluster on hosts with all that a run needs to know before it talks to them.
#[derive(Debug, Clone)]
pub struct Site {
    pub cluster: Cluster,
    pub library: Library,
    pub bundle: Option<Bundle>,
    pub access: Access,
    /// Where etcd runs elsewhere.
    pub etcd: Option<EtcdClient>,
}
