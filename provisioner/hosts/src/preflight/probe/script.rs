use super::{Destination, Task};
use provisioner_playbook::shell::{QuoteError, quote};
use std::fmt::Write as _;

const FUNCTIONS: &str = include_str!("probe.sh");
/// Long enough for all hosts to have probed; after that a listener ends by itself.
const LISTEN_SECONDS: u32 = 20;

impl Task {
    /// Shell text that stands on the ports and prints on which. It returns at once; the listener ends
    /// with [`Task::end_script`], or by itself after 20 s.
    pub fn listen_script(&self) -> String {
        let ports: Vec<String> = self.listen.iter().map(u16::to_string).collect();
        if ports.is_empty() {
            return in_subshell("");
        }
        in_subshell(&format!("listen {LISTEN_SECONDS} {}\n", ports.join(" ")))
    }

    /// Shell text that makes all probes at once and takes 3 s at most, 6 s with registries.
    ///
    /// # Errors
    /// A name or an address that no shell can hold.
    pub fn probe_script(&self) -> Result<String, QuoteError> {
        let mut calls = String::new();
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

    /// Shell text that ends the listener.
    pub fn end_script(&self) -> String {
        in_subshell("end_listening\n")
    }
}

fn in_subshell(calls: &str) -> String {
    format!("(\n{FUNCTIONS}\n{calls})\n")
}
