//! One host for the length of a run: its connection and its root shell, made anew when lost.

use std::time::{Duration, Instant};

use provisioner_engine::Journal;
use provisioner_playbook::frames::Frame;
use provisioner_playbook::shell::{RUN_DIR, quote};
use provisioner_ssh::{Connection, Connector, Endpoint, SshError};
use tokio::time::{sleep, timeout};

use crate::HostsError;
use crate::privilege::Privilege;
use crate::root_shell::RootShell;
use crate::transfer::Courier;

/// How long a host is tried for at first: a name mistyped should not take minutes.
const FIRST_PATIENCE: Duration = Duration::from_secs(20);
/// How long a host that was lost is tried for: enough for a reboot.
const PATIENCE: Duration = Duration::from_mins(3);
/// sshd 9.8 and later keep away whoever fails to log in often (`PerSourcePenalties`, `sshd_config(5)`).
const BETWEEN_LOGINS: Duration = Duration::from_secs(5);
const LOCK_PATIENCE: Duration = Duration::from_secs(30);

/// What all sessions of a run have in common.
#[derive(Debug, Clone)]
pub(crate) struct SessionOptions {
    pub run: String,
    /// Opens every frame.
    pub nonce: String,
    /// None for a run that changes nothing and needs no lock.
    pub claim: Option<Claim>,
}

/// What a run needs to have for the lock of a host.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    /// Who this run is to others.
    pub holder: String,
    /// Tells which runs of this machine have ended.
    pub journal: Option<Journal>,
}

pub(crate) struct Session {
    endpoint: Endpoint,
    privilege: Privilege,
    options: SessionOptions,
    connection: Option<Connection>,
    shell: Option<RootShell>,
    /// Whether there was a connection before.
    seen: bool,
}

impl Session {
    pub(crate) fn new(endpoint: Endpoint, privilege: Privilege, options: SessionOptions) -> Self {
        Self { endpoint, privilege, options, connection: None, shell: None, seen: false }
    }

    /// The root shell, with the run's lock if it needs one.
    pub(crate) async fn shell(
        &mut self,
        connector: &Connector,
    ) -> Result<&mut RootShell, HostsError> {
        if self.shell.is_none() {
            let shell = self.open(connector).await?;
            self.seen = true;
            self.shell = Some(shell);
        }
        match &mut self.shell {
            Some(shell) => Ok(shell),
            None => Err(HostsError::ShellEnded {
                host: self.endpoint.name.clone(),
                said: String::new(),
            }),
        }
    }

    /// The root shell, for good.
    pub(crate) async fn take_shell(
        &mut self,
        connector: &Connector,
    ) -> Result<RootShell, HostsError> {
        self.open(connector).await
    }

    /// Whether the host was ever reached.
    pub(crate) fn was_connected(&self) -> bool {
        self.seen
    }

    /// Forgets a connection that does not answer any more.
    pub(crate) fn forget(&mut self) {
        self.shell = None;
        self.connection = None;
    }

    /// A way for files, beside the root shell.
    pub(crate) fn courier(&self) -> Option<Courier> {
        Some(Courier {
            connection: self.connection.clone()?,
            privilege: self.privilege.clone(),
            nonce: self.options.nonce.clone(),
        })
    }

    /// Asks the script that runs to end after its step.
    pub(crate) async fn ask_to_stop(&self) {
        let Some(connection) = &self.connection else { return };
        let nonce = &self.options.nonce;
        // Run names are letters, digits and hyphens.
        let stop = format!(": >{RUN_DIR}/stop.{}; echo {nonce} alive\n", self.options.run);
        let asked = async {
            let mut shell = RootShell::start(connection, &self.privilege, nonce).await?;
            shell.send(&stop).await?;
            shell.next_frame().await
        };
        // Where it cannot be told, the script ends with its connection.
        let _ = timeout(LOCK_PATIENCE, asked).await;
    }

    async fn connect(&self, connector: &Connector) -> Result<Connection, SshError> {
        let patience = if self.seen { PATIENCE } else { FIRST_PATIENCE };
        let deadline = Instant::now() + patience;
        loop {
            match connector.connect_with_backoff(&self.endpoint, deadline).await {
                // It took this login before: a host that goes down or comes up refuses all but root
                // (pam_nologin(8)).
                Err(SshError::AuthFailed { .. }) if self.seen && Instant::now() < deadline => {
                    sleep(BETWEEN_LOGINS).await;
                }
                result => return result,
            }
        }
    }

    async fn open(&mut self, connector: &Connector) -> Result<RootShell, HostsError> {
        let open = self.connection.take().filter(|connection| !connection.is_closed());
        let connection =
            if let Some(connection) = open { connection } else { self.connect(connector).await? };
        self.connection = Some(connection.clone());
        let mut shell = RootShell::start(&connection, &self.privilege, &self.options.nonce).await?;
        shell.prepare(&self.options.run, &self.options.nonce).await?;
        if let Some(claim) = &self.options.claim {
            claim.lock(&mut shell, &self.endpoint.name).await?;
        }
        Ok(shell)
    }
}

impl Claim {
    async fn lock(&self, shell: &mut RootShell, host: &str) -> Result<(), HostsError> {
        let Some(held) = self.ask(shell, host, "").await? else { return Ok(()) };
        // A host that was cut off while its run ended has not heard of the end, and may not for hours.
        let still = if self.has_ended(&held.run) {
            self.ask(shell, host, &held.run).await?
        } else {
            Some(held)
        };
        match still {
            Some(Held { by, .. }) => Err(HostsError::LockHeld { host: host.to_owned(), by }),
            None => Ok(()),
        }
    }

    fn has_ended(&self, run: &str) -> bool {
        let ended = |journal: &Journal| run.parse().is_ok_and(|run| journal.has_ended(&run));
        self.journal.as_ref().is_some_and(ended)
    }

    /// Whom the lock was left to, if it was not to be had.
    async fn ask(
        &self,
        shell: &mut RootShell,
        host: &str,
        ended: &str,
    ) -> Result<Option<Held>, HostsError> {
        let holder = quote(&self.holder)
            .map_err(|source| HostsError::Quote { host: host.to_owned(), source })?;
        // Run names are letters, digits and hyphens.
        shell.send(&format!("lock {holder} \"$p_connection\" {ended}\n")).await?;
        loop {
            let frame = timeout(LOCK_PATIENCE, shell.next_frame()).await;
            let silent = |_| HostsError::Silent { host: host.to_owned(), after: LOCK_PATIENCE };
            match frame.map_err(silent)?? {
                Frame::Locked => return Ok(None),
                Frame::Held { run, by } => return Ok(Some(Held { run, by })),
                _ => {}
            }
        }
    }
}

/// Another run has the lock.
struct Held {
    run: String,
    by: String,
}
