/// What a run of [`crate::up`] reports while it goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum LabEvent {
    /// The image of all hosts is missing and being made: some 25 s.
    ImageStarted,
    ImageReady {
        seconds: f64,
    },
    /// Bridge, address translation and resolver are there.
    NetworkReady {
        bridge: String,
    },
    HostStarted {
        host: String,
    },
    /// The host's sshd answers.
    HostReady {
        host: String,
        seconds: f64,
    },
    /// The host ran already.
    HostUnchanged {
        host: String,
    },
    /// The host is no longer in the definition.
    HostRemoved {
        host: String,
    },
}
