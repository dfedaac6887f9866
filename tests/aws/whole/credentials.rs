//! Credentials are found wherever the official client finds them: calls and tokens are signed with them.

use serde_json::json;

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

const ROLES: &str = "arn:aws:iam::123456789012:role";
/// The digests of `corp` and of its start URL: what the official client calls its files after.
const SESSION: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
const START_URL: &str = ".aws/sso/cache/a51746d4aa793ae07b25e90c3a5db96fc7832bd7.json";
const LOGGED_IN: &str = "\
[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.awsapps.com/start
[profile work]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Admin
";

/// An account with a cluster in it, and a machine without keys.
fn machine() -> (StandIn, Program) {
    let aws = StandIn::instant();
    Program::new(&aws, SPEC).up().expect(0);
    let program = Program::new(&aws, SPEC).without_keys();
    (aws, program)
}

/// Makes somebody in IAM, and writes their keys down as the profile `keys`.
fn write_keys(aws: &StandIn, program: &Program) {
    let named = ["--user-name", "ops"];
    aws.by_hand(&[&["iam", "create-user"], &named[..]].concat());
    let made = aws.by_hand(&[&["iam", "create-access-key"], &named[..]].concat());
    let text = |name: &str| made["AccessKey"][name].as_str().expect("a key").to_owned();
    let (key, secret) = (text("AccessKeyId"), text("SecretAccessKey"));
    let keys = format!("[keys]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n");
    program.write(".aws/credentials", &keys);
}

/// A plan and a token with what is found in this environment are signed by this user or role.
#[track_caller]
fn are_those_of(aws: &StandIn, program: &Program, variables: &[(&str, &str)], who: &str) {
    aws.forget_calls();
    program.run_with(variables, &["plan", "-f", "spec.yaml", "--detailed-exitcode"]).expect(0);
    let calls = aws.calls();
    let signed: Vec<_> =
        calls.iter().filter(|call| !call.operation.starts_with("Assume")).collect();
    assert!(signed.len() > 20, "{calls:?}");
    for call in signed {
        let caller = call.caller.as_deref().unwrap_or_default();
        assert!(caller.starts_with(who), "{} by {caller}", call.operation);
    }
    let token = ["eks-token", "--cluster", "prod", "--region", "us-west-2"];
    let token = program.run_with(variables, &token).expect(0).json();
    let token = token["status"]["token"].as_str().expect("a token").to_owned();
    let owner = aws.owner_of_token(&token).unwrap_or_default();
    assert!(owner.starts_with(who), "a token of {owner}");
}

fn session_of(role: &str) -> String {
    format!("arn:aws:sts::123456789012:assumed-role/{role}/")
}

#[test]
fn of_a_profile() {
    let (aws, program) = machine();
    write_keys(&aws, &program);
    are_those_of(&aws, &program, &[("AWS_PROFILE", "keys")], "arn:aws:iam::123456789012:user/ops");
}

#[test]
fn of_a_program_that_is_asked_for_them() {
    let (aws, program) = machine();
    write_keys(&aws, &program);
    let keys = std::fs::read_to_string(program.home().join(".aws/credentials")).expect("keys");
    let value = |name: &str| {
        let line = keys.lines().find_map(|line| line.strip_prefix(&format!("{name} = ")));
        line.expect("a key").to_owned()
    };
    let answer = json!({
        "Version": 1,
        "AccessKeyId": value("aws_access_key_id"),
        "SecretAccessKey": value("aws_secret_access_key"),
    });
    program.write("vault", &format!("#!/bin/sh\ncat <<'END'\n{answer}\nEND\n"));
    let vault = program.home().join("vault");
    program
        .write(".aws/config", &format!("[default]\ncredential_process = /bin/sh {vault} prod\n"));
    program.write(".aws/credentials", "");
    are_those_of(&aws, &program, &[], "arn:aws:iam::123456789012:user/ops");
}

#[test]
fn of_a_role_that_is_assumed_from_another_profile() {
    let (aws, program) = machine();
    write_keys(&aws, &program);
    let config = format!(
        "[profile middle]\nrole_arn = {ROLES}/middle\nsource_profile = keys\n\
         [profile work]\nrole_arn = {ROLES}/deployer\nsource_profile = middle\n\
         role_session_name = me\nexternal_id = 12345\n"
    );
    program.write(".aws/config", &config);
    let work = [("AWS_PROFILE", "work")];
    are_those_of(&aws, &program, &work, &format!("{}me", session_of("deployer")));
    let assumed = aws.calls().into_iter().filter(|call| call.operation == "AssumeRole");
    let by: Vec<_> = assumed.filter_map(|call| call.caller).collect();
    assert!(by[0].ends_with(":user/ops"), "{by:?}");
    assert!(by[1].starts_with(&session_of("middle")), "{by:?}");
}

#[test]
fn of_a_web_identity() {
    let (aws, program) = machine();
    program.write("token", "web-identity-token");
    let (role, file) = (format!("{ROLES}/pipeline"), program.home().join("token"));
    let of_a_pod =
        [("AWS_ROLE_ARN", role.as_str()), ("AWS_WEB_IDENTITY_TOKEN_FILE", file.as_str())];
    are_those_of(&aws, &program, &of_a_pod, &session_of("pipeline"));
    let config = format!("[profile ci]\nrole_arn = {role}\nweb_identity_token_file = {file}\n");
    program.write(".aws/config", &config);
    are_those_of(&aws, &program, &[("AWS_PROFILE", "ci")], &session_of("pipeline"));
}

