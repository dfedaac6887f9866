//! What nodes are started with, from where they are reached, and what becomes of them: made, changed, mended after a
//! change by hand.

use serde_json::{Value, json};

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

/// The spec with more about the group `workers`.
fn with(text: &str) -> String {
    SPEC.replace(
        "instanceTypes: [t3.medium]",
        &format!("instanceTypes: [t3.medium]\n        {text}"),
    )
}

#[test]
fn nodes_that_are_ill_are_repaired_as_the_spec_says() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, &with("nodeRepair: {maxUnhealthy: 20%, maxParallel: 2}"));
    let repair = || aws.account()["node group"]["workers"]["nodeRepairConfig"].clone();
    program.up().expect(0);
    let wanted = json!({
        "enabled": true,
        "maxUnhealthyNodeThresholdPercentage": 20,
        "maxParallelNodesRepairedCount": 2,
    });
    assert_eq!(repair(), wanted);
    assert!(aws.account()["node group"]["batch"]["nodeRepairConfig"].is_null());
    program.plan().expect(0);

    let off = "eks update-nodegroup-config --cluster-name=prod --nodegroup-name=workers \
               --node-repair-config enabled=false";
    aws.by_hand(&off.split_whitespace().collect::<Vec<_>>());
    aws.account();
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains("+nodeRepair: on"), "{}", plan.stdout);
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["UpdateNodegroupConfig"]);
    assert_eq!(repair(), wanted);

    program.set_spec(&with(
        "nodeRepair: {overrides: [{condition: KernelReady, reason: ForkFailed, waitMinutes: 5, action: Reboot}]}",
    ));
    let plan = program.plan().expect(6);
    for line in [
        "-nodeRepair.maxUnhealthy: 20%",
        "-nodeRepair.maxParallel: 2",
        "+nodeRepair.overrides: Reboot after 5 min of KernelReady=ForkFailed",
    ] {
        assert!(plan.stdout.contains(line), "{line}: {}", plan.stdout);
    }
    program.up().expect(0);
    program.plan().expect(0);
    assert_eq!(repair()["nodeRepairConfigOverrides"][0]["minRepairWaitTimeMins"], 5);

    program.set_spec(SPEC);
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains("-nodeRepair: on"), "{}", plan.stdout);
    program.up().expect(0);
    assert_eq!(repair()["enabled"], false);
    program.plan().expect(0);
}

/// What the launch template of a group has, as AWS is asked for it.
fn content(aws: &StandIn) -> Value {
    let account = aws.account();
    let templates = account["launch template"].as_object().expect("some");
    let of = |one: &&Value| one["tags"]["provisioner.dev/resource"] == "template-workers";
    templates.values().find(of).expect("that of the workers")["content"].clone()
}

const LAUNCHED: &str = "additionalVolumes:
          /dev/sdf: {size: 50, throughput: 250}
          /dev/sdg: {size: 20, snapshot: snap-0a1b2c3d4e5f67890, encrypted: false}
        detailedMonitoring: true
        placementGroup: close
        capacityReservation: cr-0a1b2c3d4e5f67890
        cpuCredits: unlimited
        ebsOptimized: true
        enclaves: true";

