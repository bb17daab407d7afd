//! Time that stands still until it is moved.

use doorward::clock::Clock;
use doorward_protocol::values::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering};

/// When every world begins, in Unix seconds: 15 January 2027, 08:00 UTC.
pub const START: i64 = 1_800_000_000;

/// A clock that a test sets.
#[derive(Debug)]
pub struct FakeClock(AtomicI64);

impl Default for FakeClock {
    fn default() -> Self {
        Self(AtomicI64::new(START))
    }
}

impl FakeClock {
    /// Lets so many seconds pass; a negative number sets the clock back.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Sets it to a moment, in Unix seconds.
    pub fn set(&self, at: i64) {
        self.0.store(at, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}
