//! Big transfers.

use std::time::Instant;

use provisioner_ssh::Exit;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::sshd::Sshd;

/// Larger than every buffer and window on the way.
const SIZE: usize = 300 << 20;

/// Bytes that differ from one place to another.
fn block(number: u64) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(1 << 20);
    while bytes.len() < 1 << 20 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn real_a_big_file_goes_over_and_comes_back_intact() {
    let sshd = Sshd::start();
    let connection = sshd.connector().connect(&sshd.endpoint()).await.unwrap();
    let blocks: Vec<Vec<u8>> = (0..).map(block).take(SIZE >> 20).collect();

    let file = sshd.path("big");
    let started = Instant::now();
    let mut process = connection.open(&format!("cat > {file}; wc -c < {file}")).await.unwrap();
    for block in &blocks {
        process.stdin.write_all(block).await.unwrap();
    }
    process.stdin.shutdown().await.unwrap();
    let mut counted = String::new();
    process.stdout.read_to_string(&mut counted).await.unwrap();
    assert_eq!(process.wait().await.unwrap(), Exit::Status(0));
    report("sent", started);
    assert_eq!(counted.trim(), SIZE.to_string());

    let started = Instant::now();
    let mut process = connection.open(&format!("cat {file}")).await.unwrap();
    let mut received = vec![0; 1 << 20];
    for (number, block) in blocks.iter().enumerate() {
        process.stdout.read_exact(&mut received).await.unwrap();
        assert!(received == *block, "block {number} differs");
    }
    assert_eq!(process.stdout.read(&mut received).await.unwrap(), 0);
    assert_eq!(process.wait().await.unwrap(), Exit::Status(0));
    report("received", started);
}

fn report(what: &str, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    let megabytes = f64::from(u32::try_from(SIZE >> 20).unwrap());
    eprintln!("{what} {megabytes} MiB in {seconds:.2} s: {:.0} MiB/s", megabytes / seconds);
}
