use provisioner_spec::Diagnostics;

use super::Palette;

/// Everything that is wrong with a spec, each with its place and the lines around it.
pub(crate) fn diagnostics(diagnostics: &Diagnostics, palette: Palette) -> String {
    diagnostics.render(palette.is_colored())
}
