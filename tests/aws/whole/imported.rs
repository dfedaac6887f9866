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

/// What they start with reaches them, and so does a change of where they are.
#[test]
fn an_eksctl_file_says_where_nodes_are_and_what_they_start_with() {
    let aws = StandIn::instant();
    let further = "    subnets: [us-west-2b]\n    preBootstrapCommands: [echo hello]\n    \
        updateConfig: {maxUnavailablePercentage: 25}\niamIdentityMappings:\n  \
        - {arn: \"arn:aws:iam::123456789012:role/ops\", groups: [\"system:masters\"]}\n";
    let text = format!("{}\n{further}", somebody_elses(&aws).trim_end());
    let program = Program::new(&aws, &text);
    program.up().expect(0);
    let account = aws.account();
    let group = &account["node group"]["workers"];
    let subnets = group["subnets"].as_array().expect("a list");
    let zone = |id: &Value| account["subnet"][id.as_str().expect("an id")]["zone"].clone();
    assert_eq!(subnets.iter().map(zone).collect::<Vec<_>>(), ["us-west-2b"]);
    assert_eq!(group["updateConfig"]["maxUnavailablePercentage"], 25);
    let templates = account["launch template"].as_object().expect("some");
    let content = templates.values().next().expect("one")["content"].to_string();
    assert!(content.contains("UserData"), "{content}");
    let masters = &account["access entry"]["arn:aws:iam::123456789012:role/ops"]["policies"];
    assert!(masters.to_string().contains("AmazonEKSClusterAdminPolicy"), "{masters}");
    program.plan().expect(0);
    program.set_spec(&text.replace("Percentage: 25", ": 2"));
    program.up().expect(0);
    let account = aws.account();
    assert_eq!(account["node group"]["workers"]["updateConfig"]["maxUnavailable"], 2);
    program.set_spec(&text.replace("subnets: [us-west-2b]", "subnets: [us-west-2a]"));
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains("subnets"), "{}", plan.stdout);
}

/// Roles of a service account, of pods, of an addon and of the nodes; and what nodes are started with.
const ROLES: &str = r#"
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: prod, region: us-west-2, version: "1.35"}
upgradePolicy: {supportType: STANDARD}
iam:
  withOIDC: true
  serviceAccounts:
    - metadata: {name: reader, namespace: backend}
      attachPolicy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "*"}]}
      permissionsBoundary: arn:aws:iam::123456789012:policy/narrow
      tags: {owner: backend}
      roleOnly: true
    - metadata: {name: external-dns, namespace: dns}
      wellKnownPolicies: {externalDNS: true}
      roleName: prod-us-west-2-dns
      roleOnly: true
  podIdentityAssociations:
    - namespace: backend
      serviceAccountName: writer
      roleName: prod-us-west-2-writer
      permissionPolicyARNs: [arn:aws:iam::aws:policy/AmazonS3FullAccess]
      permissionsBoundaryARN: arn:aws:iam::123456789012:policy/narrow
      tags: {owner: backend}
addons:
  - {name: vpc-cni, resolveConflicts: overwrite, tags: {owner: network}}
  - {name: aws-ebs-csi-driver, permissionsBoundary: "arn:aws:iam::123456789012:policy/narrow"}
nodeGroups:
  - name: workers
    clusterDNS: 169.254.20.10
    disablePodIMDS: true
    instanceName: worker
    privateNetworking: true
    iam: {withAddonPolicies: {autoScaler: true, cloudWatch: true}}
"#;

