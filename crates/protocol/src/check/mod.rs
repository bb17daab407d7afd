//! Every rule has a name. One table gives each its source, the error it leads to, to whom it speaks, and a sentence.

mod table;

pub use table::Check;

use crate::error::{ErrorCode, Refusal};
use std::borrow::Cow;

/// To whom a check explains itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    /// To anybody: it says nothing that the request didn't.
    Always,
    /// To a client that has authenticated.
    Authenticated,
    /// To the client's owner only; others get the general sentence of the error.
    Owner,
}

/// What the table says of a check.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name, as it is written in logs and metrics.
    pub name: &'static str,
    /// The specification and section.
    pub source: &'static str,
    /// The protocol error it leads to.
    pub error: ErrorCode,
    /// To whom the sentence is told.
    pub tell: Tell,
    /// What a client's author should change: ASCII without quotes and backslashes.
    pub sentence: &'static str,
}

/// What a rule expected and what it got: for the log, the inspector and the client's owner. Never a secret in clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What would have passed.
    pub expected: Cow<'static, str>,
    /// What came.
    pub received: Cow<'static, str>,
}

impl Evidence {
    /// Both sides.
    pub fn new(expected: impl Into<Cow<'static, str>>, received: impl Into<Cow<'static, str>>) -> Self {
        Self { expected: expected.into(), received: received.into() }
    }
}

/// Takes note of each check as it is made.
pub trait Listener: Send + Sync {
    /// The check, whether it held, and what there was to show.
    fn heard(&self, check: Check, holds: bool, evidence: Option<&Evidence>);
}

/// Runs checks: the first that fails decides the answer; a listener, if there is one, hears of all.
#[derive(Clone, Copy, Default)]
pub struct Checks<'l> {
    listener: Option<&'l dyn Listener>,
}

impl<'l> Checks<'l> {
    /// Nobody listens: a check costs a branch.
    pub fn silent() -> Self {
        Self { listener: None }
    }

    /// Tells `listener` of every check.
    pub fn told_to(listener: &'l dyn Listener) -> Self {
        Self { listener: Some(listener) }
    }

    /// Requires that the rule `check` holds.
    ///
    /// # Errors
    /// The [`Refusal`] of that rule when it doesn't.
    pub fn require(&mut self, check: Check, holds: bool, evidence: impl FnOnce() -> Evidence) -> Result<(), Refusal> {
        self.require_some(check, holds.then_some(()), evidence)
    }

    /// Requires that a value is there, where there is something to show.
    ///
    /// # Errors
    /// The [`Refusal`] of that rule when it isn't.
    pub fn require_some<T>(&mut self, check: Check, value: Option<T>, evidence: impl FnOnce() -> Evidence) -> Result<T, Refusal> {
        let evidence = (value.is_none() || self.listener.is_some()).then(evidence);
        if let Some(listener) = self.listener {
            listener.heard(check, value.is_some(), evidence.as_ref());
        }
        value.ok_or(Refusal { check, evidence, authenticated: false })
    }

    /// Requires that the rule `check` holds, where there is nothing to show.
    ///
    /// # Errors
    /// The [`Refusal`] of that rule when it doesn't.
    pub fn hold(&mut self, check: Check, holds: bool) -> Result<(), Refusal> {
        if let Some(listener) = self.listener {
            listener.heard(check, holds, None);
        }
        if holds { Ok(()) } else { Err(Refusal::by(check)) }
    }

    /// Requires that a value is there.
    ///
    /// # Errors
    /// The [`Refusal`] of that rule when it isn't.
    pub fn some<T>(&mut self, check: Check, value: Option<T>) -> Result<T, Refusal> {
        self.hold(check, value.is_some())?;
        value.ok_or_else(|| Refusal::by(check))
    }
}

/// For tests: what was heard, in order.
#[cfg(test)]
#[derive(Default)]
pub(crate) struct Heard(std::sync::Mutex<Vec<(Check, bool)>>);

#[cfg(test)]
impl Heard {
    pub(crate) fn all(&self) -> Vec<(Check, bool)> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
impl Listener for Heard {
    fn heard(&self, check: Check, holds: bool, _: Option<&Evidence>) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((check, holds));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_source_and_a_sentence_that_may_be_sent() {
        for check in Check::ALL {
            let rule = check.rule();
            assert!(!rule.source.is_empty());
            assert!(rule.sentence.ends_with('.'), "{check:?}");
            assert!(rule.sentence.bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)), "{check:?}");
        }
    }

    #[test]
    fn the_first_rule_that_fails_decides_and_the_listener_hears_all_before_it() {
        let heard = Heard::default();
        let mut checks = Checks::told_to(&heard);
        let outcome = checks
            .hold(Check::CodeKnown, true)
            .and_then(|()| checks.require(Check::CodeInTime, false, || Evidence::new("in time", "late")))
            .and_then(|()| checks.hold(Check::CodeUnspent, false));
        assert_eq!(outcome.map_err(|refusal| refusal.check), Err(Check::CodeInTime));
        assert_eq!(heard.all(), [(Check::CodeKnown, true), (Check::CodeInTime, false)]);
    }

    #[test]
    fn with_no_listener_a_rule_that_holds_gathers_no_evidence() {
        let mut gathered = false;
        let outcome = Checks::silent().require(Check::CodeInTime, true, || {
            gathered = true;
            Evidence::new("", "")
        });
        assert!(outcome.is_ok() && !gathered);
    }
}
