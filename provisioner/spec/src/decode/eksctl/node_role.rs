//! The role of the nodes: eksctl has one for each group, here all groups have the same.

use super::{
    iam::shared_boundary,
    permissions::{ATTACHED, Names, Permissions},
    rest::{Rest, not_converted, warn},
    well_known::{OF_NODES, well_known},
};
use crate::{
    decode::{cursor::Cursor, eks::role_arn},
    model::IamRole,
};

const REST: [Rest; 2] = [
    ("instanceProfileARN", "EKS makes the instance profile: name its role as `instanceRoleARN`"),
    ("instanceRoleName", "all groups have one role, which is called `CLUSTER-REGION-node`"),
];

/// What a group says of it.
pub(super) struct GroupIam<'a> {
    at: Cursor<'a>,
    role: Option<String>,
    permissions: Permissions,
}

pub(super) fn group_iam<'a>(
    at: &Cursor<'a>,
    names: Names<'_>,
    boundary: Option<&String>,
) -> GroupIam<'a> {
    at.map(|fields| {
        let role = fields.optional("instanceRoleARN", role_arn);
        let mut permissions = Permissions::attached(fields, ATTACHED);
        permissions.add(fields.section("withAddonPolicies", |at| well_known(at, &OF_NODES, names)));
        shared_boundary(fields, "instanceRolePermissionsBoundary", boundary);
        not_converted(fields, &REST);
        GroupIam { at: at.clone(), role, permissions }
    })
}

/// The first one that a group names; or one that is made, with what any of the groups asks for.
pub(super) fn node_role(groups: &[GroupIam<'_>]) -> (IamRole, Permissions) {
    let Some(role) = groups.iter().find_map(|group| group.role.clone()) else {
        return (IamRole::Create, permissions(groups));
    };
    for group in groups {
        if group.role.as_ref() != Some(&role) {
            let instead = format!("all groups have one role, the first that is named: {role}");
            warn(&group.at, "role of the group", &instead);
        } else if !group.permissions.is_empty() {
            warn(&group.at, "policies of the group", "the role that it names is left as it is");
        }
    }
    (IamRole::Arn(role), Permissions::default())
}

fn permissions(groups: &[GroupIam<'_>]) -> Permissions {
    let mut all = Permissions::default();
    for group in groups {
        all.add(group.permissions.clone());
    }
    if !groups.iter().all(|group| group.permissions.covers(&all)) {
        for group in groups.iter().filter(|group| !group.permissions.is_empty()) {
            let instead = "all groups have one role: the nodes of the others may do this as well";
            warn(&group.at, "policies of one group alone", instead);
        }
    }
    all
}
