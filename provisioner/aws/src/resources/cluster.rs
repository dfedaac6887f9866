//! The control plane.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_eks::operation::update_cluster_config::builders::UpdateClusterConfigFluentBuilder;
use aws_sdk_eks::types::{
    AccessConfigResponse, AuthenticationMode, ClusterStatus, CreateAccessConfigRequest,
    EncryptionConfig, KubernetesNetworkConfigRequest, LogSetup, LogType, Logging, Provider,
    UpdateAccessConfigRequest, VpcConfigRequest, VpcConfigResponse,
};
use provisioner_spec::{Eks, EksVersion, IamRole};

use crate::AwsError;
use crate::account::Account;
use crate::difference::{Difference, Tags};
use crate::error::{Asked as _, IfFound as _};
use crate::names::CLUSTER_TAG;
use crate::resource::{Removal, Resource};
use crate::resources::update::{Of, ended};
use crate::resources::{addon, oidc_provider};
use crate::work::{Context, Look, Work};
use crate::{tags, targets};

const WITHIN: Duration = Duration::from_mins(45);
/// The control plane may be so many minor versions ahead of the nodes.
pub const MOST_AHEAD: u64 = 3;

#[derive(Debug, Clone)]
pub(crate) struct ClusterState {
    pub(crate) arn: String,
    pub(crate) status: ClusterStatus,
    pub(crate) version: Option<EksVersion>,
    pub(crate) role: String,
    pub(crate) vpc: Option<String>,
    pub(crate) subnets: Vec<String>,
    pub(crate) security_groups: Vec<String>,
    /// The one that EKS has made, which nodes have as well.
    pub(crate) own_security_group: Option<String>,
    pub(crate) public: bool,
    pub(crate) private: bool,
    pub(crate) public_cidrs: Vec<String>,
    pub(crate) logging: BTreeSet<String>,
    pub(crate) secrets_key: Option<String>,
    pub(crate) authentication_mode: Option<String>,
    pub(crate) deletion_protection: bool,
    pub(crate) service_cidr: Option<String>,
    pub(crate) endpoint: Option<String>,
    pub(crate) certificate_authority: Option<String>,
    pub(crate) issuer: Option<String>,
    /// What AWS says is wrong.
    pub(crate) issues: Vec<String>,
    pub(crate) tags: Tags,
}

#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) eks: Eks,
    pub(crate) version: Option<EksVersion>,
    pub(crate) service_cidr: Option<String>,
    /// The name of the role that is made for it.
    pub(crate) role_name: String,
    /// Names of the subnets that are made; ids of those that exist.
    pub(crate) subnets: Vec<String>,
    pub(crate) tags: Tags,
}

pub(crate) async fn find(context: &Context) -> Result<Option<ClusterState>, AwsError> {
    let call = context.clients.eks.describe_cluster().name(context.names.cluster());
    let answer = call.send().await.asked("look for the cluster").if_found()?;
    Ok(answer.and_then(|answer| answer.cluster).map(state))
}

