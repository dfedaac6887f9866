use super::rest::{Rest, not_converted, warn};
use crate::{
    decode::{
        cursor::Cursor,
        eks::{EVERYWHERE, ids},
        fields::Fields,
    },
    diagnostic::Fault,
    model::{AmiFamily, NetworkSource},
};

const REST: [Rest; 1] =
    [("publicKeyPath", "import the key into EC2 and give its name as `publicKeyName`")];

/// By which key nodes are logged into, and from where.
#[derive(Default)]
pub(super) struct Ssh {
    /// The name of one that EC2 has.
    pub(super) name: Option<String>,
    /// The public key itself.
    pub(super) key: Option<String>,
    pub(super) from: Vec<NetworkSource>,
}

/// Who has a key is let in by it, unless that is forbidden: as eksctl has it, where it makes a security group.
pub(super) fn ssh(at: &Cursor<'_>, ami: AmiFamily, private: bool, has_group: bool) -> Ssh {
    at.map(|fields| {
        let allowed = fields.optional("allow", Cursor::boolean);
        let name = fields.optional("publicKeyName", Cursor::text);
        let key = public_key(fields, ami);
        let groups = fields.optional("sourceSecurityGroupIds", |at| Some(ids(at, "sg")));
        not_converted(fields, &REST);
        // The nodes' role allows it always.
        fields.optional("enableSsm", Cursor::boolean);
        let has_key = name.is_some() || key.is_some();
        if allowed == Some(true) && !has_key {
            let instead = "there is no key: import one into EC2, and name it `publicKeyName`";
            warn(at, "ssh", instead);
        }
        if allowed == Some(false) || !has_key {
            return Ssh::default();
        }
        let from = has_group.then(|| sources(at, groups.unwrap_or_default(), private));
        Ssh { name, key, from: from.unwrap_or_default() }
    })
}

/// The security groups that are named; or else the VPC, or for nodes with public addresses everybody.
fn sources(at: &Cursor<'_>, groups: Vec<String>, private: bool) -> Vec<NetworkSource> {
    if !groups.is_empty() {
        return groups.into_iter().map(NetworkSource::Group).collect();
    }
    if private {
        return vec![NetworkSource::Vpc];
    }
    let reason = "as with eksctl, where `sourceSecurityGroupIds` names nobody";
    at.warn(Fault::open_to_all("everybody reaches the nodes by SSH", reason));
    vec![NetworkSource::Range(EVERYWHERE)]
}

/// A key that stands in the file; Bottlerocket takes only what EC2 has.
fn public_key(fields: &Fields<'_, '_>, ami: AmiFamily) -> Option<String> {
    match ami {
        AmiFamily::AmazonLinux2023 => fields.optional("publicKey", Cursor::text),
        AmiFamily::Bottlerocket => {
            not_converted(fields, &[("publicKey", REST[0].1)]);
            None
        }
    }
}
