//! The disks of nodes.

use crate::{
    decode::{
        cursor::Cursor,
        eks::{self, id, volume_key, whole},
        fields::Fields,
    },
    diagnostic::{Fault, shown},
    model::{Volume, VolumeType},
};
use std::collections::BTreeMap;

/// eksctl knows hard disks as well.
fn volume_type(at: &Cursor<'_>) -> Option<VolumeType> {
    let kinds = [VolumeType::Gp2, VolumeType::Gp3, VolumeType::Io1, VolumeType::Io2]
        .map(|kind| (kind.as_str(), kind));
    if at.begins_with("sc1") || at.begins_with("st1") {
        at.fault(
            Fault::new(
                "volume",
                format!("no node can have a disk of type `{}`", shown(&at.text()?)),
                "nothing starts from a hard disk",
            )
            .hint(format!("one of {}", kinds.map(|(word, _)| word).join(", "))),
        );
        return None;
    }
    at.choice(&kinds)
}

pub(super) fn volume(fields: &Fields<'_, '_>) -> Volume {
    Volume {
        size: fields.optional("volumeSize", |at| whole(at, 1, 16384)).unwrap_or(80),
        kind: fields.optional("volumeType", volume_type).unwrap_or(VolumeType::Gp3),
        iops: fields.optional("volumeIOPS", |at| whole(at, 100, 256_000)),
        throughput: fields.optional("volumeThroughput", |at| whole(at, 125, 2000)),
        encrypted: fields.optional("volumeEncrypted", Cursor::boolean).unwrap_or(false),
        kms_key: fields.optional("volumeKmsKeyID", volume_key),
        snapshot: None,
    }
}

/// Each with the device that it is called by.
pub(super) fn additional_volumes(at: &Cursor<'_>) -> BTreeMap<String, Volume> {
    eks::additional_volumes(at.list(additional_volume))
}

fn additional_volume<'a>(at: &Cursor<'a>) -> Option<(String, Cursor<'a>, Volume)> {
    at.map(|fields| {
        let device = fields.required("volumeName", Cursor::text);
        let snapshot = fields.optional("snapshotID", |at| id(at, "snap"));
        let volume = Volume { snapshot, ..volume(fields) };
        Some((device?, at.clone(), volume))
    })
}