fn state(cluster: aws_sdk_eks::types::Cluster) -> ClusterState {
    let vpc = cluster.resources_vpc_config.unwrap_or_else(|| VpcConfigResponse::builder().build());
    let log_setups = cluster.logging.and_then(|logging| logging.cluster_logging);
    let enabled = log_setups.into_iter().flatten().filter(|setup| setup.enabled == Some(true));
    let types = enabled.flat_map(|setup| setup.types.unwrap_or_default());
    let mut keys = cluster.encryption_config.into_iter().flatten();
    let issues = cluster.health.and_then(|health| health.issues).into_iter().flatten();
    let issue = |issue: aws_sdk_eks::types::ClusterIssue| {
        let code = issue.code.map_or("issue".to_owned(), |code| code.as_str().to_owned());
        format!("{code}: {}", issue.message.unwrap_or_default())
    };
    let mode = |config: AccessConfigResponse| config.authentication_mode;
    ClusterState {
        arn: cluster.arn.unwrap_or_default(),
        status: cluster.status.unwrap_or(ClusterStatus::Creating),
        version: cluster.version.and_then(|version| version.parse().ok()),
        role: cluster.role_arn.unwrap_or_default(),
        vpc: vpc.vpc_id,
        subnets: vpc.subnet_ids.unwrap_or_default(),
        security_groups: vpc.security_group_ids.unwrap_or_default(),
        own_security_group: vpc.cluster_security_group_id,
        public: vpc.endpoint_public_access,
        private: vpc.endpoint_private_access,
        public_cidrs: vpc.public_access_cidrs.unwrap_or_default(),
        logging: types.map(|kind| kind.as_str().to_owned()).collect(),
        secrets_key: keys.find_map(|config| config.provider?.key_arn),
        authentication_mode: cluster
            .access_config
            .and_then(mode)
            .map(|mode| mode.as_str().to_owned()),
        deletion_protection: cluster.deletion_protection == Some(true),
        service_cidr: cluster.kubernetes_network_config.and_then(|config| config.service_ipv4_cidr),
        endpoint: cluster.endpoint,
        certificate_authority: cluster.certificate_authority.and_then(|ca| ca.data),
        issuer: cluster.identity.and_then(|identity| identity.oidc?.issuer),
        issues: issues.map(issue).collect(),
        tags: cluster.tags.into_iter().flatten().collect(),
    }
}

#[async_trait::async_trait]
impl Resource for Cluster {
    fn target(&self) -> String {
        targets::CLUSTER.to_owned()
    }

