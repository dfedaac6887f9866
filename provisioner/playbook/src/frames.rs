//! What comes back from a host: frames among whatever else its shell prints.

use std::collections::VecDeque;

/// How a step ended, as the host says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    Ok,
    Changed,
    Failed,
    Skipped,
    Unknown,
}

/// How a stage ended on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageEnd {
    Ok,
    Failed,
    Interrupted,
}

/// One message; `step` is the index that the script was compiled with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// The lock is ours.
    Locked,
    /// Another run has the lock: its name, and who it is.
    Held {
        run: String,
        by: String,
    },
    Begin {
        step: usize,
    },
    /// A long step goes on: seconds so far and its last line of output, or why a wait still waits.
    Waiting {
        step: usize,
        seconds: u64,
        text: String,
    },
    /// The host needs a big file.
    Want {
        step: usize,
        sha256: String,
    },
    /// Nothing but a sign of life.
    Alive,
    Output {
        step: usize,
        text: String,
    },
    Error {
        step: usize,
        text: String,
    },
    Detail {
        step: usize,
        text: String,
    },
    Before {
        step: usize,
        text: String,
    },
    After {
        step: usize,
        text: String,
    },
    Register {
        step: usize,
        name: String,
        text: String,
    },
    End {
        step: usize,
        state: StepState,
    },
    Ended(StageEnd),
    /// A document that a script prints as a whole (facts).
    Document {
        name: String,
        text: String,
    },
}

/// Reads frames out of a stream, however it is cut into pieces.
#[derive(Debug)]
pub struct Decoder {
    prefix: Vec<u8>,
    buffer: Vec<u8>,
    ready: VecDeque<Frame>,
    /// The header of a payload whose bytes are not all here.
    pending: Option<(Vec<String>, usize)>,
    /// The last of what is no frame: what a shell says before it dies.
    noise: Vec<u8>,
}

const NOISE_BOUND: usize = 4096;
const PAYLOADS: [&str; 8] =
    ["held", "output", "error", "detail", "before", "after", "register", "document"];

impl Decoder {
    /// `nonce` opens every frame; random, so that no command's output can pass for one.
    pub fn new(nonce: &str) -> Self {
        Self {
            prefix: format!("{nonce} ").into_bytes(),
            buffer: Vec::new(),
            ready: VecDeque::new(),
            pending: None,
            noise: Vec::new(),
        }
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        while self.advance() {}
    }

    pub fn next_frame(&mut self) -> Option<Frame> {
        self.ready.pop_front()
    }

    /// The last of what was printed outside of frames.
    pub fn noise(&self) -> String {
        String::from_utf8_lossy(&self.noise).trim().to_owned()
    }

    fn advance(&mut self) -> bool {
        if let Some((words, size)) = self.pending.take() {
            // One more byte: the newline behind the payload.
            if self.buffer.len() <= size {
                self.pending = Some((words, size));
                return false;
            }
            let payload: Vec<u8> = self.buffer.drain(..=size).take(size).collect();
            let text = String::from_utf8_lossy(&payload).into_owned();
            self.ready.extend(payload_frame(&words, text));
            return true;
        }
        let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') else { return false };
        let line: Vec<u8> = self.buffer.drain(..=end).collect();
        match line.strip_prefix(self.prefix.as_slice()) {
            Some(frame) => self.header(&String::from_utf8_lossy(frame)),
            None => self.keep_noise(&line),
        }
        true
    }

    fn header(&mut self, line: &str) {
        let line = line.trim_end_matches('\n');
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        if PAYLOADS.contains(&words[0].as_str()) {
            let size = words.last().and_then(|size| size.parse().ok()).unwrap_or(0);
            self.pending = Some((words, size));
        } else {
            self.ready.extend(plain_frame(line, &words));
        }
    }

    fn keep_noise(&mut self, line: &[u8]) {
        self.noise.extend_from_slice(line);
        let excess = self.noise.len().saturating_sub(NOISE_BOUND);
        self.noise.drain(..excess);
    }
}

fn number(words: &[String], index: usize) -> Option<usize> {
    words.get(index)?.parse().ok()
}

fn payload_frame(words: &[String], text: String) -> Option<Frame> {
    let step = number(words, 1).unwrap_or_default();
    Some(match words[0].as_str() {
        "held" => Frame::Held { run: words.get(1)?.clone(), by: text },
        "output" => Frame::Output { step, text },
        "error" => Frame::Error { step, text },
        "detail" => Frame::Detail { step, text },
        "before" => Frame::Before { step, text },
        "after" => Frame::After { step, text },
        "register" => Frame::Register { step, name: words.get(2)?.clone(), text },
        "document" => Frame::Document { name: words.get(1)?.clone(), text },
        _ => return None,
    })
}

fn plain_frame(line: &str, words: &[String]) -> Option<Frame> {
    Some(match words[0].as_str() {
        "locked" => Frame::Locked,
        "alive" => Frame::Alive,
        "begin" => Frame::Begin { step: number(words, 1)? },
        "want" => Frame::Want { step: number(words, 1)?, sha256: words.get(2)?.clone() },
        "waiting" => Frame::Waiting {
            step: number(words, 1)?,
            seconds: words.get(2)?.parse().ok()?,
            text: line.splitn(4, ' ').nth(3).unwrap_or_default().to_owned(),
        },
        "end" => Frame::End { step: number(words, 1)?, state: step_state(words.get(2)?)? },
        "ended" => Frame::Ended(match words.get(1)?.as_str() {
            "ok" => StageEnd::Ok,
            "interrupted" => StageEnd::Interrupted,
            _ => StageEnd::Failed,
        }),
        _ => return None,
    })
}

fn step_state(word: &str) -> Option<StepState> {
    Some(match word {
        "ok" => StepState::Ok,
        "changed" => StepState::Changed,
        "failed" => StepState::Failed,
        "skipped" => StepState::Skipped,
        "unknown" => StepState::Unknown,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Decoder, Frame, StageEnd, StepState};
    use proptest::prelude::*;

    fn decode(pieces: &[&[u8]]) -> (Vec<Frame>, String) {
        let mut decoder = Decoder::new("n0");
        for piece in pieces {
            decoder.feed(piece);
        }
        (std::iter::from_fn(|| decoder.next_frame()).collect(), decoder.noise())
    }

    const STREAM: &[u8] = b"motd\nn0 begin 3\nn0 output 3 11\nn0 end 3 ok\nn0 waiting 3 7 still at it\nn0 end 3 changed\nn0 ended ok\n";

    #[test]
    fn a_payload_never_passes_for_a_frame() {
        let (frames, noise) = decode(&[STREAM]);
        assert_eq!(
            frames,
            [
                Frame::Begin { step: 3 },
                Frame::Output { step: 3, text: "n0 end 3 ok".to_owned() },
                Frame::Waiting { step: 3, seconds: 7, text: "still at it".to_owned() },
                Frame::End { step: 3, state: StepState::Changed },
                Frame::Ended(StageEnd::Ok),
            ]
        );
        assert_eq!(noise, "motd");
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(cuts in prop::collection::vec(0..STREAM.len(), 0..9)) {
            let mut cuts = cuts;
            cuts.extend([0, STREAM.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &STREAM[cut[0]..cut[1]]).collect();
            prop_assert_eq!(decode(&pieces), decode(&[STREAM]));
        }

        #[test]
        fn anything_is_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            decode(&[b"n0 ", &bytes, b"\nn0 output 1 99999999\n", &bytes]);
        }
    }
}
