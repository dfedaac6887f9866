//! What somebody at the terminal answers.

use std::io::{self, BufRead as _, Write as _};
use std::process;

use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::exit::Exit;

/// A line of standard input. Ctrl-C ends the program: once a run has listened for signals the system no longer
/// does that by itself, and nothing is under way while somebody thinks. None at the end of the input.
pub(crate) fn line() -> Option<String> {
    let (sender, answer) = oneshot::channel();
    // A thread of its own: reading cannot be given up.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        let _ = sender.send(read.is_ok_and(|bytes| bytes > 0).then_some(line));
    });
    let waiting = async {
        let mut interrupted = signal(SignalKind::interrupt()).ok()?;
        let mut terminated = signal(SignalKind::terminate()).ok()?;
        tokio::select! {
            answer = answer => answer.ok().flatten(),
            _ = interrupted.recv() => leave(),
            _ = terminated.recv() => leave(),
        }
    };
    runtime::Builder::new_current_thread().enable_io().build().ok()?.block_on(waiting)
}

fn leave() -> ! {
    // The prompt had no end of line.
    let _ = writeln!(io::stderr());
    process::exit(Exit::Interrupted.code().into())
}
