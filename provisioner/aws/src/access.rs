//! Credentials and clients.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};

use crate::error::Asked as _;
use crate::{AwsError, Pace};

/// How often a call is tried: throttling and passing faults are met with growing pauses.
const ATTEMPTS: u32 = 8;
/// The longest pause between two of them is so many times the first one.
const LONGEST_BACKOFF: u32 = 10;

/// A client for each service.
#[derive(Debug, Clone)]
pub struct Clients {
    pub(crate) config: SdkConfig,
    pub(crate) sts: aws_sdk_sts::Client,
    pub(crate) ec2: aws_sdk_ec2::Client,
    /// For calls that must not be repeated without looking first.
    pub(crate) ec2_once: aws_sdk_ec2::Client,
    pub(crate) eks: aws_sdk_eks::Client,
    pub(crate) iam: aws_sdk_iam::Client,
    pub(crate) elb: aws_sdk_elasticloadbalancing::Client,
    pub(crate) elbv2: aws_sdk_elasticloadbalancingv2::Client,
}

/// Who the credentials belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub account: String,
    pub arn: String,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
}

impl Clients {
    /// Finds credentials as the AWS CLI does: the environment, profiles, SSO, assumed roles, web
    /// identities, the instance. Without a region, that of the profile.
    pub async fn new(region: Option<&str>, pace: Pace) -> Self {
        let retry = RetryConfig::adaptive()
            .with_max_attempts(ATTEMPTS)
            .with_initial_backoff(pace.first_pause())
            .with_max_backoff(pace.first_pause() * LONGEST_BACKOFF);
        let mut loader =
            aws_config::defaults(BehaviorVersion::latest()).retry_config(retry).timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(10))
                    .operation_attempt_timeout(Duration::from_mins(1))
                    .build(),
            );
        if let Some(region) = region {
            loader = loader.region(Region::new(region.to_owned()));
        }
        let config = loader.load().await;
        let once = aws_sdk_ec2::config::Builder::from(&config)
            .retry_config(RetryConfig::disabled())
            .build();
        Self {
            sts: aws_sdk_sts::Client::new(&config),
            ec2: aws_sdk_ec2::Client::new(&config),
            ec2_once: aws_sdk_ec2::Client::from_conf(once),
            eks: aws_sdk_eks::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            elb: aws_sdk_elasticloadbalancing::Client::new(&config),
            elbv2: aws_sdk_elasticloadbalancingv2::Client::new(&config),
            config,
        }
    }

    /// Whose credentials these are.
    pub(crate) async fn identity(&self) -> Result<Identity, AwsError> {
        let what = "find out whose credentials these are";
        let answer = self.sts.get_caller_identity().send().await.asked(what)?;
        let arn = answer.arn.unwrap_or_default();
        let partition = arn.split(':').nth(1).unwrap_or("aws").to_owned();
        Ok(Identity { account: answer.account.unwrap_or_default(), arn, partition })
    }
}
