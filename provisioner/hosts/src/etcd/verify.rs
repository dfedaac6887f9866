use std::fmt::Write as _;
use std::io::Read;

use aws_lc_rs::digest::{Context, SHA256, SHA256_OUTPUT_LEN};
use camino::Utf8Path;

use crate::HostsError;

/// The pages of the database (bbolt) come in multiples of this: what is beyond is the digest.
const PAGE: u64 = 512;

/// A snapshot that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotFile {
    pub bytes: u64,
    /// Of the whole file.
    pub sha256: String,
}

/// Reads a snapshot and compares it with the digest that etcd has put behind it (`Snapshot` in etcd's
/// server/etcdserver/api/v3rpc/maintenance.go).
///
/// # Errors
/// It cannot be read, is no snapshot that etcd has sent, or was damaged.
pub fn verify_snapshot(path: &Utf8Path) -> Result<SnapshotFile, HostsError> {
    let unreadable = |source| HostsError::Snapshot { path: path.to_owned(), source };
    let wrong =
        |reason: &'static str| HostsError::DamagedSnapshot { path: path.to_owned(), reason };
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let bytes = file.metadata().map_err(unreadable)?.len();
    let digest_length = SHA256_OUTPUT_LEN as u64;
    if bytes % PAGE != digest_length || bytes < PAGE {
        return Err(wrong("it has no digest at its end, as a snapshot that etcd has sent does"));
    }
    let mut whole = Context::new(&SHA256);
    let mut database = Context::new(&SHA256);
    let mut left = bytes - digest_length;
    let mut buffer = vec![0; 256 * 1024];
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        file.read_exact(&mut buffer[..most]).map_err(unreadable)?;
        whole.update(&buffer[..most]);
        database.update(&buffer[..most]);
        left -= most as u64;
    }
    let mut digest = [0; SHA256_OUTPUT_LEN];
    file.read_exact(&mut digest).map_err(unreadable)?;
    if database.finish().as_ref() != digest {
        return Err(wrong("its digest is another one: it was damaged or is not whole"));
    }
    whole.update(&digest);
    Ok(SnapshotFile { bytes, sha256: hex(whole.finish().as_ref()) })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_lc_rs::digest::{SHA256, digest};
    use camino::Utf8PathBuf;

    use super::verify_snapshot;

    fn written(contents: &[u8]) -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(folder.path().join("snapshot.db")).unwrap();
        std::fs::write(&path, contents).unwrap();
        (folder, path)
    }

    #[test]
    fn a_snapshot_is_what_etcd_has_sent() {
        let database = vec![7; 1024 * 1024];
        let whole = [&database, digest(&SHA256, &database).as_ref()].concat();
        let (_folder, path) = written(&whole);
        let file = verify_snapshot(&path).unwrap();
        assert_eq!(file.bytes, 1024 * 1024 + 32);
        assert_eq!(file.sha256, super::hex(digest(&SHA256, &whole).as_ref()));

        let mut damaged = whole.clone();
        damaged[4711] = 8;
        let (_folder, path) = written(&damaged);
        let said = verify_snapshot(&path).unwrap_err().to_string();
        assert!(said.contains("damaged"), "{said}");

        for cut in [&whole[..whole.len() - 1], &whole[..4096], b"", &database] {
            let (_folder, path) = written(cut);
            let said = verify_snapshot(&path).unwrap_err().to_string();
            assert!(said.contains("no digest at its end"), "{said}");
        }
    }
}
