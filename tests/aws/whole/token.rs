//! Tokens equal those of the official client.

use std::process::Command;

use crate::program::{Program, credentials};
use crate::stand_in::StandIn;
use crate::story::SPEC;
use crate::venv;

/// The URL in a token.
fn signed(credential: &serde_json::Value) -> String {
    let token = credential["status"]["token"].as_str().expect("a token");
    let text = token.strip_prefix("k8s-aws-v1.").expect("its prefix");
    let script = "import base64, sys; text = sys.argv[1]; \
        print(base64.urlsafe_b64decode(text + '=' * (-len(text) % 4)).decode(), end='')";
    let ran = Command::new(venv::python()).args(["-c", script, text]).output().expect("Python");
    String::from_utf8(ran.stdout).expect("UTF-8")
}

#[test]
fn the_same_instant_and_credentials_give_the_same_token() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    let theirs = || {
        let ran = Command::new(venv::python().with_file_name("aws"))
            .args([
                "eks",
                "get-token",
                "--cluster-name",
                "prod",
                "--region",
                "eu-west-1",
                "--output",
                "json",
            ])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .envs(credentials())
            .output()
            .expect("the official client");
        serde_json::from_slice::<serde_json::Value>(&ran.stdout).expect("JSON")
    };
    // Signatures are of whole seconds: now and then the second is over in between.
    let equal = (0..10).any(|_| {
        let ours = program.run(&["eks-token", "--cluster", "prod", "--region", "eu-west-1"]);
        let (ours, theirs) = (ours.expect(0).json(), theirs());
        let moment =
            |url: &str| url.split('&').find(|one| one.starts_with("X-Amz-Date")).map(str::to_owned);
        let (our_url, their_url) = (signed(&ours), signed(&theirs));
        if moment(&our_url) != moment(&their_url) {
            return sleep_to_the_next_second();
        }
        assert_eq!(our_url, their_url);
        assert_eq!(ours["kind"], theirs["kind"]);
        assert_eq!(ours["apiVersion"], theirs["apiVersion"]);
        true
    });
    assert!(equal, "never within one second");
}

fn sleep_to_the_next_second() -> bool {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time");
    std::thread::sleep(std::time::Duration::from_millis(u64::from(1000 - now.subsec_millis())));
    false
}
