//! The output of `facts.sh` to [`Facts`]: pure, and content with whatever is missing.

use super::model::{
    Architecture, Cgroup, Disk, Facts, Family, Kernel, Lookup, Module, Os, PackageManager, Program,
};
use super::network::{address, link, route, socket};
use jiff::Timestamp;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Reads what the script printed. Lines that are not understood are skipped: a fact that a host
/// does not state is a fact that is missing, and what it takes to go on is for preflight to say.
pub fn parse(output: &str) -> Facts {
    let mut facts = Facts::default();
    for (name, lines) in sections(output) {
        section(&mut facts, name, &lines);
    }
    facts
}

fn sections(output: &str) -> Vec<(&str, Vec<&str>)> {
    let mut sections: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in output.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            sections.push((name, Vec::new()));
        } else if let Some((_, lines)) = sections.last_mut() {
            lines.push(line);
        }
    }
    sections
}

fn section(facts: &mut Facts, name: &str, lines: &[&str]) {
    match name {
        "host" => lines.iter().for_each(|line| host(facts, line)),
        "os-release" => facts.os = os(lines),
        "disks" => facts.disks = disks(lines),
        "swaps" => facts.swaps = lines.iter().map(ToString::to_string).collect(),
        "cgroup" => facts.cgroup = cgroup(lines),
        "links" => facts.links = lines.iter().filter_map(|line| link(line)).collect(),
        "addresses" => lines.iter().for_each(|line| address(&mut facts.links, line)),
        "routes" => facts.default_routes = lines.iter().filter_map(|line| route(line)).collect(),
        "nameservers" => facts.nameservers = lines.iter().map(ToString::to_string).collect(),
        "sockets" => facts.sockets = lines.iter().filter_map(|line| socket(line)).collect(),
        "kernel" => facts.kernel.modules = modules(lines),
        "versions" => facts.programs = lines.iter().filter_map(|line| program(line)).collect(),
        "services" => lines.iter().for_each(|line| service(facts, line)),
        "kubernetes" => lines.iter().for_each(|line| kubernetes(facts, line)),
        "ca-certificate" => facts.kubernetes.certificate_authority = Some(text(lines)),
        "api-server-certificate" => facts.kubernetes.api_server_certificate = Some(text(lines)),
        "lookups" => facts.lookups = lines.iter().filter_map(|line| lookup(line)).collect(),
        "end" => facts.complete = true,
        _ => {
            if let Some(file) = name.strip_prefix("pki ") {
                facts.pki.insert(file.to_owned(), SecretString::from(text(lines)));
            }
        }
    }
}

fn text(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

fn host(facts: &mut Facts, line: &str) {
    let Some((key, value)) = line.split_once(' ') else { return };
    let owned = || Some(value.trim().to_owned()).filter(|value| !value.is_empty());
    match key {
        "time" => facts.clock.time = time(value),
        "uid" => facts.uid = value.parse().ok(),
        "machine" => facts.architecture = architecture(value),
        "kernel" => value.clone_into(&mut facts.kernel.release),
        "hostname" => value.clone_into(&mut facts.hostname),
        "machine-id" => facts.machine_id = owned(),
        "product-uuid" => facts.product_uuid = owned().map(|uuid| uuid.to_lowercase()),
        "boot-id" => facts.boot_id = owned(),
        "container" => facts.container = owned(),
        "cluster" => facts.cluster = owned(),
        "ledger" => facts.ledger = true,
        "cpus" => facts.cpus = value.parse().unwrap_or_default(),
        "memory-kib" => facts.memory_mib = value.parse::<u64>().unwrap_or_default() / 1024,
        "systemd" => facts.systemd = true,
        "package-manager" => facts.package_manager = facts.package_manager.or(manager(value)),
        _ => {}
    }
}

/// Nanoseconds since the epoch; busybox's date knows seconds only and may print its `%N` as it is.
fn time(value: &str) -> Option<Timestamp> {
    let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
    if digits.len() > 12 {
        Timestamp::from_nanosecond(digits.parse().ok()?).ok()
    } else {
        Timestamp::from_second(digits.parse().ok()?).ok()
    }
}

fn architecture(machine: &str) -> Architecture {
    match machine {
        "x86_64" | "amd64" => Architecture::Amd64,
        "aarch64" | "arm64" => Architecture::Arm64,
        other => Architecture::Other(other.to_owned()),
    }
}

fn manager(value: &str) -> Option<PackageManager> {
    match value {
        "apt-get" => Some(PackageManager::Apt),
        "dnf" => Some(PackageManager::Dnf),
        _ => None,
    }
}

fn os(lines: &[&str]) -> Os {
    let unquoted = |value: &str| value.trim_matches(['"', '\'']).to_owned();
    let values: BTreeMap<&str, String> = lines
        .iter()
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key, unquoted(value)))
        .collect();
    let value = |key: &str| values.get(key).cloned().unwrap_or_default();
    let id = value("ID");
    let id_like: Vec<String> = value("ID_LIKE").split_whitespace().map(str::to_owned).collect();
    Os {
        family: family(&id, &id_like),
        id,
        id_like,
        version_id: value("VERSION_ID"),
        codename: value("VERSION_CODENAME"),
        pretty: value("PRETTY_NAME"),
    }
}

