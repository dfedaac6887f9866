//! Looking for secrets where none may be.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use camino::Utf8Path;

use crate::TestLab;

/// Shorter lines of a key could be anything.
const SHORTEST_LINE: usize = 20;
const PAUSE: Duration = Duration::from_millis(10);
/// A process that was seen so often has become what it will be.
const LOOKS: u8 = 5;

/// Notes the argument lists of all processes of this machine, those of the lab's hosts among them.
#[derive(Debug)]
pub struct Sampler {
    stop: Arc<AtomicBool>,
    seen: JoinHandle<BTreeSet<String>>,
}

impl Sampler {
    pub fn start() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let seen = thread::spawn(move || {
            let (mut seen, mut looks) = (BTreeSet::new(), HashMap::new());
            while !stopped.load(Ordering::Relaxed) {
                looks = sweep(&looks, &mut seen);
                thread::sleep(PAUSE);
            }
            seen
        });
        Self { stop, seen }
    }

    /// Every argument list that was seen.
    pub fn finish(self) -> BTreeSet<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.seen.join().expect("the sampler")
    }
}

/// How often each process was looked at, that of processes which are gone forgotten.
fn sweep(looks: &HashMap<String, u8>, seen: &mut BTreeSet<String>) -> HashMap<String, u8> {
    let names = fs_err::read_dir("/proc").expect("/proc").flatten().map(|entry| entry.file_name());
    let numbers = names.filter_map(|name| name.into_string().ok());
    let processes = numbers.filter(|name| name.starts_with(|first: char| first.is_ascii_digit()));
    processes
        .map(|process| {
            let count = looks.get(&process).copied().unwrap_or_default();
            if count < LOOKS
                && let Ok(arguments) = std::fs::read(format!("/proc/{process}/cmdline"))
                && !arguments.is_empty()
            {
                seen.insert(String::from_utf8_lossy(&arguments).replace('\0', " "));
            }
            (process, count.saturating_add(1))
        })
        .collect()
}

/// What may be seen nowhere.
#[derive(Debug, Default)]
pub struct Secrets {
    /// A name, and a line that gives the secret away.
    needles: Vec<(String, String)>,
}

impl Secrets {
    /// A secret of one line, or a PEM file.
    pub fn add(&mut self, name: &str, text: &str) {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let is_whole = lines.len() == 1;
        let telling =
            |line: &&&str| is_whole || (line.len() >= SHORTEST_LINE && !line.starts_with("-----"));
        let before = self.needles.len();
        let needles = lines.iter().filter(telling).map(|line| (name.into(), (*line).into()));
        self.needles.extend(needles);
        assert!(self.needles.len() > before, "{name} is a secret");
    }

    /// The name of a secret that stands in the text, and the text around it.
    pub fn find(&self, text: &str) -> Option<String> {
        let (name, needle) = self.needles.iter().find(|(_, needle)| text.contains(needle))?;
        let at = text.find(needle).unwrap_or_default();
        let before: String = text[..at].chars().rev().take(200).collect();
        Some(format!("{name} after {:?}", before.chars().rev().collect::<String>()))
    }

    /// Files below a folder of this machine that hold a secret, with their modes.
    pub fn files_below(&self, folder: &Utf8Path) -> Vec<(String, u32)> {
        use std::os::unix::fs::PermissionsExt as _;
        let mut found = Vec::new();
        for entry in fs_err::read_dir(folder).expect("a folder").flatten() {
            let path = camino::Utf8PathBuf::try_from(entry.path()).expect("a path in UTF-8");
            if path.is_dir() {
                found.extend(self.files_below(&path));
            } else if let Ok(bytes) = fs_err::read(&path)
                && self.find(&String::from_utf8_lossy(&bytes)).is_some()
            {
                let mode = entry.metadata().expect("a file").permissions().mode() & 0o7777;
                found.push((path.into_string(), mode));
            }
        }
        found
    }

    /// Files of a host that hold a secret: mode, owner and path. Those of the image are left out, and
    /// those of containers.
    pub fn files_on(&self, lab: &TestLab, host: &str) -> Vec<String> {
        let script = self.with_needles(
            "find / /run /tmp /var/lib/etcd /var/lib/kubelet -xdev -type f -size -4096k \
             -cnewer /etc/lab/mac ! -path '/proc/*' ! -path '/sys/*' ! -path /run/needles \
             ! -path '/var/lib/containerd/*' -exec grep -laZF -f /run/needles {} + | \
             xargs -0r stat -c '%a %U %n' | sort -u",
        );
        lab.shell(host, &script).lines().map(str::to_owned).collect()
    }

    /// Lines of a host's journal with a secret.
    pub fn journal_of(&self, lab: &TestLab, host: &str) -> String {
        lab.shell(
            host,
            &self.with_needles("journalctl -q --no-pager | grep -aF -f /run/needles || :"),
        )
    }

    fn with_needles(&self, script: &str) -> String {
        let needles: Vec<&str> = self.needles.iter().map(|(_, needle)| needle.as_str()).collect();
        format!(
            "umask 077; cat >/run/needles <<'END OF NEEDLES'\n{}\nEND OF NEEDLES\n{script}\n\
             rm /run/needles",
            needles.join("\n")
        )
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{Sampler, Secrets};

    /// The eyes see: otherwise what they do not find would mean nothing.
    #[test]
    fn a_secret_in_an_argument_is_found() {
        let mut secrets = Secrets::default();
        secrets.add("the password", "it's \"hidden\"");
        let sampler = Sampler::start();
        let shown = Command::new("sh").args(["-c", "sleep 0.3", "it's \"hidden\""]).status();
        assert!(shown.expect("sh").success());
        let seen = sampler.finish();
        assert!(seen.iter().any(|arguments| secrets.find(arguments).is_some()), "{seen:?}");
    }

    #[test]
    fn any_line_of_a_key_gives_it_away_and_its_frame_does_not() {
        let mut secrets = Secrets::default();
        secrets.add(
            "a key",
            "-----BEGIN KEY-----\nMIIEowIBAAKCAQEAx5AB\nQ2hlY2tzdW1NSUlFb3dJ\n-----END KEY-----",
        );
        assert_eq!(secrets.find("-----BEGIN KEY-----"), None);
        assert!(secrets.find("key: Q2hlY2tzdW1NSUlFb3dJ").is_some());
    }
}
