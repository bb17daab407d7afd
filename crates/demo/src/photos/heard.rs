//! What the photo service heard lately, for who checks a learner's app. Memory only, and no token in it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many calls are remembered.
const MOST: usize = 64;

/// One call, as the guard judged it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// It was let in.
    Served,
    /// It carried no bearer token.
    NoToken,
    /// What it carried is no access token by its `typ`.
    NotAccessToken(String),
    /// Its token is for somebody else.
    Audience,
    /// Its token lacks the scope.
    Scope,
    /// It was refused for another reason.
    Refused(&'static str),
}

#[derive(Debug, Default)]
struct Calls {
    count: u64,
    last: VecDeque<Call>,
}

/// The calls lately, in order. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Heard(Arc<Mutex<Calls>>);

impl Heard {
    fn open(&self) -> MutexGuard<'_, Calls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note(&self, call: Call) {
        let mut calls = self.open();
        calls.count += 1;
        calls.last.push_back(call);
        if calls.last.len() > MOST {
            calls.last.pop_front();
        }
    }

    /// How many there were.
    pub fn mark(&self) -> u64 {
        self.open().count
    }

    /// Those after a mark, as far as they are remembered.
    pub fn after(&self, mark: u64) -> Vec<Call> {
        let calls = self.open();
        let new = usize::try_from(calls.count.saturating_sub(mark)).unwrap_or(MOST);
        calls.last.iter().skip(calls.last.len().saturating_sub(new)).cloned().collect()
    }
}
