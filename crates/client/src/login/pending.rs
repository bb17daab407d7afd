//! A login that was begun, while the browser is away.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::random::random;
use crate::time::{Seconds, Timestamp};

/// What the answer will be measured against. It is secret: whoever knows it can finish the login. It can be kept in a session on the
/// server, or in a cookie that is encrypted; `Debug` shows nothing of it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Pending {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    pub(super) return_to: String,
    pub(super) begun: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max_age: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) acr: Vec<String>,
}

impl Pending {
    pub(super) fn new(return_to: String, begun: Timestamp) -> Self {
        Self { state: random(), nonce: random(), verifier: random(), return_to, begun, max_age: None, acr: Vec::new() }
    }

    /// What comes back in the answer: find the pending login of this browser by it.
    pub fn state(&self) -> &str {
        &self.state
    }

    /// Where the person wanted to go: a path of this site.
    pub fn return_to(&self) -> &str {
        &self.return_to
    }

    /// When it began.
    pub fn begun(&self) -> Timestamp {
        self.begun
    }

    /// A person may look for their password so long.
    pub(crate) const LIFE: Seconds = Seconds::hours(1);

    /// Whether it is over: nothing needs to be kept any longer.
    pub fn is_over(&self, now: Timestamp) -> bool {
        !(-300..Self::LIFE.0).contains(&now.since(self.begun).0)
    }

    pub(super) fn is_answered_by(&self, state: &str) -> bool {
        verify_slices_are_equal(self.state.as_bytes(), state.as_bytes()).is_ok()
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pending(…)")
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.verifier.zeroize();
    }
}
