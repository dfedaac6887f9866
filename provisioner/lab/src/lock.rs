use fs_err as fs;

use crate::{LabError, Paths};

/// Held while anything about labs changes on this machine. One for all labs: two that start at once
/// would otherwise both find the same network free, or both make the image.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: std::fs::File,
}

impl Lock {
    /// Waits for the lock. It goes with the value, or with the process.
    pub(crate) async fn take(paths: &Paths) -> Result<Self, LabError> {
        fs::create_dir_all(paths.root())?;
        let file = fs::File::create(paths.lock())?.into_parts().0;
        let taken = tokio::task::spawn_blocking(move || file.lock().map(|()| file));
        let file = taken.await.map_err(std::io::Error::other)??;
        Ok(Self { _file: file })
    }
}
