use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use base64::Engine as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_yaml::Value;

const POLL: Duration = Duration::from_millis(50);
/// A new attempt is made each time, so none may last.
const ONE_TRY: Duration = Duration::from_millis(500);

/// The Kubernetes API as a client without any connection yet meets it.
#[derive(Clone, Debug)]
pub struct Api {
    address: SocketAddr,
    tls: Arc<ClientConfig>,
}

/// A look at the API, over and over.
#[derive(Debug)]
pub struct Outage {
    stop: Arc<AtomicBool>,
    looks: JoinHandle<Vec<(Instant, bool)>>,
}

impl Api {
    /// The API at this address, with the authority that a kubeconfig names.
    pub fn new(address: &str, kubeconfig: &str) -> Self {
        let document: Value = serde_yaml::from_str(kubeconfig).expect("YAML");
        let encoded = &document["clusters"][0]["cluster"]["certificate-authority-data"];
        let pem = base64::prelude::BASE64_STANDARD.decode(encoded.as_str().expect("an authority"));
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_slice(&pem.expect("base64")).expect("PEM");
        roots.add(certificate).expect("an authority");
        let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        Self { address: address.parse().expect("an address"), tls: Arc::new(tls) }
    }

    /// Whether it says that it is ready, to a connection of its own.
    pub fn is_ready(&self) -> bool {
        self.ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }

    fn ask(&self) -> std::io::Result<String> {
        let tcp = TcpStream::connect_timeout(&self.address, ONE_TRY)?;
        tcp.set_read_timeout(Some(ONE_TRY))?;
        tcp.set_write_timeout(Some(ONE_TRY))?;
        let name = ServerName::IpAddress(self.address.ip().into());
        let tls = ClientConnection::new(Arc::clone(&self.tls), name);
        let mut stream = StreamOwned::new(tls.map_err(std::io::Error::other)?, tcp);
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n")?;
        let mut start = [0; 12];
        stream.read_exact(&mut start)?;
        Ok(String::from_utf8_lossy(&start).into_owned())
    }

    /// Begins to look every 50 ms.
    pub fn watch(&self) -> Outage {
        let stop = Arc::new(AtomicBool::new(false));
        let (api, stopped) = (self.clone(), Arc::clone(&stop));
        let looks = thread::spawn(move || {
            let mut looks = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                let began = Instant::now();
                let ready = api.is_ready();
                looks.push((if ready { Instant::now() } else { began }, ready));
                thread::sleep(POLL.saturating_sub(began.elapsed()));
            }
            looks
        });
        Outage { stop, looks }
    }
}

impl Outage {
    /// The longest time for which no look found the API ready.
    pub fn longest(self) -> Duration {
        self.stop.store(true, Ordering::Relaxed);
        let looks = self.looks.join().expect("looks");
        let mut began = None;
        let mut longest = Duration::ZERO;
        for (at, ready) in looks {
            let since = *began.get_or_insert(at);
            longest = longest.max(at - since);
            if ready {
                began = None;
            }
        }
        longest
    }

    /// How long after `since` the API did not answer for the last time, or rather when it next did.
    pub fn after(self, since: Instant) -> Duration {
        self.stop.store(true, Ordering::Relaxed);
        let looks = self.looks.join().expect("looks");
        let failed = looks.iter().rposition(|(at, ready)| !ready && *at > since);
        // Where it failed to the end, until now: that is the least which is known.
        let next = |last: usize| looks.get(last + 1).map_or_else(Instant::now, |(at, _)| *at);
        failed.map_or(since, next).duration_since(since)
    }
}
