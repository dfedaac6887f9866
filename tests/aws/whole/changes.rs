//! What a changed spec brings about.

use serde_json::Value;

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

#[test]
fn changes_are_made_in_place() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    program.up().expect(0);
    let changed = SPEC
        .replace(
            "logging: [audit, authenticator]",
            "logging: [api, audit]\n    deletionProtection: true",
        )
        .replace(
            "labels: {role: workers}",
            "labels: {role: apps}\n        taints: [\"a=b:NoExecute\"]",
        )
        .replace("max: 5", "max: 7")
        .replace("volume: {size: 100}", "volume: {size: 120}")
        .replace("tags: {team: platform}", "tags: {team: others}")
        .replace(
            "endpoint: {public: true",
            "endpoint: {publicCidrs: [198.51.100.0/24], public: true",
        );
    program.set_spec(&changed);
    program.plan().expect(6);
    aws.forget_calls();
    program.up().expect(0);
    assert!(aws.changes().iter().all(|call| !call.starts_with("Delete")), "{:?}", aws.changes());
    program.plan().expect(0);
    let account = aws.account();
    let cluster = &account["cluster"]["prod"];
    assert_eq!(
        cluster["resourcesVpcConfig"]["publicAccessCidrs"],
        Value::from(vec!["198.51.100.0/24"])
    );
    assert_eq!(cluster["tags"]["team"], "others");
    let workers = &account["node group"]["workers"];
    assert_eq!(workers["labels"], serde_json::json!({"role": "apps"}));
    assert_eq!(workers["taints"][0]["effect"], "NO_EXECUTE");
    assert_eq!(workers["scalingConfig"]["maxSize"], 7);
    assert_eq!(account["node group"]["batch"]["launchTemplate"]["version"], "2");
    // Protected, and it goes all the same.
    program.down().expect(0);
}

#[test]
fn what_cannot_be_changed_is_replaced_new_before_old() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    program.up().expect(0);
    program.set_spec(&SPEC.replace("instanceTypes: [t3.medium]", "instanceTypes: [m5.large]"));
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains("-instanceTypes: t3.medium"), "{}", plan.stdout);
    assert!(plan.stdout.contains("a new one is made before the old one goes"), "{}", plan.stdout);
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["CreateNodegroup", "DeleteNodegroup"]);
    program.plan().expect(0);
    let account = aws.account();
    let groups = account["node group"].as_object().unwrap();
    assert_eq!(groups.len(), 2);
    assert!(groups.values().any(|one| one["instanceTypes"] == Value::from(vec!["m5.large"])));
    program.set_spec(SPEC);
    program.up().expect(0);
    assert!(aws.account()["node group"]["workers"].is_object(), "and back to its own name");
}

#[test]
fn pools_are_scaled_within_their_bounds_and_stay_so() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    program.up().expect(0);
    program.run(&["scale", "-f", "spec.yaml", "workers=4", "batch=3"]).expect(0);
    let desired =
        |group: &str| aws.account()["node group"][group]["scalingConfig"]["desiredSize"].clone();
    assert_eq!((desired("workers"), desired("batch")), (4.into(), 3.into()));
    program.up().expect(0);
    assert_eq!(desired("workers"), 4, "up leaves it");
    let refused = program.run(&["scale", "-f", "spec.yaml", "workers=9"]).expect(1);
    assert!(refused.stderr.contains("9 is not from 1 to 5"), "{}", refused.stderr);
    let refused = program.run(&["scale", "-f", "spec.yaml", "others=1"]).expect(1);
    assert!(refused.stderr.contains("none of that name"), "{}", refused.stderr);
}

