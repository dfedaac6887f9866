//! Roles in IAM: found whatever they are called, and with what the spec gives them and nothing else.

use serde_json::Value;

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

const READER: &str = "    serviceAccounts:
      - {namespace: backend, name: reader, roleName: of-the-reader, policies: ['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess']}
";

fn with(text: &str) -> String {
    SPEC.replace("    # accessEntries:", &format!("{text}    # accessEntries:"))
}

/// A second run and a plan find nothing to do.
fn settled(aws: &StandIn, program: &Program) {
    aws.forget_calls();
    let up = program.up().expect(0);
    assert_eq!(aws.changes(), [""; 0], "{}", up.stderr);
    program.plan().expect(0);
}

#[test]
fn a_role_with_a_name_of_its_own_is_found_again_and_goes() {
    let aws = StandIn::instant();
    let _api = aws.give_api();
    let program = Program::new(&aws, &with(READER));
    let before = aws.account();
    program.up().expect(0);
    assert!(aws.account()["role"]["of-the-reader"].is_object());
    settled(&aws, &program);
    // Dropped by the spec, it is still known: pruned at once, or left to `down`.
    program.set_spec(SPEC);
    program.run(&["up", "-f", "spec.yaml", "--yes", "--prune"]).expect(0);
    assert!(aws.account()["role"]["of-the-reader"].is_null());
    assert!(aws.account()["oidc provider"].is_null(), "nobody needs it any more");
    program.set_spec(&with(READER));
    program.up().expect(0);
    program.set_spec(SPEC);
    program.down().expect(0);
    assert_eq!(aws.account(), before);
}

#[test]
fn shortened_names_are_found_again_and_go() {
    let aws = StandIn::instant();
    let name = "a-name-that-leaves-no-room-in-the-sixty-four-characters-here";
    assert_eq!(name.len(), 60);
    let spec = with(&READER.replace("roleName: of-the-reader, ", ""));
    let program = Program::new(&aws, &spec.replace("name: prod ", &format!("name: {name} ")));
    let before = aws.account();
    program.up().expect(0);
    assert!(aws.account()["cluster"][name].is_object());
    settled(&aws, &program);
    program.down().expect(0);
    assert_eq!(aws.account(), before);
}

#[test]
fn what_others_have_given_a_role_is_planned_and_taken_back() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    program.up().expect(0);
    let role = || aws.account()["role"]["prod-us-west-2-node"].clone();
    let good = role();
    let node = ["--role-name", "prod-us-west-2-node"];
    let administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
    let attach = ["iam", "attach-role-policy", "--policy-arn", administrator];
    aws.by_hand(&[attach.as_slice(), &node].concat());
    let everything =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let put =
        ["iam", "put-role-policy", "--policy-name", "backdoor", "--policy-document", everything];
    aws.by_hand(&[put.as_slice(), &node].concat());
    let plan = program.plan().expect(6);
    for line in [format!("-policy: {administrator}"), "-inlinePolicy: backdoor".to_owned()] {
        assert!(plan.stdout.contains(&line), "{}", plan.stdout);
    }
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["DetachRolePolicy", "DeleteRolePolicy"]);
    assert_eq!(role(), good);
    program.plan().expect(0);
}

#[test]
fn policies_that_the_spec_drops_are_taken_from_the_role() {
    let aws = StandIn::instant();
    let read = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    let roles = format!("    roles: {{nodePolicies: ['{read}']}}\n");
    let program = Program::new(&aws, &with(&roles));
    program.up().expect(0);
    let policies = || aws.account()["role"]["prod-us-west-2-node"]["policies"].clone();
    let has = |list: &Value| list.as_array().unwrap().iter().any(|one| one == read);
    assert!(has(&policies()));
    program.set_spec(SPEC);
    program.up().expect(0);
    assert!(!has(&policies()));
    settled(&aws, &program);
}

#[test]
fn instance_profiles_are_no_reason_for_a_role_to_stay() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    let make = |profile: &str| {
        aws.by_hand(&["iam", "create-instance-profile", "--instance-profile-name", profile]);
    };
    make("somebody-elses");
    let before = aws.account();
    program.up().expect(0);
    make("eks-0a1b2c");
    for profile in ["eks-0a1b2c", "somebody-elses"] {
        let named = ["--instance-profile-name", profile];
        let add = ["iam", "add-role-to-instance-profile", "--role-name", "prod-us-west-2-node"];
        aws.by_hand(&[add.as_slice(), &named].concat());
    }
    program.down().expect(0);
    assert_eq!(aws.account(), before);
    let left = aws.by_hand(&["iam", "list-instance-profiles"]);
    let left = left["InstanceProfiles"].as_array().unwrap();
    assert_eq!(left.len(), 1, "that of EKS has gone");
    assert_eq!(left[0]["InstanceProfileName"], "somebody-elses");
    assert_eq!(left[0]["Roles"], serde_json::json!([]));
}

