//! On v2 a cgroup has the controllers that the one above hands down in its `cgroup.subtree_control`
//! (cgroups(7)); on v1 each has a hierarchy of its own.

use std::io::ErrorKind;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;

use crate::LabError;
use crate::hierarchy::{Hierarchy, Kind, hierarchies};

const HANDED_DOWN: &str = "cgroup.subtree_control";

/// Has a cgroup hand down every controller that it has itself.
pub(crate) fn hand_down(hierarchy: &Hierarchy, group: &Utf8Path) -> Result<(), LabError> {
    if hierarchy.kind == Kind::V1 {
        return Ok(());
    }
    let controllers = fs::read_to_string(group.join("cgroup.controllers"))?;
    let wanted: Vec<_> = controllers.split_whitespace().map(|one| format!("+{one}")).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    Ok(fs::write(group.join(HANDED_DOWN), wanted.join(" "))?)
}

/// What the root cgroup of this machine hands down; nothing where there is no v2.
pub(crate) fn of_root() -> Result<Option<Vec<String>>, LabError> {
    root()?.map(|file| read(&file)).transpose()
}

/// Has the root cgroup of this machine hand down no more than before.
pub(crate) fn restore_root(before: &[String]) -> Result<(), LabError> {
    root()?.map_or(Ok(()), |file| restore(&file, before))
}

fn root() -> Result<Option<Utf8PathBuf>, LabError> {
    let v2 = hierarchies()?.into_iter().find(|hierarchy| hierarchy.kind == Kind::V2);
    Ok(v2.map(|hierarchy| hierarchy.root.join(HANDED_DOWN)))
}

fn read(file: &Utf8Path) -> Result<Vec<String>, LabError> {
    Ok(fs::read_to_string(file)?.split_whitespace().map(str::to_owned).collect())
}

fn restore(file: &Utf8Path, before: &[String]) -> Result<(), LabError> {
    for added in read(file)?.iter().filter(|one| !before.contains(one)) {
        match fs::write(file, format!("-{added}")) {
            // Somebody else has come to use it.
            Err(error) if error.kind() == ErrorKind::ResourceBusy => {}
            written => written?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_handed_down_for_labs_is_taken_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = Utf8Path::from_path(folder.path()).expect("unicode");
        let file = folder.join(HANDED_DOWN);
        let restored = |now: &str, before: &[&str]| {
            fs::write(&file, now).expect("written");
            let before: Vec<_> = before.iter().map(|one| (*one).to_owned()).collect();
            restore(&file, &before).expect("restored");
            fs::read_to_string(&file).expect("read")
        };
        assert_eq!(restored("cpu memory pids cpuset\n", &["cpu", "memory", "pids"]), "-cpuset");
        assert_eq!(restored("cpu memory\n", &["cpu", "memory", "pids"]), "cpu memory\n");
    }

    #[test]
    fn controllers_are_handed_down_on_v2_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let group = Utf8Path::from_path(folder.path()).expect("unicode");
        fs::write(group.join("cgroup.controllers"), "cpu memory\n").expect("written");
        let hierarchy = |kind| Hierarchy { root: group.to_owned(), kind };
        hand_down(&hierarchy(Kind::V1), group).expect("nothing to do");
        assert!(!group.join(HANDED_DOWN).exists());
        hand_down(&hierarchy(Kind::V2), group).expect("handed down");
        assert_eq!(fs::read_to_string(group.join(HANDED_DOWN)).expect("read"), "+cpu +memory");
    }
}
