use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};

use crate::{Architecture, Error, Request, elf, path};

const REQUIRED: [&str; 3] = ["kubeadm", "kubelet", "kubectl"];

/// The plugins of containernetworking/plugins and Calico's, which may lie among the other programs.
const CNI_PLUGINS: [&str; 22] = [
    "bandwidth",
    "bridge",
    "calico",
    "calico-ipam",
    "dhcp",
    "dummy",
    "firewall",
    "flannel",
    "host-device",
    "host-local",
    "install",
    "ipvlan",
    "loopback",
    "macvlan",
    "portmap",
    "ptp",
    "sbr",
    "static",
    "tap",
    "tuning",
    "vlan",
    "vrf",
];

/// A file to be taken into the bundle.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) from: Utf8PathBuf,
    /// Where it goes, relative to the bundle.
    pub(crate) path: Utf8PathBuf,
    pub(crate) size: u64,
    pub(crate) executable: bool,
}

/// Everything that a bundle is made of, looked at but not read.
#[derive(Debug)]
pub(crate) struct Sources {
    pub(crate) architecture: Architecture,
    pub(crate) files: Vec<Source>,
    /// Files of the given folders that have no place in a bundle.
    pub(crate) skipped: Vec<Utf8PathBuf>,
}

impl Sources {
    pub(crate) fn find(request: &Request) -> Result<Self, Error> {
        let mut found = Found::default();
        found.programs(&request.bin)?;
        let architecture = architecture(&request.bin, &found.files)?;
        found.add(&request.images, "images", &[".tar", ".tar.gz", ".tgz"])?;
        if !found.files.keys().any(|path| path.starts_with("images")) {
            return Err(Error::NoImages(request.images.clone()));
        }
        if let Some(debs) = &request.debs {
            found.add(debs, "debs", &[".deb"])?;
        }
        if let Some(charts) = &request.charts {
            found.add(charts, "charts", &[".tgz", ".yaml"])?;
        }
        Ok(Self {
            architecture,
            files: found.files.into_values().collect(),
            skipped: found.skipped,
        })
    }
}

#[derive(Default)]
struct Found {
    files: BTreeMap<Utf8PathBuf, Source>,
    skipped: Vec<Utf8PathBuf>,
}

impl Found {
    fn programs(&mut self, bin: &Utf8Path) -> Result<(), Error> {
        for entry in entries(bin)? {
            let name = entry.file_name();
            if entry.path().is_dir() {
                if name == "cni" {
                    for plugin in entries(entry.path())? {
                        self.take(plugin.path(), &format!("bin/cni/{}", plugin.file_name()))?;
                    }
                } else {
                    self.skipped.push(entry.path().to_owned());
                }
            } else if CNI_PLUGINS.contains(&name) {
                self.take(entry.path(), &format!("bin/cni/{name}"))?;
            } else {
                self.take(entry.path(), &format!("bin/{name}"))?;
            }
        }
        Ok(())
    }

    fn add(&mut self, from: &Utf8Path, folder: &str, endings: &[&str]) -> Result<(), Error> {
        for entry in entries(from)? {
            let name = entry.file_name();
            if entry.path().is_file() && endings.iter().any(|ending| name.ends_with(ending)) {
                self.take(entry.path(), &format!("{folder}/{name}"))?;
            } else {
                self.skipped.push(entry.path().to_owned());
            }
        }
        Ok(())
    }

    fn take(&mut self, from: &Utf8Path, to: &str) -> Result<(), Error> {
        // The file itself: a hard link to a symbolic link would be one more symbolic link.
        let from = path::canonical(from)?;
        let metadata = fs_err::metadata(&from)?;
        if !metadata.is_file() {
            self.skipped.push(from);
            return Ok(());
        }
        let to = Utf8PathBuf::from(to);
        path::check(&to).map_err(|reason| Error::UnsafePath { path: to.to_string(), reason })?;
        let source = Source {
            from,
            path: to.clone(),
            size: metadata.len(),
            executable: to.starts_with("bin") && metadata.permissions().mode() & 0o111 != 0,
        };
        if let Some(other) = self.files.get(&to) {
            return Err(Error::SameName { first: other.from.clone(), second: source.from });
        }
        self.files.insert(to, source);
        Ok(())
    }
}

fn entries(directory: &Utf8Path) -> Result<Vec<camino::Utf8DirEntry>, Error> {
    let mut entries = directory
        .read_dir_utf8()
        .map_err(|error| std::io::Error::new(error.kind(), format!("{directory}: {error}")))?
        .collect::<Result<Vec<_>, _>>()?;
    entries.retain(|entry| !entry.file_name().starts_with('.'));
    entries.sort_by(|one, other| one.file_name().cmp(other.file_name()));
    Ok(entries)
}

/// The architecture of the programs. Scripts have none, but kubeadm, kubelet and kubectl must be
/// there, executable and built for Linux.
fn architecture(
    bin: &Utf8Path,
    programs: &BTreeMap<Utf8PathBuf, Source>,
) -> Result<Architecture, Error> {
    let mut required = Vec::new();
    for name in REQUIRED {
        let program = programs
            .get(&Utf8Path::new("bin").join(name))
            .ok_or_else(|| Error::ProgramMissing { name, directory: bin.to_owned() })?;
        if !program.executable {
            return Err(Error::NotExecutable(program.from.clone()));
        }
        let architecture = elf::architecture(&program.from)?;
        required.push(architecture.ok_or_else(|| Error::NotAProgram(program.from.clone()))?);
    }
    let expected = required[0];
    for program in programs.values() {
        match elf::architecture(&program.from)? {
            Some(found) if found != expected => {
                return Err(Error::MixedArchitectures {
                    path: program.from.clone(),
                    found,
                    expected,
                });
            }
            _ => {}
        }
    }
    Ok(expected)
}