#[test]
fn an_eksctl_file_says_what_roles_allow() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, ROLES);
    let before = aws.account();
    program.up().expect(0);
    program.plan().expect(0);
    let account = aws.account();
    let role = |name: &str| account["role"][name].clone();
    let allows = |role: &Value, action: &str| {
        let own = role["permissions"]["provisioner"].to_string();
        assert!(own.contains(action), "{action}: {role}");
    };
    let narrow = |role: &Value| {
        assert!(role["boundary"].to_string().contains("policy/narrow"), "{role}");
    };
    let reader = role("prod-us-west-2-sa-backend-reader");
    allows(&reader, "s3:GetObject");
    narrow(&reader);
    assert_eq!(reader["tags"]["owner"], "backend");
    assert!(reader["trust"].to_string().contains("system:serviceaccount:backend:reader"));
    allows(&role("prod-us-west-2-dns"), "route53:ChangeResourceRecordSets");
    let writer = role("prod-us-west-2-writer");
    narrow(&writer);
    let identities = account["pod identity"].as_object().expect("some");
    let of = |account: &str| {
        identities.values().find(|one| one["serviceAccount"] == account).expect(account)
    };
    let arn = "arn:aws:iam::123456789012:role/prod-us-west-2-";
    assert_eq!(of("writer")["roleArn"], format!("{arn}writer"));
    assert_eq!(of("writer")["tags"]["owner"], "backend");
    let driver = of("ebs-csi-controller-sa");
    assert_eq!(driver["roleArn"], format!("{arn}addon-aws-ebs-csi-driver"));
    let driver = role("prod-us-west-2-addon-aws-ebs-csi-driver");
    assert!(driver["policies"].to_string().contains("AmazonEBSCSIDriverPolicy"), "{driver}");
    narrow(&driver);
    assert_eq!(account["addon"]["vpc-cni"]["tags"]["owner"], "network");
    let node = role("prod-us-west-2-node");
    allows(&node, "autoscaling:SetDesiredCapacity");
    assert!(node["policies"].to_string().contains("CloudWatchAgentServerPolicy"), "{node}");
    let templates = account["launch template"].as_object().expect("some");
    let content = templates.values().next().expect("one")["content"].to_string();
    assert!(content.contains(r#""HttpPutResponseHopLimit":1"#), "{content}");
    assert_eq!(account["node group"]["workers"]["tags"]["Name"], "worker");
    program.set_spec(&ROLES.replace("s3:GetObject", "s3:ListBucket"));
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains(r#"-permission: {"Action":"s3:GetObject""#), "{}", plan.stdout);
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["PutRolePolicy"]);
    program.set_spec(&ROLES.replace(
        "overwrite, ",
        r#"overwrite, configurationValues: '{"enableNetworkPolicy": "true"}', "#,
    ));
    program.up().expect(0);
    assert_eq!(aws.account()["addon"]["vpc-cni"]["conflicts"], "OVERWRITE");
    let support = |aws: &StandIn| aws.account()["cluster"]["prod"]["upgradePolicy"].clone();
    assert_eq!(support(&aws)["supportType"], "STANDARD");
    program.set_spec(&ROLES.replace("STANDARD", "EXTENDED"));
    program.up().expect(0);
    assert_eq!(support(&aws)["supportType"], "EXTENDED");
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

/// Ids of eksctl's kind of spec, from `somebody_elses`.
fn id_in<'a>(spec: &'a str, prefix: &str) -> &'a str {
    let begin = spec.find(prefix).expect(prefix);
    spec[begin..]
        .split(|one: char| !one.is_ascii_alphanumeric() && one != '-')
        .next()
        .expect("an id")
}

/// A spec of ours in the network that `somebody_elses` has made.
fn in_their_network(theirs: &str) -> String {
    let mut rest = theirs;
    let mut subnets = Vec::new();
    while let Some(place) = rest.find("subnet-") {
        let id = id_in(&rest[place..], "subnet-");
        subnets.push(id);
        rest = &rest[place + id.len()..];
    }
    let vpc = id_in(theirs, "vpc-");
    let ids = |part: &[&str]| part.join(", ");
    let (private, public) = subnets.split_at(3);
    crate::story::SPEC.replace(
        "      cidr: 192.168.0.0/16      # a public and a private subnet in each zone\n      nat: single               # one gateway for all zones; `perZone`, or `none`\n",
        &format!("      id: {vpc}\n      subnets: {{private: [{}], public: [{}]}}\n", ids(private), ids(public)),
    )
}

