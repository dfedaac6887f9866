use std::process::Stdio;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::KubeError;

/// The real helm.
#[derive(Debug, Clone)]
pub(crate) struct Helm {
    program: Utf8PathBuf,
    /// A file that only we can read; None: it does not talk to a cluster.
    kubeconfig: Option<Utf8PathBuf>,
}

/// Which revision of a release is rehearsed: charts can tell them apart (`.Release.IsUpgrade`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rehearsal {
    /// As if there were none yet.
    First,
    /// The one after what is there, if anything is.
    Next,
}

impl Helm {
    /// For what needs no cluster.
    pub(crate) fn offline(program: Utf8PathBuf) -> Self {
        Self { program, kubeconfig: None }
    }

    pub(crate) fn for_cluster(program: Utf8PathBuf, kubeconfig: Utf8PathBuf) -> Self {
        Self { program, kubeconfig: Some(kubeconfig) }
    }

    /// Downloads the archive of a chart into a folder.
    pub(crate) async fn pull(
        &self,
        repository: &str,
        name: &str,
        version: &str,
        into: &Utf8Path,
    ) -> Result<(), KubeError> {
        let arguments = if repository.starts_with("oci://") {
            vec!["pull".to_owned(), format!("{}/{name}", repository.trim_end_matches('/'))]
        } else {
            let words = ["pull", name, "--repo", repository];
            words.map(str::to_owned).to_vec()
        };
        let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        arguments.extend(["--version", version, "--destination", into.as_str()]);
        self.run(&arguments, None).await.map(|_| ())
    }

    /// The definitions of kinds that lie in a chart's `crds/`.
    pub(crate) async fn definitions(&self, chart: &Utf8Path) -> Result<String, KubeError> {
        self.run(&["show", "crds", chart.as_str()], None).await
    }

    /// What a chart makes of values, without a cluster.
    pub(crate) async fn template(
        &self,
        chart: &Utf8Path,
        release: &str,
        namespace: &str,
        values: &SecretString,
        kubernetes: &str,
        api_versions: &[String],
    ) -> Result<String, KubeError> {
        let mut arguments = vec![
            "template",
            release,
            chart.as_str(),
            "--namespace",
            namespace,
            "--values",
            "-",
            "--kube-version",
            kubernetes,
            "--include-crds",
        ];
        arguments.extend(api_versions.iter().flat_map(|one| ["--api-versions", one.as_str()]));
        self.run(&arguments, Some(values)).await
    }

    /// Installs or upgrades a release. Its hooks have `patience` to end, each.
    pub(crate) async fn upgrade(
        &self,
        release: &str,
        namespace: &str,
        chart: &Utf8Path,
        values: &SecretString,
        patience: Duration,
    ) -> Result<(), KubeError> {
        let patience = format!("{}s", patience.as_secs());
        let arguments = [
            "upgrade",
            "--install",
            release,
            chart.as_str(),
            "--namespace",
            namespace,
            "--values",
            "-",
            "--reset-values",
            "--skip-crds",
            "--history-max",
            "5",
            "--timeout",
            &patience,
        ];
        self.run(&arguments, Some(values)).await.map(|_| ())
    }

    /// What a release would be like, the cluster having been asked.
    pub(crate) async fn rehearse(
        &self,
        rehearsal: Rehearsal,
        release: &str,
        namespace: &str,
        chart: &Utf8Path,
        values: &SecretString,
    ) -> Result<Value, KubeError> {
        let mut arguments = match rehearsal {
            Rehearsal::First => vec!["install"],
            Rehearsal::Next => vec!["upgrade", "--install", "--reset-values"],
        };
        arguments.extend([
            release,
            chart.as_str(),
            "--namespace",
            namespace,
            "--values",
            "-",
            "--skip-crds",
            "--output",
            "json",
            "--dry-run=server",
        ]);
        let said = self.run(&arguments, Some(values)).await?;
        parse(arguments[0], &said)
    }

    /// The release's manifest as it was deployed.
    pub(crate) async fn manifest(
        &self,
        release: &str,
        namespace: &str,
    ) -> Result<String, KubeError> {
        self.run(&["get", "manifest", release, "--namespace", namespace], None).await
    }

    /// The releases of a namespace, or of all, whatever state they are in.
    pub(crate) async fn list(&self, namespace: Option<&str>) -> Result<Vec<Value>, KubeError> {
        let mut arguments = vec!["list", "--all", "--max", "0", "--output", "json"];
        match namespace {
            Some(namespace) => arguments.extend(["--namespace", namespace]),
            None => arguments.push("--all-namespaces"),
        }
        let said = self.run(&arguments, None).await?;
        Ok(parse("list", &said)?.as_array().cloned().unwrap_or_default())
    }

    /// Removes a release; that there is none is no error.
    pub(crate) async fn uninstall(&self, release: &str, namespace: &str) -> Result<(), KubeError> {
        let arguments =
            ["uninstall", release, "--namespace", namespace, "--ignore-not-found", "--wait"];
        self.run(&arguments, None).await.map(|_| ())
    }

    /// Values go in by standard input: they may be secret.
    async fn run(
        &self,
        arguments: &[&str],
        input: Option<&SecretString>,
    ) -> Result<String, KubeError> {
        let mut command = Command::new(&self.program);
        command.args(arguments).kill_on_drop(true);
        if let Some(kubeconfig) = &self.kubeconfig {
            command.args(["--kubeconfig", kubeconfig.as_str()]);
        }
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        let no_helm =
            |error: std::io::Error| KubeError::NoHelm(format!("{}: {error}", self.program));
        let mut child = command.spawn().map_err(no_helm)?;
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
            // It may end before it has read everything; what it says then is what counts.
            let _ = stdin.write_all(input.expose_secret().as_bytes()).await;
        }
        let output = child.wait_with_output().await.map_err(no_helm)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().trim_start_matches("Error: ").to_owned();
        Err(KubeError::Helm { action: format!("helm {}", arguments[0]), said })
    }
}

fn parse(action: &str, said: &str) -> Result<Value, KubeError> {
    serde_json::from_str(said).map_err(|error| KubeError::Helm {
        action: format!("helm {action}"),
        said: format!("what it says cannot be understood: {error}"),
    })
}
