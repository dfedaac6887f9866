//! Tags: those of the spec come, change and go in place; those of others stay; and lost ones lose nothing.

use serde_json::Value;

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

const PODS: &str = "    serviceAccounts:
      - {namespace: backend, name: reader, policies: ['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess']}
    podIdentities:
      - {namespace: backend, serviceAccount: writer, policies: ['arn:aws:iam::aws:policy/AmazonS3FullAccess']}
    accessEntries:
      - {principal: 'arn:aws:iam::123456789012:role/dev', groups: [developers]}
    fargateProfiles: [{name: jobs, selectors: [{namespace: jobs}]}]
";

fn spec() -> String {
    SPEC.replace("    # accessEntries:", &format!("{PODS}    # accessEntries:"))
}

/// Whatever carries our tags, of every kind, by its id.
fn tagged(account: &Value) -> Vec<(String, String, Value)> {
    let kinds = account.as_object().expect("kinds").iter();
    let all = kinds.flat_map(|(kind, all)| {
        let all = all.as_object().expect(kind).iter();
        all.map(move |(id, one)| (kind.clone(), id.clone(), one.clone()))
    });
    all.filter(|(_, _, one)| one["tags"]["provisioner.dev/cluster"] == "prod").collect()
}

/// What EKS knows a resource by.
fn arn(one: &Value) -> String {
    let names = ["arn", "nodegroupArn", "fargateProfileArn", "addonArn", "accessEntryArn"];
    let mut names = names.iter().chain(&["associationArn"]);
    names.find_map(|name| one[*name].as_str()).expect("an ARN").to_owned()
}

/// Takes the tags from something, as somebody would by hand.
fn take_tags(aws: &StandIn, kind: &str, id: &str, one: &Value, keys: &[&str]) {
    let in_ec2 = [
        "vpc",
        "subnet",
        "internet gateway",
        "address",
        "nat gateway",
        "route table",
        "security group",
        "launch template",
    ];
    if in_ec2.contains(&kind) {
        let tags: Vec<_> = keys.iter().map(|key| format!("Key={key}")).collect();
        let mut call = vec!["ec2", "delete-tags", "--resources", id, "--tags"];
        call.extend(tags.iter().map(String::as_str));
        aws.by_hand(&call);
        return;
    }
    let arn = (kind != "role" && kind != "oidc provider").then(|| arn(one));
    let mut call = match kind {
        "role" => vec!["iam", "untag-role", "--role-name", id],
        "oidc provider" => {
            vec!["iam", "untag-open-id-connect-provider", "--open-id-connect-provider-arn", id]
        }
        _ => vec!["eks", "untag-resource", "--resource-arn", arn.as_deref().expect("an ARN")],
    };
    call.push("--tag-keys");
    call.extend(keys);
    aws.by_hand(&call);
}

fn counts(account: &Value) -> Vec<(String, usize)> {
    let kinds = account.as_object().expect("kinds").iter();
    kinds
        .map(|(kind, all)| (kind.clone(), all.as_object().map_or(0, serde_json::Map::len)))
        .collect()
}

#[test]
fn lost_tags_of_every_kind_are_put_back_and_nothing_is_made_twice() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, &spec());
    let before = aws.account();
    program.up().expect(0);
    let good = aws.account();
    let all = tagged(&good);
    let kinds: std::collections::BTreeSet<_> = all.iter().map(|(kind, ..)| kind).collect();
    assert!(kinds.len() >= 15, "{kinds:?}");
    for (kind, id, one) in &all {
        let keys: Vec<_> = one["tags"].as_object().unwrap().keys().map(String::as_str).collect();
        take_tags(&aws, kind, id, one, &keys);
        let up = program.up();
        assert_eq!(up.code, Some(0), "{kind} {id}: {}", up.stderr);
        let mended = aws.account();
        assert_eq!(counts(&mended), counts(&good), "{kind} {id}");
        assert_eq!(mended[kind][id]["tags"], good[kind][id]["tags"], "{kind} {id}");
    }
    program.plan().expect(0);
    program.down().expect(0);
    assert_eq!(aws.account(), before);
}

#[test]
fn a_cluster_whose_tags_are_lost_goes_all_the_same() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    let before = aws.account();
    program.up().expect(0);
    let all = tagged(&aws.account());
    // Who made the cluster, and a group that has its template, is all that is left to know them by.
    for (kind, id, one) in all.iter().filter(|(kind, ..)| {
        ["address", "role", "launch template", "security group", "nat gateway"]
            .contains(&kind.as_str())
    }) {
        let keys: Vec<_> = one["tags"].as_object().unwrap().keys().map(String::as_str).collect();
        take_tags(&aws, kind, id, one, &keys);
    }
    program.down().expect(0);
    assert_eq!(aws.account(), before);
}

