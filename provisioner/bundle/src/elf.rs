use std::io::Read;

use camino::Utf8Path;

use crate::{Architecture, Error};

const MAGIC: &[u8; 4] = b"\x7fELF";
const EM_X86_64: u16 = 62;
const EM_AARCH64: u16 = 183;

/// The architecture a program is built for by its ELF header (elf(5)); `None` for scripts and
/// everything else that is no ELF file.
pub(crate) fn architecture(path: &Utf8Path) -> Result<Option<Architecture>, Error> {
    let mut header = Vec::new();
    fs_err::File::open(path)?.take(20).read_to_end(&mut header)?;
    if header.len() < 20 || !header.starts_with(MAGIC) {
        return Ok(None);
    }
    match u16::from_le_bytes([header[18], header[19]]) {
        EM_X86_64 => Ok(Some(Architecture::Amd64)),
        EM_AARCH64 => Ok(Some(Architecture::Arm64)),
        machine => Err(Error::UnsupportedMachine { path: path.to_owned(), machine }),
    }
}
