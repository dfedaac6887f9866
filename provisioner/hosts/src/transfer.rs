//! Big files, on a channel of their own.

use camino::Utf8Path;
use provisioner_playbook::Blob;
use provisioner_playbook::frames::Frame;
use provisioner_playbook::shell::STATE_DIR;
use provisioner_ssh::Connection;
use tokio::io::AsyncReadExt;

use crate::HostsError;
use crate::privilege::Privilege;
use crate::root_shell::RootShell;

const CHUNK: usize = 256 * 1024;

/// Sends a local file to where a script on the host waits for it. It appears there under its name
/// only when its digest is right; if it is not, a file that says so appears instead.
pub(crate) async fn send(
    connection: &Connection,
    privilege: &Privilege,
    nonce: &str,
    path: &Utf8Path,
    blob: &Blob,
) -> Result<(), HostsError> {
    let host = connection.host().to_owned();
    let local = |source| HostsError::Local { host: host.clone(), path: path.to_owned(), source };
    let mut file = tokio::fs::File::open(path).await.map_err(local)?;
    let mut shell = RootShell::start(connection, privilege, nonce).await?;
    shell.send(&receive(nonce, blob)).await?;
    let mut chunk = vec![0; CHUNK];
    let mut left = blob.size;
    while left > 0 {
        let count = file.read(&mut chunk).await.map_err(local)?;
        if count == 0 {
            let said = format!("it is shorter than the {} bytes of the bundle's list", blob.size);
            return Err(HostsError::Transfer { host, path: path.to_owned(), said });
        }
        let count = count.min(usize::try_from(left).unwrap_or(usize::MAX));
        shell.write(&chunk[..count]).await?;
        left -= count as u64;
    }
    loop {
        match shell.next_frame().await? {
            Frame::Alive => return Ok(()),
            Frame::Error { text, .. } => {
                return Err(HostsError::Transfer { host, path: path.to_owned(), said: text });
            }
            _ => {}
        }
    }
}

/// Reads the bytes behind the script, then compares. Hashing while the file is written would need
/// a pipe with three ends; the file is in the page cache.
fn receive(nonce: &str, blob: &Blob) -> String {
    let Blob { sha256, size } = blob;
    format!(
        r#"p_to={STATE_DIR}/incoming/{sha256}
mkdir -p {STATE_DIR}/incoming
if head -c {size} >"$p_to.$$" && [ "$(sha256sum <"$p_to.$$")" = "{sha256}  -" ] && mv -f "$p_to.$$" "$p_to"; then
    echo "{nonce} alive"
else
    p_why="the digest is not {sha256}, or the disk is full: $(df -h {STATE_DIR} | tail -n 1)"
    rm -f "$p_to.$$"
    printf '%s\n' "$p_why" >"$p_to.failed"
    printf '{nonce} error 0 %s\n%s\n' "${{#p_why}}" "$p_why"
fi
"#
    )
}
