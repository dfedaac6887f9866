//! Where data, messages and questions go.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};

use indicatif::{MultiProgress, ProgressDrawTarget};
use serde::Serialize;

use crate::answer;
use crate::arguments::{ColorChoice, GlobalArguments, OutputFormat};
use crate::environment::Environment;
use crate::error::Error;
use crate::render::Palette;

/// Data goes to standard output, everything else to standard error.
#[derive(Debug, Clone)]
pub(crate) struct Terminal {
    format: OutputFormat,
    quiet: bool,
    verbose: u8,
    interactive: bool,
    live: bool,
    /// For standard output.
    pub(crate) data_palette: Palette,
    /// For standard error.
    pub(crate) palette: Palette,
    /// What moves on standard error; all that is written there meanwhile goes through it.
    pub(crate) screen: MultiProgress,
}

impl Terminal {
    pub(crate) fn new(arguments: &GlobalArguments, environment: &Environment) -> Self {
        let can_read = io::stdin().is_terminal();
        let messages_seen = io::stderr().is_terminal();
        let color = |seen: bool| match arguments.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => seen && !environment.no_color && !environment.dumb,
        };
        let human = arguments.output == OutputFormat::Human;
        let plain = arguments.quiet || arguments.verbose > 0 || environment.dumb;
        let live = messages_seen && human && !plain;
        let target = if live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self {
            format: arguments.output,
            quiet: arguments.quiet,
            verbose: arguments.verbose,
            interactive: can_read && messages_seen,
            live,
            data_palette: Palette::new(color(io::stdout().is_terminal())),
            palette: Palette::new(color(messages_seen)),
            screen: MultiProgress::with_draw_target(target),
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format == OutputFormat::Json
    }

    /// Whether a view that moves is wanted.
    pub(crate) fn is_live(&self) -> bool {
        self.live
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose > 0
    }

    /// Whether there is somebody to ask.
    pub(crate) fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// Writes data.
    pub(crate) fn data(&self, text: impl AsRef<[u8]>) -> Result<(), Error> {
        self.screen.suspend(|| {
            let mut out = io::stdout().lock();
            out.write_all(text.as_ref()).and_then(|()| out.flush()).map_err(Error::Output)
        })
    }

    /// Writes one JSON document.
    pub(crate) fn json(&self, value: &impl Serialize) -> Result<(), Error> {
        let mut text = serde_json::to_string_pretty(value).map_err(io::Error::from)?;
        text.push('\n');
        self.data(text)
    }

    /// Writes one JSON document on a line of its own.
    pub(crate) fn json_line(&self, value: &impl Serialize) -> Result<(), Error> {
        let mut text = serde_json::to_string(value).map_err(io::Error::from)?;
        text.push('\n');
        self.data(text)
    }

    /// Says something to people.
    pub(crate) fn say(&self, text: impl Display) {
        if !self.quiet && !self.is_json() {
            self.message(text);
        }
    }

    /// Says something to people that even those must hear who want it quiet.
    pub(crate) fn message(&self, text: impl Display) {
        self.screen.suspend(|| {
            // Where standard error is gone, there is nowhere to say so.
            let _ = writeln!(io::stderr().lock(), "{text}");
        });
    }

    /// Says that something is not as it should be, though the command goes on.
    pub(crate) fn warn(&self, text: impl Display) {
        let style = self.palette.changed;
        self.say(format_args!("{style}warning{style:#}: {text}"));
    }

    /// Asks a question, to be answered with yes or no. Where nobody can answer: none.
    pub(crate) fn ask(&self, question: impl Display) -> Option<bool> {
        if !self.interactive {
            return None;
        }
        self.screen.suspend(|| {
            let mut err = io::stderr().lock();
            write!(err, "{question} [y/N] ").and_then(|()| err.flush()).ok()?;
            drop(err);
            let answer = answer::line()?.trim().to_lowercase();
            Some(answer == "y" || answer == "yes")
        })
    }

    /// Asks whether to go on.
    ///
    /// # Errors
    /// The answer is no, or nobody can answer.
    pub(crate) fn agree(&self, question: impl Display) -> Result<(), Error> {
        match self.ask(question) {
            Some(true) => Ok(()),
            Some(false) => Err(Error::Declined),
            None => Err(Error::NobodyToAsk),
        }
    }

    /// Asks for a secret. Where nobody can answer: none.
    pub(crate) fn ask_secret(&self, what: impl Display) -> Option<secrecy::SecretString> {
        if !self.interactive {
            return None;
        }
        let secret = self.screen.suspend(|| rpassword::prompt_password(format!("{what}: ")));
        secret.ok().filter(|secret| !secret.is_empty()).map(Into::into)
    }
}
