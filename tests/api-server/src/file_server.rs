//! A folder behind HTTP.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use camino::Utf8Path;
use tempfile::TempDir;

/// Serves the files of a folder of its own on a port of the loopback.
#[derive(Debug)]
pub struct FileServer {
    folder: Arc<TempDir>,
    port: u16,
    answered: Arc<AtomicUsize>,
    cuts_off: Arc<AtomicBool>,
}

impl FileServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            folder: Arc::new(TempDir::with_prefix("provisioner-files-").unwrap()),
            port: listener.local_addr().unwrap().port(),
            answered: Arc::default(),
            cuts_off: Arc::default(),
        };
        let folder = Arc::clone(&server.folder);
        let (answered, cuts_off) = (Arc::clone(&server.answered), Arc::clone(&server.cuts_off));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answered.fetch_add(1, Ordering::SeqCst);
                let root = Utf8Path::from_path(folder.path()).unwrap();
                // Whoever hangs up has had enough.
                let _ = answer(stream, root, cuts_off.load(Ordering::SeqCst));
            }
        });
        server
    }

    pub fn folder(&self) -> &Utf8Path {
        Utf8Path::from_path(self.folder.path()).unwrap()
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many requests there were.
    pub fn answered(&self) -> usize {
        self.answered.load(Ordering::SeqCst)
    }

    /// From now on, only the first half of each file is sent.
    pub fn cut_off(&self) {
        self.cuts_off.store(true, Ordering::SeqCst);
    }
}

fn answer(mut stream: TcpStream, root: &Utf8Path, cuts_off: bool) -> io::Result<()> {
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
    stream.write_all(if cuts_off { &body[..length / 2] } else { &body })
}
