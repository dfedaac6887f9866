//! Tokens equal those of the official client.

use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::program::{Program, credentials};
use crate::stand_in::StandIn;
use crate::story::SPEC;
use crate::venv;

/// The URL in a token.
fn signed(credential: &Value) -> String {
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
    let ours = || {
        let ours = program.run(&["eks-token", "--cluster", "prod", "--region", "eu-west-1"]);
        ours.expect(0).json()
    };
    // Signatures are of whole seconds, and nobody knows in which one the official client signs.
    let pair = (0..3).find_map(|_| {
        let mut client = official_client();
        let mut all = vec![ours()];
        while client.try_wait().expect("the official client").is_none() {
            all.push(ours());
        }
        let ran = client.wait_with_output().expect("the official client");
        let theirs: Value = serde_json::from_slice(&ran.stdout).expect("JSON");
        let signed_at = moment(&signed(&theirs));
        let same = all.into_iter().find(|one| moment(&signed(one)) == signed_at);
        same.map(|ours| (ours, theirs))
    });
    let (ours, theirs) = pair.expect("two of one second");
    assert_eq!(signed(&ours), signed(&theirs));
    assert_eq!(ours["kind"], theirs["kind"]);
    assert_eq!(ours["apiVersion"], theirs["apiVersion"]);
}

fn official_client() -> Child {
    let of_cluster = ["--cluster-name", "prod", "--region", "eu-west-1", "--output", "json"];
    Command::new(venv::python().with_file_name("aws"))
        .args(["eks", "get-token"])
        .args(of_cluster)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .envs(credentials())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the official client")
}

/// When it was signed.
fn moment(url: &str) -> Option<String> {
    url.split('&').find(|one| one.starts_with("X-Amz-Date")).map(str::to_owned)
}
