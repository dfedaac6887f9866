//! Every file of the corpus has one mistake, and gets one diagnostic for it.

use provisioner_spec::{Diagnostics, Spec, read_spec};
use std::{fs, path::Path};

/// Reads a spec of which everything is to be brought about.
fn parse(text: &str, name: &str) -> Result<Spec, Diagnostics> {
    let parsed = read_spec(text, name)?;
    if parsed.unavailable.is_empty() { Ok(parsed.spec) } else { Err(parsed.unavailable) }
}

#[test]
fn refused() {
    let settings = || {
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings
    };
    insta::glob!("corpus/*.yaml", |path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let text = fs::read_to_string(path).unwrap_or_default();
        let rendered = match parse(&text, name) {
            Ok(_) => "accepted".to_owned(),
            Err(diagnostics) => diagnostics.render(false),
        };
        settings().bind(|| insta::assert_snapshot!(rendered));
    });
}

#[test]
fn one_diagnostic_each() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files = 0;
    let mut wrong = Vec::new();
    for entry in fs::read_dir(corpus).into_iter().flatten().flatten() {
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        let count = parse(&text, "spec").map_or_else(|diagnostics| mistakes(&diagnostics), |_| 0);
        if count != 1 {
            wrong.push((entry.file_name(), count));
        }
        files += 1;
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(files >= 100, "only {files} specs");
}

/// Mistakes count; what is only not available yet counts where there are none.
fn mistakes(diagnostics: &Diagnostics) -> usize {
    match diagnostics.iter().filter(|diagnostic| diagnostic.code != "not-available").count() {
        0 => diagnostics.len(),
        count => count,
    }
}