#[test]
fn of_the_role_of_an_instance() {
    let (aws, program) = machine();
    let url = aws.url();
    let metadata = ("AWS_EC2_METADATA_SERVICE_ENDPOINT", url.as_str());
    are_those_of(&aws, &program, &[metadata], &session_of("instance-role"));
    let config = format!(
        "[profile work]\nrole_arn = {ROLES}/deployer\ncredential_source = Ec2InstanceMetadata\n"
    );
    program.write(".aws/config", &config);
    let work = [metadata, ("AWS_PROFILE", "work")];
    are_those_of(&aws, &program, &work, &session_of("deployer"));
    // It also knows where it is.
    program.run_with(&[metadata], &["eks-token", "--cluster", "prod"]).expect(0);
}

#[test]
fn of_the_role_of_a_container() {
    let (aws, program) = machine();
    let url = format!("{}/container", aws.url());
    let agent = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", url.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "container-token"),
    ];
    are_those_of(&aws, &program, &agent, &session_of("container-role"));
}

#[test]
fn of_somebody_who_has_logged_in() {
    let (aws, program) = machine();
    let (work, admin) = ([("AWS_PROFILE", "work")], session_of("AWSReservedSSO_Admin"));
    program.write(".aws/config", LOGGED_IN);
    let token = json!({"accessToken": "sso-token", "expiresAt": "2100-01-01T00:00:00Z"});
    program.write(SESSION, &token.to_string());
    are_those_of(&aws, &program, &work, &admin);
    // As older versions of the official client have it.
    let config = "[profile work]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n\
        sso_account_id = 123456789012\nsso_role_name = Admin\n";
    program.write(".aws/config", config);
    program.write(START_URL, &token.to_string());
    are_those_of(&aws, &program, &work, &admin);
}

#[test]
fn a_login_that_is_over_is_renewed_or_told() {
    let (aws, program) = machine();
    let (work, admin) = ([("AWS_PROFILE", "work")], session_of("AWSReservedSSO_Admin"));
    program.write(".aws/config", LOGGED_IN);
    let mut token = json!({"accessToken": "old", "expiresAt": "2026-01-01T00:00:00Z"});
    program.write(SESSION, &token.to_string());
    is_told(&program, &work, &["expired", "aws sso login"]);
    let renewal = json!({
        "refreshToken": "refresh-token",
        "clientId": "client",
        "clientSecret": "secret",
        "registrationExpiresAt": "2100-01-01T00:00:00Z",
    });
    token.as_object_mut().expect("a map").extend(renewal.as_object().cloned().expect("a map"));
    program.write(SESSION, &token.to_string());
    are_those_of(&aws, &program, &work, &admin);
    std::fs::remove_file(program.home().join(SESSION)).expect("it was there");
    is_told(&program, &work, &["aws sso login"]);
}

/// A plan and a token fail, and say all of this.
#[track_caller]
fn is_told(program: &Program, variables: &[(&str, &str)], said: &[&str]) {
    let commands: [&[&str]; 2] = [
        &["plan", "-f", "spec.yaml"],
        &["eks-token", "--cluster", "prod", "--region", "us-west-2"],
    ];
    for command in commands {
        let refused = program.run_with(variables, command).expect(1);
        for text in said {
            let told = format!("{}{}", refused.stdout, refused.stderr);
            assert!(told.contains(text), "{command:?}: {text}: {told}");
        }
    }
}

#[test]
fn what_is_wrong_with_credentials_is_told() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC).without_keys();
    let nowhere = ("AWS_EC2_METADATA_DISABLED", "true");
    is_told(&program, &[nowhere], &["find credentials for AWS", "aws configure"]);
    is_told(&program, &[nowhere, ("AWS_PROFILE", "nobody")], &["profile", "nobody"]);
    let vault = "echo 'the vault is locked' >&2; exit 3";
    program.write("vault", vault);
    let path = program.home().join("vault");
    let config = format!(
        "[default]\ncredential_process = /bin/sh {path}\n\
         [profile lost]\nrole_arn = {ROLES}/deployer\nsource_profile = none\n\
         [profile work]\nrole_arn = {ROLES}/deployer\nsource_profile = keys\n\
         [profile ci]\nrole_arn = {ROLES}/pipeline\nweb_identity_token_file = {path}\n"
    );
    program.write(".aws/config", &config);
    is_told(&program, &[nowhere], &["the vault is locked"]);
    is_told(&program, &[nowhere, ("AWS_PROFILE", "lost")], &["none"]);
    write_keys(&aws, &program);
    is_told(&program, &[("AWS_PROFILE", "ci")], &["The token is no valid JWT"]);
    let message = "User: ops is not authorized to perform: sts:AssumeRole on resource: deployer";
    let rule = json!({"operation": "AssumeRole", "code": "AccessDenied", "status": 403, "message": message});
    aws.set_faults(&json!([rule]));
    is_told(&program, &[("AWS_PROFILE", "work")], &[message, "deployer"]);
}
