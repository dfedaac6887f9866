use super::Invalid;

/// Thousands, and powers of 1024, as thousandths of one.
const SUFFIXES: [(&str, u128); 14] = [
    ("m", 1),
    ("", 1_000),
    ("k", 1_000_000),
    ("M", 1_000_000_000),
    ("G", 1_000_000_000_000),
    ("T", 1_000_000_000_000_000),
    ("P", 1_000_000_000_000_000_000),
    ("E", 1_000_000_000_000_000_000_000),
    ("Ki", 1_000 << 10),
    ("Mi", 1_000 << 20),
    ("Gi", 1_000 << 30),
    ("Ti", 1_000 << 40),
    ("Pi", 1_000 << 50),
    ("Ei", 1_000 << 60),
];

/// An amount above zero, as Kubernetes writes it (apimachinery's `Quantity`, without exponents).
pub(crate) fn quantity(text: &str) -> Result<String, Invalid> {
    match milli(text) {
        Some(0) => Err(Invalid::new("must be more than nothing")),
        Some(_) => Ok(text.to_owned()),
        None => Err(Invalid::new(
            "must be a number, with `m`, `k`, `M`, `Ki`, `Mi`, `Gi` and so on after it perhaps",
        )
        .hint("`500m` is half a CPU, `512Mi` are 512 times 1024 times 1024 bytes")),
    }
}

/// The same in thousandths, rounded up; None where it is no quantity.
pub(crate) fn milli(text: &str) -> Option<u128> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (_, unit) = SUFFIXES.iter().find(|(known, _)| *known == suffix)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty()
        || whole.len() > 15
        || fraction.len() > 15
        || fraction.contains('.')
    {
        return None;
    }
    let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: u128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    Some(whole * unit + (part * unit).div_ceil(scale))
}

#[cfg(test)]
mod tests {
    use super::{milli, quantity};

    #[test]
    fn quantities_are_compared_whatever_their_suffix() {
        for (text, thousandths) in [
            ("500m", 500),
            ("2", 2_000),
            ("0.5", 500),
            (".25", 250),
            ("1k", 1_000_000),
            ("1Ki", 1_024_000),
            ("1.5Gi", 1_610_612_736_000),
            ("0.0001", 1),
        ] {
            assert_eq!(milli(text), Some(thousandths), "{text}");
            assert!(quantity(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in ["", ".", "m", "1 Gi", "1GiB", "1gi", "-1", "1.2.3", "1e3", "many", "0", "0Mi"]
        {
            assert!(quantity(text).is_err(), "{text}");
        }
    }
}
