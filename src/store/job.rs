//! One queued write: a closure, and somebody who waits for its outcome.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rocket::tokio::sync::oneshot;

use super::conn::Conn;
use super::error::StoreError;

/// Whether what a closure wrote is to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Keep,
    Undo,
}

/// A write as the writer sees it: its types erased, its outcome held back until the commit.
pub(super) trait Job: Send {
    /// Nobody waits for the outcome any more.
    fn abandoned(&self) -> bool;
    /// Runs the closure and keeps its outcome, in place of that of an earlier run.
    fn run(&mut self, conn: &mut Conn) -> Verdict;
    /// Puts an error in place of the outcome.
    fn fail(&mut self, error: StoreError);
    /// Hands the outcome over.
    fn answer(self: Box<Self>);
}

/// A closure of the caller's types.
pub(super) struct Write<T, E, F> {
    work: F,
    outcome: Option<Result<T, E>>,
    caller: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Write<T, E, F>
where
    F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    /// The job, and where its outcome will arrive.
    pub(super) fn pair(work: F) -> (Box<dyn Job>, oneshot::Receiver<Result<T, E>>) {
        let (caller, outcome) = oneshot::channel();
        let job = Self { work, outcome: None, caller };
        (Box::new(job), outcome)
    }
}

impl<T, E, F> Job for Write<T, E, F>
where
    F: FnMut(&mut Conn) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn abandoned(&self) -> bool {
        self.caller.is_closed()
    }

    fn run(&mut self, conn: &mut Conn) -> Verdict {
        let outcome = caught(|| (self.work)(conn));
        let verdict = if outcome.is_ok() { Verdict::Keep } else { Verdict::Undo };
        self.outcome = Some(outcome);
        verdict
    }

    fn fail(&mut self, error: StoreError) {
        self.outcome = Some(Err(E::from(error)));
    }

    fn answer(self: Box<Self>) {
        if let Some(outcome) = self.outcome {
            // A caller who left meanwhile misses an outcome that stands all the same.
            let _ = self.caller.send(outcome);
        }
    }
}

/// Runs work whose panic is an error like others: it is rolled back, and the thread lives on. (The panic hook has told
/// where it happened.)
pub(super) fn caught<T, E: From<StoreError>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(E::from(StoreError::Panicked)))
}