#[test]
fn the_zones_of_a_node_group_choose_among_subnets_that_exist() {
    let aws = StandIn::instant();
    let spec = in_their_network(&somebody_elses(&aws));
    let zones = |zones: &str| {
        spec.replace(
            "instanceTypes: [t3.medium]",
            &format!("instanceTypes: [t3.medium]\n        zones: [{zones}]"),
        )
    };
    let program = Program::new(&aws, &zones("us-west-2d"));
    aws.forget_calls();
    let refused = program.up().expect(1);
    let said = "eks.vpc.subnets names no private subnet in that zone";
    assert!(refused.stderr.contains(said), "{}", refused.stderr);
    assert_eq!(aws.changes(), [""; 0]);
    program.set_spec(&zones("us-west-2b"));
    program.up().expect(0);
    let account = aws.account();
    let subnets = account["node group"]["workers"]["subnets"].as_array().unwrap();
    assert_eq!(subnets.len(), 1);
    assert_eq!(account["subnet"][subnets[0].as_str().unwrap()]["zone"], "us-west-2b");
    program.plan().expect(0);
}

#[test]
fn what_is_named_and_does_not_exist_is_refused_before_anything_is_made() {
    let aws = StandIn::instant();
    let spec = in_their_network(&somebody_elses(&aws));
    let default = aws.by_hand(&["ec2", "describe-security-groups", "--group-names", "default"]);
    let elsewhere = default["SecurityGroups"][0]["GroupId"].as_str().unwrap();
    let with = |text: &str| spec.replace("    endpoint:", &format!("{text}    endpoint:"));
    let of_nodes = |id: &str| {
        spec.replace(
            "instanceTypes: [t3.medium]",
            &format!("instanceTypes: [t3.medium]\n        securityGroups: [{id}]"),
        )
    };
    let role = |name: &str| format!("arn:aws:iam::123456789012:role/{name}");
    let cases = [
        (with(&format!("    roles: {{cluster: '{}'}}\n", role("nobody"))), "there is no such role"),
        (
            with(&format!("    roles: {{node: '{}'}}\n", role("path/EKSRole"))),
            "there is no such role",
        ),
        (of_nodes("sg-0123456789abcdef0"), "there is none of that id"),
        (of_nodes(elsewhere), "not in the VPC of the cluster"),
    ];
    let program = Program::new(&aws, &spec);
    aws.forget_calls();
    for (spec, said) in cases {
        program.set_spec(&spec);
        let refused = program.up().expect(1);
        assert!(refused.stderr.contains(said), "{said}: {}", refused.stderr);
        assert_eq!(aws.changes(), [""; 0], "{said}");
    }
}

#[test]
fn a_security_group_of_theirs_stays_whatever_it_is_called_and_tagged() {
    let aws = StandIn::instant();
    let theirs = somebody_elses(&aws);
    let spec = in_their_network(&theirs);
    let vpc = id_in(&theirs, "vpc-");
    let make =
        ["ec2", "create-security-group", "--description", "x", "--vpc-id", vpc, "--group-name"];
    let called = aws.by_hand(&[make.as_slice(), &["prod-control-plane"]].concat());
    let called = called["GroupId"].as_str().unwrap();
    let program = Program::new(&aws, &spec);
    let before = aws.account();
    let refused = program.up().expect(1);
    let said = format!("use the security group {called}: it has no tag provisioner.dev/cluster");
    assert!(refused.stderr.contains(&said), "{}", refused.stderr);
    program.down().expect(0);
    assert_eq!(aws.account(), before);

    aws.by_hand(&["ec2", "delete-security-group", "--group-id", called]);
    let group = id_in(&theirs, "sg-");
    let owned = "Key=kubernetes.io/cluster/prod,Value=owned";
    aws.by_hand(&["ec2", "create-tags", "--resources", group, "--tags", owned]);
    let before = aws.account();
    let named = format!("instanceTypes: [t3.medium]\n        securityGroups: [{group}]");
    program.set_spec(&spec.replace("instanceTypes: [t3.medium]", &named));
    program.up().expect(0);
    program.plan().expect(0);
    program.down().expect(0);
    assert_eq!(aws.account(), before);
}

