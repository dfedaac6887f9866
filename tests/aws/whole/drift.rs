//! What others have changed by hand is seen in a plan, and mended.

use serde_json::Value;

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

/// The id of the resource with this tag.
fn id(account: &Value, kind: &str, resource: &str) -> String {
    let all = account[kind].as_object().expect(kind);
    let found = all.iter().find(|(_, one)| one["tags"]["provisioner.dev/resource"] == resource);
    found.expect(resource).0.clone()
}

/// What is changed by hand, and of which resource.
fn drifts(account: &Value) -> Vec<(&'static str, String)> {
    let subnet = id(account, "subnet", "private-us-west-2b");
    let vpc = id(account, "vpc", "vpc");
    let group = id(account, "security group", "control-plane");
    let table = id(account, "route table", "routes-public");
    vec![
        (
            "subnet private-us-west-2b",
            format!(
                "ec2 delete-tags --resources {subnet} --tags Key=Name Key=provisioner.dev/cluster \
                 Key=provisioner.dev/resource"
            ),
        ),
        ("vpc", format!("ec2 modify-vpc-attribute --vpc-id {vpc} --no-enable-dns-hostnames")),
        (
            "security group",
            format!(
                "ec2 revoke-security-group-ingress --group-id {group} --protocol tcp --port 443 \
                 --cidr 192.168.0.0/16"
            ),
        ),
        (
            "security group",
            format!(
                "ec2 authorize-security-group-ingress --group-id {group} --protocol tcp --port 22 \
                 --cidr 0.0.0.0/0"
            ),
        ),
        (
            "role node",
            "iam attach-role-policy --role-name prod-us-west-2-node --policy-arn \
             arn:aws:iam::aws:policy/AdministratorAccess"
                .to_owned(),
        ),
        (
            "route table public",
            format!("ec2 delete-route --route-table-id {table} --destination-cidr-block 0.0.0.0/0"),
        ),
        (
            "role node",
            "iam detach-role-policy --role-name prod-us-west-2-node --policy-arn \
             arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
                .to_owned(),
        ),
        (
            "cluster",
            "eks update-cluster-config --name=prod --logging \
             {\"clusterLogging\":[{\"types\":[\"audit\"],\"enabled\":false}]}"
                .to_owned(),
        ),
        (
            "node group workers",
            "eks update-nodegroup-config --cluster-name=prod --nodegroup-name=workers \
             --scaling-config minSize=1,maxSize=9,desiredSize=9"
                .to_owned(),
        ),
        ("addon vpc-cni", "eks delete-addon --cluster-name=prod --addon-name=vpc-cni".to_owned()),
    ]
}

#[test]
fn whatever_was_changed_by_hand_is_planned_and_mended() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    program.up().expect(0);
    let good = aws.account();
    for (target, drift) in drifts(&good) {
        aws.by_hand(&drift.split_whitespace().collect::<Vec<_>>());
        aws.account();
        let plan = program.plan().expect(6);
        assert!(plan.stdout.contains(&format!("\n{target}\n")), "{target}: {}", plan.stdout);
        let shown = plan.stdout.matches("it is as the spec says").count();
        assert_eq!(shown, 1, "{target} alone: {}", plan.stdout);
        program.up().expect(0);
        program.plan().expect(0);
    }
    let mended = aws.account();
    for kind in ["vpc", "subnet", "security group", "route table", "role"] {
        assert_eq!(mended[kind], good[kind]);
    }
    // Within what the spec allows, the number of nodes is the autoscaler's.
    let workers = &mended["node group"]["workers"]["scalingConfig"];
    assert_eq!((&workers["maxSize"], &workers["desiredSize"]), (&5.into(), &5.into()));
}

#[test]
fn an_addon_gives_up_the_roles_that_the_spec_no_longer_gives_it() {
    let aws = StandIn::instant();
    let _api = aws.give_api();
    let program = Program::new(&aws, SPEC);
    let without = SPEC.replace(
        "\n        policies: [arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy]",
        " {}",
    );
    assert_ne!(without, SPEC);
    let given = without.replace(
        "aws-ebs-csi-driver: {}",
        "aws-ebs-csi-driver: {serviceAccountRole: 'arn:aws:iam::123456789012:role/ebs'}",
    );
    let addon = || aws.account()["addon"]["aws-ebs-csi-driver"].clone();
    let made = "prod-us-west-2-addon-aws-ebs-csi-driver";

    program.up().expect(0);
    assert_eq!(addon()["podIdentityAssociations"].as_array().map(Vec::len), Some(1));
    program.set_spec(&given);
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains(&format!("-podIdentity: {made}")), "{}", plan.stdout);
    assert!(plan.stdout.contains("+serviceAccountRole: arn:aws:iam"), "{}", plan.stdout);
    let up = program.up().expect(0);
    let unused = "role addon-aws-ebs-csi-driver is not in the spec: `up --prune` removes it";
    assert!(up.stderr.contains(unused), "{}", up.stderr);
    assert_eq!(addon()["podIdentityAssociations"].as_array().map(Vec::len), Some(0));
    program.plan().expect(0);

    program.set_spec(&without);
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains("-serviceAccountRole: arn:aws:iam"), "{}", plan.stdout);
    assert!(aws.account()["role"][made].is_object(), "it goes when that is asked for");
    aws.forget_calls();
    program.run(&["up", "-f", "spec.yaml", "--yes", "--prune"]).expect(0);
    let changes = aws.changes();
    let place = |call: &str| changes.iter().position(|one| one == call);
    assert!(place("UpdateAddon") < place("DeleteRole"), "{changes:?}");
    assert!(addon()["serviceAccountRoleArn"].is_null());
    assert!(aws.account()["role"][made].is_null());
    program.plan().expect(0);
}
