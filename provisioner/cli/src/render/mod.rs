//! What people and programs get to see. Everything about a run is a reader of its events.

mod certificates;
mod diagnostics;
mod eks_status;
mod error;
mod json;
mod lines;
mod live;
mod next;
mod palette;
mod plan;
mod preflight;
mod report;
mod runs;
mod status;
mod steps;
mod summary;
mod tables;
mod targets;
mod text;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub(crate) use certificates::certificates;
pub(crate) use diagnostics::diagnostics;
pub(crate) use eks_status::eks_status;
pub(crate) use error::{error, error_as_json};
pub(crate) use json::JsonLines;
pub(crate) use lines::{Detail, Lines};
pub(crate) use live::Live;
pub(crate) use next::next;
pub(crate) use palette::Palette;
pub(crate) use plan::PlanView;
pub(crate) use preflight::{findings, preflight_verdict};
pub(crate) use report::report;
pub(crate) use runs::{run_list, runs_as_json};
pub(crate) use status::status;
pub(crate) use summary::SummaryView;
pub(crate) use tables::table;
pub(crate) use targets::Targets;
pub(crate) use text::{bytes, count, indented, printable, seconds};
