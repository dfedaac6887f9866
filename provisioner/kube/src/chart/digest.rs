use aws_lc_rs::digest::{SHA256, digest};

/// The SHA-256 of `data`, in hexadecimal.
pub(crate) fn sha256(data: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    let sum = digest(&SHA256, data);
    sum.as_ref().iter().flat_map(|byte| [byte >> 4, byte & 15]).map(digit).collect()
}
