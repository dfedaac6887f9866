use anstyle::{AnsiColor, Style};
use provisioner_engine::State;

/// Which style means what. Without colors all of them are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Palette {
    colored: bool,
    pub(crate) heading: Style,
    pub(crate) good: Style,
    pub(crate) changed: Style,
    pub(crate) bad: Style,
    pub(crate) unknown: Style,
    pub(crate) dim: Style,
    pub(crate) hint: Style,
    pub(crate) added: Style,
    pub(crate) removed: Style,
}

impl Palette {
    /// Without colors.
    pub(crate) const PLAIN: Self = Self {
        colored: false,
        heading: Style::new(),
        good: Style::new(),
        changed: Style::new(),
        bad: Style::new(),
        unknown: Style::new(),
        dim: Style::new(),
        hint: Style::new(),
        added: Style::new(),
        removed: Style::new(),
    };

    pub(crate) fn new(colored: bool) -> Self {
        if !colored {
            return Self::PLAIN;
        }
        Self {
            colored,
            heading: Style::new().bold(),
            good: AnsiColor::Green.on_default(),
            changed: AnsiColor::Yellow.on_default(),
            bad: AnsiColor::Red.on_default().bold(),
            unknown: AnsiColor::Magenta.on_default(),
            dim: Style::new().dimmed(),
            hint: AnsiColor::Cyan.on_default(),
            added: AnsiColor::Green.on_default(),
            removed: AnsiColor::Red.on_default(),
        }
    }

    pub(crate) fn is_colored(&self) -> bool {
        self.colored
    }

    pub(crate) fn of(&self, state: State) -> Style {
        match state {
            State::Started => Style::new(),
            State::Ok => self.good,
            State::Changed => self.changed,
            State::Failed => self.bad,
            State::Skipped => self.dim,
            State::Unknown => self.unknown,
        }
    }
}
