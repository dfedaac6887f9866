use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;

use crate::LabError;
use crate::command::run;

/// Everything mounted at or below a folder, in the order in which it was mounted.
pub(crate) fn below(folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, LabError> {
    let folder = real(folder);
    let mut points = parse(&fs::read_to_string("/proc/self/mountinfo")?);
    points.retain(|point| point.starts_with(&folder));
    Ok(points)
}

pub(crate) fn is_mounted(point: &Utf8Path) -> Result<bool, LabError> {
    let point = real(point);
    Ok(below(&point)?.contains(&point))
}

/// The kernel lists no symbolic links, and `~/.cache` may be one.
fn real(path: &Utf8Path) -> Utf8PathBuf {
    path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned())
}

/// Unmounts everything at or below a folder, the last mounted first.
pub(crate) async fn unmount_below(folder: &Utf8Path) -> Result<(), LabError> {
    for point in below(folder)?.iter().rev() {
        run("umount", &[point.as_str()]).await?;
    }
    Ok(())
}

/// The fifth field of each line is the mount point (`proc_pid_mountinfo(5)`).
fn parse(mountinfo: &str) -> Vec<Utf8PathBuf> {
    let points = mountinfo.lines().filter_map(|line| line.split(' ').nth(4));
    points.map(|point| unescape(point).into()).collect()
}

/// Space, tab, newline and backslash are written as three octal digits.
fn unescape(field: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(field.to_owned(), |field, (code, plain)| field.replace(code, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mount_points_are_read() {
        let mountinfo = "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n\
                         40 22 0:40 / /a\\040b/disks rw - tmpfs tmpfs rw\n";
        assert_eq!(parse(mountinfo), ["/", "/a b/disks"]);
    }

    #[test]
    fn symbolic_links_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        let link = Utf8PathBuf::try_from(folder.path().join("link")).unwrap();
        std::os::unix::fs::symlink("/proc", &link).unwrap();
        assert!(is_mounted(&link).unwrap());
        assert!(!is_mounted(&link.join("self/task")).unwrap());
    }
}
