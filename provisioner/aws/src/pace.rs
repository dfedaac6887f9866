//! How often AWS is asked whether something is done.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use crate::AwsError;

/// Growing pauses: what has taken long is asked about less often, and noticed late by a thirtieth of
/// its time at most.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    first: Duration,
    longest: Duration,
}

/// A pause is so much of what has passed.
const SHARE: u32 = 30;

/// How long something that was just made may be unknown to a part of AWS.
pub(crate) const VISIBLE_WITHIN: Duration = Duration::from_mins(3);
/// How long something may be held by what is being deleted.
pub(crate) const FREE_WITHIN: Duration = Duration::from_mins(15);

impl Pace {
    /// For an AWS that is `times` as fast as the real one.
    pub fn faster(times: u32) -> Self {
        let times = times.max(1);
        Self { first: Duration::from_secs(2) / times, longest: Duration::from_secs(6) / times }
    }

    pub(crate) fn first_pause(&self) -> Duration {
        self.first
    }

    pub(crate) fn pause(&self, passed: Duration) -> Duration {
        (passed / SHARE).clamp(self.first, self.longest)
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::faster(1)
    }
}

/// Tries again while the error is of a passing kind.
pub(crate) async fn patiently<T, F>(
    pace: Pace,
    within: Duration,
    passing: impl Fn(&AwsError) -> bool,
    mut call: impl FnMut() -> F,
) -> Result<T, AwsError>
where
    F: Future<Output = Result<T, AwsError>>,
{
    let begun = Instant::now();
    loop {
        match call().await {
            Err(error) if passing(&error) && begun.elapsed() < within => {
                tokio::time::sleep(pace.pause(begun.elapsed())).await;
            }
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_noticed_later_than_by_a_thirtieth() {
        let pace = Pace::default();
        assert_eq!(pace.pause(Duration::ZERO), Duration::from_secs(2));
        assert_eq!(pace.pause(Duration::from_mins(2)), Duration::from_secs(4));
        assert_eq!(pace.pause(Duration::from_mins(10)), Duration::from_secs(6));
    }
}
