//! The real program, with credentials for the stand-in.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tempfile::TempDir;

use crate::stand_in::StandIn;

/// So much faster than AWS is asked whether it is done.
const PACE: &str = "200";

/// A machine of its own: an empty home with a spec in it.
#[derive(Debug)]
pub(crate) struct Program {
    home: TempDir,
    url: String,
    pace: String,
    has_keys: bool,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn credentials() -> [(&'static str, &'static str); 2] {
    [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secretEXAMPLEKEY")]
}

/// `PROVISIONER`, or the one that was built beside the tests.
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
    pub(crate) fn new(stand_in: &StandIn, spec: &str) -> Self {
        let home = TempDir::with_prefix("provisioner-home-").expect("a home");
        let program = Self { home, url: stand_in.url(), pace: PACE.to_owned(), has_keys: true };
        program.set_spec(spec);
        program
    }

    /// At the pace of a stand-in that is so many times as fast as AWS.
    pub(crate) fn at_pace(mut self, pace: u32) -> Self {
        self.pace = pace.to_string();
        self
    }

    /// With no keys in its environment.
    pub(crate) fn without_keys(mut self) -> Self {
        self.has_keys = false;
        self
    }

    pub(crate) fn home(&self) -> &Utf8Path {
        Utf8Path::from_path(self.home.path()).expect("a path in UTF-8")
    }

    pub(crate) fn set_spec(&self, spec: &str) {
        std::fs::write(self.home().join("spec.yaml"), spec).expect("the spec");
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.home().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
        std::fs::write(path, text).expect("the file");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(path());
        command.args(arguments).current_dir(self.home());
        command.env_clear().env("HOME", self.home()).env("PATH", "/usr/bin:/bin");
        command.env("AWS_ENDPOINT_URL", &self.url);
        if self.has_keys {
            command.envs(credentials());
        }
        command.env("PROVISIONER_AWS_PACE", &self.pace);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(&[], arguments)
    }

    /// As [`Program::run`], in another environment.
    pub(crate) fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        let ran = command.envs(variables.iter().copied()).output().expect("the program");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Ran { code: ran.status.code(), stdout: text(ran.stdout), stderr: text(ran.stderr) }
    }

    pub(crate) fn up(&self) -> Ran {
        self.run(&["up", "-f", "spec.yaml", "--yes"])
    }

    pub(crate) fn down(&self) -> Ran {
        self.run(&["down", "-f", "spec.yaml", "--yes"])
    }

    /// What `up` would change, as code and text.
    pub(crate) fn plan(&self) -> Ran {
        self.run(&["plan", "-f", "spec.yaml", "--detailed-exitcode"])
    }

    /// Begins a command, and lets it go on.
    pub(crate) fn begin(&self, arguments: &[&str]) -> Running {
        let mut child = self.command(arguments).spawn().expect("the program");
        let drained = drain(&mut child);
        Running { child, drained }
    }

    /// Begins a command and interrupts it, as Ctrl-C does, once this was called; its exit code.
    pub(crate) fn interrupted(
        &self,
        stand_in: &StandIn,
        operation: &str,
        arguments: &[&str],
    ) -> Option<i32> {
        let mut child = self.command(arguments).spawn().expect("the program");
        let drained = drain(&mut child);
        while !stand_in.changes().iter().any(|call| call == operation) {
            assert!(child.try_wait().expect("its state").is_none(), "{operation} was never called");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let id = child.id().to_string();
        let told = Command::new("kill").args(["-INT", &id]).status().expect("kill");
        assert!(told.success());
        let code = child.wait().expect("its end").code();
        for thread in drained {
            drop(thread.join());
        }
        code
    }

    /// Begins a command and kills it when the stand-in holds back its answers; whether it came to that.
    pub(crate) fn killed(&self, stand_in: &StandIn, arguments: &[&str]) -> bool {
        let mut child = self.command(arguments).spawn().expect("the program");
        let drained = drain(&mut child);
        let killed = loop {
            if stand_in.is_held() {
                child.kill().expect("a kill");
                break true;
            }
            if child.try_wait().expect("its state").is_some() {
                break false;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        };
        let _ = child.wait();
        for thread in drained {
            drop(thread.join());
        }
        stand_in.release();
        killed
    }
}

/// A command that goes on.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    drained: Drained,
}

/// Standard output and standard error of a command, once it has ended.
type Drained = [std::thread::JoinHandle<String>; 2];

impl Running {
    /// Waits until it has made these calls, each so many times; a run that never does fails the test.
    #[track_caller]
    pub(crate) fn until_called(&mut self, stand_in: &StandIn, wanted: &[(&str, usize)]) {
        let begun = std::time::Instant::now();
        loop {
            let calls = stand_in.calls();
            let good = calls.iter().filter(|call| call.status < 300);
            let good: Vec<_> = good.map(|call| call.operation.as_str()).collect();
            let count = |name: &str| good.iter().filter(|one| **one == name).count();
            let missing: Vec<_> =
                wanted.iter().filter(|(name, times)| count(name) < *times).collect();
            if missing.is_empty() {
                return;
            }
            let over = self.child.try_wait().expect("its state").is_some();
            let too_long = begun.elapsed() > std::time::Duration::from_mins(1);
            if over || too_long {
                let _ = self.child.kill();
                panic!("{missing:?} were not called meanwhile; there were {good:?}");
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    pub(crate) fn ended(mut self) -> Ran {
        let code = self.child.wait().expect("its end").code();
        let [stdout, stderr] = self.drained.map(|thread| thread.join().expect("what it said"));
        Ran { code, stdout, stderr }
    }
}

/// Reads what it says meanwhile: it must not wait for that.
fn drain(child: &mut Child) -> Drained {
    let read = |mut stream: Box<dyn std::io::Read + Send>| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stream.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        })
    };
    let out = child.stdout.take().expect("its output");
    let err = child.stderr.take().expect("its errors");
    [read(Box::new(out)), read(Box::new(err))]
}

impl Ran {
    /// Ends the test unless the command did what it should.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        let Self { code: found, stdout, stderr } = &self;
        assert_eq!(*found, Some(code), "{stdout}\n{stderr}");
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).expect("JSON")
    }
}