    /// Neither NAT gateways nor private routes: they come up while the control plane does.
    fn after(&self, _: &Account) -> Vec<String> {
        let mut after: Vec<_> = self.subnets.iter().map(|name| targets::subnet(name)).collect();
        after.push(targets::role("cluster"));
        after.push(targets::SECURITY_GROUP.to_owned());
        after
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let Some(cluster) = &account.cluster else { return Ok(self.as_new()) };
        self.refuse_others(account, cluster)?;
        self.refuse_fixed(account, cluster)?;
        let logging: Vec<_> = cluster.logging.iter().cloned().collect();
        let is_ready = matches!(cluster.status, ClusterStatus::Active);
        let status = if is_ready { "ACTIVE" } else { cluster.status.as_str() };
        let mut difference = Difference::of_existing().field("status", status, "ACTIVE");
        if let Some(version) = self.version {
            let is = cluster.version.map(|version| version.to_string());
            difference = difference.field("version", is, version.to_string());
        }
        let eks = &self.eks;
        difference = difference
            .field("endpoint.public", cluster.public, eks.endpoint.public)
            .field("endpoint.private", cluster.private, eks.endpoint.private)
            .field("logging", &logging, &self.logging())
            .field("authenticationMode", cluster.authentication_mode.as_ref(), self.mode())
            .field("deletionProtection", cluster.deletion_protection, eks.deletion_protection);
        if eks.endpoint.public {
            difference =
                difference.field("endpoint.publicCidrs", &cluster.public_cidrs, &self.cidrs());
        }
        difference = self.placement(account, cluster, difference);
        if let (None, Some(key)) = (&cluster.secrets_key, &eks.secrets_key) {
            difference = difference.field("secretsKey", None::<String>, key);
        }
        Ok(difference.tags(&cluster.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let existing = work.context.account().cluster.clone();
        let replace = work.context.replace_failed;
        let cluster = match existing {
            None => self.create(work).await?,
            Some(cluster) if is_over(&cluster, replace) => {
                if cluster.status != ClusterStatus::Deleting {
                    delete(work).await?;
                }
                gone(work).await?;
                self.forget(work).await?;
                self.create(work).await?
            }
            Some(_) => {
                let cluster = active(work).await?;
                self.change(work, &cluster, difference).await?;
                active(work).await?
            }
        };
        // Without a version in the spec, only now is it known which addons go with it.
        let unknown = work.context.account().addon_versions.is_empty();
        if let Some(version) = cluster.version.filter(|_| unknown) {
            let versions = addon::versions(work.context, version).await?;
            work.context.update(|account| account.addon_versions = versions);
        }
        work.context.update(|account| account.cluster = Some(cluster));
        Ok(())
    }
}

/// Whether it goes before another one is made.
fn is_over(cluster: &ClusterState, replace_failed: bool) -> bool {
    cluster.status == ClusterStatus::Deleting
        || (cluster.status == ClusterStatus::Failed && replace_failed)
}

impl Cluster {
    /// What was in a cluster has gone with it; the trust in its service accounts has not.
    async fn forget(&self, work: &Work<'_>) -> Result<(), AwsError> {
        let provider = work.context.account().oidc.clone();
        if let Some(provider) = provider {
            oidc_provider::delete(work, &provider.arn).await?;
        }
        work.context.update(|account| {
            account.oidc = None;
            account.cluster = None;
            account.addons.clear();
            account.access_entries.clear();
            account.pod_identities.clear();
            account.node_groups.clear();
        });
        Ok(())
    }

    fn as_new(&self) -> Difference {
        let eks = &self.eks;
        let role = match &eks.roles.cluster {
            IamRole::Create => &self.role_name,
            IamRole::Arn(arn) => arn,
        };
        Difference::create()
            .with("version", self.version.map(|version| version.to_string()))
            .with("role", role)
            .with("subnets", &self.subnets)
            .with("endpoint.public", eks.endpoint.public)
            .with("endpoint.private", eks.endpoint.private)
            .with("endpoint.publicCidrs", &self.cidrs())
            .with("logging", &self.logging())
            .with("secretsKey", eks.secrets_key.as_ref())
            .with("authenticationMode", self.mode())
            .with("serviceCidr", self.service_cidr.as_ref())
            .with("deletionProtection", eks.deletion_protection)
            .tags(&Tags::new(), &self.tags)
    }

    /// The subnets and security groups of its network interfaces.
    fn placement(
        &self,
        account: &Account,
        is: &ClusterState,
        difference: Difference,
    ) -> Difference {
        let shown = |id: &String| account.subnet_name(id).unwrap_or_else(|| id.clone());
        let subnets: Vec<_> = is.subnets.iter().map(shown).collect();
        let groups = self.security_groups(account);
        difference.field("subnets", &subnets, &self.subnets).field(
            "securityGroups",
            &is.security_groups,
            &groups,
        )
    }

    /// Ours, and those of the spec.
    fn security_groups(&self, account: &Account) -> Vec<String> {
        let ours = account.security_group.as_ref().map(|group| group.id.clone());
        ours.into_iter().chain(self.eks.vpc.security_groups.iter().cloned()).collect()
    }

    fn mode(&self) -> String {
        self.eks.authentication_mode.to_string()
    }

    fn cidrs(&self) -> Vec<String> {
        self.eks.endpoint.public_cidrs.iter().map(ToString::to_string).collect()
    }

    fn logging(&self) -> Vec<String> {
        self.eks.logging.iter().map(|log| log.as_str().to_owned()).collect()
    }

    /// A cluster of that name that somebody else has made is not touched. One that has lost its tag
    /// is known by the role or the VPC that were made for it.
    fn refuse_others(&self, account: &Account, cluster: &ClusterState) -> Result<(), AwsError> {
        let owner = cluster.tags.get(CLUSTER_TAG);
        let in_our_vpc = account.vpc.as_ref().is_some_and(|vpc| {
            cluster.vpc.as_ref() == Some(&vpc.id)
                && vpc.tags.get(CLUSTER_TAG) == self.tags.get(CLUSTER_TAG)
        });
        let has_our_role = cluster.role.ends_with(&format!("role/{}", self.role_name));
        let is_ours = match owner {
            Some(owner) => Some(owner) == self.tags.get(CLUSTER_TAG),
            None => in_our_vpc || has_our_role,
        };
        if is_ours {
            return Ok(());
        }
        Err(AwsError::NotOurs {
            what: "the cluster of that name".to_owned(),
            why: format!("it has no tag {CLUSTER_TAG}, so it was made by somebody else"),
        })
    }

    /// What a cluster keeps for life.
    fn refuse_fixed(&self, account: &Account, cluster: &ClusterState) -> Result<(), AwsError> {
        let refuse = |what: &str, is: &str, wanted: &str| {
            Err(AwsError::NotPossible {
                what: format!("change {what} of the cluster to {wanted}"),
                why: format!("it is {is}, and a cluster keeps it"),
                hint: "write that into the spec, or make another cluster".to_owned(),
            })
        };
        if let (Some(is), Some(wanted)) = (&cluster.service_cidr, &self.service_cidr)
            && is != wanted
        {
            return refuse("the services' range", is, wanted);
        }
        match (&cluster.secrets_key, &self.eks.secrets_key) {
            (Some(is), Some(wanted)) if is != wanted => return refuse("the key", is, wanted),
            _ => {}
        }
        let wanted_role = match &self.eks.roles.cluster {
            IamRole::Arn(arn) => Some(arn.clone()),
            IamRole::Create => account.roles.get(&self.role_name).map(|role| role.arn.clone()),
        };
        if let Some(wanted) = wanted_role.filter(|wanted| *wanted != cluster.role) {
            return refuse("the role", &cluster.role, &wanted);
        }
        match (cluster.version, self.version) {
            (Some(is), Some(wanted)) if wanted < is => {
                refuse("the version", &is.to_string(), &wanted.to_string())
            }
            (Some(is), Some(wanted)) if wanted.minor > is.minor + MOST_AHEAD => {
                Err(AwsError::NotPossible {
                    what: format!("go from {is} to {wanted} at once"),
                    why: "the nodes may be three minor versions behind at most".to_owned(),
                    hint: "`provisioner upgrade --to VERSION` goes step by step".to_owned(),
                })
            }
            _ => Ok(()),
        }
    }

    fn vpc_config(&self, account: &Account) -> Result<VpcConfigRequest, AwsError> {
        let subnets = self.subnets.iter().map(|name| account.subnet_id(name));
        let endpoint = &self.eks.endpoint;
        Ok(VpcConfigRequest::builder()
            .set_subnet_ids(Some(subnets.collect::<Result<_, _>>()?))
            .set_security_group_ids(Some(self.security_groups(account)))
            .endpoint_public_access(endpoint.public)
            .endpoint_private_access(endpoint.private)
            .set_public_access_cidrs(endpoint.public.then(|| self.cidrs()))
            .build())
    }

    /// A cluster's name is unique: one that is there already is waited for.
    async fn create(&self, work: &Work<'_>) -> Result<ClusterState, AwsError> {
        let (role, vpc) = {
            let account = work.context.account();
            (
                account.role_arn(&self.eks.roles.cluster, &self.role_name)?,
                self.vpc_config(&account)?,
            )
        };
        let access = CreateAccessConfigRequest::builder()
            .authentication_mode(AuthenticationMode::from(self.mode().as_str()))
            .bootstrap_cluster_creator_admin_permissions(self.eks.creator_is_admin)
            .build();
        let network = KubernetesNetworkConfigRequest::builder()
            .set_service_ipv4_cidr(self.service_cidr.clone())
            .build();
        let encryption = self.eks.secrets_key.as_ref().map(|key| vec![encryption(key)]);
        let made = work
            .once_visible(async || {
                let call = work.clients().eks.create_cluster().name(work.names().cluster());
                let call = call
                    .set_version(self.version.map(|version| version.to_string()))
                    .role_arn(&role)
                    .resources_vpc_config(vpc.clone())
                    .access_config(access.clone())
                    .kubernetes_network_config(network.clone())
                    .set_encryption_config(encryption.clone())
                    .logging(logging(&self.logging(), &BTreeSet::new()))
                    // They come as addons, which can be updated.
                    .bootstrap_self_managed_addons(false)
                    .deletion_protection(self.eks.deletion_protection)
                    .set_tags(Some(self.tags.clone().into_iter().collect()));
                call.send().await.asked("create the cluster")
            })
            .await;
        match made {
            Err(error) if error.is_already_there() => {}
            other => drop(other?),
        }
        active(work).await
    }

    /// One kind of change a call: EKS takes no two at once.
    async fn change(
        &self,
        work: &Work<'_>,
        is: &ClusterState,
        difference: &Difference,
    ) -> Result<(), AwsError> {
        if difference.touches("tags") {
            tags::set_eks(work.clients(), &is.arn, &self.tags).await?;
        }
        if difference.touches("deletionProtection") {
            set_deletion_protection(work, self.eks.deletion_protection).await?;
        }
        if difference.touches("logging") {
            let logging = logging(&self.logging(), &is.logging);
            let what = "change the logging of the cluster";
            configure(work, what, |call| call.logging(logging.clone())).await?;
        }
        if difference.touches("endpoint") {
            let request = self.endpoint_request();
            let what = "change the endpoint of the cluster";
            configure(work, what, |call| call.resources_vpc_config(request.clone())).await?;
        }
        if difference.touches("subnets") || difference.touches("securityGroups") {
            let request = self.placement_request(&work.context.account())?;
            let what = "change the subnets of the cluster";
            configure(work, what, |call| call.resources_vpc_config(request.clone())).await?;
        }
        if difference.touches("authenticationMode") {
            let mode = AuthenticationMode::from(self.mode().as_str());
            let request = UpdateAccessConfigRequest::builder().authentication_mode(mode).build();
            let what = "change the authentication mode of the cluster";
            configure(work, what, |call| call.access_config(request.clone())).await?;
        }
        if difference.touches("secretsKey") {
            self.encrypt(work).await?;
        }
        if difference.touches("version") {
            self.upgrade(work, is.version).await?;
        }
        Ok(())
    }

    fn endpoint_request(&self) -> VpcConfigRequest {
        let endpoint = &self.eks.endpoint;
        VpcConfigRequest::builder()
            .endpoint_public_access(endpoint.public)
            .endpoint_private_access(endpoint.private)
            .set_public_access_cidrs(endpoint.public.then(|| self.cidrs()))
            .build()
    }

    fn placement_request(&self, account: &Account) -> Result<VpcConfigRequest, AwsError> {
        let placement = self.vpc_config(account)?;
        Ok(VpcConfigRequest::builder()
            .set_subnet_ids(placement.subnet_ids)
            .set_security_group_ids(placement.security_group_ids)
            .build())
    }

    async fn encrypt(&self, work: &Work<'_>) -> Result<(), AwsError> {
        let Some(key) = &self.eks.secrets_key else { return Ok(()) };
        let what = "encrypt the Secrets of the cluster";
        updated(work, what, async || {
            let call = work.clients().eks.associate_encryption_config();
            let call = call.cluster_name(work.names().cluster());
            Ok(call.encryption_config(encryption(key)).send().await.asked(what)?.update)
        })
        .await
    }

    /// One minor version after the other: EKS takes no larger steps.
    async fn upgrade(&self, work: &Work<'_>, is: Option<EksVersion>) -> Result<(), AwsError> {
        let (Some(is), Some(wanted)) = (is, self.version) else { return Ok(()) };
        for minor in is.minor + 1..=wanted.minor {
            let version = EksVersion { minor }.to_string();
            let what = format!("upgrade the control plane to {version}");
            updated(work, &what, async || {
                let call = work.clients().eks.update_cluster_version();
                let call = call.name(work.names().cluster()).version(&version);
                Ok(call.send().await.asked(&what)?.update)
            })
            .await?;
        }
        Ok(())
    }
}

/// Asks for an update, once no other one is under way, and waits until it has ended.
async fn updated<F>(work: &Work<'_>, what: &str, ask: impl FnMut() -> F) -> Result<(), AwsError>
where
    F: Future<Output = Result<Option<aws_sdk_eks::types::Update>, AwsError>>,
{
    let update = work.once_free(ask).await?;
    ended(work, what, Of::Cluster, update).await
}

/// Changes one part of the configuration.
async fn configure(
    work: &Work<'_>,
    what: &str,
    set: impl Fn(UpdateClusterConfigFluentBuilder) -> UpdateClusterConfigFluentBuilder,
) -> Result<(), AwsError> {
    updated(work, what, async || {
        let call = work.clients().eks.update_cluster_config().name(work.names().cluster());
        Ok(set(call).send().await.asked(what)?.update)
    })
    .await
}

pub(crate) async fn set_deletion_protection(work: &Work<'_>, on: bool) -> Result<(), AwsError> {
    let what = if on { "protect the cluster from deletion" } else { "let the cluster be deleted" };
    configure(work, what, |call| call.deletion_protection(on)).await
}

fn encryption(key: &str) -> EncryptionConfig {
    let provider = Provider::builder().key_arn(key).build();
    // The API still wants it, though everything is encrypted since 1.28.
    #[allow(deprecated)]
    EncryptionConfig::builder().resources("secrets").provider(provider).build()
}

/// Which logs are switched on, and which of those that are on are switched off.
fn logging(wanted: &[String], is: &BTreeSet<String>) -> Logging {
    let types = |names: Vec<&String>| -> Vec<LogType> {
        names.into_iter().map(|name| LogType::from(name.as_str())).collect()
    };
    let on = types(wanted.iter().collect());
    let off = types(is.iter().filter(|name| !wanted.contains(name)).collect());
    let setup = |types: Vec<LogType>, enabled| {
        LogSetup::builder().set_types(Some(types)).enabled(enabled).build()
    };
    let setups = [(on, true), (off, false)].into_iter().filter(|(types, _)| !types.is_empty());
    let setups = setups.map(|(types, enabled)| setup(types, enabled)).collect();
    Logging::builder().set_cluster_logging(Some(setups)).build()
}

/// Waits until the control plane is ready.
pub(crate) async fn active(work: &Work<'_>) -> Result<ClusterState, AwsError> {
    work.until("the control plane", WITHIN, async || {
        let Some(cluster) = find(work.context).await? else {
            return Ok(Look::NotYet("not seen yet".to_owned()));
        };
        match cluster.status {
            ClusterStatus::Active => Ok(Look::Done(cluster)),
            ClusterStatus::Failed | ClusterStatus::Deleting => Err(AwsError::Broken {
                what: "make the control plane".to_owned(),
                reason: if cluster.issues.is_empty() {
                    format!("it is {}", cluster.status)
                } else {
                    cluster.issues.join("; ")
                },
            }),
            status => Ok(Look::NotYet(status.as_str().to_owned())),
        }
    })
    .await
}

async fn delete(work: &Work<'_>) -> Result<(), AwsError> {
    work.once_free(async || {
        let call = work.clients().eks.delete_cluster().name(work.names().cluster());
        call.send().await.asked("delete the cluster").if_found()
    })
    .await
    .map(drop)
}

async fn gone(work: &Work<'_>) -> Result<(), AwsError> {
    work.until("the control plane", WITHIN, async || {
        Ok(match find(work.context).await? {
            None => Look::Done(()),
            Some(cluster) => Look::NotYet(cluster.status.as_str().to_owned()),
        })
    })
    .await
}

#[derive(Debug)]
pub(crate) struct ClusterRemoval {
    pub(crate) cluster: ClusterState,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for ClusterRemoval {
    fn target(&self) -> String {
        targets::CLUSTER.to_owned()
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        vec![self.cluster.arn.clone()]
    }

    /// Its own security group goes with it, but only when no network interface is left in it.
    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        if self.cluster.deletion_protection {
            set_deletion_protection(work, false).await?;
        }
        if self.cluster.status != ClusterStatus::Deleting {
            delete(work).await?;
        }
        gone(work).await
    }
}
