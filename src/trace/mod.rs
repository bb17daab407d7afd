//! The glass box: what was said and checked, kept in memory for who may watch.
//!
//! A request that is watched has a [`Noting`], which hears its checks; when it is answered, the message goes to [`Traces`], which keeps
//! the last flows. In the demo all of them are kept whole (but for passwords, cookies, form tokens and client secrets). Elsewhere nothing
//! is, unless the operator has one client traced for a time; then its own flows are, redacted.

mod endpoint;
mod exchange;
mod field;
mod lineage;
mod notes;
mod shelf;
mod token;

pub use endpoint::{Endpoint, Lane};
pub use exchange::{Answer, Exchange, MOST_ANSWER, Passed, Redirect};
pub use field::{Field, Kind, Shown};
pub use notes::{Note, Noting};
pub use shelf::{Flow, KEPT, MOST_FLOWS, Mark};
pub use token::Token;

use aws_lc_rs::hmac;
use doorward_protocol::check::Check;
use doorward_protocol::secret::Entropy;
use doorward_protocol::values::{ClientId, Timestamp};
use field::View;
use shelf::Shelf;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What was kept; clones share it.
#[derive(Clone)]
pub struct Traces(Arc<Inner>);

struct Inner {
    view: View,
    /// Until when somebody is watched: the fast answer for everybody else.
    until: AtomicI64,
    watched: Mutex<HashMap<ClientId, Timestamp>>,
    shelf: Mutex<Shelf>,
}

/// A check that refused a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The rule.
    pub check: Check,
    /// What would have passed.
    pub expected: Option<String>,
    /// What came.
    pub received: Option<String>,
    /// In which request.
    pub request_id: String,
}

fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Traces {
    /// Those of the demo: everything is watched.
    pub fn demo() -> Self {
        Self::with(View::Whole, i64::MAX)
    }

    /// Those of any other server: nothing is watched until somebody is [named](Self::watch).
    pub fn redacted(rng: &dyn Entropy) -> Self {
        let mut key = [0u8; 32];
        rng.fill(&mut key);
        Self::with(View::Redacted(Box::new(hmac::Key::new(hmac::HMAC_SHA256, &key))), i64::MIN)
    }

    fn with(view: View, until: i64) -> Self {
        Self(Arc::new(Inner { view, until: AtomicI64::new(until), watched: Mutex::default(), shelf: Mutex::default() }))
    }

    /// Whether these are the demo's.
    pub fn is_demo(&self) -> bool {
        self.0.view.is_whole()
    }

    /// Forgets flows that nothing was added to for a day.
    pub fn forget_old(&self, now: Timestamp) {
        open(&self.0.shelf).end_before(now.minus(KEPT));
    }

    /// Whose flows are kept, and until when; those of everybody else are forgotten. In the demo all are, whatever is said here.
    pub fn watch(&self, watched: HashMap<ClientId, Timestamp>) {
        if self.is_demo() {
            return;
        }
        let until = watched.values().map(|until| until.0).max().unwrap_or(i64::MIN);
        open(&self.0.shelf).keep_only(|client| client.is_some_and(|client| watched.contains_key(client)));
        *open(&self.0.watched) = watched;
        self.0.until.store(until, Ordering::Relaxed);
    }

    /// Whether nobody at all is watched.
    pub fn is_off(&self) -> bool {
        self.0.until.load(Ordering::Relaxed) == i64::MIN
    }

    /// Notes for a request to this path below the issuer, if it is to be watched. Costs a comparison where nobody is.
    pub fn noting(&self, path: &str, now: impl FnOnce() -> Timestamp) -> Noting {
        let until = self.0.until.load(Ordering::Relaxed);
        if until == i64::MIN || Endpoint::of(path).is_none() || now().0 >= until { Noting::default() } else { Noting::on() }
    }

    /// Whether a message with these notes, that came then, is to be kept: everything in the demo, elsewhere what a watched client sent.
    pub fn wants(&self, notes: &Noting, at: Timestamp) -> bool {
        if !notes.is_on() || self.is_demo() {
            return notes.is_on();
        }
        notes.whose().is_some_and(|client| open(&self.0.watched).get(&client).is_some_and(|until| at < *until))
    }

    /// Keeps a message that was answered, if it is to be kept. Of one that isn't, nothing is looked at.
    pub fn keep(&self, passed: &Passed<'_>) {
        if !self.wants(passed.notes, passed.at) {
            return;
        }
        if let Some((exchange, links)) = Exchange::take(&self.0.view, passed) {
            open(&self.0.shelf).put(exchange, links, !self.is_demo());
        }
    }

    /// The message of that request id.
    pub fn exchange(&self, request_id: &str) -> Option<Arc<Exchange>> {
        let kept = open(&self.0.shelf);
        let found = kept.flows().flat_map(|flow| &flow.exchanges).find(|(_, exchange)| exchange.request_id == request_id);
        found.map(|(_, exchange)| Arc::clone(exchange))
    }

    /// The flows, the one that moved last first.
    pub fn flows(&self) -> Vec<Flow> {
        open(&self.0.shelf).flows().cloned().collect()
    }

    /// The flow of that name.
    pub fn flow(&self, id: &str) -> Option<Flow> {
        open(&self.0.shelf).flows().find(|flow| flow.id == id).cloned()
    }

    /// What refused a client's requests after a mark, in order.
    pub fn refusals(&self, client: &ClientId, after: Mark) -> Vec<Refused> {
        let mut found: Vec<(Mark, Refused)> = Vec::new();
        for (mark, exchange) in open(&self.0.shelf).flows().flat_map(|flow| &flow.exchanges) {
            if *mark <= after || exchange.client.as_ref() != Some(client) {
                continue;
            }
            found.extend(exchange.checks.iter().filter(|note| !note.holds).map(|note| {
                let (expected, received) =
                    note.evidence.as_ref().map(|evidence| (evidence.expected.to_string(), evidence.received.to_string())).unzip();
                (*mark, Refused { check: note.check, expected, received, request_id: exchange.request_id.clone() })
            }));
        }
        found.sort_by_key(|(mark, _)| *mark);
        found.into_iter().map(|(_, refused)| refused).collect()
    }

    /// Where the order of messages stands now.
    pub fn mark(&self) -> Mark {
        open(&self.0.shelf).mark()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        open(&self.0.shelf).clear();
    }
}

impl fmt::Debug for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Traces(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemEntropy;

    #[test]
    fn while_one_client_is_watched_nothing_of_anothers_message_is_looked_at() {
        let traces = Traces::redacted(&SystemEntropy::default());
        let now = Timestamp(1_000);
        traces.watch(HashMap::from([(ClientId::new("watched"), now.plus(doorward_protocol::values::Seconds(60)))]));
        let message = |client: Option<&str>, at: Timestamp| {
            let notes = traces.noting("/token", || at);
            if let Some(client) = client {
                notes.client(&ClientId::new(client));
            }
            notes.body(b"grant_type=authorization_code");
            traces.keep(&Passed {
                request_id: "r",
                at,
                micros: 1,
                method: "POST",
                path: "/token",
                base: "",
                query: None,
                headers: Vec::new(),
                status: 200,
                answer_headers: Vec::new(),
                answer: Vec::new(),
                notes: &notes,
            });
            notes.take().body.is_empty()
        };
        assert!(message(Some("watched"), now));
        assert_eq!(traces.flows().len(), 1);
        // Law: who isn't watched pays nothing for who is, and leaves nothing behind.
        assert!(!message(Some("another"), now) && !message(None, now));
        assert_eq!(traces.flows().len(), 1);
    }
}
