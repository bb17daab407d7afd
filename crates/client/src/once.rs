//! What may be used once.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::room::make_room;
use crate::time::Timestamp;

/// So many used names are remembered at most.
const MOST: usize = 10_000;

/// Names that were used, until they would be refused anyway. In the memory of this process.
#[derive(Default)]
pub(crate) struct Once(Mutex<HashMap<String, Timestamp>>);

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Once(…)")
    }
}

impl Once {
    /// Whether it is the first time.
    pub fn first(&self, name: &str, until: Timestamp, now: Timestamp) -> bool {
        let mut known = self.lock();
        if known.get(name).is_some_and(|until| *until > now) {
            return false;
        }
        make_room(&mut known, MOST, 1, |until| *until <= now, |until| *until);
        known.insert(name.to_owned(), until);
        true
    }

    /// It may be used again.
    pub fn forget(&self, name: &str) {
        self.lock().remove(name);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Once};
    use crate::time::Timestamp;

    #[test]
    fn a_name_works_once_however_many_bring_it_at_the_same_moment() {
        let once = Once::default();
        let firsts = std::thread::scope(|scope| {
            let all: Vec<_> = (0..50).map(|_| scope.spawn(|| once.first("a", Timestamp(10), Timestamp(0)))).collect();
            all.into_iter().filter_map(|one| one.join().ok()).filter(|first| *first).count()
        });
        assert_eq!(firsts, 1);
        once.forget("a");
        assert!(once.first("a", Timestamp(10), Timestamp(0)));
    }

    #[test]
    fn memory_has_a_bound_and_what_ends_first_gives_way() {
        let once = Once::default();
        for number in 0..=MOST {
            let until = 100 + i64::try_from(number).expect("a small number");
            assert!(once.first(&number.to_string(), Timestamp(until), Timestamp(0)));
        }
        assert_eq!(once.lock().len(), MOST);
        assert!(!once.first(&MOST.to_string(), Timestamp(1_000_000), Timestamp(0)));
        assert!(once.first("0", Timestamp(100), Timestamp(0)));
    }
}
