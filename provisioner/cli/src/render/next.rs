use provisioner_engine::{Outcome, Summary};

use super::Palette;

/// What to do after an `up`. Nothing, where it has found everything as it should be: whoever runs it again knows.
pub(crate) fn next(summary: &Summary, commands: &str, palette: Palette) -> Option<String> {
    let heading = palette.heading;
    match summary.outcome {
        Outcome::Done if summary.changed > 0 => {
            Some(format!("\n{heading}Next{heading:#}\n{commands}"))
        }
        Outcome::Interrupted => Some("The same command goes on from here.".to_owned()),
        _ => None,
    }
}
