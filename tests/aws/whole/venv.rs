//! Python with what the tests need of it, made once on each machine.

use std::process::Command;
use std::thread;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

pub(crate) const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// A virtual environment with the pinned requirements: `~/.cache/provisioner/aws-tests-DIGEST`.
pub(crate) fn python() -> Utf8PathBuf {
    let requirements = Utf8Path::new(FOLDER).join("requirements.txt");
    let text = std::fs::read_to_string(&requirements).expect("the requirements");
    let home = std::env::var("HOME").expect("HOME");
    let digest = text.bytes().fold(5381_u64, |sum, byte| sum.wrapping_mul(33) ^ u64::from(byte));
    let folder =
        Utf8PathBuf::from(home).join(format!(".cache/provisioner/aws-tests-{digest:016x}"));
    let python = folder.join("bin/python");
    let done = folder.join("done");
    // Whoever makes the folder fills it; the others wait.
    while !done.exists() {
        std::fs::create_dir_all(folder.parent().expect("a parent")).expect("the cache");
        match std::fs::create_dir(&folder) {
            Ok(()) => make(&folder, &requirements, &done),
            Err(_) if maker_is_gone(&folder) => {
                let _ = std::fs::remove_dir_all(&folder);
            }
            Err(_) => thread::sleep(Duration::from_millis(200)),
        }
    }
    python
}

fn make(folder: &Utf8Path, requirements: &Utf8Path, done: &Utf8Path) {
    std::fs::write(folder.join("maker"), std::process::id().to_string()).expect("a file");
    let run = |program: &str, arguments: &[&str]| {
        let ran = Command::new(program).args(arguments).output().expect(program);
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    };
    run("python3", &["-m", "venv", "--upgrade-deps", folder.as_str()]);
    let pip = folder.join("bin/pip");
    run(pip.as_str(), &["install", "--quiet", "-r", requirements.as_str()]);
    std::fs::write(done, "").expect("a file");
}

/// A test that was killed leaves a folder that nobody fills.
fn maker_is_gone(folder: &Utf8Path) -> bool {
    let maker = std::fs::read_to_string(folder.join("maker")).unwrap_or_default();
    !maker.is_empty() && !Utf8Path::new("/proc").join(maker).exists()
}
