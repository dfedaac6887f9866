//! Handlebars, strict, in two ways: for shell text, where every value is quoted, and for files.

use handlebars::{
    Context, Handlebars, RenderError, RenderErrorReason, Renderable as _, handlebars_helper,
    no_escape,
};
use serde_json::Value;

use crate::digest::short_digest;
use crate::shell::quote;

pub(crate) struct Renderer {
    shell: Handlebars<'static>,
    text: Handlebars<'static>,
}

impl Renderer {
    pub(crate) fn new() -> Self {
        let mut shell = registry();
        // Values with a NUL byte are refused before rendering, so the quoting cannot fail here.
        shell.register_escape_fn(|value| quote(value).unwrap_or_else(|_| "''".to_owned()));
        let mut text = registry();
        text.register_escape_fn(no_escape);
        Self { shell, text }
    }

    /// Shell text: `{{x}}` is one quoted word.
    pub(crate) fn shell(
        &self,
        template: &str,
        context: &Context,
    ) -> Result<String, Box<RenderError>> {
        refuse_nul(context.data())?;
        render(&self.shell, template, context)
    }

    /// Anything else: values go in as they are.
    pub(crate) fn text(
        &self,
        template: &str,
        context: &Context,
    ) -> Result<String, Box<RenderError>> {
        render(&self.text, template, context)
    }
}

fn render(
    registry: &Handlebars<'_>,
    template: &str,
    context: &Context,
) -> Result<String, Box<RenderError>> {
    // Most of what a plan is made of is plain text.
    if !template.contains("{{") {
        return Ok(template.to_owned());
    }
    registry.render_template_with_context(template, context).map_err(Box::new)
}

/// A template of a file with its values; strict, so an unknown name is an error.
///
/// # Errors
/// What is wrong with the template, with its line.
pub fn template(template: &str, context: &Value) -> Result<String, Box<RenderError>> {
    Renderer::new().text(template, &Context::wraps(context)?)
}

fn refuse_nul(value: &Value) -> Result<(), Box<RenderError>> {
    let nul = match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => return items.iter().try_for_each(refuse_nul),
        Value::Object(map) => return map.values().try_for_each(refuse_nul),
        _ => false,
    };
    if nul {
        return Err(Box::new(failure("a value with a NUL byte cannot be given to a shell")));
    }
    Ok(())
}

fn failure(reason: &str) -> RenderError {
    RenderErrorReason::Other(reason.to_owned()).into()
}

handlebars_helper!(json: |value: Value| serde_json::to_string(&value).unwrap_or_default());
handlebars_helper!(yaml: |value: Value| serde_yaml::to_string(&value).unwrap_or_default().trim_end().to_owned());
handlebars_helper!(join: |list: Value, separator: str| {
    let words: Vec<String> = list.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(plain).collect();
    words.join(separator)
});
handlebars_helper!(indent: |text: str, spaces: u64| {
    let pad = " ".repeat(usize::try_from(spaces).unwrap_or_default());
    text.lines().map(|line| format!("{pad}{line}")).collect::<Vec<_>>().join("\n")
});

// A part of a URL: its scheme, host or port. Of what is no text, nothing.
handlebars_helper!(url: |whole: Value, part: str| {
    let (scheme, rest) = whole.as_str().and_then(|text| text.split_once("://")).unwrap_or_default();
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, port),
        _ => (authority, if scheme == "http" { "80" } else { "443" }),
    };
    match part {
        "scheme" => scheme,
        "host" => host,
        _ => port,
    }.to_owned()
});

// The words of a text: what kubectl prints of a list has a space between them.
handlebars_helper!(split: |text: str| {
    text.split_whitespace().map(str::to_owned).collect::<Vec<String>>()
});

// An address or a name as it stands before a port and in a URL: IPv6 in brackets (RFC 3986, section 3.2.2).
handlebars_helper!(bracketed: |host: str| {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
});

// The same for the same values: for the name of what has to be made anew where they change.
handlebars_helper!(digest: |*values| {
    let text = values.iter().map(ToString::to_string).collect::<Vec<_>>().join("\0");
    short_digest(&text)
});

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn toml_helper(
    helper: &handlebars::Helper<'_>,
    _: &Handlebars<'_>,
    _: &handlebars::Context,
    _: &mut handlebars::RenderContext<'_, '_>,
    out: &mut dyn handlebars::Output,
) -> Result<(), RenderError> {
    let value = helper.param(0).map(handlebars::PathAndJson::value);
    let value = value.ok_or_else(|| failure("toml needs a value"))?;
    // Null has no form in TOML.
    let text = toml::to_string(value).map_err(|error| failure(&error.to_string()))?;
    out.write(&text)?;
    Ok(())
}

