//! What is different from what is wanted.

use super::state::Content;
use super::texts::readable;
use super::wanted::LaunchTemplate;
use crate::account::Account;
use crate::difference::Difference;
use crate::spec_tags::Tags;

impl LaunchTemplate {
    pub(super) fn compared(&self, account: &Account) -> Difference {
        let wanted = self.wanted(account);
        let Some(template) = account.templates.get(&self.group.name) else {
            let new = Difference::create()
                .with("name", &self.name)
                .with("device", &wanted.device)
                .with("volume", &wanted.volume)
                .with("securityGroups", &wanted.security_groups)
                .with("sshKey", wanted.ssh_key.as_ref())
                .with("userData", wanted.user_data.as_deref().map(readable))
                .with("imds", &wanted.imds);
            return further(new, &Content::default(), &wanted).tags(&Tags::new(), &self.tags);
        };
        let is = &template.content;
        let text = |data: &Option<String>| data.as_deref().map(readable);
        let difference = Difference::of_existing()
            .field("device", &is.device, &wanted.device)
            .field("volume", &is.volume, &wanted.volume)
            .field("securityGroups", &is.security_groups, &wanted.security_groups)
            .field("sshKey", is.ssh_key.as_ref(), wanted.ssh_key.as_ref())
            .field("userData", text(&is.user_data), text(&wanted.user_data))
            .field("imds", &is.imds, &wanted.imds);
        further(difference, is, &wanted).tags(&template.tags, &self.tags)
    }
}

/// What instances have only where that is asked for.
fn further(difference: Difference, is: &Content, wanted: &Content) -> Difference {
    let on = |on: bool| on.then_some("on");
    let text = |text: &Option<String>| text.clone();
    difference
        .map("additionalVolumes", &is.additional_volumes, &wanted.additional_volumes)
        .field("detailedMonitoring", on(is.detailed_monitoring), on(wanted.detailed_monitoring))
        .field("placementGroup", text(&is.placement_group), text(&wanted.placement_group))
        .field(
            "capacityReservation",
            text(&is.capacity_reservation),
            text(&wanted.capacity_reservation),
        )
        .field("instanceType", text(&is.instance_type), text(&wanted.instance_type))
        .field("market", text(&is.market), text(&wanted.market))
        .field("cpuCredits", text(&is.cpu_credits), text(&wanted.cpu_credits))
        .field("ebsOptimized", on(is.ebs_optimized), on(wanted.ebs_optimized))
        .field("enclaves", on(is.enclaves), on(wanted.enclaves))
}
