use super::Scalar as YamlScalar;
use serde_json::{Number, Value};

/// What a scalar is in JSON, or why it is nothing there.
pub(crate) type Scalar = Result<Value, &'static str>;

/// Reads a scalar by YAML 1.2's core schema (section 10.3.2), as JSON knows it.
pub(crate) fn resolve(scalar: &YamlScalar) -> Scalar {
    let text = scalar.text.as_str();
    if !scalar.plain {
        return Ok(Value::from(text));
    }
    if scalar.is_null() {
        return Ok(Value::Null);
    }
    match text {
        "true" | "True" | "TRUE" => Ok(Value::from(true)),
        "false" | "False" | "FALSE" => Ok(Value::from(false)),
        _ if is_infinite(text) => Err("infinity and not-a-number do not exist in JSON"),
        _ if is_number(text) => number(text).map(Value::Number).ok_or("this number is too large"),
        _ => Ok(Value::from(text)),
    }
}

fn is_infinite(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

fn is_number(text: &str) -> bool {
    if let Some(digits) = text.strip_prefix("0x") {
        return !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return !digits.is_empty() && digits.bytes().all(|b| (b'0'..=b'7').contains(&b));
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let exponent_is_sound = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    let some_digit = !whole.is_empty() || !fraction.is_empty();
    some_digit && digits(whole) && digits(fraction) && exponent_is_sound
}

fn number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return u64::from_str_radix(digits, 8).ok().map(Number::from);
    }
    if let Ok(number) = text.parse::<u64>() {
        return Some(Number::from(number));
    }
    if let Ok(number) = text.parse::<i64>() {
        return Some(Number::from(number));
    }
    Number::from_f64(text.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plain(text: &str) -> Scalar {
        resolve(&YamlScalar { text: text.to_owned(), plain: true })
    }

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        for (text, value) in [
            ("", json!(null)),
            ("~", json!(null)),
            ("true", json!(true)),
            ("yes", json!("yes")),
            ("007", json!(7)),
            ("-12", json!(-12)),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("1e3", json!(1000.0)),
            (".5", json!(0.5)),
            (".", json!(".")),
            ("1.2.3", json!("1.2.3")),
            ("e3", json!("e3")),
            ("1_000", json!("1_000")),
        ] {
            assert_eq!(plain(text), Ok(value), "{text:?}");
        }
        assert!(plain("-.inf").is_err());
        assert!(plain("1e999").is_err());
    }

    #[test]
    fn quoted_scalars_are_text() {
        let scalar = YamlScalar { text: "true".to_owned(), plain: false };
        assert_eq!(resolve(&scalar), Ok(json!("true")));
    }
}
