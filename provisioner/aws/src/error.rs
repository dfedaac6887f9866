use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// Why something on AWS did not work. Messages read on after "failed to".
#[derive(Debug, Clone, thiserror::Error)]
pub enum AwsError {
    /// AWS refused a call.
    #[error("{what}: {message} ({code})")]
    Refused { what: String, code: String, message: String },
    /// No answer came.
    #[error("{what}: {cause}")]
    NoAnswer { what: String, cause: String },
    #[error("find credentials for AWS: {cause}")]
    NoCredentials { cause: String },
    #[error("sign a token: it is not said in which region the cluster is")]
    NoRegion,
    #[error("sign the request for a token: {cause}")]
    Sign { cause: String },
    #[error("work in the account {found}: the spec is for {wanted}")]
    OtherAccount { found: String, wanted: String },
    #[error("use {what}: {why}")]
    NotOurs { what: String, why: String },
    /// Something that AWS made did not become what it should.
    #[error("{what}: {reason}")]
    Broken { what: String, reason: String },
    /// A change of something that goes on as it was before.
    #[error("{what}: {reason}")]
    NotUpdated { what: String, reason: String },
    #[error("{what}: it took longer than {minutes} minutes; it was {last}")]
    TooLong { what: String, minutes: u64, last: String },
    #[error("reach the API of the cluster {0}: there is no such cluster yet")]
    NoCluster(String),
    #[error("{what}: {why}")]
    NotPossible { what: String, why: String, hint: String },
    #[error("go on: interrupted")]
    Interrupted,
}

/// What IAM says of the ARN of a policy that does not exist: no time brings it about.
const NO_SUCH_POLICY: &str = "does not exist or is not attachable";

impl AwsError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Refused { code, message, .. } => return hint_of_code(code, message),
            Self::NoAnswer { .. } => {
                "is AWS reached from here? the same command goes on".to_owned()
            }
            Self::NoCredentials { .. } => match std::env::var("AWS_PROFILE") {
                Ok(profile) => format!(
                    "as for the AWS CLI: `aws sts get-caller-identity --profile {profile}` says what \
                     it finds; `aws configure`, `aws sso login` or another AWS_PROFILE mend it"
                ),
                Err(_) => {
                    "as for the AWS CLI: `aws configure`, `aws sso login`, AWS_PROFILE".to_owned()
                }
            },
            Self::NoRegion => "--region, AWS_REGION, or the region of the profile".to_owned(),
            Self::OtherAccount { .. } => {
                "take other credentials, or correct eks.account".to_owned()
            }
            Self::NotOurs { .. } => {
                "give the cluster another name, or remove that resource by hand; if it is this \
                 cluster's after all, give it back its tag provisioner.dev/cluster"
                    .to_owned()
            }
            Self::Broken { .. } => {
                "once its reason is gone: `provisioner up --replace-failed` makes it anew"
                    .to_owned()
            }
            Self::NotUpdated { reason, .. } if reason.contains("PodEvictionFailure") => {
                "pods cannot be moved: see `kubectl get poddisruptionbudgets -A`; once they can, the \
                 same command goes on"
                    .to_owned()
            }
            Self::NotUpdated { .. } => {
                "it goes on as it was; once its reason is gone, the same command tries again".to_owned()
            }
            Self::NoCluster(_) => "`provisioner up` makes it".to_owned(),
            Self::TooLong { .. } => "the same command goes on waiting".to_owned(),
            Self::NotPossible { hint, .. } => hint.clone(),
            Self::Sign { .. } | Self::Interrupted => return None,
        })
    }

    /// AWS's own word for a refusal.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Refused { code, .. } => code,
            _ => "",
        }
    }

    /// Whether what was asked about does not exist.
    pub(crate) fn is_not_found(&self) -> bool {
        let code = self.code();
        let code = code.strip_suffix("Exception").unwrap_or(code);
        code.ends_with("NotFound") || code == "NoSuchEntity"
    }

    /// Whether the same name is taken already: by an earlier, cut off run for instance.
    pub(crate) fn is_already_there(&self) -> bool {
        let code = self.code();
        ["ResourceInUseException", "EntityAlreadyExists", "EntityAlreadyExistsException"]
            .contains(&code)
            || code.ends_with(".Duplicate")
            || code.ends_with("AlreadyExists")
            || code.ends_with(".AlreadyExistsException")
            || code == "InvalidSubnet.Conflict"
            || code == "Resource.AlreadyAssociated"
    }

    /// Whether something that was just made has not been seen by all of AWS yet: IAM says so in many
    /// ways.
    pub(crate) fn is_not_visible_yet(&self) -> bool {
        const SAID: [&str; 11] = [
            "does not exist",
            "cannot be found",
            "Error in role params",
            "Role could not be assumed because the trusted entity is not correct",
            "The provided role doesn't have the Amazon EKS Managed Policies",
            "IAM role's policy must include",
            "is not authorized to perform: sts:AssumeRole",
            "Trust relationship and permissions",
            "Misconfigured PodExecutionRole Trust Policy",
            "were not found in the trust relationships",
            "invalid principal",
        ];
        match self {
            Self::Refused { code, message, .. } => {
                (self.is_not_found() && !message.contains(NO_SUCH_POLICY))
                    || ((code == "InvalidParameterException" || code == "InvalidRequestException")
                        && SAID.iter().any(|said| message.contains(said)))
            }
            _ => false,
        }
    }

    /// Whether something else has to go, or to end, first.
    pub(crate) fn is_in_use(&self) -> bool {
        const CODES: [&str; 6] = [
            "DependencyViolation",
            "DeleteConflict",
            "DeleteConflictException",
            "InvalidIPAddress.InUse",
            "ResourceInUseException",
            "InvalidNetworkInterface.InUse",
        ];
        CODES.contains(&self.code())
            || (self.code() == "InvalidParameterValue" && self.to_string().contains("in use"))
    }
}