/// `{{#merged VALUE}} TOML {{/merged}}`: the table inside, with VALUE laid over it.
fn merged_helper<'reg, 'rc>(
    helper: &handlebars::Helper<'rc>,
    registry: &'reg Handlebars<'reg>,
    context: &'rc handlebars::Context,
    render_context: &mut handlebars::RenderContext<'reg, 'rc>,
    out: &mut dyn handlebars::Output,
) -> Result<(), RenderError> {
    let over = helper.param(0).ok_or_else(|| failure("merged needs a value"))?.value().clone();
    let template = helper.template().ok_or_else(|| failure("merged needs a block"))?;
    let inner = template.renders(registry, context, render_context)?;
    let mut table: Value = toml::from_str(&inner).map_err(|error| failure(&error.to_string()))?;
    lay_over(&mut table, over);
    let text = toml::to_string(&table).map_err(|error| failure(&error.to_string()))?;
    out.write(&text)?;
    Ok(())
}

fn lay_over(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                lay_over(base.entry(key).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over,
    }
}

fn registry() -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_helper("json", Box::new(json));
    registry.register_helper("yaml", Box::new(yaml));
    registry.register_helper("join", Box::new(join));
    registry.register_helper("indent", Box::new(indent));
    registry.register_helper("url", Box::new(url));
    registry.register_helper("split", Box::new(split));
    registry.register_helper("bracketed", Box::new(bracketed));
    registry.register_helper("digest", Box::new(digest));
    registry.register_helper("toml", Box::new(toml_helper));
    registry.register_helper("merged", Box::new(merged_helper));
    registry
}

#[cfg(test)]
mod tests {
    use super::{Renderer, template};
    use handlebars::{Context, RenderError};
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use std::process::Command;

    fn shell(template: &str, context: &Value) -> Result<String, Box<RenderError>> {
        Renderer::new().shell(template, &Context::wraps(context)?)
    }

    #[test]
    fn an_unknown_name_is_an_error() {
        assert!(template("{{nothing}}", &json!({})).is_err());
        assert!(shell("echo {{nothing}}", &json!({})).is_err());
    }

    #[test]
    fn helpers_give_valid_scalars() {
        let context =
            json!({"x": "a: \"b\"\n", "list": ["a", "b"], "table": {"a": {"b": 1}}, "n": 5});
        let text = template(
            "{{json x}} {{join list \",\"}} {{#if (eq n 5)}}five{{/if}}\n{{toml table}}{{yaml table}}",
            &context,
        );
        insta::assert_snapshot!(text.expect("renders"), @r#"
        "a: \"b\"\n" a,b five
        [a]
        b = 1
        a:
          b: 1
        "#);
    }

    #[test]
    fn urls_have_parts() {
        let context =
            json!({"a": "https://elastic.example:9200/x", "b": "http://[fd00::1]", "c": null});
        let source = r#"{{url a "scheme"}} {{url a "host"}} {{url a "port"}} {{url b "host"}} {{url b "port"}} {{url c "host"}}."#;
        let text = template(source, &context).expect("renders");
        assert_eq!(text, "https elastic.example 9200 [fd00::1] 80 .");
    }

    #[test]
    fn a_digest_is_of_all_its_values() {
        let context = json!({"a": "x_y", "b": 14, "c": null});
        let source = "{{digest a b}} {{digest a b}} {{digest a c}} {{digest b a}}";
        let text = template(source, &context).expect("renders");
        let digests: Vec<&str> = text.split(' ').collect();
        assert_eq!(digests[0], digests[1]);
        let different: std::collections::BTreeSet<&&str> = digests.iter().collect();
        assert_eq!(different.len(), 3, "{text}");
        assert!(digests.iter().all(|one| one.len() == 16), "{text}");
        assert!(text.bytes().all(|byte| byte == b' ' || byte.is_ascii_hexdigit()), "{text}");
    }

    #[test]
    fn an_ipv6_address_stands_in_brackets_before_a_port() {
        let context = json!({"a": "10.0.0.1", "b": "fd00::1", "both": "10.0.0.1  fd00::1"});
        let source = "{{bracketed a}}:80 {{bracketed b}}:80{{#each (split both)}} {{bracketed this}}{{/each}}";
        let text = template(source, &context).expect("renders");
        assert_eq!(text, "10.0.0.1:80 [fd00::1]:80 10.0.0.1 [fd00::1]");
        let shell = shell("https://{{bracketed a}}:80 https://{{bracketed b}}:80", &context);
        assert_eq!(shell.expect("renders"), "https://10.0.0.1:80 https://'[fd00::1]':80");
    }

    #[test]
    fn settings_are_laid_over_a_table() {
        let source = "{{#merged over}}\nversion = {{n}}\n[a.b]\nx = 1\ny = 2\n{{/merged}}";
        let context = json!({"n": 2, "over": {"a": {"b": {"y": 3}}, "z": true}});
        insta::assert_snapshot!(template(source, &context).expect("renders"), @r"
        version = 2
        z = true

        [a.b]
        x = 1
        y = 3
        ");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn any_value_is_one_word_of_shell_text(value in "[^\\x00]{0,30}") {
            let script = shell("printf %s {{x}}", &json!({"x": value})).expect("renders");
            let output = Command::new("/bin/sh").arg("-c").arg(script).output().expect("sh");
            prop_assert_eq!(output.stdout, value.as_bytes());
        }
    }
}