#[test]
fn a_policy_that_does_not_exist_is_told_at_once() {
    let aws = StandIn::instant();
    let program = Program::new(
        &aws,
        &with("    roles: {nodePolicies: ['arn:aws:iam::aws:policy/AmazonS3Redonly']}\n"),
    );
    let refused = program.at_pace(1).up().expect(1);
    assert!(refused.stderr.contains("AmazonS3Redonly"), "{}", refused.stderr);
    let attached = aws.calls().into_iter().filter(|call| call.operation == "AttachRolePolicy");
    let failed = attached.filter(|call| call.status >= 400).count();
    assert_eq!(failed, 1, "{}", refused.stderr);
}

#[test]
fn pods_get_a_further_role_within_a_policy_of_the_session() {
    let aws = StandIn::instant();
    let identity = |more: &str| {
        let of = "{namespace: backend, serviceAccount: writer, \
                  policies: ['arn:aws:iam::aws:policy/AmazonS3FullAccess']";
        with(&format!("    podIdentities:\n      - {of}{more}}}\n"))
    };
    let target = ", targetRole: 'arn:aws:iam::210987654321:role/buckets'";
    let policy = ", sessionTags: false, sessionPolicy: {Version: '2012-10-17', \
                  Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]}";
    let program = Program::new(&aws, &identity(target));
    let found = || {
        let all = aws.account()["pod identity"].clone();
        let mut all = all.as_object().expect("some").clone().into_iter();
        all.find(|(_, one)| one["serviceAccount"] == "writer").expect("it")
    };
    program.up().expect(0);
    assert_eq!(found().1["targetRoleArn"], "arn:aws:iam::210987654321:role/buckets");
    settled(&aws, &program);

    let id = found().0;
    program.set_spec(&identity(&format!("{target}{policy}")));
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains("+sessionTags: none"), "{}", plan.stdout);
    assert!(plan.stdout.contains(r#"+sessionPolicy: {"Version""#), "{}", plan.stdout);
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["UpdatePodIdentityAssociation"]);
    assert!(found().1["policy"].as_str().expect("a text").contains("s3:GetObject"));
    settled(&aws, &program);

    let by_hand = ["eks", "update-pod-identity-association", "--cluster-name", "prod"];
    let rest = ["--association-id", &id, "--target-role-arn", "arn:aws:iam::1:role/others"];
    aws.by_hand(&[&by_hand[..], &rest].concat());
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains("-targetRole: arn:aws:iam::1:role/others"), "{}", plan.stdout);
    program.up().expect(0);
    settled(&aws, &program);
    assert_eq!(found().0, id);

    program.set_spec(&identity(""));
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains("it goes, and is made anew"), "{}", plan.stdout);
    aws.forget_calls();
    program.up().expect(0);
    let anew = ["DeletePodIdentityAssociation", "CreatePodIdentityAssociation"];
    assert_eq!(aws.changes(), anew);
    assert!(found().1["targetRoleArn"].is_null());
    settled(&aws, &program);
}

#[test]
fn a_pattern_says_which_service_accounts_a_role_is_for() {
    let aws = StandIn::instant();
    let pattern = READER.replace(
        "roleName: of-the-reader",
        "roleName: of-the-reader, subjectPattern: 'system:serviceaccount:team-*:reader'",
    );
    let program = Program::new(&aws, &with(&pattern));
    program.up().expect(0);
    let condition = || {
        let trust = aws.account()["role"]["of-the-reader"]["trust"].clone();
        trust["Statement"][0]["Condition"].to_string()
    };
    let like = r#":sub":"system:serviceaccount:team-*:reader"}"#;
    assert!(condition().contains(like) && condition().contains("StringLike"), "{}", condition());
    assert!(condition().contains(r#":aud":"sts.amazonaws.com"}"#), "{}", condition());
    settled(&aws, &program);
    program.set_spec(&with(READER));
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains("+trust: the service account backend/reader"), "{}", plan.stdout);
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["UpdateAssumeRolePolicy"]);
    assert!(!condition().contains("StringLike"), "{}", condition());
    settled(&aws, &program);
}
