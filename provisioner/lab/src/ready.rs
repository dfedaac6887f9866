use std::net::SocketAddr;
use std::time::Duration;

use fs_err as fs;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::{Lab, LabError, LabHost, cgroup};

const PATIENCE: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(50);
const SSH: u16 = 22;

/// Waits until a host's sshd answers, for as long as the host is alive.
pub(crate) async fn wait(lab: &Lab, host: &LabHost) -> Result<(), LabError> {
    let deadline = Instant::now() + PATIENCE;
    while !answers(host).await {
        let console = || console(lab, host);
        // Neither the host nor the keeper that may be about to start it again.
        if cgroup::processes(lab.name(), &host.name)?.is_empty() && !starting(deadline) {
            return Err(LabError::Died { host: host.name.clone(), console: console() });
        }
        if Instant::now() > deadline {
            let seconds = PATIENCE.as_secs();
            return Err(LabError::NotReady {
                host: host.name.clone(),
                seconds,
                console: console(),
            });
        }
        sleep(POLL).await;
    }
    Ok(())
}

/// The keeper needs a moment to enter its cgroup.
fn starting(deadline: Instant) -> bool {
    const MOMENT: Duration = Duration::from_secs(2);
    Instant::now() + PATIENCE < deadline + MOMENT
}

/// Whether the host's sshd greets (RFC 4253, section 4.2).
pub(crate) async fn answers(host: &LabHost) -> bool {
    const CONNECTED: Duration = Duration::from_millis(500);
    // sshd first starts a process for the connection, which a busy or emulated machine takes its time for.
    const GREETED: Duration = Duration::from_secs(3);
    let address = SocketAddr::new(host.address, SSH);
    let Ok(Ok(mut stream)) = timeout(CONNECTED, TcpStream::connect(address)).await else {
        return false;
    };
    let mut start = [0; 4];
    let greeted = timeout(GREETED, stream.read_exact(&mut start)).await;
    matches!(greeted, Ok(Ok(_))) && &start == b"SSH-"
}

/// The end of what a host's console showed.
fn console(lab: &Lab, host: &LabHost) -> String {
    const LINES: usize = 15;
    let log = fs::read(lab.paths.console_log(lab.name(), &host.name)).unwrap_or_default();
    let text = String::from_utf8_lossy(&log);
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
