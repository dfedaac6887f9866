use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tempfile::TempDir;

use crate::{Run, Spec, TestLab};

/// No command may take longer than this.
const LIMIT: Duration = Duration::from_mins(15);

/// The real program on a machine of its own: an empty home with a spec in it, and nothing else.
#[derive(Debug)]
pub struct Program {
    home: TempDir,
    spec: Utf8PathBuf,
    known_hosts: Utf8PathBuf,
    variables: Vec<(String, String)>,
}

/// A command that goes on.
#[derive(Debug)]
pub struct Running {
    child: Child,
    began: Instant,
    what: String,
    seen: Arc<Seen>,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<()>,
}

/// What it said so far.
#[derive(Debug, Default)]
struct Seen {
    events: Mutex<(Vec<Value>, bool)>,
    changed: Condvar,
    /// Its standard error, when it has ended.
    errors: Mutex<Option<String>>,
    changed_errors: Condvar,
}

/// The program that is tested: `PROVISIONER`, or the one that was built beside the tests.
pub(crate) fn path() -> Utf8PathBuf {
    if let Ok(path) = std::env::var("PROVISIONER") {
        return path.into();
    }
    let test = std::env::current_exe().expect("this test");
    let folder = test.parent().and_then(|deps| deps.parent()).expect("target/PROFILE/deps");
    let path = Utf8PathBuf::try_from(folder.join("provisioner")).expect("a path in UTF-8");
    assert!(path.exists(), "{path} is there (cargo build -p provisioner-cli)");
    path
}

impl Program {
    pub fn new(lab: &TestLab, spec: &Spec) -> Self {
        let home = TempDir::with_prefix("provisioner-home-").expect("a home");
        let folder = Utf8Path::from_path(home.path()).expect("a path in UTF-8");
        let (spec, known_hosts) = (spec.write(folder), lab.known_hosts());
        Self { home, spec, known_hosts, variables: Vec::new() }
    }

    /// An environment variable for all commands from now on.
    pub fn set_variable(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    pub fn home(&self) -> &Utf8Path {
        Utf8Path::from_path(self.home.path()).expect("a path in UTF-8")
    }

    /// Replaces the spec.
    pub fn set_spec(&self, spec: &Spec) {
        spec.write(self.home());
    }

    /// Begins a command on the spec, such as `up` or `certs renew`.
    pub fn start(&self, command: &str, options: &[&str]) -> Running {
        let mut process = Command::new(path());
        process.args(command.split(' ')).args(["-f", self.spec.as_str(), "--known-hosts"]);
        process.arg(&self.known_hosts).args(options);
        process.env_clear().env("HOME", self.home()).env("PATH", "/usr/bin:/bin");
        process.envs(self.variables.iter().map(|(name, value)| (name, value)));
        process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running::start(process, format!("{command} {}", options.join(" ")))
    }

    /// A command on the spec, to its end.
    pub fn run(&self, command: &str, options: &[&str]) -> Run {
        self.start(command, options).finish()
    }

    pub fn start_up(&self) -> Running {
        self.start_up_with(crate::bundle())
    }

    pub fn start_up_with(&self, bundle: &Utf8Path) -> Running {
        self.start("up", &["--yes", "--output", "json", "--bundle", bundle.as_str()])
    }

    pub fn up(&self) -> Run {
        self.start_up().finish()
    }

    pub fn start_down(&self) -> Running {
        self.start("down", &["--yes", "--output", "json"])
    }

    pub fn down(&self) -> Run {
        self.start_down().finish()
    }

    pub fn plan(&self) -> Run {
        self.plan_with(crate::bundle())
    }

    pub fn plan_with(&self, bundle: &Utf8Path) -> Run {
        let options = ["--detailed-exitcode", "--output", "json", "--bundle", bundle.as_str()];
        self.run("plan", &options)
    }
}

impl Running {
    fn start(mut process: Command, what: String) -> Self {
        let began = Instant::now();
        let mut child = process.spawn().expect("the program");
        let seen = Arc::new(Seen::default());
        let out = child.stdout.take().expect("its standard output");
        let mut err = child.stderr.take().expect("its standard error");
        let stdout = thread::spawn({
            let seen = Arc::clone(&seen);
            move || seen.read(BufReader::new(out))
        });
        let stderr = thread::spawn({
            let seen = Arc::clone(&seen);
            move || {
                let mut text = Vec::new();
                let _ = err.read_to_end(&mut text);
                let text = String::from_utf8_lossy(&text).into_owned();
                *seen.errors.lock().expect("its errors") = Some(text);
                seen.changed_errors.notify_all();
            }
        });
        Self { child, began, what, seen, stdout, stderr }
    }

