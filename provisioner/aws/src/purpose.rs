//! What runs there are.

/// What a run is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Make everything as the spec says.
    Up {
        /// Remove what the spec no longer asks for.
        prune: bool,
        /// Delete what has failed, and make it anew.
        replace_failed: bool,
        /// Bring nodes to the latest releases of their AMIs, but where the spec names one.
        latest_releases: bool,
    },
    /// Remove everything.
    Down,
    /// Set the number of nodes of some groups.
    Scale(Vec<(String, u32)>),
}
