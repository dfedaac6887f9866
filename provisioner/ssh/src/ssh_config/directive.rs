//! The lines of a configuration.

/// A keyword and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directive {
    /// In lower case.
    pub(super) keyword: String,
    pub(super) arguments: Vec<String>,
}

/// The directives of a text; empty lines and comments are none.
pub(super) fn parse(text: &str) -> impl Iterator<Item = Directive> + '_ {
    text.lines().filter_map(parse_line)
}

/// `keyword arguments` or `keyword=arguments`.
pub(super) fn parse_line(line: &str) -> Option<Directive> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let end = line.find(|letter: char| letter.is_whitespace() || letter == '=');
    let (keyword, rest) = line.split_at(end.unwrap_or(line.len()));
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    Some(Directive { keyword: keyword.to_lowercase(), arguments: split(rest) })
}

/// Words at white space; double quotes keep one together, `#` at the begin of one ends the line.
fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut letters = text.trim().chars().peekable();
    while let Some(first) = letters.peek() {
        if first.is_whitespace() {
            letters.next();
            continue;
        }
        if *first == '#' {
            break;
        }
        let mut word = String::new();
        let mut quoted = false;
        while let Some(letter) = letters.next_if(|letter| quoted || !letter.is_whitespace()) {
            match letter {
                '"' => quoted = !quoted,
                '\\' if matches!(letters.peek(), Some('"' | '\\')) => word.extend(letters.next()),
                other => word.push(other),
            }
        }
        words.push(word);
    }
    words
}
