use fs_err as fs;

use crate::{LabError, cgroup};

/// The host's process 1, as this machine numbers it; none if the host is off.
///
/// It is the one among the host's processes that is number 1 in a namespace right below this one:
/// so it is found even if everything that started it is gone.
pub(crate) fn init_process(lab: &str, host: &str) -> Result<Option<u32>, LabError> {
    Ok(cgroup::processes(lab, host)?.into_iter().find(|process| is_init(*process)))
}

fn is_init(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let mut lines = status.lines();
    let numbers = lines.find_map(|line| line.strip_prefix("NSpid:")).unwrap_or_default();
    let numbers: Vec<_> = numbers.split_whitespace().collect();
    matches!(numbers[..], [_, "1"])
}
