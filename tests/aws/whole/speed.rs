//! Everything that can goes on at once: the time is that of the longest way.

use std::time::Instant;

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

/// So many times as fast as AWS.
const SPEED: u32 = 60;
/// Roles become visible (10 s), the control plane comes up (10 min), a node group (3 min), then what
/// needs nodes (30 s).
const LONGEST_WAY: f64 = (10.0 + 600.0 + 180.0 + 30.0) / 60.0;

#[test]
fn up_takes_as_long_as_the_longest_way() {
    let aws = StandIn::start(SPEED);
    let program = Program::new(&aws, SPEC).at_pace(SPEED);
    // What the stand-in loads at the first calls is no time of AWS's.
    program.plan().expect(6);
    let begun = Instant::now();
    program.up().expect(0);
    let took = begun.elapsed().as_secs_f64();
    let over = (took / LONGEST_WAY - 1.0) * 100.0;
    println!(
        "figure: speed: up: {took:.1} s, the longest way {LONGEST_WAY:.1} s: {over:.1} % over"
    );
    println!("figure: speed: calls, with those of a plan: {}", aws.calls().len());
    let begun = Instant::now();
    program.up().expect(0);
    println!("figure: speed: up with nothing to do: {:.2} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    program.down().expect(0);
    println!("figure: speed: down: {:.1} s", begun.elapsed().as_secs_f64());
}
