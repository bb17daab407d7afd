//! Chance that repeats itself.

use aws_lc_rs::digest::{SHA256, digest};
use doorward_protocol::secret::Entropy;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that follow from a seed and how many were drawn before.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    drawn: AtomicU64,
}

impl SeededEntropy {
    /// Chance of that seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(32) {
            let turn = self.drawn.fetch_add(1, Ordering::SeqCst);
            let block = digest(&SHA256, &[self.seed.to_be_bytes(), turn.to_be_bytes()].concat());
            piece.copy_from_slice(&block.as_ref()[..piece.len()]);
        }
    }
}