#[test]
fn an_upgrade_goes_step_by_step_control_plane_before_addons_before_nodes() {
    let aws = StandIn::instant();
    let old = SPEC.replace("\"1.36\"", "\"1.33\"");
    let program = Program::new(&aws, &old);
    program.up().expect(0);
    aws.forget_calls();
    let plan = ["upgrade", "-f", "spec.yaml", "--to", "1.35", "--plan", "--detailed-exitcode"];
    let planned = program.run(&plan).expect(6);
    assert_eq!(aws.changes(), [""; 0], "a plan changes nothing");
    let order = ["cluster", "addon coredns", "node group workers"].map(|target| {
        planned
            .stdout
            .find(&format!("\n{target}\n"))
            .unwrap_or_else(|| panic!("{}", planned.stdout))
    });
    assert!(order.is_sorted(), "{}", planned.stdout);
    for line in ["-version: 1.33", "+version: 1.35", "+version: v1.35.1-eksbuild.1"] {
        assert!(planned.stdout.contains(line), "{}", planned.stdout);
    }
    assert!(planned.stderr.contains("by way of 1.34, 1.35"), "{}", planned.stderr);
    program.run(&["upgrade", "-f", "spec.yaml", "--to", "1.35", "--yes"]).expect(0);
    program.run(&plan).expect(0);
    let order: Vec<_> =
        aws.changes().into_iter().filter(|call| call.starts_with("Update")).collect();
    let kinds = ["UpdateClusterVersion", "UpdateAddon", "UpdateNodegroupVersion"];
    let mut runs = order.clone();
    runs.dedup();
    assert_eq!(runs, [kinds, kinds].concat(), "{order:?}");
    let account = aws.account();
    assert_eq!(account["cluster"]["prod"]["version"], "1.35");
    assert_eq!(account["node group"]["workers"]["version"], "1.35");
    assert_eq!(account["addon"]["coredns"]["addonVersion"], "v1.35.1-eksbuild.1");
    let refused = program.run(&["upgrade", "-f", "spec.yaml", "--to", "1.34", "--yes"]).expect(2);
    assert!(refused.stderr.contains("none goes back"), "{}", refused.stderr);
    let refused = program.up().expect(1);
    assert!(refused.stderr.contains("a cluster keeps it"), "{}", refused.stderr);
}

#[test]
fn an_upgrade_that_aws_is_against_is_forced_where_the_spec_says_so() {
    let aws = StandIn::instant();
    let old = SPEC.replace("\"1.36\"", "\"1.35\"");
    let program = Program::new(&aws, &old);
    program.up().expect(0);
    let insight =
        "Kubernetes version update is blocked by upgrade insights: deprecated APIs removed in 1.36";
    aws.find_insight(insight);
    let upgrade = ["upgrade", "-f", "spec.yaml", "--to", "1.36", "--yes"];
    let refused = program.run(&upgrade).expect(1);
    assert!(refused.stderr.contains(insight), "{}", refused.stderr);
    assert_eq!(aws.account()["cluster"]["prod"]["version"], "1.35");
    program.set_spec(&old.replace("    logging:", "    forceUpgrade: true\n    logging:"));
    program.plan().expect(0);
    program.run(&upgrade).expect(0);
    assert_eq!(aws.account()["cluster"]["prod"]["version"], "1.36");
}

#[test]
fn what_the_spec_no_longer_names_goes_when_that_is_asked_for() {
    let aws = StandIn::instant();
    // Addons that the spec has dropped are looked for as well.
    let _api = aws.give_api();
    let program = Program::new(&aws, SPEC);
    program.up().expect(0);
    let (without, _) = SPEC.split_once("      - name: batch").unwrap();
    program.set_spec(&without.replace("      aws-ebs-csi-driver:\n        policies: [arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy]\n", ""));
    let up = program.up().expect(0);
    assert!(up.stderr.contains("node group batch is not in the spec"), "{}", up.stderr);
    assert!(aws.account()["node group"]["batch"].is_object());
    program.run(&["up", "-f", "spec.yaml", "--yes", "--prune"]).expect(0);
    let account = aws.account();
    assert!(
        account["node group"]["batch"].is_null()
            && account["addon"]["aws-ebs-csi-driver"].is_null()
    );
    assert!(account["node group"]["workers"].is_object());
}

#[test]
fn a_failed_node_group_is_told_in_awss_words_and_replaced_on_request() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    aws.fail_node_group("workers", "AsgInstanceLaunchFailures", "no t3.medium in us-west-2a");
    let failed = program.up().expect(1);
    assert!(
        failed.stderr.contains("AsgInstanceLaunchFailures: no t3.medium in us-west-2a"),
        "{}",
        failed.stderr
    );
    let again = program.up().expect(1);
    assert!(again.stderr.contains("no t3.medium in us-west-2a"), "{}", again.stderr);
    assert!(again.stderr.contains("--replace-failed"), "{}", again.stderr);
    program.run(&["up", "-f", "spec.yaml", "--yes", "--replace-failed"]).expect(0);
    program.plan().expect(0);
}

