//! What kubectl needs to find the same identity and region again, from wherever it is called.

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

#[test]
fn a_kubeconfig_keeps_the_profile_that_it_was_made_with() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    program.write(".aws/config", "[profile work]\nregion = eu-west-1\n");
    program.up().expect(0);
    let made = ["kubeconfig", "-f", "spec.yaml", "--output", "json"];
    let exec = |ran: crate::program::Ran| ran.expect(0).json()["users"][0]["user"]["exec"].clone();
    let kept = exec(program.run_with(&[("AWS_PROFILE", "work")], &made));
    let profile = serde_json::json!([{"name": "AWS_PROFILE", "value": "work"}]);
    assert_eq!(kept["env"], profile);
    let region = kept["args"].as_array().unwrap().iter().position(|one| one == "--region").unwrap();
    assert_eq!(kept["args"][region + 1], "us-west-2", "the cluster's, not the profile's");
    assert!(exec(program.run(&made))["env"].is_null());
}

#[test]
fn a_token_is_for_no_region_that_nobody_has_named() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    let token = ["eks-token", "--cluster", "prod"];
    let alone = [("AWS_EC2_METADATA_DISABLED", "true")];
    let refused = program.run_with(&alone, &token).expect(1);
    assert!(refused.stderr.contains("--region, AWS_REGION"), "{}", refused.stderr);
    program.run_with(&[("AWS_REGION", "eu-west-1")], &token).expect(0);
    program.write(".aws/config", "[profile work]\nregion = eu-west-1\n");
    program.run_with(&[("AWS_PROFILE", "work")], &token).expect(0);
}
