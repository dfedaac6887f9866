use super::subject::Subject;
use crate::{FargateProfile, Nat, diagnostic::Fault};

/// What AWS allows a profile, and a selector.
const MOST_SELECTORS: usize = 5;
const MOST_LABELS: usize = 5;
/// The beginning of names that AWS keeps to itself.
const RESERVED: &str = "eks-";

/// Each profile and where it stands.
fn profiles<'a>(subject: &Subject<'a>) -> Vec<(String, &'a FargateProfile)> {
    let list = subject.path("eks.fargateProfiles", "fargateProfiles");
    let profiles = subject.eks().fargate_profiles.iter().enumerate();
    profiles.map(|(index, profile)| (format!("{list}[{index}]"), profile)).collect()
}

pub(super) fn names(subject: &Subject<'_>) {
    let profiles = profiles(subject);
    for (index, (path, profile)) in profiles.iter().enumerate() {
        let (name, at) = (&profile.name, format!("{path}.name"));
        let same = |other: &&(String, &FargateProfile)| other.1.name == *name && !name.is_empty();
        if let Some((first, _)) = profiles[..index].iter().find(same) {
            let message = format!("two Fargate profiles have the name {name}");
            let fault = Fault::new("duplicate-name", message, "the second one")
                .related(subject.place(&format!("{first}.name")), "the first one");
            subject.fault(&at, fault);
        }
        if name.starts_with(RESERVED) {
            let message = format!("no Fargate profile can be called {name}");
            let reason = format!("names that begin with `{RESERVED}` are AWS's own");
            subject.fault(&at, Fault::new("invalid-name", message, reason));
        }
    }
}

pub(super) fn selectors(subject: &Subject<'_>) {
    for (path, profile) in profiles(subject) {
        let at = format!("{path}.selectors");
        let count = profile.selectors.len();
        if !(1..=MOST_SELECTORS).contains(&count) && subject.is_sound(&at) {
            let message = format!("the Fargate profile {} has {count} selectors", profile.name);
            let reason = format!("from 1 to {MOST_SELECTORS}");
            subject.fault_at_key(&at, Fault::new("number-of-selectors", message, reason));
        }
        for (index, selector) in profile.selectors.iter().enumerate() {
            let (at, count) = (format!("{at}[{index}].labels"), selector.labels.len());
            if count > MOST_LABELS {
                let message = format!("a selector of {} has {count} labels", profile.name);
                let reason = format!("up to {MOST_LABELS}");
                subject.fault_at_key(&at, Fault::new("number-of-labels", message, reason));
            }
        }
    }
}

/// Pods on Fargate have private addresses alone.
pub(super) fn placement(subject: &Subject<'_>) {
    let vpc = &subject.eks().vpc;
    for (path, profile) in profiles(subject) {
        let (name, at) = (&profile.name, format!("{path}.subnets"));
        if vpc.is_imported() {
            for (index, id) in profile.subnets.iter().enumerate() {
                if !vpc.subnets.private.contains(id) {
                    let message = format!("{id} is no private subnet of this cluster");
                    let reason = "must be one of `vpc.subnets.private`";
                    subject.fault(
                        &format!("{at}[{index}]"),
                        Fault::new("not-private", message, reason),
                    );
                }
            }
            let vpc_path = subject.path("eks.vpc", "vpc");
            if vpc.subnets.private.is_empty() && subject.is_sound(&vpc_path) {
                let message = format!("the Fargate profile {name} has no subnet");
                let reason = "`vpc.subnets` names none that is private";
                subject.fault(&path, Fault::new("no-subnet", message, reason));
            }
            continue;
        }
        if !profile.subnets.is_empty() {
            let message = format!("`{at}` does not go with this VPC");
            let reason = "without `id`, a VPC is made with subnets of its own";
            subject.fault_at_key(&at, Fault::new("imported-vpc", message, reason));
        }
        if vpc.nat() == Nat::None {
            let message = format!("the pods of {name} could not start");
            let reason = "they reach AWS through a NAT gateway, and there is none";
            let fault = Fault::new("private-without-nat", message, reason);
            subject.fault(&path, fault.hint("a NAT gateway: `vpc.nat: single`"));
        }
    }
}
