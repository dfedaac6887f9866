//! Big files, on a channel of their own.

use camino::Utf8Path;
use provisioner_playbook::Blob;
use provisioner_playbook::frames::Frame;
use provisioner_playbook::shell::{STATE_DIR, quote};
use provisioner_ssh::Connection;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use crate::HostsError;
use crate::privilege::Privilege;
use crate::root_shell::RootShell;

const CHUNK: usize = 256 * 1024;

/// A way to a host for files, beside the root shell that waits for them.
#[derive(Debug, Clone)]
pub(crate) struct Courier {
    pub connection: Connection,
    pub privilege: Privilege,
    pub nonce: String,
}

impl Courier {
    /// Sends a local file to where a script on the host waits for it: it appears there under its
    /// name only when its digest is right. Where it cannot come, the script is told why and its step
    /// fails with that; so that is no error here.
    ///
    /// # Errors
    /// The host cannot be told anything.
    pub(crate) async fn deliver(&self, path: &Utf8Path, blob: &Blob) -> Result<(), HostsError> {
        let mut may_repeat = true;
        loop {
            let sent = match open(path, blob).await {
                Ok(file) => self.send(file, blob).await,
                Err(why) => Ok(Some(why)),
            };
            match sent {
                Ok(None) => return Ok(()),
                Ok(Some(why)) => {
                    let why = format!(
                        "send {path}: {why}; `provisioner bundle verify` checks the bundle"
                    );
                    return self.refuse(&blob.sha256, &why).await;
                }
                // The channel broke, not the connection.
                Err(error)
                    if may_repeat && error.is_lost_connection() && !self.connection.is_closed() =>
                {
                    may_repeat = false;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes a file of the host, of so many bytes, to one of this machine.
    ///
    /// # Errors
    /// The connection is lost, or the file cannot be written here.
    pub(crate) async fn fetch(
        &self,
        path: &str,
        size: u64,
        to: &mut File,
    ) -> Result<(), HostsError> {
        let host = self.connection.host();
        let path =
            quote(path).map_err(|source| HostsError::Quote { host: host.to_owned(), source })?;
        let mut shell = self.shell().await?;
        shell.send(&format!("cat {path}\n")).await?;
        shell.copy(size, to).await
    }

    /// Lets the script that waits for a file know that it will not come.
    ///
    /// # Errors
    /// As [`Courier::deliver`].
    pub(crate) async fn refuse(&self, sha256: &str, why: &str) -> Result<(), HostsError> {
        let host = self.connection.host();
        let why =
            quote(why).map_err(|source| HostsError::Quote { host: host.to_owned(), source })?;
        let nonce = &self.nonce;
        let mut shell = self.shell().await?;
        shell
            .send(&format!(
                "mkdir -p {STATE_DIR}/incoming\n\
                 printf '%s\\n' {why} >{STATE_DIR}/incoming/{sha256}.failed\necho {nonce} alive\n"
            ))
            .await?;
        shell.next_frame().await.map(|_| ())
    }

    /// The reason why the host will not have it, if there is one.
    async fn send(&self, mut file: File, blob: &Blob) -> Result<Option<String>, HostsError> {
        let mut shell = self.shell().await?;
        shell.send(&receive(&self.nonce, blob)).await?;
        let mut chunk = vec![0; CHUNK];
        let mut left = blob.size;
        while left > 0 {
            let count = match file.read(&mut chunk).await {
                Ok(0) => return Ok(Some("it became shorter meanwhile".to_owned())),
                Err(error) => return Ok(Some(error.to_string())),
                Ok(count) => count.min(usize::try_from(left).unwrap_or(usize::MAX)),
            };
            shell.write(&chunk[..count]).await?;
            left -= count as u64;
        }
        loop {
            match shell.next_frame().await? {
                Frame::Alive => return Ok(None),
                Frame::Error { text, .. } => return Ok(Some(text)),
                _ => {}
            }
        }
    }

    async fn shell(&self) -> Result<RootShell, HostsError> {
        RootShell::start(&self.connection, &self.privilege, &self.nonce).await
    }
}

/// The file, if it is as long as the bundle's list says.
async fn open(path: &Utf8Path, blob: &Blob) -> Result<File, String> {
    let said = |error: std::io::Error| error.to_string();
    let file = File::open(path).await.map_err(said)?;
    let length = file.metadata().await.map_err(said)?.len();
    if length == blob.size {
        Ok(file)
    } else {
        Err(format!("it has {length} bytes, in the bundle's list {}", blob.size))
    }
}

/// Reads the bytes behind the script, then compares. Hashing while the file is written would need
/// a pipe with three ends; the file is in the page cache. One that was cut off is no answer to
/// anybody: whoever sent it is gone, and may by now be sending it again.
fn receive(nonce: &str, blob: &Blob) -> String {
    let Blob { sha256, size } = blob;
    format!(
        r#"p_to={STATE_DIR}/incoming/{sha256}
p_why= LC_ALL=C
mkdir -p {STATE_DIR}/incoming
head -c {size} >"$p_to.$$" || p_why="no room for it: $(df -h {STATE_DIR} | tail -n 1)"
if [ -z "$p_why" ] && [ "$(stat -c %s "$p_to.$$")" != {size} ]; then
    rm -f "$p_to.$$"
    exit 1
fi
[ -n "$p_why" ] || [ "$(sha256sum <"$p_to.$$")" = "{sha256}  -" ] || p_why="its digest is not {sha256}"
if [ -z "$p_why" ] && mv -f "$p_to.$$" "$p_to"; then
    echo "{nonce} alive"
else
    rm -f "$p_to.$$"
    printf '{nonce} error 0 %s\n%s\n' "${{#p_why}}" "$p_why"
fi
"#
    )
}
