//! What one request's checks were: taken down while it is answered, where somebody watches.

use doorward_protocol::check::{Check, Checks, Evidence, Listener};
use doorward_protocol::error::Refusal;
use doorward_protocol::values::ClientId;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many checks of one request are kept; none asks nearly as many.
const MOST_NOTES: usize = 400;

/// One check as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The rule.
    pub check: Check,
    /// Whether it held.
    pub holds: bool,
    /// What was expected and what came, where there was something to show.
    pub evidence: Option<Evidence>,
}

/// What is taken down of one request.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) notes: Vec<Note>,
    pub(super) client: Option<ClientId>,
    pub(super) body: Vec<u8>,
}

/// Takes notes of one request, or, where nobody watches, none: then a check costs a branch.
#[derive(Clone, Default)]
pub struct Noting(Option<Arc<Pad>>);

#[derive(Default)]
struct Pad(Mutex<Taken>);

impl Pad {
    fn open(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener for Pad {
    fn heard(&self, check: Check, holds: bool, evidence: Option<&Evidence>) {
        let mut taken = self.open();
        if taken.notes.len() < MOST_NOTES {
            taken.notes.push(Note { check, holds, evidence: evidence.cloned() });
        }
    }
}

impl Noting {
    /// Somebody watches.
    pub fn on() -> Self {
        Self(Some(Arc::default()))
    }

    /// Whether somebody watches.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Checks that are heard here.
    pub fn checks(&self) -> Checks<'_> {
        self.0.as_deref().map_or_else(Checks::silent, |pad| Checks::told_to(pad))
    }

    /// Whose request it is, as far as is known: the last word counts.
    pub fn client(&self, id: &ClientId) {
        if let Some(pad) = &self.0 {
            pad.open().client = Some(id.clone());
        }
    }

    /// Whose request it is, as far as is known by now.
    pub(super) fn whose(&self) -> Option<ClientId> {
        self.0.as_ref().and_then(|pad| pad.open().client.clone())
    }

    /// The body that came.
    pub fn body(&self, bytes: &[u8]) {
        if let Some(pad) = &self.0 {
            pad.open().body = bytes.to_vec();
        }
    }

    /// The rule that decided the answer, unless it was heard as a check.
    pub fn refused(&self, refusal: &Refusal) {
        let Some(pad) = &self.0 else { return };
        let mut taken = pad.open();
        if !taken.notes.iter().any(|note| !note.holds && note.check == refusal.check) {
            taken.notes.push(Note { check: refusal.check, holds: false, evidence: refusal.evidence.clone() });
        }
    }

    /// How far the notes go by now.
    pub(crate) fn so_far(&self) -> usize {
        self.0.as_ref().map_or(0, |pad| pad.open().notes.len())
    }

    /// Back to there: what follows is done once more, and the last time counts.
    pub(crate) fn back_to(&self, so_far: usize) {
        if let Some(pad) = &self.0 {
            pad.open().notes.truncate(so_far);
        }
    }

    /// Everything that was taken down.
    pub(super) fn take(&self) -> Taken {
        self.0.as_ref().map(|pad| std::mem::take(&mut *pad.open())).unwrap_or_default()
    }
}

/// Without what was taken down: it may hold a secret.
impl fmt::Debug for Noting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Noting({})", self.is_on())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_again_is_noted_as_it_went_the_last_time() {
        let noting = Noting::on();
        let _ = noting.checks().hold(Check::ClientKnown, true);
        let mark = noting.so_far();
        for holds in [true, false] {
            noting.back_to(mark);
            let _ = noting.checks().hold(Check::CodeUnspent, holds);
        }
        noting.refused(&Refusal::by(Check::CodeUnspent));
        noting.refused(&Refusal::by(Check::CodeKnown));
        let taken: Vec<_> = noting.take().notes.into_iter().map(|note| (note.check, note.holds)).collect();
        // Law: each check stands once, and the one that decided last.
        assert_eq!(taken, [(Check::ClientKnown, true), (Check::CodeUnspent, false), (Check::CodeKnown, false)]);
    }

    #[test]
    fn where_nobody_watches_nothing_is_kept() {
        let noting = Noting::default();
        assert!(noting.checks().hold(Check::ClientKnown, false).is_err());
        noting.body(b"password=x");
        noting.client(&ClientId::new("app"));
        let taken = noting.take();
        // Law: off is off.
        assert!(taken.notes.is_empty() && taken.body.is_empty() && taken.client.is_none());
    }
}
