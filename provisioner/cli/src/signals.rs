use provisioner_engine::{Events, Interrupt};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

use crate::exit::Exit;

/// Stops a run in order: the first Ctrl-C (or SIGTERM) lets the running steps finish, the second
/// ends them, and a third ends the program without a word.
pub(crate) fn listen(interrupt: &Interrupt, events: &Events) -> std::io::Result<JoinHandle<()>> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let (interrupt, events) = (interrupt.clone(), events.clone());
    Ok(tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupted.recv() => {}
                _ = terminated.recv() => {}
            }
            if interrupt.abort_requested() {
                std::process::exit(Exit::Interrupted.code().into());
            }
            // Told first: a run in which nothing is under way ends the moment it is asked to.
            events.note(if interrupt.stop_requested() {
                "stopping at once; the same command goes on from here"
            } else {
                "stopping after the running steps; once more stops at once"
            });
            interrupt.request();
        }
    }))
}
