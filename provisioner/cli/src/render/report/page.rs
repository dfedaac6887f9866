use handlebars::{Handlebars, RenderError, html_escape};
use provisioner_engine::{Mode, NoteEvent, RecordedRun};
use serde::Serialize;

use super::changes::HostChanges;
use super::failures::Failure;
use super::head::Head;
use super::history::History;
use super::hosts::HostRow;
use super::stages::StageRow;
use super::timeline::Timeline;
use crate::render::text::{printable, seconds};

const PAGE: &str = include_str!("page.hbs");
const STYLE: &str = include_str!("style.css");

#[derive(Debug, Serialize)]
struct Page {
    head: Head,
    /// What hosts are called in this run.
    targets: &'static str,
    check: bool,
    failures: Vec<Failure>,
    timeline: Option<Timeline>,
    stages: Vec<StageRow>,
    hosts: Vec<HostRow>,
    changes: Vec<HostChanges>,
    notes: Vec<Note>,
}

#[derive(Debug, Serialize)]
struct Note {
    at: String,
    host: Option<String>,
    text: String,
}

/// A recorded run as one HTML page that needs nothing else. `goes_on`: its process is still there.
///
/// # Errors
/// A mistake in the template.
pub(crate) fn report(run: &RecordedRun, goes_on: bool) -> Result<String, Box<RenderError>> {
    render(&Page::new(run, goes_on)).map_err(Box::new)
}

/// Here, and nowhere else, text becomes HTML: whatever a host has said is shown as it is.
fn render(page: &Page) -> Result<String, RenderError> {
    let mut templates = Handlebars::new();
    templates.set_strict_mode(true);
    templates.register_escape_fn(|text| html_escape(&printable(text)));
    templates.register_partial("style", STYLE)?;
    templates.render_template(PAGE, page)
}

impl Page {
    fn new(run: &RecordedRun, goes_on: bool) -> Self {
        let (info, history) = (&run.info, History::of(&run.events));
        Self {
            head: Head::new(info, &history, goes_on),
            targets: history.targets.heading(),
            check: info.mode == Mode::Check,
            failures: Failure::of_run(&history),
            timeline: Timeline::of_run(&history, info.mode),
            stages: StageRow::of_run(&history, info.mode),
            hosts: HostRow::of_run(&history),
            changes: HostChanges::of_run(&history, info.mode),
            notes: history.notes.into_iter().map(Note::new).collect(),
        }
    }
}

impl Note {
    fn new((at, event): (f64, NoteEvent)) -> Self {
        Self { at: seconds(at), host: event.host, text: event.text }
    }
}
