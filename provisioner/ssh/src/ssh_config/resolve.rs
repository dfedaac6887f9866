//! What a configuration says about one host.

use camino::Utf8PathBuf;

use super::directive::{self, Directive};
use super::tokens::{Surroundings, Tokens};
use crate::endpoint::Endpoint;
use crate::pattern;
use crate::proxy_command::ProxyCommand;

/// What a configuration says about one host; what it leaves open is `None` or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostConfig {
    /// The address to connect to.
    pub host_name: Option<String>,
    /// Whom to log in as.
    pub user: Option<String>,
    /// The port of the SSH server.
    pub port: Option<u16>,
    /// Private keys.
    pub identity_files: Vec<Utf8PathBuf>,
    /// Whether only these keys may be used.
    pub identities_only: Option<bool>,
    /// The agent's socket, `none`, or what names an environment variable.
    pub identity_agent: Option<Utf8PathBuf>,
    /// The bastions on the way, the nearest first. `Some` and empty: none at all.
    pub proxy_jump: Option<Vec<Jump>>,
    /// A command to connect through.
    pub proxy_command: Option<String>,
    /// Files with the keys of known hosts.
    pub known_hosts: Vec<Utf8PathBuf>,
}

/// A bastion as `ProxyJump` names it: `[user@]host[:port]` or `ssh://[user@]host[:port]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jump {
    /// The bastion, as the configuration may know it.
    pub host: String,
    /// Whom to log in as there.
    pub user: Option<String>,
    /// The port of its SSH server.
    pub port: Option<u16>,
}

/// What the configuration says about `host`.
pub fn resolve(config: &str, host: &str, surroundings: Surroundings<'_>) -> HostConfig {
    let mut resolved = HostConfig::default();
    let mut applies = true;
    for Directive { keyword, arguments } in directive::parse(config) {
        match keyword.as_str() {
            "host" => {
                applies = pattern::matches_list(arguments.iter().map(String::as_str), host);
            }
            "match" => applies = is_match(&arguments, host, &resolved, surroundings),
            _ if applies => resolved.take(&keyword, &arguments),
            _ => {}
        }
    }
    resolved.expand(host, surroundings);
    resolved
}

/// The endpoint that the configuration describes, with its bastions. Secrets, and an agent that
/// only the environment knows, are left to be filled in.
pub fn endpoint(config: &str, host: &str, surroundings: Surroundings<'_>) -> Endpoint {
    let jump = Jump { host: host.to_owned(), user: None, port: None };
    endpoint_of(config, &jump, surroundings, &mut Vec::new())
}

/// `on_the_way` are the hosts that lead here, so that a bastion to which the rule for its hosts
/// applies as well (`Host *` with a `ProxyJump`) does not go through itself.
fn endpoint_of(
    config: &str,
    jump: &Jump,
    surroundings: Surroundings<'_>,
    on_the_way: &mut Vec<String>,
) -> Endpoint {
    on_the_way.push(jump.host.clone());
    let resolved = resolve(config, &jump.host, surroundings);
    let user = jump.user.clone().or(resolved.user);
    let mut endpoint = Endpoint::new(
        resolved.host_name.unwrap_or_else(|| jump.host.clone()),
        user.unwrap_or_else(|| surroundings.user.to_owned()),
    );
    endpoint.name.clone_from(&jump.host);
    endpoint.port = jump.port.or(resolved.port).unwrap_or(endpoint.port);
    endpoint.identity_files = resolved.identity_files;
    endpoint.identities_only = resolved.identities_only.unwrap_or(false);
    endpoint.agent = resolved.identity_agent.filter(|agent| agent.is_absolute());
    endpoint.known_hosts = resolved.known_hosts;
    endpoint.proxy_command =
        resolved.proxy_command.map(|command| ProxyCommand::new(&command, surroundings));
    endpoint.via = through(config, resolved.proxy_jump, surroundings, on_the_way);
    endpoint
}

/// The bastions of a chain, each behind the one before; the first may have some of its own.
fn through(
    config: &str,
    jumps: Option<Vec<Jump>>,
    surroundings: Surroundings<'_>,
    on_the_way: &mut Vec<String>,
) -> Option<Box<Endpoint>> {
    let mut chain: Option<Box<Endpoint>> = None;
    for jump in jumps.unwrap_or_default() {
        if on_the_way.contains(&jump.host) {
            continue;
        }
        let mut bastion = endpoint_of(config, &jump, surroundings, on_the_way);
        if chain.is_some() {
            bastion.via = chain;
        }
        chain = Some(Box::new(bastion));
    }
    chain
}

