//! A root shell on a host: scripts go in, frames come out.

use std::time::Duration;

use provisioner_playbook::frames::{Decoder, Frame};
use provisioner_playbook::shell::{GREETING, prelude};
use provisioner_ssh::{Connection, ExitWaiter, Process};
use secrecy::ExposeSecret;
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::time::{Instant, sleep_until, timeout};

use crate::privilege::Privilege;
use crate::{HostsError, Stream};

/// How long becoming root may take; sudo asks directories and domains sometimes.
const PATIENCE: Duration = Duration::from_secs(30);
/// After sudo has complained, a shell that is to come has come by then.
const AFTER_COMPLAINT: Duration = Duration::from_secs(3);

/// Standard error may come a moment after standard output.
const LAST_WORDS: Duration = Duration::from_millis(50);

pub(crate) struct RootShell {
    host: String,
    stdin: provisioner_ssh::Input,
    stdout: BufReader<provisioner_ssh::Output>,
    stderr: provisioner_ssh::Output,
    exit: ExitWaiter,
    decoder: Decoder,
}

impl RootShell {
    /// Starts a root shell.
    ///
    /// # Errors
    /// [`HostsError::NotRoot`] with what sudo said, or a lost connection.
    pub(crate) async fn start(
        connection: &Connection,
        privilege: &Privilege,
        nonce: &str,
    ) -> Result<Self, HostsError> {
        let host = connection.host().to_owned();
        let quoted = privilege.command();
        let command = quoted.map_err(|source| HostsError::Quote { host: host.clone(), source })?;
        let Process { mut stdin, stdout, stderr, exit } = connection.open(&command).await?;
        if let Some(password) = privilege.password() {
            let line = format!("{}\n", password.expose_secret());
            // A shell that ended at once says why on its standard error.
            let _ = stdin.write_all(line.as_bytes()).await;
        }
        let decoder = Decoder::new(nonce);
        let mut shell = Self { host, stdin, stdout: BufReader::new(stdout), stderr, exit, decoder };
        shell.greeted().await?;
        Ok(shell)
    }

    /// Sends the functions that compiled scripts stand on, and begins the run in this shell.
    pub(crate) async fn prepare(&mut self, run: &str, nonce: &str) -> Result<(), HostsError> {
        let prelude =
            prelude().map_err(|source| HostsError::Quote { host: self.host.clone(), source })?;
        // Run names and nonces are letters, digits and hyphens.
        self.send(&format!("{prelude}\nbegin_run {run} {nonce}\n")).await
    }

    /// Sends a script for the shell to source.
    pub(crate) async fn send(&mut self, script: &str) -> Result<(), HostsError> {
        self.write(format!("script {}\n{script}", script.len()).as_bytes()).await
    }

