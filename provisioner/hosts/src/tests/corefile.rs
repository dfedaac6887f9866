//! A strict reading of `CoreDNS`' configuration: only what is known to be right passes.

use std::net::IpAddr;

pub(super) struct Corefile(Vec<Server>);

struct Server {
    zone: String,
    plugins: Vec<Plugin>,
}

struct Plugin {
    name: String,
    arguments: Vec<String>,
    lines: Vec<String>,
}

/// Each plugin, how many arguments it takes at least and at most, and whether it may have a block.
const PLUGINS: [(&str, usize, usize, bool); 11] = [
    ("bind", 1, 8, false),
    ("cache", 0, 2, true),
    ("errors", 0, 0, true),
    ("forward", 2, 16, true),
    ("health", 0, 1, true),
    ("hosts", 0, 8, true),
    ("kubernetes", 0, 8, true),
    ("loadbalance", 0, 1, false),
    ("loop", 0, 0, false),
    ("prometheus", 0, 1, false),
    ("ready", 0, 1, false),
];
const RELOAD: (&str, usize, usize, bool) = ("reload", 0, 2, false);

impl Corefile {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut servers: Vec<Server> = Vec::new();
        let mut depth = 0;
        for (number, line) in text.lines().enumerate() {
            let wrong = |reason: &str| Err(format!("line {}: {reason}: {line}", number + 1));
            let words: Vec<&str> = line.split_whitespace().collect();
            let (opens, words) = match words.split_last() {
                None => continue,
                Some((&"{", words)) => (true, words),
                Some(_) => (false, words.as_slice()),
            };
            match (depth, words) {
                (_, ["}"]) if depth == 0 => return wrong("nothing is open"),
                (_, ["}"]) => depth -= 1,
                (0, [zone]) if opens => {
                    servers.push(Server { zone: (*zone).to_owned(), plugins: Vec::new() });
                }
                (0, _) => return wrong("a server needs a zone and a block"),
                (1, [name, arguments @ ..]) => {
                    let Some(server) = servers.last_mut() else { return wrong("no server") };
                    let plugin = plugin(name, arguments, opens)?;
                    if server.plugins.iter().any(|other| other.name == *name) {
                        return wrong("twice");
                    }
                    server.plugins.push(plugin);
                }
                (2, words) if !opens => {
                    let plugin = servers.last_mut().and_then(|server| server.plugins.last_mut());
                    let Some(plugin) = plugin else { return wrong("no plugin") };
                    if plugin.name == "hosts" && !is_hosts_line(words) {
                        return wrong("no line of a hosts file");
                    }
                    plugin.lines.push(words.join(" "));
                }
                _ => return wrong("not understood"),
            }
            depth += usize::from(opens);
        }
        if depth == 0 { Ok(Self(servers)) } else { Err("a block is not closed".to_owned()) }
    }

    pub(super) fn zones(&self) -> Vec<&str> {
        self.0.iter().map(|server| server.zone.as_str()).collect()
    }

    pub(super) fn arguments(&self, zone: &str, name: &str) -> &[String] {
        &self.plugin(zone, name).arguments
    }

    pub(super) fn lines(&self, zone: &str, name: &str) -> &[String] {
        &self.plugin(zone, name).lines
    }

    fn plugin(&self, zone: &str, name: &str) -> &Plugin {
        let server = self.0.iter().find(|server| server.zone == zone).unwrap();
        server.plugins.iter().find(|plugin| plugin.name == name).unwrap()
    }
}

fn plugin(name: &str, arguments: &[&str], opens: bool) -> Result<Plugin, String> {
    let mut known = PLUGINS.into_iter().chain([RELOAD]);
    let Some((_, least, most, has_block)) = known.find(|known| known.0 == name) else {
        return Err(format!("no plugin {name}"));
    };
    if !(least..=most).contains(&arguments.len()) || (opens && !has_block) {
        return Err(format!("{name} does not take {arguments:?}"));
    }
    let is_server = |one: &&str| one.parse::<IpAddr>().is_ok() || one.starts_with('/');
    if name == "forward" && !arguments[1..].iter().all(is_server) {
        return Err(format!("forward takes addresses: {arguments:?}"));
    }
    if name == "bind" && !arguments.iter().all(|one| one.parse::<IpAddr>().is_ok()) {
        return Err(format!("bind takes addresses: {arguments:?}"));
    }
    let owned = arguments.iter().map(|one| (*one).to_owned());
    Ok(Plugin { name: name.to_owned(), arguments: owned.collect(), lines: Vec::new() })
}

fn is_hosts_line(words: &[&str]) -> bool {
    match words {
        ["fallthrough", ..] => true,
        [address, _, ..] => address.parse::<IpAddr>().is_ok(),
        _ => false,
    }
}
