use super::{Scalar, resolve};
use serde_json::{Map, Value};
use std::fmt::Write;

/// Words that older readers of YAML take for booleans.
const OLD_BOOLEANS: [&str; 6] = ["yes", "no", "on", "off", "y", "n"];

/// Writes a value as a YAML document that `read` understands as the same value.
pub(crate) fn write(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value, 0);
    out.trim_start().to_owned()
}

/// Writes a value behind a key or a dash, the line break at its end included.
fn write_value(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('\n');
            write_map(out, map, indent);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            write_list(out, items, indent);
        }
        _ => {
            let _ = writeln!(out, " {}", scalar(value));
        }
    }
}

fn write_map(out: &mut String, map: &Map<String, Value>, indent: usize) {
    for (key, value) in map {
        let _ = write!(out, "{:indent$}{}:", "", text(key));
        write_value(out, value, indent + 2);
    }
}

fn write_list(out: &mut String, items: &[Value], indent: usize) {
    for item in items {
        let _ = write!(out, "{:indent$}-", "");
        let begin = out.len();
        write_value(out, item, indent + 2);
        // The first line of a map or a list stands right behind the dash.
        if out[begin..].starts_with('\n') {
            out.replace_range(begin..begin + indent + 3, " ");
        }
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(boolean) => boolean.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(string) => text(string),
        Value::Array(_) => "[]".to_owned(),
        Value::Object(_) => "{}".to_owned(),
    }
}

/// Text without quotes where nobody can mistake it for something else.
fn text(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

fn is_plain(text: &str) -> bool {
    let scalar = Scalar { text: text.to_owned(), plain: true };
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || "/~_".contains(c))
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:@+%~".contains(c))
        && !text.ends_with(':')
        && !OLD_BOOLEANS.contains(&text.to_lowercase().as_str())
        && matches!(resolve(&scalar), Ok(Value::String(_)))
}

/// A double-quoted scalar (YAML 1.2, section 7.3.1) with only printable characters (section 5.1).
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\u{feff}' | '\u{2028}' | '\u{2029}' => push_escape(&mut out, c),
            ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => {
                out.push(c);
            }
            _ => push_escape(&mut out, c),
        }
    }
    out.push('"');
    out
}

fn push_escape(out: &mut String, c: char) {
    let _ = write!(out, "\\u{:04x}", u32::from(c));
}