#[test]
fn a_control_plane_that_failed_goes_though_it_is_protected() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, crate::everything::SPEC);
    let before = aws.account();
    for anew in [true, false] {
        aws.fail_cluster("InternalFailure", "it did not come up");
        program.up().expect(1);
        assert_eq!(aws.account()["cluster"]["prod"]["deletionProtection"], true);
        if anew {
            program.run(&["up", "-f", "spec.yaml", "--yes", "--replace-failed"]).expect(0);
            program.plan().expect(0);
        }
        program.down().expect(0);
        assert_eq!(aws.account(), before);
    }
}

#[test]
fn nodes_that_run_pods_go_only_when_others_are_there() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    program.up().expect(0);
    aws.degrade("groups", "workers");
    let failed = program.up().expect(1);
    assert!(failed.stderr.contains("--replace-failed"), "{}", failed.stderr);
    aws.forget_calls();
    program.run(&["up", "-f", "spec.yaml", "--yes", "--replace-failed"]).expect(0);
    assert_eq!(aws.changes(), ["CreateNodegroup", "DeleteNodegroup"]);
    let groups = aws.account()["node group"].clone();
    assert_eq!(groups.as_object().map(serde_json::Map::len), Some(2));
    program.plan().expect(0);
    // Once more: the name of the spec is free again.
    let is_new = |name: &&String| name.starts_with("workers-");
    let beside = groups.as_object().unwrap().keys().find(is_new).unwrap().clone();
    aws.degrade("groups", &beside);
    program.run(&["up", "-f", "spec.yaml", "--yes", "--replace-failed"]).expect(0);
    assert!(aws.account()["node group"]["workers"].is_object());
    program.plan().expect(0);
}

#[test]
fn what_an_addon_runs_stays_while_it_is_made_anew() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    program.up().expect(0);
    aws.degrade("addons", "vpc-cni");
    aws.forget_calls();
    program.run(&["up", "-f", "spec.yaml", "--yes", "--replace-failed"]).expect(0);
    assert_eq!(aws.changes(), ["DeleteAddon", "CreateAddon"]);
    let deleted = aws.calls().into_iter().find(|call| call.operation == "DeleteAddon").unwrap();
    assert!(deleted.query.contains("preserve=true"), "{deleted:?}");
    program.plan().expect(0);
}

#[test]
fn an_update_that_fails_is_told_with_what_helps() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    program.up().expect(0);
    program.set_spec(&SPEC.replace("volume: {size: 100}", "volume: {size: 120}"));
    aws.fail_update(
        "batch",
        "PodEvictionFailure",
        "Reached max retries while trying to evict pods",
    );
    let failed = program.up().expect(1);
    assert!(failed.stderr.contains("PodEvictionFailure: Reached max retries"), "{}", failed.stderr);
    assert!(failed.stderr.contains("kubectl get poddisruptionbudgets"), "{}", failed.stderr);
    assert!(!failed.stderr.contains("--replace-failed"), "{}", failed.stderr);
    program.up().expect(0);
    program.plan().expect(0);
}

#[test]
fn the_authentication_mode_goes_forward_step_by_step_and_never_back() {
    let aws = StandIn::instant();
    let mode = |mode: &str| {
        SPEC.replace("    logging:", &format!("    authenticationMode: {mode}\n    logging:"))
    };
    let program = Program::new(&aws, &mode("API_AND_CONFIG_MAP"));
    program.up().expect(0);
    aws.set_authentication_mode("CONFIG_MAP");
    program.set_spec(&mode("API"));
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["UpdateClusterConfig", "UpdateClusterConfig"]);
    assert_eq!(aws.account()["cluster"]["prod"]["accessConfig"]["authenticationMode"], "API");
    program.set_spec(&mode("API_AND_CONFIG_MAP"));
    let refused = program.plan().expect(1);
    assert!(refused.stdout.contains("back to API_AND_CONFIG_MAP"), "{}", refused.stdout);
    assert!(refused.stdout.contains("`authenticationMode: API`"), "{}", refused.stdout);
}

