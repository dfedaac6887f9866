use super::{Etcd, Neighbour, Outcome, Path, Probe, Registry, Vrrp};

impl Probe {
    /// Takes in what a host printed, when it began to listen, when it probed, or at the end. Lines that
    /// are not understood are skipped.
    pub fn read(&mut self, output: &str) {
        for line in output.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[..] {
                ["listening", port] => self.listening.extend(port.parse::<u16>()),
                ["ended", port] => self.ended.extend(port.parse::<u16>()),
                ["path", to, port, outcome] => self.paths.extend(path(to, port, outcome)),
                ["neighbour", address, answer] => {
                    self.neighbours
                        .extend(address.parse().map(|address| (address, neighbour(answer))));
                }
                ["routers", _] => {
                    self.routers.get_or_insert_default();
                }
                ["vrrp", id, from] => {
                    self.routers.get_or_insert_default().extend(router(id, from));
                }
                ["registry", exit, code, url] => {
                    self.registries.insert(url.to_owned(), registry(exit, code));
                }
                ["etcd", exit, health, data, url] => {
                    self.etcd.insert(url.to_owned(), etcd(exit, health, data));
                }
                ["synchronized", answer] => {
                    self.synchronized = match answer {
                        "yes" => Some(true),
                        "no" => Some(false),
                        _ => None,
                    };
                }
                ["end"] => self.complete = true,
                _ => {}
            }
        }
        // They were tried at the same time and ended in any order.
        self.paths.sort();
    }
}

fn path(to: &str, port: &str, outcome: &str) -> Option<Path> {
    let outcome = match outcome {
        "open" => Outcome::Open,
        "refused" => Outcome::Refused,
        "unreachable" => Outcome::Unreachable,
        "timed-out" => Outcome::TimedOut,
        _ => Outcome::Unknown,
    };
    Some(Path { to: to.to_owned(), port: port.parse().ok()?, outcome })
}

fn neighbour(answer: &str) -> Neighbour {
    match answer {
        "silent" => Neighbour::Silent,
        "unknown" => Neighbour::Unknown,
        mac => Neighbour::Answers(mac.to_lowercase()),
    }
}

fn router(id: &str, from: &str) -> Option<Vrrp> {
    Some(Vrrp { id: id.parse().ok()?, from: from.parse().ok()? })
}

/// From curl's exit code (curl(1)) and the status of the answer.
fn registry(exit: &str, code: &str) -> Registry {
    let silent = |reason: &str| Registry::Silent(reason.to_owned());
    match (exit, code) {
        ("unknown", _) => Registry::Unknown,
        ("0", "404") => Registry::Missing,
        ("0", code) if code.starts_with('5') => silent(&format!("status {code}")),
        ("0", _) => Registry::Answers,
        ("5" | "6", _) => silent("its name is not resolved"),
        ("7", _) => silent("the connection is refused"),
        ("28", _) => silent("no answer in time"),
        ("35" | "51" | "58" | "60", _) => silent("TLS failed"),
        (exit, _) => silent(&format!("curl ended with {exit}")),
    }
}

/// From the exit code of curl(1), or of its stand-in.
fn etcd(exit: &str, health: &str, data: &str) -> Etcd {
    let refuses = |reason: &str| Etcd::Refuses(reason.to_owned());
    match (exit, health) {
        ("unknown", _) => Etcd::Unknown,
        ("0", "yes") => Etcd::Answers(match data {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        }),
        ("0", _) => refuses("it is not healthy, or no etcd"),
        ("6", _) => refuses("its name is not resolved"),
        ("7", _) => refuses("the connection is refused"),
        ("28", _) => refuses("no answer in time"),
        ("58", _) => refuses("the certificate and its key cannot be used"),
        ("51" | "60", _) => refuses("its certificate is not of the authority, or for another name"),
        ("35" | "52" | "56", _) => refuses("it does not take the certificate"),
        ("openssl", _) => {
            refuses("no answer, or one of the two does not take the other's certificate")
        }
        (exit, _) => refuses(&format!("curl ended with {exit}")),
    }
}
