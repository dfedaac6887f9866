//! Readers of recorded runs, compared with what they showed before.

mod exit;
mod report;
mod runs;
mod text;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use provisioner_engine::{Event, Sink};

const UP: &str = include_str!("data/up.jsonl");
const PLAN: &str = include_str!("data/plan.jsonl");

/// Where a reader writes to, and the test reads from.
#[derive(Debug, Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn events(recorded: &str) -> Vec<Event> {
    recorded.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What a reader makes of a recorded run.
fn shown<S: Sink>(recorded: &str, reader: impl FnOnce(Page) -> S) -> String {
    let page = Page::default();
    let mut reader = reader(page.clone());
    for event in events(recorded) {
        reader.event(&event).unwrap();
    }
    page.text()
}

fn order() -> Vec<String> {
    ["m1", "w1", "w2", "e1"].map(str::to_owned).to_vec()
}
