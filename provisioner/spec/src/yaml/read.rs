use super::{Node, build::Builder};
use crate::diagnostic::{Fault, Located, char_boundary};
use granit_parser::{ErrorKind, Event, Options, Parser, ScanError};

/// Deeper than any sensible spec; keeps recursion over the tree bounded.
pub(super) const MAX_DEPTH: usize = 64;

/// Reads one YAML document.
///
/// # Errors
/// A tree together with faults that leave it usable (a duplicate key: the first one counts), or
/// `None` when there is none: a syntax error, no document or several.
pub(crate) fn read(text: &str) -> (Option<Node>, Vec<Located>) {
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options()) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                builder.faults.push(syntax_error(text, &error));
                return (None, builder.faults);
            }
        };
        let span = span.byte_range().unwrap_or(0..0);
        if let (Event::DocumentStart(..), true) = (&event, builder.has_root()) {
            builder.faults.push(Located { span: first_line(text, span), fault: several() });
            return (None, builder.faults);
        }
        if let Err(fault) = builder.event(event, span.clone()) {
            builder.faults.push(Located { span, fault });
            return (None, builder.faults);
        }
    }
    builder.finish()
}

fn options() -> Options {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
    options
}

fn syntax_error(text: &str, error: &ScanError) -> Located {
    let at = byte_offset(text, error);
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        let reason = format!("{MAX_DEPTH} levels are the limit");
        let fault = Fault::new("too-large", "the spec nests too deeply", reason);
        return Located { span: at..at, fault };
    }
    let fault = Fault::new("yaml-syntax", "this is not valid YAML", error.info());
    let before = text[..at].rsplit('\n').next().unwrap_or_default();
    let fault = if before.trim_start_matches(' ').starts_with('\t') || text[at..].starts_with('\t')
    {
        fault.hint("indent with spaces: YAML allows no tabs there")
    } else {
        fault
    };
    Located { span: at..at, fault }
}

/// The place of the error, on a character boundary.
fn byte_offset(text: &str, error: &ScanError) -> usize {
    let marker = error.marker();
    let offset = marker.byte_offset().unwrap_or_else(|| {
        text.char_indices().nth(marker.index()).map_or(text.len(), |(offset, _)| offset)
    });
    char_boundary(text, offset)
}

fn first_line(text: &str, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let length = text[span.start..].find('\n').unwrap_or(text.len() - span.start);
    span.start..span.end.clamp(span.start, span.start + length)
}

fn several() -> Fault {
    Fault::new("several-documents", "the file has several documents", "a second one begins here")
        .hint("one file describes one cluster: keep one document")
}
