use super::rest::{Rest, not_converted, warn};
use crate::{
    decode::{cursor::Cursor, fields::Fields},
    model::AmiFamily,
};

const REST: [Rest; 2] = [
    ("publicKeyPath", "import the key into EC2 and give its name as `publicKeyName`"),
    ("sourceSecurityGroupIds", "the security groups of the nodes say who reaches them"),
];

/// By which key nodes are logged into.
#[derive(Default)]
pub(super) struct Ssh {
    /// The name of one that EC2 has.
    pub(super) name: Option<String>,
    /// The public key itself.
    pub(super) key: Option<String>,
}

pub(super) fn ssh(at: &Cursor<'_>, ami: AmiFamily) -> Ssh {
    at.map(|fields| {
        let allowed = fields.optional("allow", Cursor::boolean);
        let name = fields.optional("publicKeyName", Cursor::text);
        let key = public_key(fields, ami);
        not_converted(fields, &REST);
        // The nodes' role allows it always.
        fields.optional("enableSsm", Cursor::boolean);
        match allowed {
            Some(false) => return Ssh::default(),
            Some(true) if name.is_none() && key.is_none() => {
                let instead = "there is no key: import one into EC2, and name it `publicKeyName`";
                warn(at, "ssh", instead);
            }
            Some(true) => {
                let instead = "the key is there; a security group under `attachIDs` lets it in";
                warn(at, "ssh.allow", instead);
            }
            None => {}
        }
        Ssh { name, key }
    })
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
