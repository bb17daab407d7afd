//! Answers kept by a key: as many as fit, one request a key at a time, renewed before they end.

use std::collections::HashMap;
use std::fmt;
use std::future::{Future, pending};
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

use crate::room::make_room;
use crate::time::{Seconds, Timestamp};

/// After a renewal that failed, the next is tried so much later.
const PAUSE: Seconds = Seconds(5);

/// What is kept.
#[derive(Clone, Debug)]
pub(crate) struct Held<V> {
    pub value: V,
    /// From then on a new one is fetched, while this one is still used.
    pub renew_at: Timestamp,
    /// From then on it is not used.
    pub until: Timestamp,
}

pub(crate) struct Memory<V, E> {
    most: usize,
    slots: Mutex<HashMap<String, Arc<Slot<V, E>>>>,
}

struct Slot<V, E> {
    state: Mutex<State<V, E>>,
    turn: Arc<Turn<()>>,
}

struct State<V, E> {
    held: Option<Held<V>>,
    /// How many requests have ended, and how the last one failed: those who waited for it don't ask once more.
    ended: u64,
    failed: Option<E>,
}

impl<V, E> fmt::Debug for Memory<V, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("most", &self.most).finish_non_exhaustive()
    }
}

impl<V, E> Memory<V, E>
where
    V: Clone + Send + Sync + 'static,
    E: Clone + Send + Sync + 'static,
{
    /// For so many answers.
    pub fn new(most: usize) -> Self {
        Self { most, slots: Mutex::new(HashMap::new()) }
    }

    /// What is kept under `key` and good at `now`, or what `fetch` gives: it is run once for all who ask meanwhile, and goes on when
    /// they leave.
    pub async fn get<F>(&self, key: &str, now: Timestamp, fetch: F) -> Result<V, E>
    where
        F: Future<Output = Result<Held<V>, E>> + Send + 'static,
    {
        let slot = self.slot(key, now);
        let seen = slot.lock().ended;
        if let Some(held) = slot.good(now) {
            if now >= held.renew_at
                && let Ok(turn) = Arc::clone(&slot.turn).try_lock_owned()
            {
                tokio::spawn(slot.renew(turn, now, fetch));
            }
            return Ok(held.value);
        }
        let work = async move {
            let turn = Arc::clone(&slot.turn).lock_owned().await;
            match slot.brought(seen, now) {
                Some(outcome) => outcome,
                None => slot.renew(turn, now, fetch).await,
            }
        };
        match tokio::spawn(work).await {
            Ok(outcome) => outcome,
            Err(ended) => match ended.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                // The runtime shuts down, and this with it.
                Err(_) => pending().await,
            },
        }
    }

    /// Puts out what is kept under `key`, if it is still what `same` means.
    pub fn forget(&self, key: &str, same: impl Fn(&V) -> bool) {
        let slot = lock(&self.slots).get(key).cloned();
        if let Some(slot) = slot {
            let mut state = slot.lock();
            if state.held.as_ref().is_some_and(|held| same(&held.value)) {
                state.held = None;
            }
        }
    }

    /// How many are kept.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        lock(&self.slots).len()
    }

    fn slot(&self, key: &str, now: Timestamp) -> Arc<Slot<V, E>> {
        let mut slots = lock(&self.slots);
        if let Some(slot) = slots.get(key) {
            return Arc::clone(slot);
        }
        // An eighth at once: a flood of keys costs little each.
        let end = |slot: &Arc<Slot<V, E>>| slot.lock().held.as_ref().map_or(Timestamp(0), |held| held.until);
        make_room(&mut slots, self.most, (self.most / 8).max(1), |slot| end(slot) <= now && slot.turn.try_lock().is_ok(), end);
        let state = State { held: None, ended: 0, failed: None };
        let slot = Arc::new(Slot { state: Mutex::new(state), turn: Arc::default() });
        slots.insert(key.to_owned(), Arc::clone(&slot));
        slot
    }
}

impl<V: Clone, E: Clone> Slot<V, E> {
    fn good(&self, now: Timestamp) -> Option<Held<V>> {
        self.lock().held.as_ref().filter(|held| now < held.until).cloned()
    }

    /// What a request brought that has ended since.
    fn brought(&self, seen: u64, now: Timestamp) -> Option<Result<V, E>> {
        let state = self.lock();
        if state.ended == seen {
            return None;
        }
        let good = state.held.as_ref().filter(|held| now < held.until);
        good.map(|held| Ok(held.value.clone())).or_else(|| state.failed.clone().map(Err))
    }

    async fn renew<F>(self: Arc<Self>, turn: OwnedMutexGuard<()>, now: Timestamp, fetch: F) -> Result<V, E>
    where
        F: Future<Output = Result<Held<V>, E>>,
    {
        let outcome = fetch.await;
        let mut state = self.lock();
        state.ended += 1;
        state.failed = outcome.as_ref().err().cloned();
        let outcome = match outcome {
            Ok(held) => {
                state.held = Some(held.clone());
                Ok(held.value)
            }
            Err(why) => {
                if let Some(held) = &mut state.held {
                    held.renew_at = now.plus(PAUSE);
                }
                Err(why)
            }
        };
        drop(state);
        drop(turn);
        outcome
    }
}

impl<V, E> Slot<V, E> {
    fn lock(&self) -> MutexGuard<'_, State<V, E>> {
        lock(&self.state)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
