//! The script that asks a host for its facts.

const FACTS: &str = include_str!("facts.sh");

/// What to ask a host for beyond what every host is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The files of `/etc/kubernetes/pki`, private keys included: for control planes only.
    pub pki: bool,
    /// Host names to look up; how long it takes is part of the answer.
    pub lookups: Vec<String>,
}

impl Request {
    /// Shell text that prints the facts and leaves no trace in the shell that sources it.
    ///
    /// Lookups that are not plain host names are left out: nothing else can be resolved.
    pub fn script(&self) -> String {
        let mut arguments = Vec::new();
        if self.pki {
            arguments.push("--pki");
        }
        arguments.extend(self.lookups.iter().map(String::as_str).filter(|name| is_host_name(name)));
        // `set --` on its own empties the list: arguments of the surrounding shell stay out.
        format!("(\nset -- {}\n{FACTS})\n", arguments.join(" "))
    }
}

/// RFC 1123: letters, digits, hyphens and dots, not beginning with a hyphen.
fn is_host_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::facts::parse;
    use std::process::Command;

    fn run(shell: &str, text: &str) -> String {
        let output = Command::new(shell).args(["-c", text]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn only_host_names_reach_the_script() {
        let lookups = ["ok.example", "-n", "$(reboot)", "a b", ""].map(String::from).to_vec();
        let script = Request { pki: true, lookups }.script();
        assert_eq!(script.lines().nth(1), Some("set -- --pki ok.example"));
    }

    #[test]
    fn a_real_shell_answers_and_keeps_its_own_state() {
        let script = Request { pki: false, lookups: vec!["localhost".into()] }.script();
        for shell in ["sh", "bash"] {
            let text = format!(
                "set -eu\nset -- mine\nsection=kept\n{script}\nprintf 'left %s %s\\n' \"$section\" \"$1\"\n\
                 if command -v identity >/dev/null; then echo leaked; fi\n"
            );
            let output = run(shell, &text);
            assert!(output.ends_with("## end\nleft kept mine\n"), "{shell}: {output}");
            let facts = parse(&output);
            assert!(facts.complete);
            assert!(facts.memory_mib > 0, "{shell}: {output}");
            assert_eq!(facts.lookups.first().map(|lookup| lookup.name.as_str()), Some("localhost"));
        }
    }
}