#[test]
fn tags_that_the_spec_drops_go_and_those_of_others_stay() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, &spec());
    let with = |tags: &str| spec().replace("tags: {team: platform}", &format!("tags: {tags}"));
    program.set_spec(&with("{team: platform, \"cost centre\": \"12\"}"));
    program.up().expect(0);
    let vpc = tagged(&aws.account()).into_iter().find(|(kind, ..)| kind == "vpc").unwrap().1;
    aws.by_hand(&["ec2", "create-tags", "--resources", &vpc, "--tags", "Key=theirs,Value=x"]);
    let role = ["--role-name", "prod-us-west-2-node", "--tags", "Key=theirs,Value=x"];
    aws.by_hand(&[["iam", "tag-role"].as_slice(), &role].concat());
    let arn = aws.account()["cluster"]["prod"]["arn"].as_str().unwrap().to_owned();
    aws.by_hand(&["eks", "tag-resource", "--resource-arn", &arn, "--tags", "theirs=x"]);
    program.plan().expect(0);
    program.set_spec(&with("{team: others}"));
    let plan = program.plan().expect(6);
    for line in ["-tags.cost centre: 12", "-tags.team: platform", "+tags.team: others"] {
        assert!(plan.stdout.contains(line), "{}", plan.stdout);
    }
    assert!(!plan.stdout.contains("theirs"), "{}", plan.stdout);
    program.up().expect(0);
    let account = aws.account();
    for (kind, id, one) in tagged(&account) {
        assert!(one["tags"]["cost centre"].is_null(), "{kind} {id}: {one}");
        assert_eq!(one["tags"]["team"], "others", "{kind} {id}");
    }
    assert_eq!(account["vpc"][&vpc]["tags"]["theirs"], "x");
    assert_eq!(account["role"]["prod-us-west-2-node"]["tags"]["theirs"], "x");
    assert_eq!(account["cluster"]["prod"]["tags"]["theirs"], "x");
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), [""; 0]);
    program.set_spec(&with("{}"));
    program.up().expect(0);
    let left = tagged(&aws.account());
    assert!(left.iter().all(|(.., one)| one["tags"]["team"].is_null()));
    program.plan().expect(0);
}

#[test]
fn no_node_is_replaced_for_a_tag() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    program.up().expect(0);
    let others = SPEC.replace("{team: platform}", "{team: others, stage: live}");
    program.set_spec(&others);
    aws.forget_calls();
    program.up().expect(0);
    let changes = aws.changes();
    let are_tags =
        |call: &String| ["CreateTags", "TagResource", "TagRole"].contains(&call.as_str());
    assert!(changes.iter().all(are_tags), "{changes:?}");
    let templates = aws.account()["launch template"].clone();
    assert!(templates.as_object().unwrap().values().all(|one| one["versions"] == 1));
    program.plan().expect(0);
}

#[test]
fn nodes_that_run_get_the_tags_of_the_spec() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    program.up().expect(0);
    let images = aws.by_hand(&["ec2", "describe-images", "--owners", "amazon"]);
    let image = images["Images"][0]["ImageId"].as_str().unwrap();
    // As EKS starts one from the launch template.
    let templates = aws.by_hand(&["ec2", "describe-launch-templates"]);
    let templates = templates["LaunchTemplates"].as_array().unwrap();
    let of_workers = templates.iter().find(|one| one["LaunchTemplateName"] == "prod-workers");
    let id = of_workers.unwrap()["LaunchTemplateId"].as_str().unwrap();
    let version = ["--versions", "$Latest", "--launch-template-id", id];
    let read = [["ec2", "describe-launch-template-versions"].as_slice(), &version].concat();
    let data = aws.by_hand(&read)["LaunchTemplateVersions"][0]["LaunchTemplateData"].clone();
    let mut tags = data["TagSpecifications"][0]["Tags"].as_array().unwrap().clone();
    tags.push(serde_json::json!({"Key": "eks:cluster-name", "Value": "prod"}));
    tags.push(serde_json::json!({"Key": "eks:nodegroup-name", "Value": "workers"}));
    let tags = serde_json::json!([{"ResourceType": "instance", "Tags": tags}]).to_string();
    let run = ["ec2", "run-instances", "--image-id", image, "--tag-specifications", &tags];
    let made = aws.by_hand(&run);
    let node = made["Instances"][0]["InstanceId"].as_str().unwrap().to_owned();
    program.plan().expect(0);
    program.set_spec(&SPEC.replace("{team: platform}", "{stage: live}"));
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains(&format!("-nodes with other tags: {node}")), "{}", plan.stdout);
    program.up().expect(0);
    let found = aws.by_hand(&["ec2", "describe-instances", "--instance-ids", &node]);
    let found = found["Reservations"][0]["Instances"][0]["Tags"].as_array().unwrap().clone();
    let value =
        |key: &str| found.iter().find(|one| one["Key"] == key).map(|one| one["Value"].clone());
    assert_eq!((value("stage"), value("team")), (Some("live".into()), None));
    assert_eq!(value("eks:nodegroup-name"), Some("workers".into()));
    program.plan().expect(0);
}