    /// Waits for an event that is so; tells it, or nothing if the command ends without.
    pub fn wait_for(&self, is_so: impl Fn(&Value) -> bool) -> Option<Value> {
        let mut next = 0;
        let mut events = self.seen.events.lock().expect("the events");
        loop {
            if let Some(found) = events.0[next..].iter().find(|event| is_so(event)) {
                return Some(found.clone());
            }
            next = events.0.len();
            if events.1 {
                return None;
            }
            let (again, over) = self.seen.changed.wait_timeout(events, LIMIT).expect("the events");
            assert!(!over.timed_out(), "{}: nothing happens", self.what);
            events = again;
        }
    }

    /// Waits until a stage has begun, or the command has ended.
    pub fn wait_for_stage(&self, stage: &str) -> Option<Value> {
        self.wait_for(|event| event["kind"] == "stage" && event["stage"] == stage)
    }

    /// Waits until a step has begun on a host. It must come to that.
    #[track_caller]
    pub fn reach_step(&self, host: &str, step: &str) {
        self.reach(&format!("{step} on {host}"), |event| {
            event["kind"] == "step" && event["host"] == host && event["step"] == step
        });
    }

    /// Waits for an event that is so. It must come.
    #[track_caller]
    pub fn reach(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        self.wait_for(is_so).unwrap_or_else(|| {
            let events = self.seen.events.lock().expect("the events").0.clone();
            let failures = crate::run::failures(&events);
            panic!("{} ended before: {what}\n{failures}\n{}", self.what, self.seen.errors())
        })
    }

    /// Whether the command ended by itself before the time was over.
    pub fn ended_within(&mut self, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        while self.child.try_wait().expect("the program").is_none() {
            if Instant::now() > deadline {
                return false;
            }
            thread::sleep(Duration::from_millis(5));
        }
        true
    }

    /// Sends a signal, by its name: `KILL`, `INT`, `STOP`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("sh")
            .args(["-c", "kill -\"$1\" \"$2\"", "sh", name, &self.child.id().to_string()])
            .status();
        assert!(sent.expect("sh").success(), "{name} to {}", self.what);
    }

    /// The command's end.
    pub fn finish(mut self) -> Run {
        let in_time = self.ended_within(LIMIT.saturating_sub(self.began.elapsed()));
        if !in_time {
            let _ = self.child.kill();
        }
        let status = self.child.wait().expect("the program");
        let seconds = self.began.elapsed().as_secs_f64();
        let stdout = self.stdout.join().expect("its standard output");
        self.stderr.join().expect("its standard error");
        let stderr = self.seen.errors();
        assert!(in_time, "{} takes longer than {LIMIT:?}\n{stderr}", self.what);
        let events = std::mem::take(&mut self.seen.events.lock().expect("the events").0);
        Run { what: self.what, code: status.code(), seconds, events, stdout, stderr }
    }
}

impl Seen {
    /// Waits for the whole of its standard error.
    fn errors(&self) -> String {
        let errors = self.errors.lock().expect("its errors");
        let ended = self.changed_errors.wait_while(errors, |errors| errors.is_none());
        ended.expect("its errors").clone().unwrap_or_default()
    }

    /// Reads to the end; every line that is JSON is an event.
    fn read(&self, mut from: impl BufRead) -> String {
        let mut all = String::new();
        let mut line = String::new();
        while from.read_line(&mut line).is_ok_and(|count| count > 0) {
            if let Ok(event) = serde_json::from_str(&line) {
                self.events.lock().expect("the events").0.push(event);
                self.changed.notify_all();
            }
            all.push_str(&line);
            line.clear();
        }
        self.events.lock().expect("the events").1 = true;
        self.changed.notify_all();
        all
    }
}