#[test]
fn a_smaller_network_leaves_nothing_over() {
    let aws = StandIn::instant();
    let _api = aws.give_api();
    let with = |nat: &str, more: &str| {
        let text = SPEC.replace("nat: single", &format!("nat: {nat}"));
        let text = text.replace("    endpoint:", &format!("{more}    endpoint:"));
        if nat == "none" {
            text.replace("        min:", "        private: false\n        min:")
        } else {
            text
        }
    };
    let program = Program::new(&aws, &with("perZone", ""));
    let before = aws.account();
    program.up().expect(0);
    let count = |kind: &str| aws.account()[kind].as_object().map_or(0, serde_json::Map::len);
    let networks = || (count("nat gateway"), count("address"));
    assert_eq!(networks(), (3, 3));
    let (subnets, tables) = (count("subnet"), count("route table"));

    program.set_spec(&with("single", ""));
    let up = program.up().expect(0);
    let said = "NAT gateway us-west-2b is not in the spec: `up --prune` removes it";
    assert!(up.stderr.contains(said), "{}", up.stderr);
    assert_eq!(networks(), (3, 3));
    let prune = || program.run(&["up", "-f", "spec.yaml", "--yes", "--prune"]).expect(0);
    prune();
    assert_eq!(networks(), (1, 1));
    program.plan().expect(0);
    program.set_spec(&with("none", ""));
    prune();
    assert_eq!(networks(), (0, 0));
    program.plan().expect(0);
    assert_eq!((count("subnet"), count("route table")), (subnets, tables));
    aws.forget_calls();
    prune();
    assert_eq!(aws.changes(), [""; 0]);
    program.down().expect(0);
    assert_eq!(aws.account(), before);
}

#[test]
fn a_control_plane_stays_in_its_zones_and_nodes_go_to_others() {
    let aws = StandIn::instant();
    let _api = aws.give_api();
    let zones = |zones: &str| {
        SPEC.replace("    # zones: [us-west-2a, us-west-2b]", &format!("    zones: [{zones}]"))
    };
    let program = Program::new(&aws, &zones("us-west-2a, us-west-2b"));
    let before = aws.account();
    program.up().expect(0);
    let count = |kind: &str| aws.account()[kind].as_object().map_or(0, serde_json::Map::len);
    let network = || (count("subnet"), count("route table"));
    let of = |what: &Value| what.as_array().map_or(0, Vec::len);
    let of_cluster = || of(&aws.account()["cluster"]["prod"]["resourcesVpcConfig"]["subnetIds"]);
    let (subnets, tables) = network();
    assert_eq!(of_cluster(), 4);

    program.set_spec(&zones("us-west-2a, us-west-2b, us-west-2c"));
    let plan = program.plan().expect(6);
    assert!(!plan.stdout.contains("\ncluster\n"), "{}", plan.stdout);
    program.up().expect(0);
    assert_eq!((network(), of_cluster()), ((subnets + 2, tables + 1), 4));
    let account = aws.account();
    let groups = account["node group"].as_object().expect("groups").values();
    assert!(groups.clone().all(|group| of(&group["subnets"]) == 3), "{account}");
    program.plan().expect(0);

    program.set_spec(&zones("us-west-2a, us-west-2c"));
    let refused = program.plan().expect(1);
    let said = "it is in us-west-2a, us-west-2b, and a control plane stays in its zones";
    assert!(refused.stdout.contains(said), "{}", refused.stdout);
    program.set_spec(&zones("us-west-2a, us-west-2b"));
    program.run(&["up", "-f", "spec.yaml", "--yes", "--prune"]).expect(0);
    assert_eq!((network(), of_cluster()), ((subnets, tables), 4));
    program.plan().expect(0);
    program.down().expect(0);
    assert_eq!(aws.account(), before);
}

