use provisioner_engine::{Mode, State};

/// A duration as people say it: `0.4 s`, `12 s`, `3 min 5 s`.
pub(crate) fn seconds(seconds: f64) -> String {
    let whole = format!("{seconds:.0}").parse::<u64>().unwrap_or_default();
    match whole {
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
pub(crate) fn printable(line: &str) -> String {
    line.chars().filter(|character| !character.is_control() || *character == '\t').collect()
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
