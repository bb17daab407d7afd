//! From what verifying a token gave to the named checks of whoever asked for it.

use crate::check::{Check, Checks, Evidence};
use crate::error::Refusal;
use crate::jose::JwsError;
use std::borrow::Cow;

/// Makes the checks that verifying stands for, in the order in which it makes them; `check_of` names the one that an error
/// is about.
pub(crate) fn judged<T>(
    outcome: Result<T, JwsError>,
    order: &[Check],
    check_of: fn(JwsError) -> Check,
    checks: &mut Checks<'_>,
) -> Result<T, Refusal> {
    let refused = outcome.as_ref().err().map(|error| (check_of(*error), *error));
    for check in order {
        let reason = refused.filter(|(failed, _)| failed == check);
        checks.require(*check, reason.is_none(), || {
            let received = reason.map_or(Cow::Borrowed("such a token"), |(_, error)| error.to_string().into());
            Evidence::new(check.rule().source, received)
        })?;
    }
    outcome.map_err(|error| Refusal::by(check_of(error)))
}

/// A text from outside, short enough for evidence.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(200).collect()
}
