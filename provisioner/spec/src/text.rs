//! Bytes -> text.

use crate::Diagnostics;
use crate::diagnostic::{Fault, Located};

/// The text of a spec file.
///
/// # Errors
/// The first place that is no UTF-8.
pub fn text(bytes: Vec<u8>, file_name: &str) -> Result<String, Diagnostics> {
    String::from_utf8(bytes).map_err(|wrong| {
        let at = wrong.utf8_error().valid_up_to();
        let bytes = wrong.as_bytes();
        let byte = bytes.get(at).copied().unwrap_or_default();
        let fault =
            Fault::new("not-utf8", "the file is not UTF-8", format!("the byte {byte:#04x}"));
        let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        let fault = fault.hint(if is_utf16 {
            "this looks like UTF-16: save it as UTF-8"
        } else {
            "save it as UTF-8"
        });
        let text = without_values(&String::from_utf8_lossy(bytes));
        let span = at..at + char::REPLACEMENT_CHARACTER.len_utf8();
        Diagnostics::new(file_name, &text, vec![Located { span, fault }])
    })
}

/// Nothing is known yet of which values are secrets: so none is shown. Every byte stays where it is.
fn without_values(text: &str) -> String {
    let masked = |line: &str| -> String {
        let key = line.find(": ").map_or(0, |colon| colon + 1);
        let mask = |(offset, character): (usize, char)| {
            let is_shown = offset < key || character.is_whitespace() || character.len_utf8() > 1;
            if is_shown { character } else { '*' }
        };
        line.char_indices().map(mask).collect()
    };
    text.split_inclusive('\n').map(masked).collect()
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn the_place_is_named_and_no_value_shown() {
        let bytes = b"metadata:\n  name: secret\xffvalue\n".to_vec();
        let wrong = text(bytes, "cluster.yaml").expect_err("no UTF-8");
        let place: Vec<_> = wrong.iter().map(|one| (one.code, one.line, one.column)).collect();
        assert_eq!(place, [("not-utf8", 2, 15)]);
        let shown = wrong.to_string();
        assert!(shown.contains("name: ******") && !shown.contains("secret"), "{shown}");
    }

    #[test]
    fn utf_16_is_recognised() {
        let wrong = text(b"\xff\xfea\0".to_vec(), "cluster.yaml").expect_err("no UTF-8");
        let hint = wrong.iter().next().and_then(|one| one.hint.as_deref());
        assert_eq!(hint, Some("this looks like UTF-16: save it as UTF-8"));
    }
}