#[test]
fn what_instances_are_started_with_is_in_their_launch_template() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, &with(LAUNCHED));
    let plan = program.plan().expect(6);
    for line in [
        "+additionalVolumes./dev/sdf: 50 GiB, gp3, 250 MiB/s, encrypted",
        "+additionalVolumes./dev/sdg: 20 GiB, gp3, not encrypted, from snap-0a1b2c3d4e5f67890",
        "+detailedMonitoring: on",
        "+placementGroup: close",
        "+capacityReservation: cr-0a1b2c3d4e5f67890",
        "+cpuCredits: unlimited",
        "+ebsOptimized: on",
        "+enclaves: on",
    ] {
        assert!(plan.stdout.contains(line), "{line}: {}", plan.stdout);
    }
    program.up().expect(0);
    program.plan().expect(0);
    let text = content(&aws).to_string();
    for part in [
        r#""DeviceName":"/dev/xvda""#,
        r#""DeviceName":"/dev/sdf""#,
        r#""SnapshotId":"snap-0a1b2c3d4e5f67890""#,
        r#""GroupName":"close""#,
        r#""CapacityReservationId":"cr-0a1b2c3d4e5f67890""#,
        r#""CpuCredits":"unlimited""#,
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }

    // Another disk and another reservation are a new version, which nodes are renewed with.
    let changed = LAUNCHED
        .replace("size: 50", "size: 60")
        .replace("cr-0a1b2c3d4e5f67890", "only")
        .replace("placementGroup: close\n        ", "");
    program.set_spec(&with(&changed));
    let plan = program.plan().expect(6);
    for line in [
        "-additionalVolumes./dev/sdf: 50 GiB",
        "+additionalVolumes./dev/sdf: 60 GiB",
        "-placementGroup: close",
        "+capacityReservation: only",
        "+launchTemplate: a new version",
    ] {
        assert!(plan.stdout.contains(line), "{line}: {}", plan.stdout);
    }
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["CreateLaunchTemplateVersion", "UpdateNodegroupVersion"]);
    assert_eq!(aws.account()["node group"]["workers"]["launchTemplate"]["version"], "2");
    program.plan().expect(0);

    // Somebody else's version is no longer the one that the spec asks for.
    let account = aws.account();
    let templates = account["launch template"].as_object().expect("some");
    let of =
        |one: &(&String, &Value)| one.1["tags"]["provisioner.dev/resource"] == "template-workers";
    let id = templates.iter().find(of).expect("that of the workers").0;
    let data = r#"{"Monitoring":{"Enabled":false}}"#;
    aws.by_hand(&[
        "ec2",
        "create-launch-template-version",
        "--launch-template-id",
        id,
        "--source-version",
        "2",
        "--launch-template-data",
        data,
    ]);
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains("+detailedMonitoring: on"), "{}", plan.stdout);
    program.up().expect(0);
    program.plan().expect(0);

    program.set_spec(SPEC);
    program.up().expect(0);
    let text = content(&aws).to_string();
    assert!(!text.contains("/dev/sdf") && !text.contains("Monitoring"), "{text}");
    program.plan().expect(0);
}

#[test]
fn a_placement_group_that_does_not_exist_is_refused_before_anything_is_made() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, &with("placementGroup: far"));
    let up = program.up().expect(1);
    let said = "start nodes in the placement group far: there is none of that name";
    assert!(up.stderr.contains(said), "{}", up.stderr);
    assert_eq!(aws.changes(), [""; 0]);
}

/// The security group through which they are reached by SSH: its id and its rules.
fn ssh_group(aws: &StandIn) -> Option<(String, Value)> {
    let account = aws.account();
    let all = account["security group"].as_object().expect("some");
    let is_it = |one: &(&String, &Value)| one.1["name"] == "prod-workers-ssh";
    all.iter().find(is_it).map(|(id, one)| (id.clone(), one["rules"].clone()))
}

