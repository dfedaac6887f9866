//! The cgroup file systems of this machine, of both versions.

use camino::Utf8PathBuf;
use fs_err as fs;

use crate::LabError;

/// A mounted cgroup file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hierarchy {
    pub(crate) root: Utf8PathBuf,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    V1,
    V2,
}

/// The cgroup file systems of this machine.
///
/// # Errors
/// When there is none.
pub(crate) fn hierarchies() -> Result<Vec<Hierarchy>, LabError> {
    let found = parse(&fs::read_to_string("/proc/self/mounts")?);
    if found.is_empty() { Err(LabError::NoCgroups) } else { Ok(found) }
}

fn parse(mounts: &str) -> Vec<Hierarchy> {
    let hierarchy = |line: &str| {
        let mut fields = line.split(' ').skip(1);
        let (root, file_system) = (fields.next()?, fields.next()?);
        let kind = match file_system {
            "cgroup" => Kind::V1,
            "cgroup2" => Kind::V2,
            _ => return None,
        };
        let below_sys = root.starts_with("/sys/fs/cgroup");
        below_sys.then(|| Hierarchy { root: root.into(), kind })
    };
    mounts.lines().filter_map(hierarchy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_are_recognised() {
        let v1 = "tmpfs /sys/fs/cgroup tmpfs rw 0 0\n\
                  cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0\n\
                  cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n\
                  cgroup /somewhere/else cgroup rw,cpu,cpuacct 0 0\n";
        let hierarchy = |root: &str, kind| Hierarchy { root: root.into(), kind };
        assert_eq!(
            parse(v1),
            [
                hierarchy("/sys/fs/cgroup/cpu,cpuacct", Kind::V1),
                hierarchy("/sys/fs/cgroup/unified", Kind::V2),
            ]
        );
        let v2 = "cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n";
        assert_eq!(parse(v2), [hierarchy("/sys/fs/cgroup", Kind::V2)]);
    }
}
