//! A command whose standard input and output lead to a host (`ProxyCommand` in `ssh_config(5)`).

use std::io;
use std::process::Stdio;
use std::sync::Arc;

use camino::Utf8Path;
use tokio::io::{AsyncBufReadExt as _, BufReader, Join, join};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::client::{LAST_WORDS, Link};
use crate::endpoint::Endpoint;
use crate::error::SshError;
use crate::proxy_command::ProxyCommand;
use crate::ssh_config::{Surroundings, Tokens};

/// What a shell reads as more than a letter. OpenSSH refuses hosts and users with these as well.
const SHELL: &str = "'`\"$\\;&<>|(){}[]*?!~#";

impl ProxyCommand {
    /// The command for one host.
    ///
    /// # Errors
    /// A name would be read by the shell as more than a name.
    fn expand(&self, endpoint: &Endpoint) -> Result<String, SshError> {
        let (host, user) = (endpoint.host.as_str(), endpoint.user.as_str());
        for name in [host, user, &endpoint.name] {
            if name.starts_with('-') || name.contains(|letter: char| !is_plain(letter)) {
                let (host, name) = (endpoint.label(), name.to_owned());
                return Err(SshError::ProxyName { host, name });
            }
        }
        let surroundings = Surroundings { home: Utf8Path::new(&self.home), user: &self.user };
        let tokens =
            Tokens { surroundings, original: &endpoint.name, host, port: endpoint.port, user };
        Ok(tokens.expand(&self.text))
    }

    /// Starts the command; it ends with the connection. Where that does not come about, its last
    /// words are the reason.
    ///
    /// # Errors
    /// There is no command to be started for this host, or no shell to start it.
    pub(crate) fn start(
        &self,
        endpoint: &Endpoint,
        link: &Arc<Link>,
    ) -> Result<Join<ChildStdout, ChildStdin>, SshError> {
        let command = self.expand(endpoint)?;
        let (child, ends, complaints) = spawn(&command).map_err(|source| SshError::Proxy {
            host: endpoint.label(),
            command,
            source,
        })?;
        link.listens(tokio::spawn(last_line(complaints)));
        tokio::spawn(end(child, Arc::clone(link)));
        Ok(ends)
    }
}

fn is_plain(letter: char) -> bool {
    !letter.is_control() && !letter.is_whitespace() && !SHELL.contains(letter)
}

type Ends = Join<ChildStdout, ChildStdin>;

fn spawn(command: &str) -> io::Result<(Child, Ends, ChildStderr)> {
    let mut child = Command::new("/bin/sh")
        .args(["-c", &format!("exec {command}")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let piped = || io::Error::other("it has no pipes");
    let input = child.stdin.take().ok_or_else(piped)?;
    let output = child.stdout.take().ok_or_else(piped)?;
    let complaints = child.stderr.take().ok_or_else(piped)?;
    Ok((child, join(output, input), complaints))
}

async fn last_line(complaints: ChildStderr) -> String {
    let mut lines = BufReader::new(complaints).lines();
    let mut last = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        last = line;
    }
    last
}

/// Ends the command when the connection is gone. It may be the command that ended it, by closing
/// its output, and is about to say why.
async fn end(mut child: Child, link: Arc<Link>) {
    tokio::select! {
        _ = child.wait() => return,
        () = link.closed.cancelled() => {}
    }
    if timeout(LAST_WORDS, child.wait()).await.is_err() {
        let _ = child.kill().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(host: &str, user: &str) -> Result<String, SshError> {
        let surroundings = Surroundings { home: Utf8Path::new("/home/me"), user: "me" };
        let mut endpoint = Endpoint::new(host, user);
        endpoint.port = 2222;
        ProxyCommand::new("nc -x %d/socket %h %p '%r' %u 100%%", surroundings).expand(&endpoint)
    }

    #[test]
    fn tokens_are_those_of_the_endpoint() {
        let command = expanded("fe80::1%eth0", "root").unwrap();
        assert_eq!(command, "nc -x /home/me/socket fe80::1%eth0 2222 'root' me 100%");
    }

    #[test]
    fn a_name_is_never_read_as_shell() {
        for name in ["$(id)", "a b", "a;b", "-oProxyCommand=x", "a'b", "a\nb", "`id`", "a>b"] {
            assert!(matches!(expanded(name, "root"), Err(SshError::ProxyName { .. })), "{name}");
            assert!(matches!(expanded("web", name), Err(SshError::ProxyName { .. })), "{name}");
        }
    }
}
