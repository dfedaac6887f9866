//! A VPC that exists, from eksctl's own kind of file.

use serde_json::Value;

use crate::program::Program;
use crate::stand_in::StandIn;

const EKSCTL: &str = include_str!("../../../provisioner/spec/tests/good/eksctl-ecp-cafe.yaml");

/// Somebody else's network, and eksctl's file with its ids and role in it.
fn somebody_elses(aws: &StandIn) -> String {
    let vpc = aws.by_hand(&["ec2", "create-vpc", "--cidr-block", "10.7.0.0/16"]);
    let vpc = vpc["Vpc"]["VpcId"].as_str().expect("its id").to_owned();
    let group = aws.by_hand(&[
        "ec2",
        "create-security-group",
        "--group-name",
        "theirs",
        "--description",
        "x",
        "--vpc-id",
        &vpc,
    ]);
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    aws.by_hand(&[
        "iam",
        "create-role",
        "--role-name",
        "EKSRole",
        "--assume-role-policy-document",
        trust,
    ]);
    aws.by_hand(&[
        "iam",
        "attach-role-policy",
        "--role-name",
        "EKSRole",
        "--policy-arn",
        "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy",
    ]);
    let mut spec = EKSCTL.replace("vpc-0a5c6646beaff0f5d", &vpc);
    spec = spec.replace("sg-0a32468df4b82bbc4", group["GroupId"].as_str().expect("its id"));
    let subnets = [
        ("a", "subnet-0805f1e738ecc03c6"),
        ("b", "subnet-0c772d05b8ad5af94"),
        ("c", "subnet-056ad3335f8152658"),
        ("a", "subnet-07a0f12e5f3530a74"),
        ("b", "subnet-0a1b8bcc3c1b2d37e"),
        ("c", "subnet-0bab65e705b561952"),
    ];
    for (index, (zone, id)) in subnets.into_iter().enumerate() {
        let (cidr, zone) = (format!("10.7.{index}.0/24"), format!("us-west-2{zone}"));
        let made = aws.by_hand(&[
            "ec2",
            "create-subnet",
            "--vpc-id",
            &vpc,
            "--cidr-block",
            &cidr,
            "--availability-zone",
            &zone,
        ]);
        spec = spec.replace(id, made["Subnet"]["SubnetId"].as_str().expect("its id"));
    }
    spec
}

#[test]
fn an_eksctl_file_makes_a_cluster_in_a_vpc_that_is_left_as_it_was() {
    let aws = StandIn::instant();
    let spec = somebody_elses(&aws);
    let program = Program::new(&aws, &spec);
    let before = aws.account();
    let up = program.up().expect(0);
    assert!(up.stderr.contains("`withShared` is not converted"), "{}", up.stderr);
    let account = aws.account();
    for kind in ["vpc", "subnet", "route table", "internet gateway"] {
        assert_eq!(account[kind], before[kind], "{kind}");
    }
    let role = &account["cluster"]["ecp-cafe"]["roleArn"];
    assert_eq!(role, "arn:aws:iam::123456789012:role/EKSRole");
    let group = &account["node group"]["workers"];
    assert_eq!(group["instanceTypes"], Value::from(vec!["t3.medium"]));
    assert_eq!(group["subnets"].as_array().unwrap().len(), 3);
    program.plan().expect(0);
    program.down().expect(0);
    assert_eq!(aws.account(), before);
}

#[test]
fn ids_that_do_not_exist_are_refused_before_anything_is_made() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, EKSCTL);
    let up = program.up().expect(1);
    assert!(up.stderr.contains("vpc-0a5c6646beaff0f5d"), "{}", up.stderr);
    assert_eq!(aws.changes(), [""; 0]);
    let spec = somebody_elses(&aws);
    let subnet = spec.split("subnet-").nth(1).unwrap().split(' ').next().unwrap();
    program.set_spec(&spec.replace(subnet, "0123456789abcdef0"));
    aws.forget_calls();
    let up = program.up().expect(1);
    assert!(up.stderr.contains("it has no subnet-0123456789abcdef0"), "{}", up.stderr);
    assert_eq!(aws.changes(), [""; 0]);
}

#[test]
fn zones_without_an_instance_type_are_refused_before_anything_is_made() {
    let aws = StandIn::instant();
    let spec = crate::story::SPEC.replace("t3.medium", "x99.large");
    let program = Program::new(&aws, &spec);
    let up = program.up().expect(1);
    assert!(up.stderr.contains("AWS has no x99.large there"), "{}", up.stderr);
    assert_eq!(aws.changes(), [""; 0]);
}
