use std::io::Read as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use provisioner_tests::TestLab;

const POLL: Duration = Duration::from_millis(200);
const ONE_TRY: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(30);

/// Takes a connection, reads what the balancer says beforehand (the PROXY protocol, version 2, for TCP over
/// IPv4), and answers with the client's address out of that.
const GATEWAY: &str = r#"
use IO::Socket::INET;
my $gateway = IO::Socket::INET->new(LocalPort => 30443, Listen => 5, ReuseAddr => 1) or die "$!";
while (my $client = $gateway->accept) {
    read($client, my $header, 28) == 28 or next;
    my ($signature, $command, $family, $length, @address) = unpack("a12 C C n C4", $header);
    my $is_proxied = $signature eq "\r\n\r\n\0\r\nQUIT\n" && $command == 0x21 && $family == 0x11;
    print $client $is_proxied ? join(".", @address) : "nobody has said it";
    close $client;
}
"#;

/// In the place of the gateway's HTTPS, on a host.
pub(crate) fn listen_for_https(lab: &TestLab, host: &str) {
    lab.shell(host, &format!("cat >/root/gateway.pl <<'END'\n{GATEWAY}END"));
    lab.shell(host, "systemd-run --quiet --unit=gateway perl /root/gateway.pl");
}

/// A connection to port 443 of an address: from where it comes, and from where the gateway has heard that it
/// does.
pub(crate) fn introduced(address: &str) -> (String, String) {
    let until = Instant::now() + PATIENCE;
    loop {
        match ask(address) {
            Ok(told) => return told,
            Err(error) => assert!(Instant::now() < until, "nobody answers: {error}"),
        }
        std::thread::sleep(POLL);
    }
}

fn ask(address: &str) -> std::io::Result<(String, String)> {
    let mut stream = TcpStream::connect((address, 443))?;
    stream.set_read_timeout(Some(ONE_TRY))?;
    let mut heard = String::new();
    stream.read_to_string(&mut heard)?;
    if heard.is_empty() {
        return Err(std::io::Error::other("it has closed the connection"));
    }
    Ok((stream.local_addr()?.ip().to_string(), heard))
}