#[test]
fn a_control_plane_is_in_the_private_subnets_alone_where_the_spec_says_so() {
    let aws = StandIn::instant();
    let private =
        SPEC.replace("      nat: single", "      controlPlaneSubnets: private\n      nat: single");
    let program = Program::new(&aws, &private);
    let are_private = || {
        let account = aws.account();
        let ids = account["cluster"]["prod"]["resourcesVpcConfig"]["subnetIds"].clone();
        let ids = ids.as_array().expect("a list").clone();
        let is_private =
            |id: &Value| account["subnet"][id.as_str().expect("an id")]["public"] == false;
        ids.iter().map(is_private).collect::<Vec<_>>()
    };
    let private_and_public = || {
        let all = are_private();
        let count = |wanted| all.iter().filter(|one| **one == wanted).count();
        (count(true), count(false))
    };
    program.up().expect(0);
    assert_eq!(private_and_public(), (3, 0));
    program.plan().expect(0);
    for (spec, wanted) in [(SPEC, (3, 3)), (&private, (3, 0))] {
        program.set_spec(spec);
        let plan = program.plan().expect(6);
        assert!(plan.stdout.contains("+subnets: private-us-west-2a, "), "{}", plan.stdout);
        aws.forget_calls();
        program.up().expect(0);
        assert_eq!(aws.changes(), ["UpdateClusterConfig"]);
        assert_eq!(private_and_public(), wanted);
        program.plan().expect(0);
    }
}

#[test]
fn identities_of_people_and_pods() {
    let aws = StandIn::instant();
    let with = SPEC.replace("    # accessEntries:", "    serviceAccounts:
      - {namespace: backend, name: reader, policies: ['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess']}
    podIdentities:
      - {namespace: backend, serviceAccount: writer, policies: ['arn:aws:iam::aws:policy/AmazonS3FullAccess']}
    accessEntries:
      - {principal: 'arn:aws:iam::123456789012:role/dev', groups: [developers], policies: [{policy: AmazonEKSEditPolicy, namespaces: [dev]}]}
    # accessEntries:");
    let program = Program::new(&aws, &with);
    let before = aws.account();
    program.up().expect(0);
    program.plan().expect(0);
    let account = aws.account();
    assert_eq!(account["oidc provider"].as_object().unwrap().len(), 1);
    let entry = &account["access entry"]["arn:aws:iam::123456789012:role/dev"];
    let policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy";
    assert_eq!(entry["policies"][policy]["namespaces"], Value::from(vec!["dev"]));
    assert!(account["role"]["prod-us-west-2-sa-backend-reader"].is_object());
    program
        .set_spec(&with.replace("AmazonEKSEditPolicy, namespaces: [dev]", "AmazonEKSViewPolicy"));
    program.up().expect(0);
    let entry = aws.account()["access entry"]["arn:aws:iam::123456789012:role/dev"].clone();
    assert_eq!(entry["policies"].as_object().unwrap().len(), 1);
    program.down().expect(0);
    assert_eq!(aws.account(), before);
}

#[test]
fn a_role_of_pods_has_a_policy_of_its_own() {
    let aws = StandIn::instant();
    // Addons that the spec has dropped are looked for as well.
    let _api = aws.give_api();
    let with = |policy: &str| {
        let entry = format!("- {{namespace: a, serviceAccount: b, {policy}}}");
        SPEC.replace(
            "    # accessEntries:",
            &format!("    podIdentities:\n      {entry}\n    # accessEntries:"),
        )
    };
    let document = "policy: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: ['s3:GetObject'], Resource: '*'}]}";
    let program = Program::new(&aws, &with(document));
    let before = aws.account();
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains(r#"+permission: {"Action":"s3:GetObject""#), "{}", plan.stdout);
    program.up().expect(0);
    program.plan().expect(0);
    let role = |account: &Value| account["role"]["prod-us-west-2-pod-a-b"].clone();
    assert_eq!(role(&aws.account())["documents"], Value::from(vec!["provisioner"]));
    program.set_spec(&with(&document.replace("GetObject", "PutObject")));
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains(r#"-permission: {"Action":"s3:GetObject""#), "{}", plan.stdout);
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["PutRolePolicy"]);
    program.set_spec(&with("policies: ['arn:aws:iam::aws:policy/AmazonS3FullAccess']"));
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["AttachRolePolicy", "DeleteRolePolicy"]);
    program.plan().expect(0);
    program.set_spec(&with(document));
    program.up().expect(0);
    program.set_spec(SPEC);
    program.run(&["up", "-f", "spec.yaml", "--yes", "--prune"]).expect(0);
    assert!(role(&aws.account()).is_null(), "it goes with its pod identity");
    program.set_spec(&with(document));
    program.up().expect(0);
    program.down().expect(0);
    assert_eq!(aws.account(), before);
}

#[test]
fn what_belongs_to_others_is_not_touched() {
    let aws = StandIn::instant();
    let trust = r#"{"Version":"2012-10-17","Statement":[]}"#;
    aws.by_hand(&[
        "iam",
        "create-role",
        "--role-name",
        "prod-us-west-2-node",
        "--assume-role-policy-document",
        trust,
    ]);
    let program = Program::new(&aws, SPEC);
    let up = program.up().expect(1);
    assert!(up.stderr.contains("it was made by somebody else"), "{}", up.stderr);
    program.down().expect(0);
    assert!(aws.account()["role"]["prod-us-west-2-node"].is_object());
}

#[test]
fn load_balancers_of_services_go_with_the_cluster() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    let before = aws.account();
    program.up().expect(0);
    let account = aws.account();
    let subnets = account["subnet"].as_object().unwrap().iter();
    let public = subnets.filter(|(_, one)| one["tags"]["kubernetes.io/role/elb"] == "1");
    let ids: Vec<_> = public.map(|(id, _)| id.as_str()).collect();
    let vpc = account["cluster"]["prod"]["resourcesVpcConfig"]["vpcId"].as_str().unwrap();
    let group = aws.by_hand(&[
        "ec2",
        "create-security-group",
        "--group-name",
        "k8s-elb-a",
        "--description",
        "x",
        "--vpc-id",
        vpc,
        "--tag-specifications",
        "ResourceType=security-group,Tags=[{Key=kubernetes.io/cluster/prod,Value=owned}]",
    ]);
    assert!(group["GroupId"].is_string());
    let mut make = vec![
        "elbv2",
        "create-load-balancer",
        "--name",
        "web",
        "--tags",
        "Key=elbv2.k8s.aws/cluster,Value=prod",
        "--subnets",
    ];
    make.extend(&ids);
    aws.by_hand(&make);
    let mut theirs = vec!["elbv2", "create-load-balancer", "--name", "theirs", "--subnets"];
    let other =
        aws.by_hand(&["ec2", "describe-subnets", "--filters", "Name=default-for-az,Values=true"]);
    let others = other["Subnets"].as_array().unwrap().iter();
    let others: Vec<_> = others.filter_map(|one| one["SubnetId"].as_str()).collect();
    theirs.extend(&others);
    aws.by_hand(&theirs);
    program.down().expect(0);
    let after = aws.account();
    assert_eq!(after["load balancer"].as_object().unwrap().len(), 1, "theirs is left");
    assert_eq!(after["vpc"], before["vpc"]);
    assert_eq!(after["security group"], before["security group"]);
}

