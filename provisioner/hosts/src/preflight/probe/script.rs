use super::{Destination, Task};
use crate::EtcdClient;
use provisioner_playbook::shell::{QuoteError, quote};
use secrecy::ExposeSecret as _;
use std::fmt::Write as _;

const FUNCTIONS: &str = include_str!("probe.sh");
/// Long enough for all hosts to have probed; after that a listener ends by itself.
const LISTEN_SECONDS: u32 = 20;

impl Task {
    /// Shell text that stands on the ports and prints on which. It returns at once; the listener ends
    /// with [`Task::end_script`], or by itself after 20 s.
    pub fn listen_script(&self) -> String {
        if self.listen.is_empty() {
            return in_subshell("");
        }
        in_subshell(&format!("listen {LISTEN_SECONDS} {}\n", words(&self.listen)))
    }

    /// Shell text that makes all probes at once, with the certificate of a client of etcd where that runs
    /// elsewhere. It takes 4 s at most, 6 s with registries, 10 s with etcd.
    ///
    /// # Errors
    /// A name or an address that no shell can hold.
    pub fn probe_script(&self, client: Option<&EtcdClient>) -> Result<String, QuoteError> {
        let mut calls = String::new();
        if let Some(client) = client.filter(|_| !self.etcd.is_empty()) {
            calls.push_str(&placed(client)?);
            for url in &self.etcd {
                let _ = writeln!(calls, "etcd \"$folder\" {} &", quote(url)?);
            }
        }
        for Destination { name, address, port } in &self.paths {
            let (name, address) = (quote(name)?, quote(address)?);
            let _ = writeln!(calls, "path {name} {address} {port} &");
        }
        for address in &self.neighbours {
            let _ = writeln!(calls, "neighbour {address} &");
        }
        if let Some(interface) = &self.hear_on {
            let _ = writeln!(calls, "routers {} &", quote(interface)?);
        }
        let proxy = self.proxy.as_deref().map(quote).transpose()?.unwrap_or_default();
        for url in &self.registries {
            let _ = writeln!(calls, "registry {} {proxy} &", quote(url)?);
        }
        calls.push_str("clock &\nwait\necho end\n");
        Ok(in_subshell(&calls))
    }

    /// Shell text that ends the listener, and prints which services have ended meanwhile.
    pub fn end_script(&self) -> String {
        in_subshell(&format!("end_listening\nended {}\n", words(&self.serving)))
    }
}

/// Shell text that puts the files of a client of etcd into the root shell's own folder, which the next run
/// removes where this shell was killed. No program has any of it among its arguments: `printf` is the
/// shell's own.
fn placed(client: &EtcdClient) -> Result<String, QuoteError> {
    let mut text = String::from(
        "umask 077\nfolder=$p_tmp/etcd\ntrap 'rm -rf \"$folder\"' EXIT\nmkdir -p \"$folder\"\n",
    );
    let files = [
        ("ca.crt", client.ca.as_str()),
        ("client.crt", &client.certificate),
        ("client.key", client.key.expose_secret()),
    ];
    for (name, contents) in files {
        let _ = writeln!(text, "printf %s {} >\"$folder/{name}\"", quote(contents)?);
    }
    Ok(text)
}

fn words(ports: &[u16]) -> String {
    let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
    ports.join(" ")
}

fn in_subshell(calls: &str) -> String {
    format!("(\n{FUNCTIONS}\n{calls})\n")
}