/// Whether every criterion of a `Match` line holds. Those that need more than the configuration
/// (`exec`, `final`, ...) never do.
fn is_match(
    criteria: &[String],
    host: &str,
    resolved: &HostConfig,
    surroundings: Surroundings<'_>,
) -> bool {
    let mut criteria = criteria.iter().map(String::as_str);
    while let Some(criterion) = criteria.next() {
        let (negated, criterion) = match criterion.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, criterion),
        };
        let subject = match criterion.to_lowercase().as_str() {
            "all" => continue,
            "host" => resolved.host_name.as_deref().unwrap_or(host),
            "originalhost" => host,
            "user" => resolved.user.as_deref().unwrap_or(surroundings.user),
            "localuser" => surroundings.user,
            _ => return false,
        };
        let patterns = criteria.next().unwrap_or_default().split(',');
        if pattern::matches_list(patterns, subject) == negated {
            return false;
        }
    }
    true
}

impl HostConfig {
    /// Takes a directive that applies to the host.
    fn take(&mut self, keyword: &str, arguments: &[String]) {
        let Some(first) = arguments.first() else { return };
        match keyword {
            "hostname" => set(&mut self.host_name, first.clone()),
            "user" => set(&mut self.user, first.clone()),
            "port" => self.port = self.port.or(first.parse().ok()),
            "identityfile" => self.identity_files.push(first.into()),
            "identitiesonly" => set(&mut self.identities_only, is_yes(first)),
            "identityagent" => set(&mut self.identity_agent, first.into()),
            "userknownhostsfile" if self.known_hosts.is_empty() => {
                self.known_hosts = arguments.iter().map(Utf8PathBuf::from).collect();
            }
            // Of these two the one that comes first counts.
            "proxyjump" if self.proxy_command.is_none() => {
                set(&mut self.proxy_jump, parse_jumps(first));
            }
            "proxycommand" if self.proxy_jump.is_none() => {
                set(&mut self.proxy_command, arguments.join(" "));
            }
            _ => {}
        }
    }

    fn expand(&mut self, original: &str, surroundings: Surroundings<'_>) {
        let tokens = Tokens {
            surroundings,
            original,
            host: original,
            port: self.port.unwrap_or(22),
            user: &self.user.clone().unwrap_or_else(|| surroundings.user.to_owned()),
        };
        self.host_name = self.host_name.as_deref().map(|name| tokens.expand(name));
        let tokens = Tokens { host: self.host_name.as_deref().unwrap_or(original), ..tokens };
        for path in self
            .identity_files
            .iter_mut()
            .chain(&mut self.known_hosts)
            .chain(&mut self.identity_agent)
        {
            *path = tokens.expand_path(path.as_str());
        }
        self.proxy_command.take_if(|command| command == "none");
        self.identity_files.retain(|file| file != "none");
        self.known_hosts.retain(|file| file != "none");
    }
}

fn set<T>(value: &mut Option<T>, new: T) {
    value.get_or_insert(new);
}

fn is_yes(value: &str) -> bool {
    value.eq_ignore_ascii_case("yes") || value.eq_ignore_ascii_case("true")
}

fn parse_jumps(value: &str) -> Vec<Jump> {
    if value.eq_ignore_ascii_case("none") {
        return Vec::new();
    }
    value.split(',').filter(|jump| !jump.is_empty()).map(parse_jump).collect()
}

fn parse_jump(text: &str) -> Jump {
    let text = text.strip_prefix("ssh://").unwrap_or(text).trim_end_matches('/');
    let (user, address) = match text.rsplit_once('@') {
        Some((user, address)) => (Some(user.to_owned()), address),
        None => (None, text),
    };
    let (host, port) = split_port(address);
    Jump { host: host.to_owned(), user, port }
}

/// `host`, `host:port`, `[v6]:port`, or a bare IPv6 address.
fn split_port(address: &str) -> (&str, Option<u16>) {
    if let Some((host, rest)) = address.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (host, rest.strip_prefix(':').and_then(|port| port.parse().ok()));
    }
    match address.split_once(':') {
        Some((host, port)) if !port.contains(':') => (host, port.parse().ok()),
        _ => (address, None),
    }
}
