//! Which proofs were used before (RFC 9449 §11.1), in bounded memory.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use super::Reason;
use crate::time::Timestamp;

/// So many proofs are remembered, each for a few minutes: some 250 requests a second.
pub(super) const MOST: usize = 100_000;
/// And of these so many of one key, so that one client can't fill the memory of all.
pub(super) const MOST_OF_A_KEY: usize = 10_000;

/// Remembers proofs until they are too old by themselves.
#[derive(Debug)]
pub(super) struct Replays {
    most: usize,
    most_of_a_key: usize,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    proofs: HashSet<String>,
    /// Until when, which, and by what key.
    ends: BTreeSet<(Timestamp, String, String)>,
    of_keys: HashMap<String, usize>,
}

impl Replays {
    pub fn new(most: usize, most_of_a_key: usize) -> Self {
        Self { most, most_of_a_key, used: Mutex::default() }
    }

    /// Takes note of a proof, once. When there is no room, it is refused: what can't be remembered could come twice.
    pub fn first_use(&self, key: &str, proof: &str, until: Timestamp, now: Timestamp) -> Result<(), Reason> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.forget(now);
        if used.proofs.contains(proof) {
            return Err(Reason::ProofReplayed);
        }
        let of_key = used.of_keys.get(key).copied().unwrap_or_default();
        if used.proofs.len() >= self.most || of_key >= self.most_of_a_key {
            return Err(Reason::ReplaysUnremembered);
        }
        used.proofs.insert(proof.to_owned());
        used.ends.insert((until, proof.to_owned(), key.to_owned()));
        *used.of_keys.entry(key.to_owned()).or_default() += 1;
        Ok(())
    }
}

impl Used {
    fn forget(&mut self, now: Timestamp) {
        while self.ends.first().is_some_and(|(until, ..)| *until <= now) {
            let Some((_, proof, key)) = self.ends.pop_first() else { return };
            self.proofs.remove(&proof);
            if let Some(count) = self.of_keys.get_mut(&key) {
                *count -= 1;
                if *count == 0 {
                    self.of_keys.remove(&key);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000);

    #[test]
    fn a_proof_works_once_as_long_as_it_is_fresh() {
        let replays = Replays::new(10, 10);
        assert_eq!(replays.first_use("key", "a", Timestamp(1_300), NOW), Ok(()));
        assert_eq!(replays.first_use("key", "a", Timestamp(1_300), NOW), Err(Reason::ProofReplayed));
        assert_eq!(replays.first_use("key", "a", Timestamp(1_300), Timestamp(1_299)), Err(Reason::ProofReplayed));
        assert_eq!(replays.first_use("key", "b", Timestamp(1_300), NOW), Ok(()));
    }

    #[test]
    fn a_full_memory_refuses_and_forgets_what_is_over() {
        let replays = Replays::new(3, 2);
        assert_eq!(replays.first_use("one", "a", Timestamp(1_010), NOW), Ok(()));
        assert_eq!(replays.first_use("one", "b", Timestamp(1_020), NOW), Ok(()));
        assert_eq!(
            replays.first_use("one", "c", Timestamp(1_020), NOW),
            Err(Reason::ReplaysUnremembered),
            "one key leaves room for others"
        );
        assert_eq!(replays.first_use("two", "d", Timestamp(1_020), NOW), Ok(()));
        assert_eq!(replays.first_use("three", "e", Timestamp(1_020), NOW), Err(Reason::ReplaysUnremembered));
        assert_eq!(replays.first_use("three", "e", Timestamp(1_020), Timestamp(1_010)), Ok(()));
        // Law: nothing is forgotten to make room.
        assert_eq!(replays.first_use("two", "d", Timestamp(1_020), Timestamp(1_010)), Err(Reason::ProofReplayed));
    }
}
