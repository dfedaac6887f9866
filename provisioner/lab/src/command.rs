use std::process::{Output, Stdio};

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::LabError;

/// Where system tools lie, whatever the caller's own search path is.
pub(crate) const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A command with a plain environment and nothing on standard input.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env("PATH", SEARCH_PATH)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Runs a program and returns what it printed.
///
/// # Errors
/// When it cannot be started or does not end with status 0.
pub(crate) async fn run<S: AsRef<str>>(program: &str, arguments: &[S]) -> Result<String, LabError> {
    let mut command = command(program);
    command.args(arguments.iter().map(AsRef::as_ref));
    finish(command, "").await
}

/// Runs a command, feeding it `input`, and returns what it printed.
pub(crate) async fn finish(command: Command, input: &str) -> Result<String, LabError> {
    let line = readable(&command);
    let output = capture(command, input).await?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let mut said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if said.is_empty() {
        said = output.status.to_string();
    }
    Err(LabError::Command { command: line, output: said })
}

/// Runs a command whose output goes where the command itself says: it may leave processes behind
/// that go on writing there.
pub(crate) async fn start(mut command: Command) -> Result<(), LabError> {
    let line = readable(&command);
    match command.status().await {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(LabError::Command { command: line, output: status.to_string() }),
        Err(source) => Err(LabError::Spawn { command: line, source }),
    }
}

/// Runs a command to its end, whatever its status.
pub(crate) async fn capture(mut command: Command, input: &str) -> Result<Output, LabError> {
    let failed = |line: &str, source| LabError::Spawn { command: line.to_owned(), source };
    let line = readable(&command);
    tracing::debug!(command = %line, "runs");
    if input.is_empty() {
        return command.output().await.map_err(|source| failed(&line, source));
    }
    let mut child =
        command.stdin(Stdio::piped()).spawn().map_err(|source| failed(&line, source))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).await.map_err(|source| failed(&line, source))?;
    }
    child.wait_with_output().await.map_err(|source| failed(&line, source))
}

fn readable(command: &Command) -> String {
    let command = command.as_std();
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
