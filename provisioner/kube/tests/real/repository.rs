//! A chart repository: files behind HTTP.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use crate::fixtures::{CHART, TEMPLATE};

pub(crate) struct Repository {
    folder: TempDir,
    port: u16,
    helm: Utf8PathBuf,
}

impl Repository {
    pub(crate) fn start(helm: &Utf8Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let folder = TempDir::with_prefix("provisioner-repository-").unwrap();
        let repository = Self { folder, port, helm: helm.to_owned() };
        repository.replace("text: hello\n");
        let root = repository.root();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever hangs up has had enough.
                let _ = answer(stream, &root);
            }
        });
        repository
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Packs the chart with these values, under the same version.
    pub(crate) fn replace(&self, values: &str) {
        let source = self.root().join("source/hello");
        std::fs::create_dir_all(source.join("templates")).unwrap();
        std::fs::write(source.join("Chart.yaml"), CHART).unwrap();
        std::fs::write(source.join("values.yaml"), values).unwrap();
        std::fs::write(source.join("templates/objects.yaml"), TEMPLATE).unwrap();
        let root = self.root();
        self.helm(&["package", source.as_str(), "--destination", root.as_str()]);
        self.helm(&["repo", "index", root.as_str(), "--url", &self.url()]);
    }

    fn helm(&self, arguments: &[&str]) {
        let output = Command::new(&self.helm).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    fn root(&self) -> Utf8PathBuf {
        Utf8Path::from_path(self.folder.path()).unwrap().to_owned()
    }
}

fn answer(mut stream: TcpStream, root: &Utf8Path) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let path = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
    let (status, body) = match std::fs::read(root.join(path)) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
    stream.write_all(&body)
}
