use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::whole_file;
use crate::KubeError;
use crate::addon::Chart;

const HEADING: &str = "\
# The digests of the Helm charts that this cluster was given. Written when a chart is downloaded for the
# first time; keep it beside the spec, under version control: later downloads have to be the same.
";

/// Which digest each chart has to have.
#[derive(Debug)]
pub struct Lock {
    /// Those that the program brings along.
    known: BTreeMap<String, String>,
    recorded: Mutex<BTreeMap<String, String>>,
    /// Where those go that are seen for the first time; None: nowhere.
    path: Option<Utf8PathBuf>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    #[serde(default)]
    charts: Vec<Line>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line {
    repository: String,
    name: String,
    version: String,
    /// Of the chart's archive.
    sha256: String,
}

impl Lock {
    /// The program's own lock, and the one at `path`, which need not be there.
    ///
    /// # Errors
    /// A file that is no lock.
    pub fn open(known: &str, path: Option<&Utf8Path>) -> Result<Self, KubeError> {
        let text = match path {
            Some(path) if path.exists() => std::fs::read_to_string(path)
                .map_err(|source| KubeError::Read { path: path.to_owned(), source })?,
            _ => String::new(),
        };
        Ok(Self {
            known: parse("charts.lock.yaml".into(), known)?,
            recorded: Mutex::new(parse(path.unwrap_or_else(|| "".into()), &text)?),
            path: path.map(Utf8Path::to_owned),
        })
    }

    /// The digest that the chart has to have, and who says so.
    pub(crate) fn digest(&self, chart: &Chart) -> Option<(String, String)> {
        let key = key(chart);
        if let Some(digest) = self.known.get(&key) {
            return Some((digest.clone(), "this version of the program".to_owned()));
        }
        let recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        let by = self.path.as_ref().map_or("this run", |path| path.as_str());
        recorded.get(&key).map(|digest| (digest.clone(), by.to_owned()))
    }

    /// Checks a chart that has come in; the first one of its kind is recorded. True: it was.
    ///
    /// # Errors
    /// [`KubeError::Digest`], or the lock cannot be written.
    pub(crate) fn admit(&self, chart: &Chart, found: &str) -> Result<bool, KubeError> {
        if let Some((wanted, recorded_in)) = self.digest(chart) {
            if wanted == found {
                return Ok(false);
            }
            let chart = format!("{} {}", chart.name, chart.version);
            return Err(KubeError::Digest { chart, found: found.to_owned(), wanted, recorded_in });
        }
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.insert(key(chart), found.to_owned());
        self.write(&recorded)?;
        Ok(true)
    }

    fn write(&self, recorded: &BTreeMap<String, String>) -> Result<(), KubeError> {
        let Some(path) = &self.path else { return Ok(()) };
        let line = |(key, sha256): (&String, &String)| {
            let mut words = key.split(' ').map(str::to_owned);
            let mut word = || words.next().unwrap_or_default();
            Line { repository: word(), name: word(), version: word(), sha256: sha256.clone() }
        };
        let document = Document { charts: recorded.iter().map(line).collect() };
        let text = serde_yaml::to_string(&document).unwrap_or_default();
        whole_file::write(path, format!("{HEADING}{text}").as_bytes(), 0o600)
    }
}

fn parse(path: &Utf8Path, text: &str) -> Result<BTreeMap<String, String>, KubeError> {
    if text.trim().is_empty() {
        return Ok(BTreeMap::new());
    }
    let document: Document = serde_yaml::from_str(text).map_err(|error| KubeError::Definition {
        path: path.to_owned(),
        reason: error.to_string(),
    })?;
    let entry =
        |line: Line| (format!("{} {} {}", line.repository, line.name, line.version), line.sha256);
    Ok(document.charts.into_iter().map(entry).collect())
}

/// Neither a URL nor a name nor a version has a space in it.
fn key(chart: &Chart) -> String {
    let repository = chart.repository.as_deref().unwrap_or_default();
    format!("{} {} {}", repository, chart.name, chart.version)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn chart(version: &str) -> Chart {
        Chart {
            repository: Some("https://charts.example".to_owned()),
            name: "hello".to_owned(),
            version: version.to_owned(),
        }
    }

    #[test]
    fn the_first_one_is_recorded_and_later_ones_have_to_be_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("cluster.lock.yaml");
        let lock = Lock::open("", Some(&path)).unwrap();
        assert!(lock.admit(&chart("1.0.0"), "aa").unwrap());
        assert!(!lock.admit(&chart("1.0.0"), "aa").unwrap());
        let again = Lock::open("", Some(&path)).unwrap();
        let error = again.admit(&chart("1.0.0"), "bb").unwrap_err().to_string();
        assert!(error.contains("sha256:bb") && error.contains("cluster.lock.yaml"), "{error}");
        assert!(again.admit(&chart("1.0.1"), "bb").unwrap());
        insta::assert_snapshot!(std::fs::read_to_string(&path).unwrap(), @r"
        # The digests of the Helm charts that this cluster was given. Written when a chart is downloaded for the
        # first time; keep it beside the spec, under version control: later downloads have to be the same.
        charts:
        - repository: https://charts.example
          name: hello
          version: 1.0.0
          sha256: aa
        - repository: https://charts.example
          name: hello
          version: 1.0.1
          sha256: bb
        ");
    }

    #[test]
    fn what_the_program_knows_comes_first() {
        let known = "charts: [{repository: https://charts.example, name: hello, version: 1.0.0, sha256: aa}]";
        let lock = Lock::open(known, None).unwrap();
        assert!(lock.admit(&chart("1.0.0"), "bb").is_err());
        assert!(!lock.admit(&chart("1.0.0"), "aa").unwrap());
    }
}
