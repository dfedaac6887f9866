//! The prelude and compiled scripts through real shells: what a host's root shell would do, in a
//! folder of the test's own.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use provisioner_playbook::frames::{Decoder, Frame, StageEnd, StepState};
use provisioner_playbook::script::{ScriptMode, compile};
use provisioner_playbook::{Assets, Library, shell};
use serde_json::{Value, json};
use std::io::Read;

/// A root shell whose state and run folders lie in `root`.
struct Shell {
    child: Child,
    stdin: ChildStdin,
    decoder: Decoder,
}

fn shells() -> Vec<&'static str> {
    ["dash", "bash"].into_iter().filter(|name| Path::new("/bin").join(name).exists()).collect()
}

fn inside(root: &Path, text: &str) -> String {
    let root = root.to_str().expect("UTF-8");
    text.replace(shell::STATE_DIR, &format!("{root}/state"))
        .replace(shell::RUN_DIR, &format!("{root}/run"))
}

impl Shell {
    fn start(program: &str, root: &Path, run: &str) -> Self {
        let mut child = Command::new(program)
            .args(["-c", &inside(root, shell::ROOT_SHELL), "sh", &std::process::id().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let stdin = child.stdin.take().expect("piped");
        let mut shell = Self { child, stdin, decoder: Decoder::new("n0nce") };
        let begin = format!("{}\nbegin_run {run} n0nce\n", shell::prelude().expect("quotable"));
        shell.send(&inside(root, &begin));
        shell
    }

    fn send(&mut self, script: &str) {
        write!(self.stdin, "script {}\n{script}", script.len()).expect("the shell reads");
    }

    /// Frames until the one that `last` accepts.
    fn frames_until(&mut self, last: impl Fn(&Frame) -> bool) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            while let Some(frame) = self.decoder.next_frame() {
                let end = last(&frame);
                frames.push(frame);
                if end {
                    return frames;
                }
            }
            let stdout = self.child.stdout.as_mut().expect("piped");
            let count = stdout.read(&mut buffer).expect("readable");
            assert!(count > 0, "the shell ended; it said: {}", self.decoder.noise());
            self.decoder.feed(&buffer[..count]);
        }
    }

