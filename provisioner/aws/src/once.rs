//! Making what AWS would make a second time when asked a second time.

use crate::AwsError;
use crate::pace::VISIBLE_WITHIN;
use crate::work::Work;
use tokio::time::Instant;

/// Codes after which it is not known whether AWS has done it.
const UNSURE: [&str; 9] = [
    "InternalError",
    "InternalFailure",
    "RequestLimitExceeded",
    "RequestTimeout",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "Unavailable",
];

/// How often it is asked for.
const ATTEMPTS: usize = 6;

/// Creates something, and looks for it before asking again when no clear answer came.
pub(crate) async fn create<T, C, F>(
    work: &Work<'_>,
    create: impl Fn() -> C,
    find: impl Fn() -> F,
) -> Result<T, AwsError>
where
    C: Future<Output = Result<Option<T>, AwsError>>,
    F: Future<Output = Result<Option<T>, AwsError>>,
{
    let begun = Instant::now();
    for attempt in 1.. {
        let error = match create().await {
            Ok(Some(made)) => return Ok(made),
            Ok(None) => AwsError::NoAnswer {
                what: "create a resource".to_owned(),
                cause: "AWS did not say which one it has made".to_owned(),
            },
            Err(error) => error,
        };
        let unsure = match &error {
            AwsError::NoAnswer { .. } => true,
            other => UNSURE.contains(&other.code()),
        };
        if !unsure || attempt == ATTEMPTS || begun.elapsed() > VISIBLE_WITHIN {
            return Err(error);
        }
        work.waiting(format!("asking again: {error}"));
        tokio::time::sleep(work.context.pace.pause(begun.elapsed()) * (1 << attempt.min(4))).await;
        if let Some(found) = find().await? {
            return Ok(found);
        }
    }
    unreachable!("the last attempt returns")
}
