use std::time::Duration;

use provisioner_tests::{Outage, Random, Run, Running};
use serde_json::Value;

use super::fault::{Fault, bring_back_the_ledger};
use super::life::{Moment, place};
use super::round::{Round, answered};
use super::table::Table;
use super::words::{reason, tells_of};

/// How often a command may end with a reason when nothing stands in its way any more, before it is done.
const FAILURES: usize = 1;

/// A command in which something breaks again and again: in the same run as long as that goes on, else in the next.
pub(crate) struct Disturbance<'a> {
    round: &'a Round,
    command: &'static str,
    running: Option<Running>,
    struck: Option<Struck>,
    /// Something was damaged that the run had looked at already: it may be done, and not all is well.
    is_damaged: bool,
}

/// What is broken now.
struct Struck {
    moment: Moment,
    host: String,
    looks: Option<Outage>,
    took: bool,
    /// The run that is to see it has not begun yet.
    is_ahead: bool,
}

/// How a run has met what was broken.
enum Course {
    /// It has come to this stage.
    WentOn(String),
    Ended(Run),
}

impl<'a> Disturbance<'a> {
    pub(crate) fn new(round: &'a Round, command: &'static str) -> Self {
        Self { round, command, running: None, struck: None, is_damaged: false }
    }

    /// Breaks something at a stage, if the command comes to that.
    pub(crate) fn meet(&mut self, moment: Moment, random: &mut Random, table: &mut Table) {
        let is_there = self.reaches(Some(moment.stage), table);
        let hosts = self.round.hosts_from(&moment);
        table.begin(moment, hosts[0]);
        if !is_there {
            table.end("there is no such stage".to_owned());
            return;
        }
        let mut running = self.running.take().expect("a run that has come to it");
        let looks = self.round.watch(&moment, &running);
        let within = random.fraction() * seconds(&moment);
        let took = !running.ended_within(Duration::from_secs_f64(within))
            && moment.fault.strike(&self.round.lab, &running, &hosts);
        self.is_damaged |= took && !moment.fault.leaves_nothing();
        let is_ahead = took && moment.fault.is_for_the_next_run();
        self.struck = Some(Struck { moment, host: hosts[0].to_owned(), looks, took, is_ahead });
        self.running = Some(running);
    }

    /// The command ends well.
    pub(crate) fn end(mut self, table: &mut Table) {
        self.reaches(None, table);
    }

    /// Whether the command comes to a stage; to its end without one. Tells what came of what was broken before.
    fn reaches(&mut self, stage: Option<&str>, table: &mut Table) -> bool {
        let wanted = stage.and_then(|stage| place(self.command, stage)).unwrap_or(usize::MAX);
        let mut failures = 0;
        loop {
            let running = self.running.take().unwrap_or_else(|| self.begin());
            let wanted = if self.is_about_to_end() { usize::MAX } else { wanted };
            if let Some(event) = running.wait_for(|event| self.is_at(event, wanted)) {
                self.running = Some(running);
                let reached = event["stage"].as_str().unwrap_or_default();
                self.conclude(&Course::WentOn(reached.to_owned()), table);
                return stage == Some(reached);
            }
            let run = running.finish();
            match &mut self.struck {
                Some(struck) if struck.is_ahead => struck.is_ahead = false,
                Some(_) => self.conclude(&Course::Ended(run), table),
                None if run.code == Some(0) => return false,
                None => {
                    let why = reason(&run, &self.round.names());
                    println!("{} is not done yet: {why}", self.command);
                    assert!(failures < FAILURES, "it does not end well: {}", run.account());
                    failures += 1;
                }
            }
        }
    }

    fn begin(&mut self) -> Running {
        self.is_damaged = false;
        self.round.start(self.command)
    }

    fn is_at(&self, event: &Value, wanted: usize) -> bool {
        // A run that has failed tells of the stages that it does not begin, too.
        let has_begun = event["kind"] == "stage" && event["state"] == "started";
        let stage = event["stage"].as_str().filter(|_| has_begun);
        stage.and_then(|stage| place(self.command, stage)).is_some_and(|place| place >= wanted)
    }

    /// The run was killed, or will be refused, if only after its first stages.
    fn is_about_to_end(&self) -> bool {
        let is_killed = |struck: &Struck| {
            struck.took && (struck.is_ahead || struck.moment.fault == Fault::ProgramKilled)
        };
        self.must_refuse() || self.struck.as_ref().is_some_and(is_killed)
    }

    /// Of a cluster that stands wrong clocks are only told.
    fn must_refuse(&self) -> bool {
        self.struck.as_ref().is_some_and(|struck| {
            let Struck { moment, took, .. } = struck;
            *took
                && moment.fault == Fault::ClockSkewed
                && moment.command == "up"
                && moment.is_before("join")
        })
    }

    /// What was broken is mended, and what came of it is written down.
    fn conclude(&mut self, course: &Course, table: &mut Table) {
        let must_refuse = self.must_refuse();
        let Some(Struck { moment, host, looks, took, .. }) = self.struck.take() else { return };
        let was_met = took && moment.fault.heal(&self.round.lab, self.command, &host);
        let mut outcome = match course {
            Course::WentOn(stage) => format!("went on to {stage}"),
            Course::Ended(run) => self.came_of(&moment, &host, run, must_refuse),
        };
        if !was_met {
            outcome = format!("could not strike: {outcome}");
        }
        if let Some(looks) = looks {
            outcome += &answered(&moment, looks);
        }
        table.end(outcome);
    }

    fn came_of(&self, moment: &Moment, host: &str, run: &Run, must_refuse: bool) -> String {
        if must_refuse {
            assert_eq!(run.code, Some(4), "it is not refused: {}", run.account());
            assert!(tells_of(run, host, "its clock is"), "{}", run.account());
        }
        if run.code.is_none() && moment.fault == Fault::ProgramKilled {
            return "killed".to_owned();
        }
        let is_missed = moment.fault == Fault::LedgerRemoved
            && (run.code == Some(4) || tells_of(run, host, "no ledger of ours"));
        let mut outcome = if run.code == Some(0) {
            "done all the same".to_owned()
        } else {
            let why = reason(run, &self.round.names());
            format!("ended with {}: {why}", run.code.unwrap_or_default())
        };
        if is_missed {
            assert!(tells_of(run, host, ""), "{}", run.account());
            bring_back_the_ledger(&self.round.lab, host);
            outcome += "; the ledger is brought back";
        } else if run.code == Some(0) && !self.is_damaged {
            self.round.went_well(self.command);
        }
        outcome
    }
}

/// Within how many seconds of its stage something breaks: where a stage does much, anywhere in it.
fn seconds(moment: &Moment) -> f64 {
    match (moment.command, moment.stage) {
        ("up", "prepare" | "init") | ("upgrade", "control-planes") => 10.0,
        ("up", "join") | ("upgrade", "nodes") => 6.0,
        ("upgrade", "fetch") | (_, "reset" | "restore") => 3.0,
        _ => 0.0,
    }
}