    /// Sends bytes that a script now reads.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), HostsError> {
        let written = async {
            self.stdin.write_all(bytes).await?;
            self.stdin.flush().await
        };
        match written.await {
            Ok(()) => Ok(()),
            Err(_) => Err(self.ended().await),
        }
    }

    /// The next frame. Cancelling it loses nothing.
    pub(crate) async fn next_frame(&mut self) -> Result<Frame, HostsError> {
        loop {
            if let Some(frame) = self.decoder.next_frame() {
                return Ok(frame);
            }
            let bytes = self.stdout.fill_buf().await.unwrap_or_default();
            let count = bytes.len();
            if count == 0 {
                return Err(self.ended().await);
            }
            self.decoder.feed(bytes);
            self.stdout.consume(count);
        }
    }

    /// Writes so many bytes that a script prints to a file. Nothing else may be under way.
    pub(crate) async fn copy(&mut self, size: u64, to: &mut File) -> Result<(), HostsError> {
        let mut left = size;
        while left > 0 {
            let bytes = self.stdout.fill_buf().await.unwrap_or_default();
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
            if most == 0 {
                return Err(self.ended().await);
            }
            to.write_all(&bytes[..most]).await.map_err(HostsError::Write)?;
            self.stdout.consume(most);
            left -= most as u64;
        }
        to.flush().await.map_err(HostsError::Write)
    }

    /// Hands over what a command prints, line by line, until the line `NONCE CODE`. What is no UTF-8 is
    /// replaced: a command may print anything.
    pub(crate) async fn lines<F: Future<Output = ()>>(
        self,
        nonce: &str,
        sink: impl Fn(Stream, String) -> F,
    ) -> Result<u32, HostsError> {
        let Self { stdin: _stdin, stdout, stderr, mut exit, host, .. } = self;
        let mut out = stdout.split(b'\n');
        let mut err = BufReader::new(stderr).split(b'\n');
        let mut held_back: Option<String> = None;
        let mut err_open = true;
        let code = loop {
            tokio::select! {
                line = out.next_segment() => {
                    let Some(line) = line.unwrap_or_default().map(text) else { break None };
                    if let Some(code) = line.strip_prefix(nonce) {
                        // The empty line before it is ours, unless the last line had no end.
                        if let Some(line) = held_back.take().filter(|line| !line.is_empty()) {
                            sink(Stream::Stdout, line).await;
                        }
                        break code.trim().parse().ok();
                    }
                    if let Some(line) = held_back.replace(line) {
                        sink(Stream::Stdout, line).await;
                    }
                }
                line = err.next_segment(), if err_open => match line.unwrap_or_default() {
                    Some(line) => sink(Stream::Stderr, text(line)).await,
                    None => err_open = false,
                },
            }
        };
        while let Ok(Ok(Some(line))) = timeout(LAST_WORDS, err.next_segment()).await {
            sink(Stream::Stderr, text(line)).await;
        }
        match code {
            Some(code) => Ok(code),
            None => Err(match exit.wait().await {
                Err(error) => HostsError::Ssh(error),
                Ok(exit) => HostsError::ShellEnded { host, said: exit.to_string() },
            }),
        }
    }

    async fn greeted(&mut self) -> Result<(), HostsError> {
        let mut said = Vec::new();
        if self.hears_greeting(&mut said).await {
            return Ok(());
        }
        let mut chunk = [0; 1024];
        while let Ok(Ok(count)) = timeout(LAST_WORDS, self.stderr.read(&mut chunk)).await {
            if count == 0 {
                break;
            }
            said.extend_from_slice(&chunk[..count]);
        }
        let host = self.host.clone();
        let said = String::from_utf8_lossy(&said).trim().to_owned();
        match timeout(AFTER_COMPLAINT, self.exit.wait()).await {
            Ok(Err(provisioner_ssh::SshError::ConnectionLost { .. })) => Err(self.ended().await),
            // Neither a word nor an end: the host is gone, and its connection not yet known to be.
            Err(_) if said.is_empty() => Err(HostsError::Silent { host, after: PATIENCE }),
            _ if said.is_empty() => Err(HostsError::NotRoot { host, said: "no answer".to_owned() }),
            _ => Err(HostsError::NotRoot { host, said }),
        }
    }

    /// Whether the shell is there; if not, what was said instead.
    async fn hears_greeting(&mut self, said: &mut Vec<u8>) -> bool {
        let mut line = Vec::new();
        let mut chunk = [0; 1024];
        let mut deadline = Instant::now() + PATIENCE;
        let mut complains = true;
        loop {
            tokio::select! {
                bytes = self.stdout.fill_buf() => {
                    let bytes = bytes.unwrap_or_default();
                    if bytes.is_empty() {
                        return false;
                    }
                    let end = bytes.iter().position(|byte| *byte == b'\n');
                    let count = end.map_or(bytes.len(), |end| end + 1);
                    line.extend_from_slice(&bytes[..count]);
                    self.stdout.consume(count);
                    if end.is_some() {
                        // A login shell may print something of its own first.
                        if line.trim_ascii_end().ends_with(GREETING.as_bytes()) {
                            return true;
                        }
                        line.clear();
                    }
                }
                read = self.stderr.read(&mut chunk), if complains => {
                    let count = read.unwrap_or_default();
                    complains = count > 0;
                    said.extend_from_slice(&chunk[..count]);
                    deadline = deadline.min(Instant::now() + AFTER_COMPLAINT);
                }
                () = sleep_until(deadline) => return false,
            }
        }
    }

    /// Why there is nothing more to read: the connection, or the shell itself.
    async fn ended(&mut self) -> HostsError {
        let host = self.host.clone();
        match timeout(AFTER_COMPLAINT, self.exit.wait()).await {
            Ok(Err(error)) => HostsError::Ssh(error),
            ended => {
                let mut said = Vec::new();
                let _ = timeout(AFTER_COMPLAINT, self.stderr.read_to_end(&mut said)).await;
                let how = ended.map_or_else(
                    |_| String::new(),
                    |exit| exit.map_or_else(|_| String::new(), |exit| exit.to_string()),
                );
                let text =
                    [how, self.decoder.noise(), String::from_utf8_lossy(&said).trim().to_owned()];
                let text: Vec<String> = text.into_iter().filter(|part| !part.is_empty()).collect();
                HostsError::ShellEnded { host, said: text.join("; ") }
            }
        }
    }
}

fn text(line: Vec<u8>) -> String {
    let line = String::from_utf8(line);
    let mut line = line.unwrap_or_else(|wrong| String::from_utf8_lossy(wrong.as_bytes()).into());
    if line.ends_with('\r') {
        line.pop();
    }
    line
}
