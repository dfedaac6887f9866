use std::time::{SystemTime, UNIX_EPOCH};

/// Random numbers that can be had again: the seed is shown, and `SEED` gives it. Steele, Lea and
/// Flood, "Fast splittable pseudorandom number generators" (`SplitMix64`).
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// From the environment's `SEED`, or a new one.
    pub fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos());
        let new = || u64::try_from(now % 1_000_000).unwrap_or_default();
        let seed = std::env::var("SEED").ok().and_then(|text| text.parse().ok());
        let seed = seed.unwrap_or_else(new);
        println!("SEED={seed}");
        Self(seed)
    }

    /// A number from 0 to below 1.
    #[allow(clippy::cast_precision_loss)] // it has 53 bits
    pub fn fraction(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of several.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let index = (self.fraction() * all.len() as f64) as usize;
        &all[index]
    }
}

impl Default for Random {
    fn default() -> Self {
        Self::new()
    }
}
