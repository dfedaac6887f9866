//! The time that people take for their answers, which counts against nobody.

use std::future::Future;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

#[derive(Debug, Default)]
pub(crate) struct Thinking(Mutex<Spent>);

#[derive(Debug, Default)]
struct Spent {
    before: Duration,
    /// Since when a question is open, if one is.
    open: Option<Instant>,
}

/// Ends when it is dropped.
pub(crate) struct Thought<'a>(&'a Thinking);

/// A moment that is put off by as long as people think.
pub(crate) struct Deadline<'a> {
    thinking: &'a Thinking,
    at: Instant,
    spent: Duration,
}

impl Thinking {
    /// A question is open from now on; there is only one at a time.
    pub(crate) fn begin(&self) -> Thought<'_> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).open = Some(Instant::now());
        Thought(self)
    }

    pub(crate) fn deadline(&self, at: Instant) -> Deadline<'_> {
        Deadline { thinking: self, at, spent: self.spent() }
    }

    fn spent(&self) -> Duration {
        let spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spent.before + spent.open.map_or(Duration::ZERO, |open| open.elapsed())
    }
}

impl Drop for Thought<'_> {
    fn drop(&mut self) {
        let mut spent = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let thought = spent.open.take().map_or(Duration::ZERO, |open| open.elapsed());
        spent.before += thought;
    }
}

impl Deadline<'_> {
    /// What comes of it, if it comes before the deadline.
    pub(crate) async fn bound<T>(&self, step: impl Future<Output = T>) -> Option<T> {
        let mut step = pin!(step);
        loop {
            let at = self.now_at();
            tokio::select! {
                biased;
                result = &mut step => return Some(result),
                () = sleep_until(at) => if self.now_at() <= Instant::now() { return None },
            }
        }
    }

    fn now_at(&self) -> Instant {
        self.at + self.thinking.spent().saturating_sub(self.spent)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_time_passes_while_somebody_thinks() {
        let thinking = Thinking::default();
        let deadline = thinking.deadline(Instant::now() + Duration::from_secs(20));
        let asked = async {
            sleep(Duration::from_secs(5)).await;
            let thought = thinking.begin();
            sleep(Duration::from_mins(10)).await;
            drop(thought);
            sleep(Duration::from_secs(10)).await;
        };
        assert_eq!(deadline.bound(asked).await, Some(()));
        let longer = sleep(Duration::from_secs(10));
        assert_eq!(deadline.bound(longer).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_others_are_asked_holds_up_nobody_else() {
        let thinking = Thinking::default();
        let deadline = thinking.deadline(Instant::now() + Duration::from_secs(20));
        let _thought = thinking.begin();
        assert_eq!(deadline.bound(sleep(Duration::from_mins(2))).await, Some(()));
    }
}
