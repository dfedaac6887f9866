//! A playbook that the program does not bring along: looked at as a whole before a host is touched.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use crate::model::StepDefinition;
use crate::{Playbook, PlaybookError};

impl Playbook {
    /// Reads a playbook from its text; `path` is what messages call it.
    ///
    /// # Errors
    /// What is wrong with it, with the line.
    pub fn read(path: &Utf8Path, text: &str) -> Result<Self, PlaybookError> {
        let playbook: Self = serde_yaml::from_str(text)
            .map_err(|source| PlaybookError::Parse { path: path.to_owned(), source })?;
        check_template(path, text)?;
        for step in playbook.steps.iter().chain(&playbook.handlers) {
            let here = at_line(path, text, &step.name);
            playbook.check_step(step, here)?;
        }
        Ok(playbook)
    }

    fn check_step(&self, step: &StepDefinition, path: Utf8PathBuf) -> Result<(), PlaybookError> {
        let name = step.name.clone();
        let found = step.kinds();
        if found != 1 {
            return Err(PlaybookError::Kind { path, step: name, found });
        }
        let is_handler = |wanted: &String| self.handlers.iter().any(|one| one.name == *wanted);
        match step.notify.as_slice().iter().find(|wanted| !is_handler(wanted)) {
            Some(handler) => {
                let handler = handler.clone();
                Err(PlaybookError::Handler { path, step: name, handler })
            }
            None => Ok(()),
        }
    }

    /// The files that its steps use.
    pub fn sources(&self) -> BTreeSet<&str> {
        self.steps.iter().chain(&self.handlers).filter_map(StepDefinition::source).collect()
    }
}

/// Looks whether every `{{...}}` of a text can be understood.
///
/// # Errors
/// The first one that cannot, with its line.
pub fn check_template(path: &Utf8Path, text: &str) -> Result<(), PlaybookError> {
    handlebars::Template::compile(text).map(|_| ()).map_err(|error| {
        let (line, column) = error.pos().unwrap_or((1, 1));
        let path = format!("{path}:{line}:{column}").into();
        PlaybookError::Syntax { path, reason: error.reason().to_string() }
    })
}

/// The path with the line at which a step of that name begins.
fn at_line(path: &Utf8Path, text: &str, step: &str) -> Utf8PathBuf {
    let is_name = |line: &str| {
        let name = line.trim_start().trim_start_matches("- ").trim_start();
        let name = name.trim_start_matches('{').strip_prefix("name:").unwrap_or_default().trim();
        name.trim_matches(['"', '\'']) == step || name.starts_with(&format!("{step},"))
    };
    match text.lines().position(is_name) {
        Some(line) => format!("{path}:{}", line + 1).into(),
        None => path.to_owned(),
    }
}
