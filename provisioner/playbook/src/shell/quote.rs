/// The value as one word of a POSIX shell, whatever it holds.
///
/// # Errors
/// A value with a NUL byte: no shell can hold one.
pub fn quote(value: &str) -> Result<String, QuoteError> {
    shlex::try_quote(value).map(std::borrow::Cow::into_owned).map_err(|_| QuoteError)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a value with a NUL byte cannot be given to a shell")]
pub struct QuoteError;

#[cfg(test)]
mod tests {
    use super::quote;
    use proptest::prelude::*;
    use std::process::Command;

    /// What /bin/sh (and bash, where it is) makes of the quoted value.
    fn through(shell: &str, value: &str) -> Vec<u8> {
        let script = format!("printf %s {}", quote(value).expect("no NUL"));
        Command::new(shell).arg("-c").arg(script).output().expect("a shell").stdout
    }

    fn shells() -> Vec<&'static str> {
        ["/bin/sh", "/bin/bash"]
            .into_iter()
            .filter(|path| std::path::Path::new(path).exists())
            .collect()
    }

    #[test]
    fn hostile_values_arrive_as_they_are() {
        let values = [
            "",
            " ",
            "a b",
            "'",
            "\"",
            "$(id)",
            "`id`",
            "a\nb\n",
            "\\",
            "!!",
            "~",
            "*",
            "é\u{202e}😀",
            "-n",
            "%s",
            "x'; rm -rf / #",
            "\t",
            "a\\'b",
            "${HOME}",
            "^x",
        ];
        for shell in shells() {
            for value in values {
                assert_eq!(through(shell, value), value.as_bytes(), "{value:?} through {shell}");
            }
        }
    }

    #[test]
    fn nul_is_refused() {
        assert!(quote("a\0b").is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_value_arrives_as_it_is(value in "[^\\x00]{0,40}") {
            for shell in shells() {
                prop_assert_eq!(through(shell, &value), value.as_bytes());
            }
        }
    }
}
