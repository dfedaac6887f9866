use super::rest::warn;
use crate::{
    decode::{
        cursor::Cursor,
        eks::{eks_name, ids, role_arn, selectors, tags},
        fields::Fields,
    },
    model::{FargateProfile, IamRole},
};

/// Reads the profiles; `role` is that of those that name none.
pub(super) fn fargate_profiles(fields: &Fields<'_, '_>, role: &IamRole) -> Vec<FargateProfile> {
    let profile = |at: &Cursor<'_>| Some(fargate_profile(at, role));
    fields.optional("fargateProfiles", |at| Some(at.list(profile))).unwrap_or_default()
}

fn fargate_profile(at: &Cursor<'_>, role: &IamRole) -> FargateProfile {
    at.map(|fields| {
        // What AWS says of it.
        fields.get("status");
        FargateProfile {
            name: fields.required("name", eks_name).unwrap_or_default(),
            selectors: fields.required("selectors", |at| Some(selectors(at))).unwrap_or_default(),
            subnets: fields.optional("subnets", subnets).unwrap_or_default(),
            role: fields
                .optional("podExecutionRoleARN", role_arn)
                .map_or_else(|| role.clone(), IamRole::Arn),
            tags: fields.section("tags", tags),
        }
    })
}

/// eksctl also takes the names and the zones of subnets.
fn subnets(at: &Cursor<'_>) -> Option<Vec<String>> {
    if at.any_item(|text| !text.starts_with("subnet-")) {
        warn(at, "subnets", "all private subnets, where it does not name their ids alone");
        return None;
    }
    Some(ids(at, "subnet"))
}
