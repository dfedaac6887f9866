use camino::Utf8Path;

use crate::error::Error;
use crate::place::Place;
use crate::program::Program;

/// The place with charts and helm out of a bundle, if one is given; what else there is in it is of no use
/// on EKS.
pub(super) fn with_bundle(
    program: &Program,
    place: Place,
    bundle: Option<&Utf8Path>,
) -> Result<Place, Error> {
    if bundle.is_some() {
        program.terminal.say(
            "Of the bundle, helm and charts are taken: nodes of EKS pull their images themselves.",
        );
    }
    place.with_bundle(bundle)
}
