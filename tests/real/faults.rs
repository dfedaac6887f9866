//! Something breaks while a command goes on, at any stage of a cluster's life: the same command ends it well
//! afterwards, or an error has named host, step and reason. Prints a table: fault, stage, outcome.

mod fault;
mod round;

use provisioner_tests::{Random, figure};

use self::fault::Fault;
use self::round::{Moment, Round};

/// The life of a cluster; a command of each can be disturbed.
const LIFE: [(&str, &[&str]); 4] = [
    ("up", &["connect", "prepare", "init", "join", "network", "nodes"]),
    ("upgrade", &["fetch", "control-planes", "nodes"]),
    ("scale", &["drain", "reset", "restore"]),
    ("down", &["reset", "restore"]),
];
/// How many lives there are, unless `LIVES` says otherwise; `all` are as many as show each fault at each stage.
const LIVES: usize = 1;
const SMALL: &[&str] = &["m1", "w1"];
const WHOLE: &[&str] = &["m1", "m2", "m3", "w1"];

#[test]
fn real_faults() {
    let wish = std::env::var("LIVES").unwrap_or_default();
    let is_all = wish == "all";
    let moments = moments(is_all, wish.parse().unwrap_or(LIVES));
    let mut table = Vec::new();
    for moments in moments {
        let round = Round::new(if is_all { WHOLE } else { SMALL });
        round.play(&moments, &mut table);
    }
    for (moment, outcome) in &table {
        figure("faults", &moment.to_string(), outcome);
    }
}

/// What happens when in each life: one fault for each command, chance choosing which, or each at each stage.
fn moments(is_all: bool, lives: usize) -> Vec<Vec<Moment>> {
    let mut random = Random::new();
    let of_command = |(command, stages): (&'static str, &[&'static str])| -> Vec<Moment> {
        let at = |stage: &&'static str| Fault::ALL.map(|fault| Moment { command, stage, fault });
        stages.iter().flat_map(at).filter(Moment::is_possible).collect()
    };
    let all = LIFE.map(of_command);
    if is_all {
        let longest = all.iter().map(Vec::len).max().unwrap_or_default();
        let life = |index| all.iter().map(|one| one[index % one.len()]).collect();
        return (0..longest).map(life).collect();
    }
    let mut life = || all.iter().map(|one| *random.one_of(one)).collect();
    (0..lives).map(|_| life()).collect()
}
