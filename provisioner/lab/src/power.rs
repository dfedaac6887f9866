use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::command::run;
use crate::init::init_process;
use crate::{Lab, LabError, LabHost, cgroup, ready};

/// What systemd does when its process 1 gets these (systemd(1), "Signals": `SIGRTMIN+4` and `+5`).
/// The numbers are those of Linux with glibc, where `SIGRTMIN` is 34.
const POWER_OFF: &str = "-38";
const REBOOT: &str = "-39";
const KILL: &str = "-KILL";

/// systemd gives a service 90 s to stop.
const PATIENCE: Duration = Duration::from_mins(2);
const POLL: Duration = Duration::from_millis(20);

pub(crate) async fn power_off(lab: &Lab, host: &LabHost) -> Result<(), LabError> {
    kill_init(lab.name(), &host.name).await?;
    cgroup::remove_host(lab.name(), &host.name).await
}

/// Kills a host's process 1, and with it the kernel kills all others (`pid_namespaces(7)`).
pub(crate) async fn kill_init(lab: &str, host: &str) -> Result<(), LabError> {
    match init_process(lab, host)? {
        Some(process) => signal(KILL, process).await,
        None => Ok(()),
    }
}

pub(crate) async fn shutdown(lab: &Lab, host: &LabHost) -> Result<(), LabError> {
    let process = lab.running(host)?;
    signal(POWER_OFF, process).await?;
    wait_for_end(host, process).await?;
    cgroup::remove_host(lab.name(), &host.name).await
}

pub(crate) async fn reboot(lab: &Lab, host: &LabHost) -> Result<(), LabError> {
    let process = lab.running(host)?;
    signal(REBOOT, process).await?;
    wait_for_end(host, process).await?;
    ready::wait(lab, host).await
}

async fn wait_for_end(host: &LabHost, process: u32) -> Result<(), LabError> {
    let deadline = Instant::now() + PATIENCE;
    while camino::Utf8Path::new(&format!("/proc/{process}")).exists() {
        if Instant::now() > deadline {
            let what = format!("host {}", host.name);
            return Err(LabError::NotStopped { what, seconds: PATIENCE.as_secs() });
        }
        sleep(POLL).await;
    }
    Ok(())
}

async fn signal(signal: &str, process: u32) -> Result<(), LabError> {
    run("sh", &["-c", "kill \"$1\" \"$2\"", "sh", signal, &process.to_string()]).await.map(|_| ())
}
