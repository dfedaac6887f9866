//! Carries out tasks on hosts.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use provisioner_engine::{Driver, FailureKind, Mode, Task, TaskFailure, TaskReporter};
use provisioner_playbook::frames::{Frame, StageEnd};
use provisioner_ssh::{Connector, SshError};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::session::Session;
use crate::work::{Reading, script};
use crate::{HostAction, HostsError};

/// A connection that is lost over and over is no connection.
const ATTEMPTS: usize = 5;

pub(crate) struct HostsDriver {
    connector: Connector,
    sessions: BTreeMap<String, Mutex<Session>>,
    /// Where the big files are here, by digest.
    files: BTreeMap<String, Utf8PathBuf>,
}

#[async_trait::async_trait]
impl Driver<HostAction> for HostsDriver {
    async fn run(
        &self,
        _stage: &str,
        task: &Task<HostAction>,
        mode: Mode,
        reporter: &TaskReporter,
    ) -> Result<(), TaskFailure> {
        let Some(session) = self.sessions.get(&task.target) else {
            return Err(TaskFailure::new(
                FailureKind::Internal,
                format!("there is no host {}", task.target),
            ));
        };
        let mut session = session.lock().await;
        let mut attempt = 1;
        loop {
            let ended = self.attempt(&mut session, task, mode, reporter).await;
            match ended {
                Ok(StageEnd::Ok) => return Ok(()),
                Ok(StageEnd::Failed) => return Err(TaskFailure::step_failed()),
                Ok(StageEnd::Interrupted) => return Err(TaskFailure::interrupted()),
                Err(error) if may_try_again(&session, &error, attempt, reporter) => {
                    attempt += 1;
                    reporter.note(format!("{error}; connecting again"));
                    session.forget();
                }
                Err(error) => {
                    session.forget();
                    return Err(failure(&error));
                }
            }
        }
    }
}

impl HostsDriver {
    pub(crate) fn new(
        connector: Connector,
        sessions: BTreeMap<String, Session>,
        files: BTreeMap<String, Utf8PathBuf>,
    ) -> Self {
        let sessions = sessions.into_iter().map(|(name, session)| (name, Mutex::new(session)));
        Self { connector, sessions: sessions.collect(), files }
    }

    async fn attempt(
        &self,
        session: &mut Session,
        task: &Task<HostAction>,
        mode: Mode,
        reporter: &TaskReporter,
    ) -> Result<StageEnd, HostsError> {
        let host = task.target.clone();
        let (script, patience) = script(task, mode)
            .map_err(|source| HostsError::Quote { host: host.clone(), source })?;
        tokio::select! {
            shell = session.shell(&self.connector) => shell?.send(&script).await?,
            // Nothing runs there that could be waited for.
            () = reporter.stopped() => return Ok(StageEnd::Interrupted),
        }
        let mut reading = Reading::new(task, reporter);
        let mut transfers = JoinSet::new();
        let mut stopping = reporter.stop_requested();
        if stopping {
            session.ask_to_stop().await;
        }
        loop {
            let shell = session.shell(&self.connector).await?;
            let frame = tokio::select! {
                frame = timeout(patience, shell.next_frame()) => frame,
                () = reporter.stopped(), if !stopping => {
                    stopping = true;
                    session.ask_to_stop().await;
                    continue;
                }
                Some(sent) = transfers.join_next() => {
                    delivered(sent, &host)?;
                    continue;
                }
            };
            let frame =
                frame.map_err(|_| HostsError::Silent { host: host.clone(), after: patience })??;
            if let Frame::Want { step, sha256 } = &frame {
                transfers.spawn(self.transfer(session, task, *step, sha256));
            }
            if let Some(end) = reading.take(frame) {
                return Ok(end);
            }
        }
    }

    /// Sends the file that a step waits for, or tells that step why it does not come.
    fn transfer(
        &self,
        session: &Session,
        task: &Task<HostAction>,
        step: usize,
        sha256: &str,
    ) -> impl Future<Output = Result<(), HostsError>> + Send + 'static {
        let blob = match task.steps.get(step).map(|step| &step.action) {
            Some(HostAction::Playbook(step)) => step.action.blob(),
            _ => None,
        };
        let blob = blob.filter(|blob| blob.sha256 == sha256);
        let file = blob.and_then(|blob| Some((self.files.get(&blob.sha256)?.clone(), blob)));
        let courier = session.courier();
        let sha256 = sha256.to_owned();
        async move {
            // Without a connection, the script that asked is gone as well.
            let Some(courier) = courier else { return Ok(()) };
            match file {
                Some((path, blob)) => courier.deliver(&path, &blob).await,
                None => courier.refuse(&sha256, "there is no such file in the bundle").await,
            }
        }
    }
}

/// The steps are sent anew after a lost connection: those that hold are seen to hold, and a long one
/// that still runs is waited for.
fn may_try_again(
    session: &Session,
    error: &HostsError,
    attempt: usize,
    reporter: &TaskReporter,
) -> bool {
    session.was_connected()
        && error.is_lost_connection()
        && attempt < ATTEMPTS
        && !reporter.stop_requested()
}

fn delivered(
    sent: Result<Result<(), HostsError>, tokio::task::JoinError>,
    host: &str,
) -> Result<(), HostsError> {
    sent.unwrap_or_else(|error| {
        Err(HostsError::ShellEnded { host: host.to_owned(), said: error.to_string() })
    })
}

fn failure(error: &HostsError) -> TaskFailure {
    let kind = match error {
        HostsError::LockHeld { by, .. } => FailureKind::LockHeld { by: by.clone() },
        HostsError::NotRoot { .. }
        | HostsError::Ssh(
            SshError::HostKeyChanged { .. }
            | SshError::HostKeyUnknown(_)
            | SshError::HostKeyRevoked { .. }
            | SshError::AuthFailed { .. },
        ) => FailureKind::Refused,
        HostsError::Ssh(_) | HostsError::ShellEnded { .. } | HostsError::Silent { .. } => {
            FailureKind::Unreachable
        }
        _ => FailureKind::Internal,
    };
    let failure = TaskFailure::new(kind, error.to_string());
    match error.hint() {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}
