//! Whatever the text, there is an answer; whatever was parsed, can be written down and read again.

use proptest::prelude::*;
use provisioner_spec::{Diagnostics, STARTER, parse};

const EVERYTHING: &str = include_str!("good/everything.yaml");

/// Renders and serialises, so that every span is used.
fn exercise(result: Result<provisioner_spec::Cluster, Diagnostics>) {
    match result {
        Ok(cluster) => {
            let again = parse(&cluster.to_yaml(), "again");
            assert_eq!(again.as_ref().ok(), Some(&cluster), "{again:?}");
        }
        Err(diagnostics) => {
            assert!(!diagnostics.is_empty());
            assert!(!diagnostics.render(true).is_empty());
            assert!(serde_json::to_string(&diagnostics).is_ok());
            for diagnostic in &diagnostics {
                assert!(diagnostic.line >= 1 && diagnostic.column >= 1);
            }
        }
    }
}

/// Pieces that YAML and the spec give a meaning to.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ \\-:{}\\[\\],&*!|>'\"#%@`?~\t\n\r.]{1,6}",
        prop::sample::select(vec![
            "<<: *a",
            "&a ",
            "*a",
            "!!str ",
            "---\n",
            "...\n",
            "null",
            "\u{feff}",
            "\u{0}",
            "ü",
            "👍",
            "10.96.0.0/12",
            "::1",
            "999999999999999999999",
            "1e400",
            "name: ",
            "- ",
            "\"\\u0000\"",
        ])
        .prop_map(str::to_owned),
    ]
}

/// A good spec with a part of it replaced.
fn mutated() -> impl Strategy<Value = String> {
    let base = prop::sample::select(vec![STARTER, EVERYTHING]);
    (base, any::<prop::sample::Index>(), 0_usize..40, piece()).prop_map(
        |(base, start, length, piece)| {
            let boundaries: Vec<_> = base.char_indices().map(|(offset, _)| offset).collect();
            let start = start.index(boundaries.len());
            let end = (start + length).min(boundaries.len() - 1);
            format!("{}{piece}{}", &base[..boundaries[start]], &base[boundaries[end]..])
        },
    )
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "[-+]?[0-9._xoeE]{1,8}".prop_map(Into::into),
        "[ -~]{0,12}".prop_map(Into::into),
        any::<String>().prop_map(Into::into),
        prop::sample::select(vec!["yes", "NULL", "~", "<<", "0o7", ".inf", "-", "", "a\nb\n", " "])
            .prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::hash_map("[a-zA-Z.0-9 :#~-]{0,8}", inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_an_answer(text in prop::collection::vec(piece(), 0..20)) {
        exercise(parse(&text.concat(), "any"));
    }

    #[test]
    fn a_damaged_spec_has_an_answer(text in mutated()) {
        exercise(parse(&text, "damaged"));
    }

    #[test]
    fn settings_pass_through_unchanged(value in json()) {
        let spec = include_str!("good/minimal.yaml");
        let mut cluster =
            parse(spec, "spec").map_err(|error| TestCaseError::fail(error.to_string()))?;
        cluster.kubernetes.kubelet.insert("x".to_owned(), value);
        let again = parse(&cluster.to_yaml(), "again");
        let again = again.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(again, cluster);
    }
}