fn hint_of_code(code: &str, message: &str) -> Option<String> {
    let hint = match code {
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => {
            "these credentials may not do this: docs/iam/ has a policy for each command"
        }
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            "the credentials have expired: log in again; the same command goes on"
        }
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "AuthFailure" => "these are no valid credentials: see `aws sts get-caller-identity`",
        "UnsupportedAvailabilityZoneException" => {
            return Some(format!("name other zones under eks.zones: {message}"));
        }
        "VpcLimitExceeded"
        | "AddressLimitExceeded"
        | "NatGatewayLimitExceeded"
        | "ResourceLimitExceeded"
        | "ResourceLimitExceededException"
        | "LimitExceeded"
        | "LimitExceededException"
        | "InternetGatewayLimitExceeded" => {
            "the account allows no more of these: see Service Quotas; the same command goes on"
        }
        "Throttling"
        | "ThrottlingException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "ServiceUnavailable"
        | "ServiceUnavailableException"
        | "InternalError"
        | "ServerException"
        | "InternalFailure" => "AWS is busy: run the same command again, it goes on from here",
        "DependencyViolation" | "DeleteConflict" | "DeleteConflictException" => {
            "something that is not part of the cluster uses it: see what, and remove that"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

/// A call's answer with what was asked.
pub(crate) trait Asked<T> {
    /// `what` reads on after "failed to".
    fn asked(self, what: impl Into<String>) -> Result<T, AwsError>;
}

impl<T, E> Asked<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fn asked(self, what: impl Into<String>) -> Result<T, AwsError> {
        self.map_err(|error| {
            let what = what.into();
            if let Some(refused) = error.as_service_error() {
                AwsError::Refused {
                    what,
                    code: refused.code().unwrap_or("UnknownError").to_owned(),
                    message: refused.message().unwrap_or("it says no more").to_owned(),
                }
            } else if sources(&error).any(<dyn Error>::is::<CredentialsError>) {
                AwsError::NoCredentials { cause: causes(&error) }
            } else {
                AwsError::NoAnswer { what, cause: causes(&error) }
            }
        })
    }
}

fn sources<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// An error with all that has led to it; the SDK says some of it twice, or says nothing with it.
pub(crate) fn causes(error: &(dyn Error + 'static)) -> String {
    const SAYS_NOTHING: [&str; 4] = [
        "an error occurred while loading credentials",
        "dispatch failure",
        "other",
        "the credential provider was not enabled",
    ];
    let mut said: Vec<String> = Vec::new();
    for text in sources(error).map(ToString::to_string) {
        let known = said.iter().any(|one| one.contains(&text));
        if !known && !SAYS_NOTHING.contains(&text.as_str()) {
            said.push(text);
        }
    }
    if said.is_empty() { error.to_string() } else { said.join(": ") }
}

/// Nothing, where it does not exist.
pub(crate) trait IfFound<T> {
    fn if_found(self) -> Result<Option<T>, AwsError>;
}

impl<T> IfFound<T> for Result<T, AwsError> {
    fn if_found(self) -> Result<Option<T>, AwsError> {
        match self {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