/// As in eksctl's own examples: by their ids, their ranges, or their zones.
#[test]
fn subnets_that_exist_are_known_by_their_ranges_and_zones_too() {
    let aws = StandIn::instant();
    let theirs = somebody_elses(&aws);
    let in_zone = |index: usize| format!("10.7.{index}.0/24");
    let vpc = id_in(&theirs, "vpc-");
    let file = |private: &str, subnets: &str| {
        format!(
            "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n\
             metadata: {{name: ranges, region: us-west-2, version: '1.35'}}\n\
             vpc:\n  id: {vpc}\n  subnets:\n    private:\n{private}\
             managedNodeGroups:\n  - {{name: workers, privateNetworking: true{subnets}}}\n"
        )
    };
    let ranges = format!(
        "      one: {{cidr: {}}}\n      two: {{cidr: {}, az: us-west-2b}}\n",
        in_zone(0),
        in_zone(1)
    );
    let before = aws.account();
    let program = Program::new(&aws, &file(&ranges, ", subnets: [two]"));
    program.up().expect(0);
    let account = aws.account();
    let range = |id: &Value| account["subnet"][id.as_str().expect("an id")]["cidr"].clone();
    let of = |one: &Value| one.as_array().expect("a list").iter().map(range).collect::<Vec<_>>();
    let cluster = &account["cluster"]["ranges"]["resourcesVpcConfig"]["subnetIds"];
    assert_eq!(of(cluster), [in_zone(0), in_zone(1)]);
    assert_eq!(of(&account["node group"]["workers"]["subnets"]), [in_zone(1)]);
    program.plan().expect(0);
    program.down().expect(0);
    assert_eq!(aws.account(), before);

    let twice = id_in(&theirs, "subnet-");
    let twice = format!("      one: {{id: {twice}}}\n      two: {{cidr: 10.7.0.0/24}}\n");
    let cases = [
        (
            "      one: {cidr: 10.7.99.0/24}\n      two: {cidr: 10.7.1.0/24}\n",
            "it has no 10.7.99.0/24",
        ),
        ("      us-west-2a: {}\n      two: {cidr: 10.7.1.0/24}\n", "us-west-2a is any of subnet-"),
        (twice.as_str(), "are the same one"),
    ];
    aws.forget_calls();
    for (private, said) in cases {
        program.set_spec(&file(private, ""));
        let up = program.up().expect(1);
        assert!(up.stderr.contains(said), "{said}: {}", up.stderr);
        assert_eq!(aws.changes(), [""; 0], "{said}");
    }
}

