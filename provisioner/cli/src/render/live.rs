use std::collections::BTreeMap;
use std::io;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use provisioner_engine::{
    Event, EventKind, HostEvent, Mode, Sink, StageEvent, State, StepEvent, WaitEvent,
};

use super::text::{printable, seconds, word};
use super::{Palette, steps};

const REFRESH: Duration = Duration::from_millis(200);

/// A line for each host with its stage, step and seconds, below them one for the stage as a whole.
/// Failures and notes are printed above them and stay, unless something else will tell them.
#[derive(Debug)]
pub(crate) struct Live {
    screen: MultiProgress,
    palette: Palette,
    /// Whether failures and notes are printed.
    tells: bool,
    mode: Mode,
    title: String,
    overall: ProgressBar,
    hosts: BTreeMap<String, HostLine>,
    /// Dropped, it ends the thread that keeps the clocks going.
    clock: Option<Sender<ProgressBar>>,
}

#[derive(Debug)]
struct HostLine {
    bar: ProgressBar,
    failed: bool,
}

impl HostLine {
    /// Something begins.
    fn runs(&self, message: String, palette: Palette) {
        self.bar.set_style(running_style(palette));
        self.bar.reset_elapsed();
        self.bar.set_message(message);
    }

    /// Nothing goes on, and no clock runs.
    fn rests(&self, message: String, palette: Palette) {
        self.bar.set_style(resting_style(palette));
        self.bar.set_message(message);
    }
}

impl Live {
    /// A view of these hosts, in this order.
    pub(crate) fn new(screen: MultiProgress, palette: Palette, hosts: &[String]) -> Self {
        let overall = screen.add(ProgressBar::new(0).with_style(overall_style(palette)));
        let clock = start_clock();
        let _ = clock.send(overall.clone());
        let mut view = Self {
            screen,
            palette,
            tells: true,
            mode: Mode::Apply,
            title: String::new(),
            overall,
            hosts: BTreeMap::new(),
            clock: Some(clock),
        };
        for host in hosts {
            view.line(host);
        }
        view
    }

    /// A view for where failures and notes are told in the end.
    pub(crate) fn silent(mut self) -> Self {
        self.tells = false;
        self
    }

    fn print(&self, text: &str) {
        if !self.tells {
            return;
        }
        // A terminal that is gone shows nothing; the run goes on.
        let _ = text.lines().try_for_each(|line| self.screen.println(line));
    }

    fn stage(&mut self, stage: &StageEvent) {
        if stage.state == State::Started {
            self.overall.set_length(stage.steps.unwrap_or(0) as u64);
            self.overall.set_position(0);
            self.overall.set_prefix(self.title.clone());
            self.overall.set_message(stage.stage.clone());
            for line in self.hosts.values_mut() {
                line.failed = false;
                line.rests(String::new(), self.palette);
            }
        } else if let Some(error) = &stage.error {
            let bad = self.palette.bad;
            self.print(&format!("{}: {bad}failed{bad:#}: {}", stage.stage, printable(error)));
            self.print(&steps::hint(stage.hint.as_deref(), self.palette));
        }
    }

    fn host(&mut self, host: &HostEvent) {
        let palette = self.palette;
        let line = self.line(&host.host);
        if host.state == State::Started {
            return line.runs(host.stage.clone(), palette);
        }
        let style = palette.of(host.state);
        let mut message = format!("{}: {style}{}{style:#}", host.stage, done(host.state));
        message.extend(host.seconds.map(|took| format!(" ({})", seconds(took))));
        line.rests(message, palette);
        let told = line.failed;
        if host.state == State::Failed && !told {
            self.print(&steps::host(host, palette));
        }
    }

    fn step(&mut self, step: &StepEvent) {
        let palette = self.palette;
        let line = self.line(&step.host);
        if step.state == State::Started {
            return line.runs(format!("{}: {}", step.stage, printable(&step.step)), palette);
        }
        line.failed |= step.state == State::Failed;
        self.overall.inc(1);
        if step.state == State::Failed {
            self.print(&steps::step(step, self.mode, self.palette));
        }
    }

    fn wait(&mut self, wait: &WaitEvent) {
        let dim = self.palette.dim;
        let text = printable(&wait.text);
        let message = format!("{}: {} {dim}({text}){dim:#}", wait.stage, printable(&wait.step));
        self.line(&wait.host).bar.set_message(message);
    }

    /// The host's line, made if there is none.
    fn line(&mut self, host: &str) -> &mut HostLine {
        self.hosts.entry(host.to_owned()).or_insert_with(|| {
            let bar = ProgressBar::new_spinner().with_style(resting_style(self.palette));
            let bar = self.screen.insert_before(&self.overall, bar);
            bar.set_prefix(host.to_owned());
            if let Some(clock) = &self.clock {
                let _ = clock.send(bar.clone());
            }
            HostLine { bar, failed: false }
        })
    }

    fn end(&mut self) {
        self.clock = None;
        for line in self.hosts.values() {
            line.bar.finish_and_clear();
        }
        self.overall.finish_and_clear();
    }
}

/// A run that ends without a summary leaves no lines behind either.
impl Drop for Live {
    fn drop(&mut self) {
        self.end();
    }
}

impl Sink for Live {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match &event.kind {
            EventKind::Run(info) => {
                self.mode = info.mode;
                self.title = format!("{} {}", info.command, info.cluster);
            }
            EventKind::Stage(stage) => self.stage(stage),
            EventKind::Host(host) => self.host(host),
            EventKind::Step(step) => self.step(step),
            EventKind::Wait(wait) => self.wait(wait),
            EventKind::Note(note) => match &note.host {
                Some(host) => self.print(&format!("{host}: {}", printable(&note.text))),
                None => self.print(&printable(&note.text)),
            },
            EventKind::Summary(_) => self.end(),
        }
        Ok(())
    }
}

fn done(state: State) -> &'static str {
    if state == State::Ok || state == State::Changed { "done" } else { word(state, Mode::Apply) }
}

/// Keeps the clocks of all lines going until its sender is dropped.
fn start_clock() -> Sender<ProgressBar> {
    let (sender, lines) = channel::<ProgressBar>();
    thread::spawn(move || {
        let mut shown = Vec::new();
        loop {
            match lines.recv_timeout(REFRESH) {
                Ok(line) => shown.push(line),
                Err(RecvTimeoutError::Timeout) => shown.iter().for_each(ProgressBar::tick),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    });
    sender
}

fn resting_style(palette: Palette) -> ProgressStyle {
    style(if palette.is_colored() {
        "  {prefix:.bold} {wide_msg}"
    } else {
        "  {prefix} {wide_msg}"
    })
}

fn running_style(palette: Palette) -> ProgressStyle {
    style(if palette.is_colored() {
        "{spinner:.cyan} {prefix:.bold} {wide_msg} {elapsed}"
    } else {
        "{spinner} {prefix} {wide_msg} {elapsed}"
    })
}

fn overall_style(palette: Palette) -> ProgressStyle {
    style(if palette.is_colored() {
        "  {prefix:.bold} [{bar:30.green}] {pos}/{len} {msg} {elapsed}"
    } else {
        "  {prefix} [{bar:30}] {pos}/{len} {msg} {elapsed}"
    })
    .progress_chars("=> ")
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
