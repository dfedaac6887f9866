use super::{
    addon::{addon_map, default_addons},
    cidr_v4,
    fargate_profile::fargate_profile,
    identity, identity_provider, key_arn, region, tags, vpc, zone,
};
use crate::{
    decode::{cursor::Cursor, eks::node_group::node_group},
    model::{AuthenticationMode, ControlPlaneTier, Eks, EndpointAccess, LogType, Support},
    syntax,
};
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

pub(in crate::decode) const EVERYWHERE: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0);

pub(in crate::decode) fn eks(at: &Cursor<'_>) -> Eks {
    let modes = [
        ("API", AuthenticationMode::Api),
        ("API_AND_CONFIG_MAP", AuthenticationMode::ApiAndConfigMap),
    ];
    at.map(|fields| {
        let list = |at: &Cursor<'_>| Some(at.list(zone));
        let service_accounts = fields
            .optional("serviceAccounts", |at| Some(at.list(identity::service_account)))
            .unwrap_or_default();
        let pod_identities = fields
            .optional("podIdentities", |at| Some(at.list(identity::pod_identity)))
            .unwrap_or_default();
        let with_pod_identity = !pod_identities.is_empty();
        Eks {
            region: fields.required("region", region).unwrap_or_default(),
            account: fields
                .optional("account", |at| at.valid("invalid-account", "account", syntax::account)),
            zones: fields.optional("zones", list).unwrap_or_default(),
            tags: fields.section("tags", tags),
            vpc: fields.section("vpc", vpc::vpc),
            roles: fields.section("roles", identity::roles),
            endpoint: fields.section("endpoint", endpoint),
            logging: fields.optional("logging", |at| Some(log_types(at))).unwrap_or_default(),
            secrets_key: fields.optional("secretsKey", key_arn),
            authentication_mode: fields
                .optional("authenticationMode", |at| at.choice(&modes))
                .unwrap_or(AuthenticationMode::Api),
            creator_is_admin: fields.optional("creatorIsAdmin", Cursor::boolean).unwrap_or(true),
            deletion_protection: fields
                .optional("deletionProtection", Cursor::boolean)
                .unwrap_or(false),
            support: fields.optional("support", support),
            force_upgrade: fields.optional("forceUpgrade", Cursor::boolean).unwrap_or(false),
            zonal_shift: fields.optional("zonalShift", Cursor::boolean).unwrap_or(false),
            control_plane_tier: fields
                .optional("controlPlaneTier", control_plane_tier)
                .unwrap_or_default(),
            oidc_provider: fields
                .optional("oidcProvider", Cursor::boolean)
                .unwrap_or(!service_accounts.is_empty()),
            access_entries: fields
                .optional("accessEntries", |at| Some(at.list(identity::access_entry)))
                .unwrap_or_default(),
            identity_provider: fields
                .optional("identityProvider", identity_provider::identity_provider),
            addons: fields
                .optional("addons", |at| Some(addon_map(at)))
                .unwrap_or_else(|| default_addons(with_pod_identity)),
            node_groups: fields
                .optional("nodeGroups", |at| Some(at.list(|at| Some(node_group(at)))))
                .unwrap_or_default(),
            fargate_profiles: fields
                .optional("fargateProfiles", |at| Some(at.list(|at| Some(fargate_profile(at)))))
                .unwrap_or_default(),
            service_accounts,
            pod_identities,
        }
    })
}

pub(in crate::decode) fn support(at: &Cursor<'_>) -> Option<Support> {
    let words = [Support::Standard, Support::Extended].map(|support| (support.as_str(), support));
    at.choice(&words)
}

pub(in crate::decode) fn control_plane_tier(at: &Cursor<'_>) -> Option<ControlPlaneTier> {
    at.choice(&ControlPlaneTier::ALL.map(|tier| (tier.as_str(), tier)))
}

fn endpoint(at: &Cursor<'_>) -> EndpointAccess {
    at.map(|fields| EndpointAccess {
        public: fields.optional("public", Cursor::boolean).unwrap_or(true),
        private: fields.optional("private", Cursor::boolean).unwrap_or(true),
        public_cidrs: fields
            .optional("publicCidrs", |at| Some(at.list(cidr_v4)))
            .unwrap_or_else(|| vec![EVERYWHERE]),
        private_cidrs: fields
            .optional("privateCidrs", |at| Some(at.list(cidr_v4)))
            .unwrap_or_default(),
    })
}

pub(in crate::decode) fn log_types(at: &Cursor<'_>) -> Vec<LogType> {
    let words = LogType::ALL.map(|log| (log.as_str(), log));
    let mut types = at.list(|at| at.choice(&words));
    types.sort_unstable();
    types.dedup();
    types
}
