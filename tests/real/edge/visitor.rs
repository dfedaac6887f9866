use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(20);
/// A new attempt is made each time, so none may last.
const ONE_TRY: Duration = Duration::from_secs(1);
/// So many good answers in a row, and the trouble is over.
const CALM: usize = 50;
const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody outside who asks for a page.
#[derive(Clone, Copy)]
pub(crate) struct Visitor(SocketAddr);

/// Visits, one after another.
pub(crate) struct Visits {
    stop: Arc<AtomicBool>,
    log: Arc<Mutex<Vec<Visit>>>,
    asking: JoinHandle<()>,
}

/// One of them: when it was answered, or else began, and what went wrong.
struct Visit {
    at: Instant,
    trouble: Option<String>,
}

pub(crate) struct Log(Vec<Visit>);

impl Visitor {
    pub(crate) fn of(address: &str) -> Self {
        Self(SocketAddr::new(address.parse().expect("an address"), 80))
    }

    /// The last line of the answer, to a connection of its own.
    pub(crate) fn ask(self) -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&self.0, ONE_TRY)?;
        stream.set_read_timeout(Some(ONE_TRY))?;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        if !answer.starts_with("HTTP/1.1 200") {
            return Err(std::io::Error::other(answer));
        }
        Ok(answer.lines().last().unwrap_or_default().to_owned())
    }

    /// Begins to ask all the time.
    pub(crate) fn visit(self) -> Visits {
        let stop = Arc::new(AtomicBool::new(false));
        let log: Arc<Mutex<Vec<Visit>>> = Arc::default();
        let (stopped, told) = (Arc::clone(&stop), Arc::clone(&log));
        let asking = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let began = Instant::now();
                let visit = match self.ask() {
                    Ok(_) => Visit { at: Instant::now(), trouble: None },
                    Err(error) => Visit { at: began, trouble: Some(format!("{error:?}")) },
                };
                told.lock().expect("the log").push(visit);
                thread::sleep(POLL.saturating_sub(began.elapsed()));
            }
        });
        Visits { stop, log, asking }
    }
}

impl Visits {
    /// Waits until many answers in a row were good.
    pub(crate) fn until_calm(&self) {
        let began = Instant::now();
        let from = self.log.lock().expect("the log").len();
        let is_calm = |log: &[Visit]| {
            log.len() >= from + CALM
                && log[log.len() - CALM..].iter().all(|visit| visit.trouble.is_none())
        };
        while !is_calm(&self.log.lock().expect("the log")) {
            assert!(began.elapsed() < PATIENCE, "requests still fail");
            thread::sleep(POLL);
        }
    }

    pub(crate) fn finish(self) -> Log {
        self.stop.store(true, Ordering::Relaxed);
        self.asking.join().expect("visits");
        Log(std::mem::take(&mut *self.log.lock().expect("the log")))
    }
}

impl Visit {
    /// Its trouble, and how long after `since`.
    fn told(&self, since: Instant) -> Option<String> {
        let after = self.at.saturating_duration_since(since).as_secs_f64();
        self.trouble.as_ref().map(|trouble| format!("after {after:.2} s: {trouble}"))
    }
}

impl Log {
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// What went wrong, and how long after `since`.
    pub(crate) fn troubles(&self, since: Instant) -> Vec<String> {
        self.0.iter().filter_map(|visit| visit.told(since)).collect()
    }

    /// What went wrong after `since` once there had been trouble and an answer again.
    pub(crate) fn troubles_after_an_answer(&self, since: Instant) -> Vec<String> {
        let later = self.0.iter().skip_while(|visit| visit.at < since);
        let troubled = later.skip_while(|visit| visit.trouble.is_none());
        let answered = troubled.skip_while(|visit| visit.trouble.is_some());
        answered.filter_map(|visit| visit.told(since)).collect()
    }

    /// How long after `since` the last request failed, or rather the next one did not.
    pub(crate) fn outage(&self, since: Instant) -> Duration {
        let failed = self.0.iter().rposition(|visit| visit.trouble.is_some() && visit.at > since);
        let next = |last: usize| self.0.get(last + 1).map_or_else(Instant::now, |visit| visit.at);
        failed.map_or(since, next).duration_since(since)
    }
}