/// They need not be among those of nodes, and are known by their ids, however those are known.
#[test]
fn a_control_plane_has_subnets_of_its_own() {
    let aws = StandIn::instant();
    let theirs = somebody_elses(&aws);
    let vpc = id_in(&theirs, "vpc-");
    let range = |index: usize| format!("10.7.{index}.0/24");
    let account = aws.account();
    let id = |index: usize| {
        let all = account["subnet"].as_object().expect("subnets");
        all.iter().find(|(_, one)| one["cidr"] == range(index)).expect("it").0.clone()
    };
    // In the zones a, b, c, a, b, c; nodes are in the first.
    let file = |named: [usize; 2]| {
        format!(
            "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n\
             metadata: {{name: own, region: us-west-2, version: '1.35'}}\n\
             vpc:\n  id: {vpc}\n  controlPlaneSubnetIDs: [{}]\n  subnets:\n    private:\n      \
             one: {{cidr: {}}}\n\
             managedNodeGroups:\n  - {{name: workers, privateNetworking: true}}\n",
            named.map(id).join(", "),
            range(0)
        )
    };
    let before = aws.account();
    let program = Program::new(&aws, &file([0, 3]));
    aws.forget_calls();
    let refused = program.up().expect(1);
    assert!(refused.stderr.contains("all of them are in us-west-2a"), "{}", refused.stderr);
    assert_eq!(aws.changes(), [""; 0]);

    program.set_spec(&file([0, 4]));
    program.up().expect(0);
    let of_cluster = || aws.account()["cluster"]["own"]["resourcesVpcConfig"]["subnetIds"].clone();
    let of_nodes = || aws.account()["node group"]["workers"]["subnets"].clone();
    assert_eq!(of_cluster(), Value::from(vec![id(0), id(4)]));
    assert_eq!(of_nodes(), Value::from(vec![id(0)]));
    program.plan().expect(0);
    program.set_spec(&file([3, 4]));
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains(&format!("-subnets: {}, {}", range(0), id(4))), "{}", plan.stdout);
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["UpdateClusterConfig"]);
    assert_eq!(of_cluster(), Value::from(vec![id(3), id(4)]));
    program.plan().expect(0);

    program.set_spec(&file([3, 5]));
    let refused = program.plan().expect(1);
    let said = "move the control plane to subnets in us-west-2a, us-west-2c";
    assert!(refused.stdout.contains(said), "{}", refused.stdout);
    program.down().expect(0);
    assert_eq!(aws.account(), before);
}

/// As eksctl has it: who has a key is let in from the groups that are named; or else from the VPC, or from everywhere.
#[test]
fn an_eksctl_file_says_from_where_nodes_are_reached_by_ssh() {
    let aws = StandIn::instant();
    let theirs = somebody_elses(&aws);
    let (vpc, bastion) = (id_in(&theirs, "vpc-"), id_in(&theirs, "sg-"));
    let file = format!(
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n\
         metadata: {{name: doors, region: us-west-2, version: '1.35'}}\n\
         vpc:\n  id: {vpc}\n  subnets:\n    \
         private: {{one: {{cidr: 10.7.0.0/24}}, two: {{cidr: 10.7.1.0/24}}}}\n    \
         public: {{three: {{cidr: 10.7.2.0/24}}}}\n\
         managedNodeGroups:\n  \
         - {{name: closed, privateNetworking: true, ssh: {{allow: false, publicKeyName: ops}}}}\n  \
         - {{name: inside, privateNetworking: true, ssh: {{allow: true, publicKeyName: ops}}}}\n  \
         - {{name: named, ssh: {{publicKeyName: ops, sourceSecurityGroupIds: [{bastion}]}}}}\n  \
         - {{name: open, ssh: {{allow: true, publicKeyName: ops}}}}\n"
    );
    let before = aws.account();
    let program = Program::new(&aws, &file);
    let up = program.up().expect(0);
    assert_eq!(up.stderr.matches("everybody reaches the nodes by SSH").count(), 1, "{}", up.stderr);
    let account = aws.account();
    let rules = |group: &str| {
        let all = account["security group"].as_object().expect("some").values();
        let name = format!("doors-{group}-ssh");
        all.clone().find(|one| one["name"] == name).map(|one| one["rules"].to_string())
    };
    assert_eq!(rules("closed"), None);
    assert_eq!(rules("inside").as_deref(), Some(r#"["tcp 22-22 10.7.0.0/16"]"#));
    assert_eq!(rules("named"), Some(format!(r#"["tcp 22-22 {bastion}"]"#)));
    assert_eq!(rules("open").as_deref(), Some(r#"["tcp 22-22 0.0.0.0/0"]"#));
    program.plan().expect(0);
    program.down().expect(0);
    assert_eq!(aws.account(), before);
}
