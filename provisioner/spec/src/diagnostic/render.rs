use super::{Diagnostic, Diagnostics, WARNINGS};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

impl Diagnostics {
    /// For people: each with its place (`file:line:column`), the lines it is about, why, and what to
    /// do; separated by empty lines.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut out = String::new();
        for diagnostic in self {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&renderer.render(&[self.group(diagnostic)]));
            out.push('\n');
        }
        out
    }

    fn group<'a>(&'a self, diagnostic: &'a Diagnostic) -> Group<'a> {
        let place =
            AnnotationKind::Primary.span(diagnostic.span.clone()).label(diagnostic.reason.as_str());
        let related = diagnostic.related.iter().map(|related| {
            AnnotationKind::Context.span(related.span.clone()).label(related.reason.as_str())
        });
        let snippet = Snippet::source(self.text.as_str())
            .path(self.file())
            .annotation(place)
            .annotations(related);
        let is_warning = WARNINGS.contains(&diagnostic.code);
        let level = if is_warning { Level::WARNING } else { Level::ERROR };
        let group =
            level.primary_title(diagnostic.message.as_str()).id(diagnostic.code).element(snippet);
        match &diagnostic.hint {
            Some(hint) => group.element(Level::HELP.message(hint.as_str())),
            None => group,
        }
    }
}
