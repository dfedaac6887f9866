use provisioner_engine::State;

/// When something began and ended, in seconds since the run began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) from: f64,
    /// None: it had not ended when the record did.
    pub(super) to: Option<f64>,
}

impl Span {
    /// Of what has this state at a time, and took so many seconds if it has ended.
    pub(super) fn new(at: f64, state: State, seconds: Option<f64>) -> Self {
        if state == State::Started {
            return Self { from: at, to: None };
        }
        Self { from: (at - seconds.unwrap_or(0.0)).max(0.0), to: Some(at) }
    }

    /// How long it took, or has taken until the record ended.
    pub(super) fn seconds(self, end_of_record: f64) -> f64 {
        self.to.unwrap_or(end_of_record) - self.from
    }
}