#[test]
fn nodes_are_reached_by_ssh_from_where_the_spec_says() {
    let aws = StandIn::instant();
    // What the spec has dropped is looked for inside the cluster as well.
    let _api = aws.give_api();
    let from = |sources: &str| with(&format!("sshKey: ops\n        sshFrom: [{sources}]"));
    let program = Program::new(&aws, &from("vpc, 203.0.113.0/24"));
    let before = aws.account();
    let plan = program.plan().expect(6);
    for line in ["+rule: 22/tcp from the VPC", "+rule: 22/tcp from 203.0.113.0/24"] {
        assert!(plan.stdout.contains(line), "{line}: {}", plan.stdout);
    }
    program.up().expect(0);
    program.plan().expect(0);
    let (id, rules) = ssh_group(&aws).expect("one");
    assert_eq!(rules, json!(["tcp 22-22 192.168.0.0/16", "tcp 22-22 203.0.113.0/24"]));
    let cluster = aws.account()["cluster"]["prod"]["resourcesVpcConfig"].clone();
    let of_cluster = cluster["clusterSecurityGroupId"].as_str().expect("its id").to_owned();
    assert_eq!(content(&aws)["SecurityGroupIds"], json!([of_cluster, id]));

    // By hand: somebody else is let in, and the tags go.
    let rule = "--protocol tcp --port 22 --cidr 0.0.0.0/0";
    let allow = format!("ec2 authorize-security-group-ingress --group-id {id} {rule}");
    aws.by_hand(&allow.split_whitespace().collect::<Vec<_>>());
    let tags = "Key=Name Key=provisioner.dev/cluster Key=provisioner.dev/resource";
    let untag = format!("ec2 delete-tags --resources {id} --tags {tags}");
    aws.by_hand(&untag.split_whitespace().collect::<Vec<_>>());
    let plan = program.plan().expect(6);
    for line in ["-rule: 22/tcp from 0.0.0.0/0", "+tags.provisioner.dev/cluster: prod"] {
        assert!(plan.stdout.contains(line), "{line}: {}", plan.stdout);
    }
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["CreateTags", "RevokeSecurityGroupIngress"]);
    program.plan().expect(0);

    // Somebody else is let in, without another node.
    let vpc = cluster["vpcId"].as_str().expect("its id");
    let bastion = ["ec2", "create-security-group", "--group-name", "bastion", "--vpc-id", vpc];
    let bastion = aws.by_hand(&[&bastion[..], &["--description", "x"]].concat());
    let bastion = bastion["GroupId"].as_str().expect("its id");
    program.set_spec(&from(bastion));
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains(&format!("+rule: 22/tcp from {bastion}")), "{}", plan.stdout);
    aws.forget_calls();
    program.up().expect(0);
    let revoke = "RevokeSecurityGroupIngress";
    assert_eq!(aws.changes(), ["AuthorizeSecurityGroupIngress", revoke, revoke]);
    assert_eq!(ssh_group(&aws).expect("one").1, json!([format!("tcp 22-22 {bastion}")]));
    program.plan().expect(0);

    // Nobody is: nodes are renewed without the group, and it goes when that is asked for.
    program.set_spec(&with("sshKey: ops"));
    aws.forget_calls();
    let up = program.up().expect(0);
    let said = "security group ssh-workers is not in the spec: `up --prune` removes it";
    assert!(up.stderr.contains(said), "{}", up.stderr);
    assert_eq!(aws.changes(), ["CreateLaunchTemplateVersion", "UpdateNodegroupVersion"]);
    assert!(ssh_group(&aws).is_some());
    aws.forget_calls();
    program.run(&["up", "-f", "spec.yaml", "--yes", "--prune"]).expect(0);
    assert_eq!(aws.changes(), ["DeleteSecurityGroup"]);
    assert_eq!(ssh_group(&aws), None);
    program.plan().expect(0);

    // And once more: it goes with the cluster.
    program.set_spec(&from(bastion));
    let plan = program.plan().expect(6);
    let line = format!("+securityGroups: prod-workers-ssh, {of_cluster}");
    assert!(plan.stdout.contains(&line), "{}", plan.stdout);
    program.up().expect(0);
    program.plan().expect(0);
    aws.by_hand(&[
        "ec2",
        "revoke-security-group-ingress",
        "--group-id",
        &ssh_group(&aws).expect("one").0,
        "--protocol",
        "tcp",
        "--port",
        "22",
        "--source-group",
        bastion,
    ]);
    aws.by_hand(&["ec2", "delete-security-group", "--group-id", bastion]);
    program.down().expect(0);
    assert_eq!(aws.account(), before);
}

#[test]
fn whoever_is_let_in_by_ssh_exists() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, &with("sshFrom: [sg-0123456789abcdef0]"));
    let up = program.up().expect(1);
    assert!(up.stderr.contains("there is none of that id"), "{}", up.stderr);
    assert_eq!(aws.changes(), [""; 0]);
}

#[test]
fn nodes_of_a_capacity_block_have_its_type_in_their_launch_template() {
    let aws = StandIn::instant();
    let block = |kind: &str| {
        SPEC.replace(
            "instanceTypes: [t3.medium]",
            &format!(
                "instanceTypes: [{kind}]\n        capacityBlock: true\n        \
                 capacityReservation: cr-0a1b2c3d4e5f67890"
            ),
        )
    };
    let program = Program::new(&aws, &block("m5.large"));
    let before = aws.account();
    let plan = program.plan().expect(6);
    for line in ["+capacity: capacity block", "+instanceType: m5.large", "+market: capacity-block"]
    {
        assert!(plan.stdout.contains(line), "{line}: {}", plan.stdout);
    }
    program.up().expect(0);
    program.plan().expect(0);
    let group = || aws.account()["node group"]["workers"].clone();
    assert_eq!(group()["capacityType"], "CAPACITY_BLOCK");
    assert_eq!(group()["instanceTypes"], Value::Null);
    let text = content(&aws).to_string();
    assert!(text.contains(r#""MarketType":"capacity-block""#), "{text}");

    // Another type is another version, no block another group.
    program.set_spec(&block("m5.xlarge"));
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["CreateLaunchTemplateVersion", "UpdateNodegroupVersion"]);
    program.plan().expect(0);
    program.set_spec(SPEC);
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains("-capacity: capacity block"), "{}", plan.stdout);
    aws.forget_calls();
    program.up().expect(0);
    let changes = ["CreateLaunchTemplateVersion", "CreateNodegroup", "DeleteNodegroup"];
    assert_eq!(aws.changes(), changes);
    program.plan().expect(0);
    program.down().expect(0);
    assert_eq!(aws.account(), before);
}
