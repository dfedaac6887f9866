//! Something breaks while a command goes on, at every stage of a cluster's life: the same command ends it well
//! afterwards, or an error has named host, step and reason. Prints a table: stage, fault, outcome.

mod disturbance;
mod fault;
mod life;
mod round;
mod table;
mod words;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use provisioner_tests::{Random, figure};

use self::round::Round;
use self::table::Table;

/// The life that is played where `LIVES` asks for none: always the same, so that whoever changes something is
/// not told of what chance has found elsewhere. That is for `make soak`, which plays them all.
const USUAL: usize = 12;
/// The hosts for that one.
const SMALL: &[&str] = &["m1", "w1"];
/// For those that `LIVES` asks for: any one of its hosts can be missed.
const WHOLE: &[&str] = &["m1", "m2", "m3", "w1"];

#[test]
fn real_faults() {
    let mut random = Random::new();
    let (lives, hosts) = match std::env::var("LIVES") {
        Ok(wish) => (life::chosen(&wish), WHOLE),
        Err(_) => (vec![USUAL], SMALL),
    };
    let mut table = Table::default();
    let mut failed = Vec::new();
    for number in lives {
        figure("faults", "life", format!("{number} of {}", life::LIVES));
        let play = || Round::new(hosts).play(&life::life(number), &mut random, &mut table);
        // What was seen in others is not lost with it.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(play)) {
            table.fail(said(panic.as_ref()));
            failed.push(number);
        }
    }
    table.print();
    assert!(
        failed.is_empty(),
        "what went wrong in the lives {failed:?} is above, each in its place"
    );
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it ended")
}
