//! How the content of a launch template is shown.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

pub(super) fn volume_text(
    size: i32,
    kind: &str,
    iops: Option<i32>,
    throughput: Option<i32>,
    encrypted: bool,
    key: Option<&str>,
    snapshot: Option<&str>,
) -> String {
    let mut words = vec![format!("{size} GiB"), kind.to_owned()];
    words.extend(iops.map(|iops| format!("{iops} IOPS")));
    words.extend(throughput.map(|throughput| format!("{throughput} MiB/s")));
    words.push(if encrypted { "encrypted" } else { "not encrypted" }.to_owned());
    words.extend(key.map(str::to_owned));
    words.extend(snapshot.map(|id| format!("from {id}")));
    words.join(", ")
}

pub(super) fn imds_text(tokens: &str, hops: i32) -> String {
    format!("tokens {tokens}, {hops} hops")
}

/// User data as its author knows it.
pub(super) fn readable(base64: &str) -> String {
    let bytes = BASE64_STANDARD.decode(base64).unwrap_or_default();
    String::from_utf8_lossy(&bytes).escape_debug().to_string()
}
