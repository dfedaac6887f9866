//! A chart repository.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use provisioner_tests_api_server::FileServer;

use crate::fixtures::{CHART, TEMPLATE};

pub(crate) struct Repository {
    files: FileServer,
    helm: Utf8PathBuf,
}

impl Repository {
    pub(crate) fn start(helm: &Utf8Path) -> Self {
        let repository = Self { files: FileServer::start(), helm: helm.to_owned() };
        repository.replace("text: hello\n");
        repository
    }

    pub(crate) fn url(&self) -> String {
        self.files.url()
    }

    /// Packs the chart with these values, under the same version.
    pub(crate) fn replace(&self, values: &str) {
        let root = self.files.folder();
        let source = root.join("source/hello");
        std::fs::create_dir_all(source.join("templates")).unwrap();
        std::fs::write(source.join("Chart.yaml"), CHART).unwrap();
        std::fs::write(source.join("values.yaml"), values).unwrap();
        std::fs::write(source.join("templates/objects.yaml"), TEMPLATE).unwrap();
        self.helm(&["package", source.as_str(), "--destination", root.as_str()]);
        self.helm(&["repo", "index", root.as_str(), "--url", &self.url()]);
    }

    fn helm(&self, arguments: &[&str]) {
        let output = Command::new(&self.helm).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}