fn family(id: &str, id_like: &[String]) -> Family {
    let ids = std::iter::once(id).chain(id_like.iter().map(String::as_str));
    let known = |id| match id {
        "debian" | "ubuntu" => Some(Family::Debian),
        "rhel" | "fedora" | "centos" => Some(Family::Redhat),
        _ => None,
    };
    ids.into_iter().find_map(known).unwrap_or_default()
}

/// `path WANTED` lines, then as many lines of `df -Pk`, in the same order.
fn disks(lines: &[&str]) -> Vec<Disk> {
    let (paths, rows): (Vec<&str>, Vec<&str>) =
        lines.iter().partition(|line| line.starts_with("path "));
    if paths.len() != rows.len() {
        return Vec::new();
    }
    let disk = |(path, row): (&str, &str)| {
        let mut fields = row.split_whitespace().skip(1);
        let size: u64 = fields.next()?.parse().ok()?;
        let free: u64 = fields.nth(1)?.parse().ok()?;
        Some(Disk {
            path: path.strip_prefix("path ")?.to_owned(),
            mounted_on: fields.nth(1)?.to_owned(),
            size_mib: size / 1024,
            free_mib: free / 1024,
        })
    };
    paths.into_iter().zip(rows).filter_map(disk).collect()
}

fn cgroup(lines: &[&str]) -> Option<Cgroup> {
    let values = |key: &'static str| {
        let of_key = move |line: &&str| line.strip_prefix(key).map(str::to_owned);
        lines.iter().filter_map(of_key)
    };
    Some(Cgroup {
        version: values("version ").next()?.parse().ok()?,
        controllers: values("controllers ")
            .flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .collect(),
    })
}

/// The best that any line says of each module; absent only where the host could have told.
fn modules(lines: &[&str]) -> BTreeMap<String, Module> {
    let mut modules = BTreeMap::new();
    let told =
        lines.iter().any(|line| matches!(*line, "modules-directory yes" | "configuration yes"));
    if told {
        modules.extend(Kernel::MODULES.map(|name| (name.to_owned(), Module::Absent)));
    }
    for line in lines {
        let Some((name, state)) = module(line) else { continue };
        let best = modules.entry(name).or_insert(state);
        *best = state.max(*best);
    }
    modules
}

fn module(line: &str) -> Option<(String, Module)> {
    if let Some(option) = line.strip_prefix("CONFIG_") {
        let name = match option.strip_suffix("=y")? {
            "OVERLAY_FS" => "overlay".to_owned(),
            "BRIDGE_NETFILTER" => "br_netfilter".to_owned(),
            other => other.to_lowercase(),
        };
        return Some((name, Module::BuiltIn));
    }
    let (how, name) = line.split_once(' ')?;
    let state = match how {
        "loaded" => Module::Loaded,
        "builtin" | "works" => Module::BuiltIn,
        "dep" => Module::Available,
        _ => return None,
    };
    Some((name.to_owned(), state))
}

fn program(line: &str) -> Option<(String, Program)> {
    let (name, says) = line.split_once(' ')?;
    let version = says.split_whitespace().find_map(version)?;
    Some((name.to_owned(), Program { version, says: says.trim().to_owned() }))
}

/// `1.36.2` out of `v1.36.2,`: digits with at least one dot between them.
fn version(word: &str) -> Option<String> {
    let word = word.trim_start_matches(['v', '(']);
    let end = word.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(word.len());
    let version = word[..end].trim_end_matches('.');
    let begins = version.starts_with(|c: char| c.is_ascii_digit());
    (begins && version.contains('.')).then(|| version.to_owned())
}

fn service(facts: &mut Facts, line: &str) {
    if let Some(status) = line.strip_prefix("Leap status") {
        // chronyc(1): "Not synchronised" until it is.
        facts.clock.synchronized = Some(status.contains("Normal"));
    } else if let Some((name, value)) = line.split_once(' ') {
        if name == "synchronized" {
            facts.clock.synchronized = Some(true);
        } else {
            facts.services.insert(name.to_owned(), value.to_owned());
        }
    }
}

fn kubernetes(facts: &mut Facts, line: &str) {
    let Some((key, value)) = line.split_once(' ') else { return };
    match key {
        "path" => facts.kubernetes.paths.push(value.to_owned()),
        "admin-server" => facts.kubernetes.admin_server = Some(value.to_owned()),
        "kubelet-server" => facts.kubernetes.kubelet_server = Some(value.to_owned()),
        "version" => facts.kubernetes.version = value.parse().ok(),
        "service-range" => facts.kubernetes.service_range = Some(value.to_owned()),
        "pod-range" => facts.kubernetes.pod_range = Some(value.to_owned()),
        "dns-domain" => facts.kubernetes.dns_domain = Some(value.trim_matches('"').to_owned()),
        "etcd-servers" => facts.kubernetes.etcd_servers = Some(value.to_owned()),
        "vip" => facts.kubernetes.vips.extend(value.parse::<IpAddr>()),
        "cgroup-driver" => facts.kubernetes.cgroup_driver = Some(value.to_owned()),
        _ => {}
    }
}

/// `NAME STATUS MILLISECONDS ADDRESS`, the address missing where the lookup failed.
fn lookup(line: &str) -> Option<Lookup> {
    let mut fields = line.split_whitespace();
    let name = fields.next()?.to_owned();
    let milliseconds = fields.nth(1)?.parse().ok()?;
    Some(Lookup { name, milliseconds, address: fields.next().and_then(|text| text.parse().ok()) })
}