    fn stage(&mut self, root: &Path, steps: &str, context: &Value, mode: ScriptMode) -> Vec<Frame> {
        let script = script(root, steps, context, mode);
        self.send(&script);
        self.frames_until(|frame| matches!(frame, Frame::Ended(_)))
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn script(root: &Path, steps: &str, context: &Value, mode: ScriptMode) -> String {
    let playbook = format!("name: t\nhosts: [worker]\n{steps}");
    let site = "stages: [{name: t, playbooks: [t]}]";
    let files = [("site.yaml", site), ("t.yaml", &playbook), ("files/t/x.hbs", "{{value}}\n")];
    let library = Library::load(Assets::from_files(files)).expect("a valid playbook");
    let mut context = context.clone();
    context["root"] = json!(root.to_str());
    let playbook = library.playbooks_of("t").next().expect("t");
    let steps = library.steps(playbook, &context, &BTreeMap::new()).expect("resolvable");
    inside(root, &compile(&steps, mode).expect("quotable"))
}

fn ends(frames: &[Frame]) -> Vec<(usize, StepState)> {
    frames
        .iter()
        .filter_map(|frame| match frame {
            Frame::End { step, state } => Some((*step, *state)),
            _ => None,
        })
        .collect()
}

fn on_every_shell(test: impl Fn(&str, &Path)) {
    for program in shells() {
        let root = tempfile::tempdir().expect("a folder");
        test(program, root.path());
    }
}

const FILES: &str = r#"
steps:
  - name: a template
    template: {src: x.hbs, dest: "{{root}}/etc/deep/x", mode: "0640"}
    notify: h
  - name: a folder
    directory: {path: "{{root}}/etc/folder", mode: "0700"}
  - name: a block
    line: {path: "{{root}}/etc/hosts", marker: hosts, block: "{{value}}"}
  - name: a line
    line: {path: "{{root}}/etc/lines", line: "{{value}}"}
  - name: a command
    command: {run: "printf %s {{value}} >{{root}}/out", unless: "test -s {{root}}/out"}
handlers:
  - name: h
    command: {run: "echo ran >>{{root}}/handled", always: true}
"#;

/// The exit code of a root shell that is sent this before its input ends.
fn exit_after(program: &str, root: &Path, limit: &str, sent: &str) -> Option<i32> {
    let text = inside(root, &format!("{limit}{}", shell::ROOT_SHELL));
    let mut child = Command::new(program)
        .args(["-c", &text, "sh", "1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell");
    let mut stdin = child.stdin.take().expect("piped");
    // It may have ended meanwhile.
    let _ = stdin.write_all(sent.as_bytes());
    drop(stdin);
    child.wait().expect("an end").code()
}

#[test]
fn a_script_that_comes_in_part_or_finds_no_room_is_not_run() {
    on_every_shell(|program, root| {
        let touch = format!("touch {}/ran\n", root.display());
        let whole = format!("script {}\n{touch}", touch.len());
        let cut_off = format!("script {}\n{touch}", touch.len() + 1);
        assert_eq!(exit_after(program, root, "", &cut_off), Some(1), "{program}");
        assert_eq!(exit_after(program, root, "ulimit -f 0; ", &whole), Some(1), "{program}");
        assert!(!root.join("ran").exists(), "{program}");
        assert_eq!(exit_after(program, root, "", &whole), Some(0), "{program}");
        assert!(root.join("ran").exists(), "{program}");
    });
}

#[test]
fn steps_are_made_true_once_and_then_hold() {
    on_every_shell(|program, root| {
        fs_err::create_dir(root.join("etc")).expect("a folder");
        fs_err::write(root.join("etc/hosts"), "127.0.0.1 localhost").expect("written");
        let hostile = json!({"value": "it's $(touch pwned) `id` \"quoted\" \\ é"});
        let mut shell = Shell::start(program, root, "r1");

        let planned = shell.stage(root, FILES, &hostile, ScriptMode::Check);
        let changed: Vec<_> = (0..6).map(|step| (step, StepState::Changed)).collect();
        assert_eq!(ends(&planned)[..5], changed[..5], "{planned:?}");
        assert!(
            !root.join("etc/deep").exists() && !root.join("state").exists(),
            "a plan changes nothing"
        );

        let applied = shell.stage(root, FILES, &hostile, ScriptMode::Apply);
        assert_eq!(ends(&applied), changed, "{applied:?}");
        let value = hostile["value"].as_str().expect("text");
        let read = |path: &str| fs_err::read_to_string(root.join(path)).expect("there");
        assert_eq!(read("etc/deep/x"), format!("{value}\n"));
        assert_eq!(
            read("etc/hosts"),
            format!(
                "127.0.0.1 localhost\n# BEGIN provisioner hosts\n{value}\n# END provisioner hosts\n"
            )
        );
        assert_eq!(read("out"), value);
        assert_eq!(read("handled"), "ran\n");

        let again = shell.stage(root, FILES, &hostile, ScriptMode::Apply);
        assert_eq!(ends(&again), (0..5).map(|step| (step, StepState::Ok)).collect::<Vec<_>>());

        fs_err::write(root.join("etc/deep/x"), "by hand\n").expect("written");
        let drift = shell.stage(root, FILES, &hostile, ScriptMode::Check);
        assert_eq!(ends(&drift)[0], (0, StepState::Changed));
        assert!(
            drift.contains(&Frame::Before { step: 0, text: "by hand\n".to_owned() }),
            "{drift:?}"
        );
    });
}

#[test]
fn the_ledger_tells_how_it_was_before_the_first_change() {
    on_every_shell(|program, root| {
        fs_err::create_dir_all(root.join("etc/deep")).expect("a folder");
        fs_err::write(root.join("etc/deep/x"), "theirs").expect("written");
        for value in ["one", "two"] {
            let mut shell = Shell::start(program, root, value);
            shell.stage(root, FILES, &json!({"value": value}), ScriptMode::Apply);
        }
        let ledger = fs_err::read_to_string(root.join("state/ledger")).expect("a ledger");
        let entries: Vec<Vec<&str>> =
            ledger.lines().map(|line| line.split('\t').collect()).collect();
        let key = root.join("etc/deep/x");
        let of: Vec<_> = entries.iter().filter(|entry| Some(entry[1]) == key.to_str()).collect();
        assert_eq!(of.len(), 1, "{ledger}");
        assert_eq!(of[0][3], "one", "the run that wrote it");
        let digest = of[0][2].split(' ').nth(1).expect("a digest");
        assert_eq!(
            fs_err::read_to_string(root.join("state/before").join(digest)).expect("kept"),
            "theirs"
        );
        let kept = fs_err::read_dir(root.join("state/before")).expect("a folder").count();
        assert_eq!(kept, 1, "nothing that we wrote ourselves");
    });
}

#[test]
fn a_handler_cut_off_runs_in_the_next_run() {
    on_every_shell(|program, root| {
        let failing = FILES.replace(
            "  - name: a folder",
            "  - name: it breaks here\n    command: {run: \"test -e {{root}}/mended\", always: true}\n  - name: a folder",
        );
        let mut shell = Shell::start(program, root, "r1");
        let first = shell.stage(root, &failing, &json!({"value": "v"}), ScriptMode::Apply);
        assert_eq!(first.last(), Some(&Frame::Ended(StageEnd::Failed)));
        assert!(!root.join("handled").exists());
        fs_err::write(root.join("mended"), "").expect("written");
        let mut shell = Shell::start(program, root, "r2");
        let second = shell.stage(root, &failing, &json!({"value": "v"}), ScriptMode::Apply);
        assert_eq!(ends(&second)[0], (0, StepState::Ok), "its cause already holds");
        assert_eq!(fs_err::read_to_string(root.join("handled")).expect("it ran"), "ran\n");
    });
}

#[test]
fn a_failing_step_says_why_and_ends_the_stage() {
    on_every_shell(|program, root| {
        let steps = "
steps:
  - name: it fails
    command: {run: 'echo to standard output; echo to standard error >&2; exit 7', always: true}
  - name: never reached
    command: {run: 'true', always: true}
";
        let mut shell = Shell::start(program, root, "r1");
        let frames = shell.stage(root, steps, &json!({}), ScriptMode::Apply);
        assert!(frames.contains(&Frame::Output {
            step: 0,
            text: "to standard output\nto standard error\n".to_owned()
        }));
        assert!(frames.contains(&Frame::Error { step: 0, text: "exit code 7".to_owned() }));
        assert_eq!(ends(&frames), [(0, StepState::Failed)]);
    });
}

#[test]
fn conditions_on_the_host_know_yes_no_and_not_yet() {
    on_every_shell(|program, root| {
        let steps = "
steps:
  - {name: yes, only_if: 'true', command: {run: 'true', unless: 'true'}}
  - {name: no, only_if: 'false', command: {run: 'true', unless: 'true'}}
  - {name: later, only_if: 'exit 3', command: {run: 'true', unless: 'true'}}
  - {name: bare, command: {run: 'true', always: true}}
";
        let mut shell = Shell::start(program, root, "r1");
        let mut states = |mode| {
            ends(&shell.stage(root, steps, &json!({}), mode))
                .into_iter()
                .map(|end| end.1)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            states(ScriptMode::Check),
            [StepState::Ok, StepState::Skipped, StepState::Unknown, StepState::Unknown]
        );
        assert_eq!(
            states(ScriptMode::Apply),
            [StepState::Ok, StepState::Skipped, StepState::Skipped, StepState::Changed]
        );
    });
}

#[test]
fn a_condition_of_the_playbook_goes_before_those_of_its_steps() {
    on_every_shell(|program, root| {
        let steps = "
only_if: test -e {{root}}/wanted || exit 1
steps:
  - {name: its own does not hold, only_if: 'false', command: {run: 'true', unless: 'true'}}
  - {name: its own holds, only_if: 'true', command: {run: 'true', unless: 'true'}}
  - {name: it has none, command: {run: 'true', unless: 'true'}}
";
        let mut shell = Shell::start(program, root, "r1");
        let mut states = || {
            let frames = shell.stage(root, steps, &json!({}), ScriptMode::Apply);
            ends(&frames).into_iter().map(|end| end.1).collect::<Vec<_>>()
        };
        assert_eq!(states(), [StepState::Skipped; 3]);
        fs_err::write(root.join("wanted"), "").expect("written");
        assert_eq!(states(), [StepState::Skipped, StepState::Ok, StepState::Ok]);
    });
}

#[test]
fn what_is_gone_at_the_end_of_the_run_is_no_change() {
    on_every_shell(|program, root| {
        let steps = "
steps:
  - {name: a script, transient: true, file: {dest: '{{root}}/script', content: x}}
  - {name: what it does, command: {run: 'touch {{root}}/done', creates: '{{root}}/done'}}
  - {name: the script is gone, transient: true, file: {dest: '{{root}}/script', state: absent}}
";
        let mut shell = Shell::start(program, root, "r1");
        let only_what_stays = [(0, StepState::Ok), (1, StepState::Changed), (2, StepState::Ok)];
        for mode in [ScriptMode::Check, ScriptMode::Apply] {
            let frames = shell.stage(root, steps, &json!({}), mode);
            assert_eq!(ends(&frames), only_what_stays, "{frames:?}");
        }
        assert!(root.join("done").exists() && !root.join("script").exists());
    });
}

#[test]
fn a_job_outlives_its_shell_and_is_found_again() {
    on_every_shell(|program, root| {
        let steps = "
steps:
  - name: long
    detach: true
    command: {run: 'echo began >>{{root}}/count; while [ ! -e {{root}}/go ]; do sleep 0.05; done; echo done >>{{root}}/count', unless: 'grep -qs done {{root}}/count'}
";
        let mut first = Shell::start(program, root, "r1");
        first.send(&script(root, steps, &json!({}), ScriptMode::Apply));
        first.frames_until(|frame| matches!(frame, Frame::Waiting { .. }));
        drop(first);
        let mut second = Shell::start(program, root, "r2");
        second.send(&script(root, steps, &json!({}), ScriptMode::Apply));
        second.frames_until(|frame| matches!(frame, Frame::Waiting { .. }));
        fs_err::write(root.join("go"), "").expect("written");
        let frames = second.frames_until(|frame| matches!(frame, Frame::Ended(_)));
        assert_eq!(ends(&frames), [(0, StepState::Changed)]);
        assert_eq!(
            fs_err::read_to_string(root.join("count")).expect("there"),
            "began\ndone\n",
            "once only"
        );
    });
}

#[test]
fn the_lock_names_its_holder_and_goes_with_the_shell() {
    on_every_shell(|program, root| {
        let locked = |frame: &Frame| matches!(frame, Frame::Locked | Frame::Held { .. });
        let mut first = Shell::start(program, root, "r1");
        first.send("lock alice@desk $p_connection");
        assert_eq!(first.frames_until(locked), [Frame::Locked]);
        let mut second = Shell::start(program, root, "r2");
        second.send("lock bob@desk $p_connection");
        let Some(Frame::Held { run, by }) = second.frames_until(locked).pop() else {
            panic!("not held")
        };
        assert!(run == "r1" && by.starts_with("alice@desk, run r1"), "{run}: {by}");
        drop(first);
        let mut third = Shell::start(program, root, "r3");
        third.send("lock carol@desk $p_connection");
        assert_eq!(third.frames_until(locked), [Frame::Locked]);
        // The same run comes again after its connection was lost without a word.
        let mut fourth = Shell::start(program, root, "r3");
        fourth.send("lock carol@desk $p_connection");
        assert_eq!(fourth.frames_until(locked), [Frame::Locked]);
        // One that knows that run to have ended; of no other run that says anything.
        let mut fifth = Shell::start(program, root, "r5");
        fifth.send("lock dave@desk $p_connection r4");
        assert!(
            matches!(&fifth.frames_until(locked)[..], [Frame::Held { run, .. }] if run == "r3")
        );
        fifth.send("lock dave@desk $p_connection r3");
        assert_eq!(fifth.frames_until(locked), [Frame::Locked]);
    });
}

#[test]
fn a_run_that_was_asked_to_stop_stops_though_others_come() {
    on_every_shell(|program, root| {
        let run_dir = inside(root, "/run/provisioner");
        let mut first = Shell::start(program, root, "r1");
        first.stage(root, "steps: []", &json!({}), ScriptMode::Apply);
        std::fs::write(format!("{run_dir}/stop.r1"), "").expect("a file");
        let mut other = Shell::start(program, root, "r2");
        other.stage(root, "steps: []", &json!({}), ScriptMode::Check);
        let steps = "steps:\n  - {name: a file, file: {dest: '{{root}}/it', content: it}}\n";
        let frames = first.stage(root, steps, &json!({}), ScriptMode::Apply);
        assert!(matches!(frames.last(), Some(Frame::Ended(StageEnd::Interrupted))), "{frames:?}");
    });
}

#[test]
fn a_wait_says_why_and_ends() {
    on_every_shell(|program, root| {
        let steps = "
steps:
  - name: it comes
    wait: {until: 'test -e {{root}}/there', reason: 'echo not there yet; touch {{root}}/there'}
  - name: it never comes
    timeout: 1
    wait: {until: 'false', reason: 'echo no chance'}
";
        let mut shell = Shell::start(program, root, "r1");
        let frames = shell.stage(root, steps, &json!({}), ScriptMode::Apply);
        assert!(
            frames.contains(&Frame::Waiting {
                step: 0,
                seconds: 0,
                text: "not there yet ".to_owned()
            }),
            "{frames:?}"
        );
        assert_eq!(ends(&frames), [(0, StepState::Ok), (1, StepState::Failed)]);
    });
}

#[test]
fn queries_run_in_a_plan_too() {
    on_every_shell(|program, root| {
        let steps = "
steps:
  - {name: q, query: {run: 'echo {{x}}', register: nodes}}
";
        let mut shell = Shell::start(program, root, "r1");
        let frames = shell.stage(root, steps, &json!({"x": "a b"}), ScriptMode::Check);
        assert!(
            frames.contains(&Frame::Register {
                step: 0,
                name: "nodes".to_owned(),
                text: "a b\n".to_owned()
            }),
            "{frames:?}"
        );
    });
}

const RESTORED: &str = "
steps:
  - {name: settings, restore: settings}
  - {name: files, restore: files}
  - {name: folders, restore: folders}
";

/// All below the folder: type, mode, path, content or target.
fn inventory(root: &Path) -> String {
    let script = "find . \\( -path ./state -o -path ./run \\) -prune -o -printf '%y %m %p %l ' \\( -type f -exec cat {} \\; -o -true \\) -printf '\\n' | sort";
    let output = Command::new("sh").args(["-c", script]).current_dir(root).output();
    String::from_utf8(output.expect("find").stdout).expect("UTF-8")
}

/// What of a host's own stands in the way of [`CHANGES`].
fn theirs(root: &Path) {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    let etc = root.join("etc");
    fs_err::create_dir_all(etc.join("deep")).expect("a folder");
    fs_err::write(etc.join("deep/x"), "theirs").expect("written");
    fs_err::set_permissions(etc.join("deep/x"), mode(0o604)).expect("set");
    symlink("nowhere", etc.join("link")).expect("a link");
    fs_err::write(etc.join("hosts"), "127.0.0.1 localhost").expect("written");
    fs_err::write(etc.join("lines"), "one\n").expect("written");
    fs_err::write(etc.join("gone"), "to be removed").expect("written");
    fs_err::create_dir(etc.join("folder")).expect("a folder");
    fs_err::set_permissions(etc.join("folder"), mode(0o711)).expect("set");
    fs_err::write(root.join("name"), "old").expect("written");
}

const CHANGES: &str = r#"
steps:
  - {name: a template, template: {src: x.hbs, dest: "{{root}}/etc/deep/x", mode: "0640"}}
  - {name: another, template: {src: x.hbs, dest: "{{root}}/etc/new/deeper/x"}}
  - {name: over a link, file: {dest: "{{root}}/etc/link", content: ours}}
  - {name: gone, file: {dest: "{{root}}/etc/gone", state: absent}}
  - {name: a link, link: {dest: "{{root}}/etc/ours", target: /dev/null}}
  - {name: a folder, directory: {path: "{{root}}/etc/folder", mode: "0700"}}
  - {name: a new folder, directory: {path: "{{root}}/etc/other/folder", mode: "0700"}}
  - {name: a block, line: {path: "{{root}}/etc/hosts", marker: hosts, block: "{{value}}"}}
  - {name: a line, line: {path: "{{root}}/etc/lines", line: "{{value}}"}}
  - {name: a line in a file of its own, line: {path: "{{root}}/etc/own", line: "{{value}}"}}
  - name: a command
    command:
      run: printf %s {{value}} >{{root}}/name
      unless: '[ "$(cat {{root}}/name)" = {{value}} ]'
      undo: {key: name, before: "cat {{root}}/name", run: 'printf %s "$before" >{{root}}/name'}
"#;

#[test]
fn all_that_was_changed_is_as_it_was() {
    on_every_shell(|program, root| {
        theirs(root);
        let before = inventory(root);
        // The second run finds what the first has changed: that is not what was there before.
        for value in ["it's $(id) 1", "it's $(id) 2"] {
            let mut shell = Shell::start(program, root, "r1");
            let changed = shell.stage(root, CHANGES, &json!({"value": value}), ScriptMode::Apply);
            assert_eq!(changed.last(), Some(&Frame::Ended(StageEnd::Ok)), "{changed:?}");
        }
        assert_ne!(inventory(root), before);

        let mut shell = Shell::start(program, root, "r2");
        let planned = shell.stage(root, RESTORED, &json!({}), ScriptMode::Check);
        assert!(ends(&planned).iter().all(|end| end.1 == StepState::Changed), "{planned:?}");
        let detail = planned.iter().find_map(|frame| match frame {
            Frame::Detail { step: 1, text } => Some(text.replace(root.to_str()?, "")),
            _ => None,
        });
        insta::allow_duplicates! {
            insta::assert_snapshot!(detail.expect("what would be restored"), @r"
            /etc/own: without our lines
            /etc/lines: without our lines
            /etc/own: without our lines
            /etc/lines: without our lines
            /etc/hosts: without our lines
            /etc/ours: removed
            /etc/gone: as it was
            /etc/link: as it was
            /etc/new/deeper/x: removed
            /etc/deep/x: as it was
            ");
        }
        let restored = shell.stage(root, RESTORED, &json!({}), ScriptMode::Apply);
        assert!(ends(&restored).iter().all(|end| end.1 == StepState::Changed), "{restored:?}");
        assert_eq!(inventory(root), before);
        let again = shell.stage(root, RESTORED, &json!({}), ScriptMode::Apply);
        assert!(ends(&again).iter().all(|end| end.1 == StepState::Ok), "{again:?}");
    });
}

/// A package that has a folder around them can take that one along then.
#[test]
fn folders_that_were_made_for_a_file_go_with_it() {
    on_every_shell(|program, root| {
        theirs(root);
        let mut shell = Shell::start(program, root, "r1");
        shell.stage(root, CHANGES, &json!({"value": "ours"}), ScriptMode::Apply);
        let files = "steps: [{name: files, restore: files}]";
        shell.stage(root, files, &json!({}), ScriptMode::Apply);
        assert!(!root.join("etc/new").exists());
        assert!(root.join("etc/deep").exists() && root.join("etc/other/folder").exists());
    });
}

#[test]
fn what_others_added_since_stays() {
    on_every_shell(|program, root| {
        theirs(root);
        let mut shell = Shell::start(program, root, "r1");
        shell.stage(root, CHANGES, &json!({"value": "ours"}), ScriptMode::Apply);
        let hosts = root.join("etc/hosts");
        let text = fs_err::read_to_string(&hosts).expect("there");
        fs_err::write(&hosts, format!("{text}10.0.0.1 added\n")).expect("written");
        fs_err::write(root.join("etc/new/theirs"), "").expect("written");
        shell.stage(root, RESTORED, &json!({}), ScriptMode::Apply);
        let text = fs_err::read_to_string(&hosts).expect("there");
        assert_eq!(text.trim_end(), "127.0.0.1 localhost\n10.0.0.1 added");
        assert!(root.join("etc/new/theirs").exists() && !root.join("etc/new/deeper").exists());
    });
}

/// As when the shell dies at any moment of it.
#[test]
fn a_restoring_that_was_cut_off_goes_on() {
    on_every_shell(|program, root| {
        theirs(root);
        let before = inventory(root);
        let mut shell = Shell::start(program, root, "r1");
        shell.stage(root, CHANGES, &json!({"value": "ours"}), ScriptMode::Apply);
        let locked = |run: &str| {
            let mut shell = Shell::start(program, root, run);
            shell.send("lock alice@desk $p_connection");
            shell.frames_until(|frame| *frame == Frame::Locked);
            shell
        };
        for milliseconds in [0, 3, 6, 9, 12, 15, 20, 30] {
            let mut shell = locked("r2");
            shell.send(&script(root, RESTORED, &json!({}), ScriptMode::Apply));
            shell.frames_until(|frame| matches!(frame, Frame::Begin { .. }));
            std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        }
        let mut shell = locked("r3");
        let last = shell.stage(root, RESTORED, &json!({}), ScriptMode::Apply);
        assert_eq!(last.last(), Some(&Frame::Ended(StageEnd::Ok)), "{last:?}");
        assert_eq!(inventory(root), before);
    });
}

/// A ledger that cannot be written must not be followed by the change that it would have told of.
#[test]
fn nothing_is_changed_that_could_not_be_kept() {
    on_every_shell(|program, root| {
        theirs(root);
        // No file can be made where earlier contents are kept.
        fs_err::create_dir_all(root.join("state")).expect("a folder");
        fs_err::write(root.join("state/before"), "").expect("written");
        let before = inventory(root);
        let mut shell = Shell::start(program, root, "r1");
        let one = "steps:\n  - {name: a template, template: {src: x.hbs, dest: \"{{root}}/etc/deep/x\"}}\n";
        let frames = shell.stage(root, one, &json!({"value": "ours"}), ScriptMode::Apply);
        assert_eq!(ends(&frames), [(0, StepState::Failed)], "{frames:?}");
        assert_eq!(inventory(root), before);
    });
}