#[test]
fn a_control_plane_is_made_and_changed_as_the_spec_says() {
    let aws = StandIn::instant();
    let with = |text: &str| SPEC.replace("    logging:", &format!("    {text}\n    logging:"));
    let endpoint = |spec: &str| {
        spec.replace(
            "endpoint: {public: true",
            "endpoint: {privateCidrs: [10.9.0.0/16], public: true",
        )
    };
    let program =
        Program::new(&aws, &endpoint(&with("zonalShift: true\n    controlPlaneTier: tier-xl")));
    let cluster = || aws.account()["cluster"]["prod"].clone();
    let rules = || aws.account()["security group"].to_string();
    program.up().expect(0);
    assert_eq!(cluster()["zonalShiftConfig"]["enabled"], true);
    assert_eq!(cluster()["controlPlaneScalingConfig"]["tier"], "tier-xl");
    assert!(rules().contains("tcp 443-443 10.9.0.0/16"), "{}", rules());
    program.plan().expect(0);
    program.set_spec(SPEC);
    let plan = program.plan().expect(6);
    for line in
        ["-zonalShift: true", "-controlPlaneTier: tier-xl", "-rule: 443/tcp from 10.9.0.0/16"]
    {
        assert!(plan.stdout.contains(line), "{line}: {}", plan.stdout);
    }
    aws.forget_calls();
    program.up().expect(0);
    let changes = ["RevokeSecurityGroupIngress", "UpdateClusterConfig", "UpdateClusterConfig"];
    assert_eq!(aws.changes(), changes);
    assert_eq!(cluster()["controlPlaneScalingConfig"]["tier"], "standard");
    assert!(!rules().contains("10.9.0.0/16"), "{}", rules());
    program.plan().expect(0);
}

