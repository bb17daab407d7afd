//! A person enters the code that a device shows.

use crate::flows::{Ctx, FlowError};
use crate::store::device_codes::{self, Entry};
use crate::store::{Conn, failures};
use doorward_protocol::device::typed;
use doorward_protocol::secret::{Browser, Digest, random_id};
use doorward_protocol::throttle::{Allowance, CODES, CODES_OF_NETWORK, Verdict, network};
use doorward_protocol::values::{InteractionId, Seconds, Subject};

/// A code being entered.
pub struct Attempt {
    /// As it was typed.
    pub typed: String,
    /// In which browser.
    pub browser: Digest<Browser>,
    /// From which address.
    pub address: String,
    /// By whom, where somebody is logged in.
    pub subject: Option<Subject>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is this browser's: go on at its page.
    On(InteractionId),
    /// Unknown, expired, answered or another browser's; nobody learns which.
    Wrong,
    /// Too many wrong ones: the next after so long.
    Wait(Seconds),
}

/// Takes a code. Each one is counted before it is looked for, in the same transaction, so that parallel guesses are counted, too; a right
/// one is taken back and forgives nothing, or an attacker would enter codes of a device of their own in between.
///
/// # Errors
/// [`FlowError`].
pub async fn enter(ctx: &Ctx, attempt: Attempt) -> Result<Outcome, FlowError> {
    let now = ctx.now();
    let mut keys: Vec<(String, Allowance)> = vec![
        (format!("codes of network {}", network(&attempt.address)), CODES_OF_NETWORK),
        (format!("codes of browser {}", attempt.browser.to_text()), CODES),
    ];
    keys.extend(attempt.subject.map(|subject| (format!("codes of account {subject}"), CODES)));
    let page = InteractionId::new(random_id(&*ctx.rng));
    let code = typed(&attempt.typed).map(|code| {
        let sealed_code = ctx.seal.seal(CONTEXT, code.expose().as_bytes(), &*ctx.rng);
        (ctx.seal.keyed(&code), Entry { page, browser: attempt.browser, sealed_code })
    });
    let work = move |conn: &mut Conn| {
        for (key, allowance) in &keys {
            if let Verdict::Wait(wait) = failures::count(conn, key, *allowance, now)? {
                return Ok(Outcome::Wait(wait));
            }
        }
        let Some((keyed, entry)) = &code else { return Ok(Outcome::Wrong) };
        let Some(page) = device_codes::enter(conn, keyed, entry, now)? else { return Ok(Outcome::Wrong) };
        for (key, _) in &keys {
            failures::take_back(conn, key)?;
        }
        Ok::<_, FlowError>(Outcome::On(page))
    };
    let outcome = ctx.write(work).await?;
    if outcome == Outcome::Wrong || matches!(outcome, Outcome::Wait(_)) {
        tracing::warn!(target: "doorward::security", address = attempt.address, ?outcome, "wrong device code");
    }
    Ok(outcome)
}

/// To what a code that was entered is encrypted.
pub(super) const CONTEXT: &str = "user code";
