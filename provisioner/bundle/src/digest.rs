use std::fmt::Write as _;
use std::io::{self, Read};

use aws_lc_rs::digest::{Context, SHA256, digest};

/// Passes on what it reads, and knows the SHA-256 of it.
pub(crate) struct HashingReader<R> {
    inner: R,
    context: Context,
    size: u64,
}

impl<R: Read> HashingReader<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, context: Context::new(&SHA256), size: 0 }
    }

    /// Reads what is left, and returns the SHA-256 in hexadecimal and the number of bytes.
    pub(crate) fn finish(mut self) -> io::Result<(String, u64)> {
        let mut buffer = vec![0; 256 * 1024];
        while self.read(&mut buffer)? > 0 {}
        Ok((hex(self.context.finish().as_ref()), self.size))
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.context.update(&buffer[..read]);
        self.size += read as u64;
        Ok(read)
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