#[test]
fn nodes_are_called_as_the_spec_says() {
    let aws = StandIn::instant();
    let by_ids =
        SPEC.replace("      nat: single", "      hostnameType: resource-name\n      nat: single");
    let program = Program::new(&aws, &by_ids);
    let named = || {
        let account = aws.account();
        let subnets = account["subnet"].as_object().expect("subnets").values();
        let ours = subnets.filter(|one| one["tags"]["provisioner.dev/cluster"] == "prod");
        ours.map(|one| one["hostnames"].as_str().expect("a word").to_owned()).collect::<Vec<_>>()
    };
    program.up().expect(0);
    assert_eq!(named(), ["resource-name"; 6]);
    program.plan().expect(0);
    program.set_spec(SPEC);
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains("-hostnameType: resource-name"), "{}", plan.stdout);
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["ModifySubnetAttribute"; 6]);
    assert_eq!(named(), ["ip-name"; 6]);
    program.plan().expect(0);
}

#[test]
fn users_of_an_identity_provider_are_let_in_as_the_spec_says() {
    let aws = StandIn::instant();
    // What the spec has dropped is looked for inside the cluster as well.
    let _api = aws.give_api();
    let with = |more: &str| {
        let provider = format!(
            "identityProvider: {{name: sso, issuerUrl: 'https://issuer.example/', \
             clientId: kubernetes{more}}}"
        );
        SPEC.replace("    # accessEntries:", &format!("    {provider}\n    # accessEntries:"))
    };
    let program = Program::new(&aws, &with(""));
    let before = aws.account();
    program.up().expect(0);
    program.plan().expect(0);
    let provider = || aws.account()["identity provider"]["sso"].clone();
    let made = provider();
    assert_eq!(made["issuerUrl"], "https://issuer.example/", "to the letter");
    assert_eq!((&made["usernameClaim"], &made["status"]), (&"sub".into(), &"ACTIVE".into()));

    program.set_spec(&with(", tags: {owner: people}"));
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["TagResource"]);
    program.set_spec(&with(
        ", usernameClaim: email, groupsClaim: groups, groupsPrefix: 'sso:', requiredClaims: {hd: example}",
    ));
    let plan = program.plan().expect(6);
    for line in [
        "-usernameClaim: sub",
        "+usernameClaim: email",
        "+groupsClaim: groups",
        "+groupsPrefix: sso:",
        "+requiredClaims: hd=example",
        "it goes, and is made anew",
    ] {
        assert!(plan.stdout.contains(line), "{line}: {}", plan.stdout);
    }
    aws.forget_calls();
    program.up().expect(0);
    let anew = ["DisassociateIdentityProviderConfig", "AssociateIdentityProviderConfig"];
    assert_eq!(aws.changes(), anew);
    assert_eq!(provider()["requiredClaims"]["hd"], "example");
    program.plan().expect(0);

    program.set_spec(SPEC);
    let up = program.up().expect(0);
    let said = "identity provider is not in the spec: `up --prune` removes it";
    assert!(up.stderr.contains(said), "{}", up.stderr);
    program.run(&["up", "-f", "spec.yaml", "--yes", "--prune"]).expect(0);
    assert_eq!(provider(), Value::Null);

    // One that somebody else has brought stays, and the spec's has no room beside it.
    let oidc = "identityProviderConfigName=theirs,issuerUrl=https://theirs.example,clientId=x";
    let associate = ["eks", "associate-identity-provider-config", "--cluster-name=prod", "--oidc"];
    aws.by_hand(&[&associate[..], &[oidc]].concat());
    aws.account();
    program.plan().expect(0);
    program.set_spec(&with(""));
    let refused = program.plan().expect(1);
    assert!(refused.stdout.contains("use the identity provider theirs"), "{}", refused.stdout);
    let down = program.down().expect(0);
    assert!(down.stderr.contains("its identity provider theirs"), "{}", down.stderr);
    assert_eq!(aws.account(), before);
}
