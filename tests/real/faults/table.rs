use super::life::Moment;

/// What came of each moment, in the order in which they were.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
    /// The moment that nothing has come of yet.
    at: Option<(Moment, String)>,
}

#[derive(Debug)]
struct Row {
    moment: Moment,
    host: String,
    outcome: String,
}

impl Table {
    /// A moment has come, on this host.
    pub(crate) fn begin(&mut self, moment: Moment, host: &str) {
        self.at = Some((moment, host.to_owned()));
    }

    /// What came of it.
    pub(crate) fn end(&mut self, outcome: String) {
        let (moment, host) = self.at.clone().expect("a moment");
        println!("{moment} ({host}): {outcome}");
        self.rows.push(Row { moment, host, outcome });
    }

    /// The life has ended with a failure, at the last moment or after it.
    pub(crate) fn fail(&mut self, why: &str) {
        let why = why.lines().next().unwrap_or_default();
        let outcome = format!("FAILED: {why}");
        match &self.at {
            Some(_) => self.end(outcome),
            None => println!("{outcome}"),
        }
    }

    /// Stage by stage, with all that broke there.
    pub(crate) fn print(mut self) {
        let command =
            |row: &Row| super::life::COMMANDS.iter().position(|one| one.0 == row.moment.command);
        self.rows.sort_by_key(|row| (command(row), row.moment.place(), row.moment.fault));
        println!("{:8} {:15} {:31} {:4} outcome", "command", "stage", "fault", "host");
        for Row { moment, host, outcome } in &self.rows {
            let Moment { command, stage, fault, .. } = moment;
            println!("{command:8} {stage:15} {fault:31} {host:4} {outcome}");
        }
    }
}
