use provisioner_engine::{HostSummary, Mode, Outcome, State, Summary};

/// A duration as people say it: `8 ms`, `0.4 s`, `12 s`, `3 min 5 s`.
pub(crate) fn seconds(seconds: f64) -> String {
    let whole = format!("{seconds:.0}").parse::<u64>().unwrap_or_default();
    match whole {
        0 if seconds < 0.0995 => format!("{:.0} ms", seconds * 1000.0),
        0..10 => format!("{seconds:.1} s"),
        10..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole / 60 % 60),
    }
}

/// An amount of data: `0 B`, `1.5 MB`.
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.into_iter().find(|(size, _)| bytes >= *size) {
        Some((size, unit)) => format!("{}.{} {unit}", bytes / size, bytes % size * 10 / size),
        None => format!("{bytes} B"),
    }
}

/// `1 host`, `3 hosts`.
pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Each line after a prefix.
pub(crate) fn indented(text: &str, prefix: &str) -> String {
    let lines = text.lines().map(printable);
    lines.flat_map(|line| [prefix.to_owned(), line, "\n".to_owned()]).collect()
}

/// What comes from a host must not move the cursor or change colors.
pub(crate) fn printable(text: &str) -> String {
    let harmless = |character: &char| !character.is_control() || matches!(character, '\t' | '\n');
    text.trim_end().chars().filter(harmless).collect()
}

/// The hosts of a run in the order in which they are wanted; others keep theirs, after them.
pub(crate) fn ordered<'a>(hosts: &'a [HostSummary], order: &[String]) -> Vec<&'a HostSummary> {
    let place = |host: &&HostSummary| order.iter().position(|name| *name == host.host);
    let mut hosts: Vec<_> = hosts.iter().collect();
    hosts.sort_by_key(|host| place(host).unwrap_or(order.len()));
    hosts
}

/// How a step ended, in a word.
pub(crate) fn word(state: State, mode: Mode) -> &'static str {
    match (state, mode) {
        (State::Started, _) => "started",
        (State::Ok, _) => "ok",
        (State::Changed, Mode::Apply) => "changed",
        (State::Changed, Mode::Check) => "would change",
        (State::Failed, _) => "failed",
        (State::Skipped, _) => "skipped",
        (State::Unknown, _) => "unknown",
    }
}

/// How a run ended, in a word or two.
pub(crate) fn verdict(summary: &Summary) -> &'static str {
    match summary.outcome {
        Outcome::Failed => "Failed",
        Outcome::Interrupted => "Interrupted",
        Outcome::ChangesPending => "Changes pending",
        Outcome::Done if summary.changed == 0 => "Nothing to change",
        Outcome::Done => "Done",
    }
}
