//! What breaks when, in each of the lives that a cluster can have.

use std::fmt;

use super::fault::Fault;

/// The life of a cluster: its commands, and all stages of each.
pub(crate) const COMMANDS: [(&str, &[&str]); 4] = [
    (
        "up",
        &[
            "connect",
            "listen",
            "probe",
            "release",
            "prepare",
            "init",
            "control-planes",
            "encryption",
            "join",
            "survey",
            "network",
            "nodes",
            "finish",
        ],
    ),
    ("upgrade", &["connect", "fetch", "control-planes", "nodes", "runtime", "settle", "finish"]),
    ("scale", &["connect", "drain", "balance", "leave", "reset", "delete", "restore", "forget"]),
    ("down", &["connect", "reset", "restore", "forget"]),
];
/// Each stage sees one fault in a life, so as many lives as there are faults show each fault at each stage, and
/// fewer cannot.
pub(crate) const LIVES: usize = Fault::ALL.len();

/// When something breaks, and where: on the host of this number, counted round and round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) command: &'static str,
    pub(crate) stage: &'static str,
    pub(crate) fault: Fault,
    pub(crate) host: usize,
}

impl Moment {
    /// Where its stage comes among those of its command.
    pub(crate) fn place(&self) -> usize {
        place(self.command, self.stage).expect("a stage")
    }

    pub(crate) fn is_before(&self, stage: &str) -> bool {
        place(self.command, stage).is_some_and(|place| self.place() < place)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, {}: {}", self.command, self.stage, self.fault)
    }
}

/// Where a stage comes among those of a command.
pub(crate) fn place(command: &str, stage: &str) -> Option<usize> {
    let (_, stages) = COMMANDS.iter().find(|(name, _)| *name == command)?;
    stages.iter().position(|name| *name == stage)
}

/// The life of this number, from 1: a row of a Latin square.
pub(crate) fn life(number: usize) -> Vec<Moment> {
    let stages =
        COMMANDS.iter().flat_map(|(command, stages)| stages.iter().map(|stage| (*command, *stage)));
    let moment = |(index, (command, stage))| Moment {
        command,
        stage,
        fault: Fault::ALL[(index + number) % LIVES],
        host: 3 * index + number,
    };
    stages.enumerate().map(moment).collect()
}

/// The lives that `LIVES` asks for: `all`, the first of them (`3`), or some (`4-6`).
pub(crate) fn chosen(wish: &str) -> Vec<usize> {
    if wish == "all" {
        return (1..=LIVES).collect();
    }
    let (from, to) = wish.split_once('-').unwrap_or(("1", wish));
    let number = |text: &str| text.parse().expect("LIVES: all, a number, or FROM-TO");
    (number(from)..=number(to)).collect()
}

#[test]
fn all_lives_show_each_fault_at_each_stage_once() {
    let moments: Vec<Moment> = chosen("all").into_iter().flat_map(life).collect();
    for (command, stages) in COMMANDS {
        for stage in stages {
            for fault in Fault::ALL {
                let is_shown = |moment: &&Moment| {
                    (moment.command, moment.stage, moment.fault) == (command, *stage, fault)
                };
                let shown = moments.iter().filter(is_shown).count();
                assert_eq!(shown, 1, "{command}, {stage}: {fault}");
            }
        }
    }
}

#[test]
fn in_a_life_no_fault_comes_twice_in_a_command() {
    for number in chosen("all") {
        for (command, stages) in COMMANDS {
            let moments = life(number).into_iter().filter(|moment| moment.command == command);
            let faults: std::collections::BTreeSet<_> =
                moments.map(|moment| moment.fault).collect();
            assert_eq!(faults.len(), stages.len(), "{number}, {command}");
        }
    }
}

#[test]
fn lives_can_be_chosen() {
    assert_eq!(chosen("2"), [1, 2]);
    assert_eq!(chosen("4-6"), [4, 5, 6]);
    assert_eq!(chosen("all").len(), LIVES);
}
