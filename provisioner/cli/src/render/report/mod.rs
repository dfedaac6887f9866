//! A recorded run as one HTML page: what happened in it, from its events, and what of that is shown.
//! How it looks is a template, `page.hbs`.

mod changes;
mod counts;
mod failures;
mod head;
mod history;
mod hosts;
mod page;
mod span;
mod stages;
mod timeline;
mod words;

pub(crate) use page::report;
