//! Written steps + context -> steps with all values in place.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use handlebars::Context;
use serde_json::Value;

use crate::action::{Content, Step};
use crate::context::lookup;
use crate::library::playbook_path;
use crate::model::{RestoredGroup, StepDefinition};
use crate::render::Renderer;
use crate::{Action, Blob, Library, Playbook, PlaybookError, condition};

mod kinds;

const TIMEOUT: u32 = 60;
const WAIT_TIMEOUT: u32 = 300;
const LONG_TIMEOUT: u32 = 900;

impl Library {
    /// The steps of a playbook for one host: its steps, then its handlers.
    ///
    /// `context` is that of docs/playbooks.md, `blobs` the files of the bundle by their path in it.
    ///
    /// # Errors
    /// A template, condition or step that does not fit, by playbook and step.
    pub fn steps(
        &self,
        playbook: &Playbook,
        context: &Value,
        blobs: &BTreeMap<String, Blob>,
    ) -> Result<Vec<Step>, PlaybookError> {
        let resolver = Resolver { library: self, playbook, blobs, renderer: Renderer::new() };
        let context = Context::from(context.clone());
        let mut steps = Vec::new();
        for definition in &playbook.steps {
            resolver.expand(definition, &context, None, &mut steps)?;
        }
        for definition in &playbook.handlers {
            let mark = Some(mark(&playbook.name, &definition.name));
            resolver.expand(definition, &context, mark, &mut steps)?;
        }
        Ok(steps)
    }
}

/// The name of the file by which a host remembers that a handler is due.
fn mark(playbook: &str, handler: &str) -> String {
    let plain = |text: &str| -> String {
        text.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '-' }).collect()
    };
    format!("{}.{}", plain(playbook), plain(handler))
}

struct Resolver<'a> {
    library: &'a Library,
    playbook: &'a Playbook,
    blobs: &'a BTreeMap<String, Blob>,
    renderer: Renderer,
}

impl Resolver<'_> {
    /// One step, or one per element of `each`.
    fn expand(
        &self,
        definition: &StepDefinition,
        context: &Context,
        mark: Option<String>,
        steps: &mut Vec<Step>,
    ) -> Result<(), PlaybookError> {
        let holds = condition::holds(&definition.when, &definition.when_not, context.data())
            .map_err(|key| self.unknown_key(definition, key))?;
        if !holds {
            return Ok(());
        }
        let Some(each) = &definition.each else {
            steps.push(self.step(definition, context, mark)?);
            return Ok(());
        };
        let items = lookup(context.data(), each).and_then(Value::as_array);
        let items = items.ok_or_else(|| self.unknown_key(definition, each.clone()))?;
        for item in items {
            let mut context = context.clone();
            context.data_mut()["item"] = item.clone();
            steps.push(self.step(definition, &context, mark.clone())?);
        }
        Ok(())
    }

    fn step(
        &self,
        definition: &StepDefinition,
        context: &Context,
        mark: Option<String>,
    ) -> Result<Step, PlaybookError> {
        let at = At { resolver: self, definition, context };
        let action = at.action()?;
        let is_long = matches!(
            action,
            Action::Package { .. } | Action::Restore { group: RestoredGroup::Packages }
        );
        let detach = definition.detach || is_long;
        let timeout = definition.timeout.unwrap_or(match action {
            Action::Wait { .. } => WAIT_TIMEOUT,
            Action::Download { .. } | Action::Image { .. } => LONG_TIMEOUT,
            _ if detach => LONG_TIMEOUT,
            _ => TIMEOUT,
        });
        Ok(Step {
            name: at.text(&definition.name)?,
            playbook: self.playbook.name.clone(),
            action,
            only_if: at.condition(self.playbook.only_if.as_deref())?,
            notify: self.marks(definition)?,
            mark,
            secret: definition.secret,
            detach,
            transient: definition.transient,
            timeout_seconds: timeout,
        })
    }

    fn marks(&self, definition: &StepDefinition) -> Result<Vec<String>, PlaybookError> {
        let known =
            |name: &String| self.playbook.handlers.iter().any(|handler| &handler.name == name);
        let names = definition.notify.as_slice();
        if let Some(handler) = names.iter().find(|name| !known(name)) {
            return Err(PlaybookError::Handler {
                path: self.path(),
                step: definition.name.clone(),
                handler: handler.clone(),
            });
        }
        Ok(names.iter().map(|name| mark(&self.playbook.name, name)).collect())
    }

    fn path(&self) -> Utf8PathBuf {
        playbook_path(&self.playbook.name)
    }

    fn unknown_key(&self, definition: &StepDefinition, key: String) -> PlaybookError {
        PlaybookError::Context { path: self.path(), step: definition.name.clone(), key }
    }
}

/// One step being resolved: what its kind needs to render its fields.
struct At<'a> {
    resolver: &'a Resolver<'a>,
    definition: &'a StepDefinition,
    context: &'a Context,
}

impl At<'_> {
    fn text(&self, template: &str) -> Result<String, PlaybookError> {
        self.resolver.renderer.text(template, self.context).map_err(|source| self.render(source))
    }

    fn texts(&self, templates: &[String]) -> Result<Vec<String>, PlaybookError> {
        templates.iter().map(|template| self.text(template)).collect()
    }

    fn shell(&self, template: &str) -> Result<String, PlaybookError> {
        self.resolver.renderer.shell(template, self.context).map_err(|source| self.render(source))
    }

    /// The playbook's condition and the step's own, which must both hold.
    fn condition(&self, playbook: Option<&str>) -> Result<Option<String>, PlaybookError> {
        let both = match (playbook, self.definition.only_if.as_deref()) {
            (Some(playbook), Some(own)) => &format!("(\n{playbook}\n) || exit\n{own}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return Ok(None),
        };
        self.shell(both).map(Some)
    }

    fn content(&self, template: &str) -> Result<Content, PlaybookError> {
        self.text(template).map(Content::new)
    }

    /// A file beside the playbook. In a shell script values are quoted as in any shell text.
    fn template_file(&self, src: &str) -> Result<Content, PlaybookError> {
        let template = self.resolver.library.template(&self.resolver.playbook.name, src)?;
        if src.ends_with(".sh.hbs") {
            return self.shell(template).map(Content::new);
        }
        self.content(template)
    }

    fn blob(&self, path: &str) -> Result<Blob, PlaybookError> {
        let blob = self.resolver.blobs.get(path).cloned();
        blob.ok_or_else(|| self.refuse(format!("the bundle has no file {path}")))
    }

    fn render(&self, source: Box<handlebars::RenderError>) -> PlaybookError {
        PlaybookError::Render {
            path: self.resolver.path(),
            step: self.definition.name.clone(),
            source,
        }
    }

    fn refuse(&self, reason: impl Into<String>) -> PlaybookError {
        PlaybookError::Step {
            path: self.resolver.path(),
            step: self.definition.name.clone(),
            reason: reason.into(),
        }
    }
}
