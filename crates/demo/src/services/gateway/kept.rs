//! What people did here, for as long as the program runs.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

/// So much is kept of everybody together.
const MOST: usize = 200;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Something was ordered.
    Order,
    /// Something was tried that must not work.
    Try,
}

struct Item {
    owner: String,
    kind: Kind,
    value: Value,
}

#[derive(Default)]
struct Shelf {
    items: VecDeque<Item>,
    last: u64,
}

/// The newest of it.
#[derive(Default)]
pub(super) struct Kept(Mutex<Shelf>);

impl Kept {
    /// Keeps it under a number, which it gives.
    pub(super) fn keep(&self, owner: &str, kind: Kind, mut value: Value) -> String {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last += 1;
        let id = kept.last.to_string();
        value["id"] = json!(id);
        if kept.items.len() >= MOST {
            kept.items.pop_front();
        }
        kept.items.push_back(Item { owner: owner.to_owned(), kind, value });
        id
    }

    /// What this person did, the newest first.
    pub(super) fn all(&self, owner: &str, kind: Kind) -> Vec<Value> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.items.iter().rev().filter(|item| item.kind == kind && item.owner == owner).map(|item| item.value.clone()).collect()
    }

    /// One of them; somebody else's is none.
    pub(super) fn one(&self, owner: &str, kind: Kind, id: &str) -> Option<Value> {
        self.all(owner, kind).into_iter().find(|value| value["id"] == id)
    }
}

#[cfg(test)]
mod tests {
    use super::{Kept, Kind, MOST};
    use serde_json::{Value, json};

    #[test]
    fn what_one_did_nobody_else_sees_and_the_oldest_goes_first() {
        let kept = Kept::default();
        let first = kept.keep("ada", Kind::Order, json!({}));
        assert!(kept.one("ada", Kind::Order, &first).is_some());
        assert_eq!((kept.one("bob", Kind::Order, &first), kept.one("ada", Kind::Try, &first)), (None, None));
        for _ in 0..MOST {
            kept.keep("bob", Kind::Try, json!({}));
        }
        // Law: memory is bounded.
        assert_eq!((kept.all("ada", Kind::Order), kept.all("bob", Kind::Try).len()), (Vec::<Value>::new(), MOST));
    }
}
