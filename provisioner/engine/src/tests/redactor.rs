//! Secrets do not survive, however they are written.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use crate::Redactor;
use crate::redactor::MASK;

fn redactor(secrets: &[&str]) -> Redactor {
    let redactor = Redactor::default();
    for secret in secrets {
        redactor.add(&(*secret).into());
    }
    redactor
}

fn mask(secrets: &[&str], text: &str) -> String {
    redactor(secrets).mask(text).into_owned()
}

#[test]
fn a_key_is_masked_line_by_line_and_its_frame_is_not() {
    let key =
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----\n";
    let diff = "+-----BEGIN PRIVATE KEY-----\n+MIIEvQIBADANBg\n-----BEGIN CERTIFICATE-----";
    insta::assert_snapshot!(mask(&[key], diff), @r"
    +-----BEGIN PRIVATE KEY-----
    +[redacted]
    -----BEGIN CERTIFICATE-----
    ");
}

#[test]
fn overlapping_secrets_leave_nothing_of_either() {
    assert_eq!(mask(&["abcdef", "defghi"], "xabcdefghix"), "x[redacted]x");
    assert_eq!(mask(&["abcd", "abcdefgh"], "abcdefgh"), MASK);
}

#[test]
fn short_secrets_are_ignored_and_surrounding_space_is_no_part_of_one() {
    assert_eq!(mask(&["abc", "", "  \n"], "abc  \n"), "abc  \n");
    assert_eq!(mask(&["password\n"], "the password."), "the [redacted].");
}

#[test]
fn broken_base64_is_found_line_by_line() {
    let secret: String = ('!'..'~').cycle().take(300).collect();
    let encoded = STANDARD.encode(&secret);
    for length in [64, 76] {
        let lines: Vec<&str> = (0..encoded.len())
            .step_by(length)
            .map(|start| &encoded[start..encoded.len().min(start + length)])
            .collect();
        let masked = mask(&[&secret], &lines.join("\n"));
        assert!(masked.split('\n').all(|line| line == MASK), "{masked}");
    }
}

#[test]
fn it_does_not_show_what_it_keeps() {
    assert_eq!(format!("{:?}", redactor(&["hunter2"])), "Redactor { .. }");
}

/// Anything printable and line breaks, without space around it.
fn secret() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[!-~äß€]([ -~äß€\n]{2,60})[!-~äß€]").unwrap()
}

fn contains(text: &str, needle: &str) -> bool {
    text.split(MASK).any(|piece| piece.contains(needle))
}

proptest! {
    #[test]
    fn no_secret_survives(
        secrets in prop::collection::vec(secret(), 1..5),
        gaps in prop::collection::vec("[ -~\n]{0,12}", 5),
    ) {
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let text: String = secrets.iter().zip(&gaps).flat_map(|(secret, gap)| [gap, *secret]).collect();
        let masked = mask(&secrets, &text);
        for secret in secrets {
            prop_assert!(!contains(&masked, secret), "{secret:?} in {masked:?}");
        }
    }

    #[test]
    fn no_secret_survives_in_json_or_quotes(secret in secret()) {
        let json = serde_json::json!({ "password": format!("a{secret}b") }).to_string();
        prop_assert_eq!(mask(&[&secret], &json), format!(r#"{{"password":"a{MASK}b"}}"#));
        let quoted = format!("'{}'", secret.replace('\'', r"'\''"));
        prop_assert_eq!(mask(&[&secret], &quoted), format!("'{MASK}'"));
    }

    #[test]
    fn no_secret_survives_in_base64(secret in "[!-~]{8,60}", before in "[a-z]{0,5}", after in "[a-z]{0,5}") {
        let whole = format!("{before}{secret}{after}");
        let first = (before.len() * 8).div_ceil(6);
        let end = (before.len() + secret.len()) * 8 / 6;
        for encoded in [STANDARD.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)] {
            let expected = format!("{}{MASK}{}", &encoded[..first], &encoded[end..]);
            prop_assert_eq!(mask(&[&secret], &encoded), expected);
        }
    }

    #[test]
    fn other_text_stays_as_it_is(text in "[a-z ]{0,80}") {
        prop_assert_eq!(mask(&["HUNTER2"], &text), text);
    }
}
