//! One ordered stream out of many tasks.

use std::fmt;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use jiff::{Timestamp, Unit};

use crate::event::VERSION;
use crate::{Event, EventKind, NoteEvent, Redactor};

/// Reads the stream of events.
pub trait Sink: Send {
    /// Takes the next event, all secrets masked.
    ///
    /// # Errors
    /// When it cannot take any more: it gets no further event, and the run goes on without it.
    fn event(&mut self, event: &Event) -> io::Result<()>;
}

/// Where events are sent; clones send to the same stream.
#[derive(Clone)]
pub struct Events {
    queue: Arc<Mutex<Queue>>,
    redactor: Redactor,
}

/// Numbering and sending are one step under one lock, so that numbers and times only grow.
struct Queue {
    seq: u64,
    sender: Sender<Message>,
}

enum Message {
    Event(Box<Event>),
    Finish,
}

impl Events {
    /// Sends an event. It never blocks on a sink; events sent after [`Dispatcher::finish`] are lost.
    pub fn send(&self, kind: EventKind) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.seq += 1;
        let event = Event { v: VERSION, seq: queue.seq, time: now(), kind };
        // Only a dispatcher that has finished no longer receives.
        let _ = queue.sender.send(Message::Event(Box::new(event)));
    }

    /// Sends a note that belongs to no host.
    pub fn note(&self, text: impl Into<String>) {
        self.send(EventKind::Note(NoteEvent { host: None, stage: None, text: text.into() }));
    }

    /// Where secrets are made known, at any time.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Events").finish_non_exhaustive()
    }
}

fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Millisecond).unwrap_or(now)
}

/// Hands the events to the sinks. It has a thread of its own, so that a terminal which does not read
/// cannot hold up the connections.
#[derive(Debug)]
pub struct Dispatcher {
    events: Events,
    thread: JoinHandle<Vec<io::Error>>,
}

impl Dispatcher {
    pub fn start(redactor: Redactor, sinks: Vec<Box<dyn Sink>>) -> Self {
        let (sender, receiver) = channel();
        let queue = Arc::new(Mutex::new(Queue { seq: 0, sender }));
        let events = Events { queue, redactor: redactor.clone() };
        let thread = std::thread::spawn(move || dispatch(&receiver, &redactor, sinks));
        Self { events, thread }
    }

    pub fn events(&self) -> Events {
        self.events.clone()
    }

    /// Waits until the sinks have all events that were sent so far and drops them.
    ///
    /// Returns the errors of the sinks that gave up.
    pub fn finish(self) -> Vec<io::Error> {
        let queue = self.events.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = queue.sender.send(Message::Finish);
        drop(queue);
        self.thread.join().unwrap_or_else(|_| vec![io::Error::other("a reader of events panicked")])
    }
}

fn dispatch(
    receiver: &Receiver<Message>,
    redactor: &Redactor,
    mut sinks: Vec<Box<dyn Sink>>,
) -> Vec<io::Error> {
    let mut errors = Vec::new();
    while let Ok(Message::Event(mut event)) = receiver.recv() {
        event.kind.mask(redactor);
        sinks.retain_mut(|sink| match sink.event(&event) {
            Ok(()) => true,
            Err(error) => {
                errors.push(error);
                false
            }
        });
    }
    errors
}
