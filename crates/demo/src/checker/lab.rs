//! An app that is pointed at an issuer of the lab: one login, which must fail unless the issuer makes no mistake.

use url::Url;

use super::mistakes::Mistake;
use super::report::Fault;
use super::stage::{Stage, Stop};
use super::trials::{Step, Trial};
use crate::lab::{AnswerFault, ClaimsFault, Fault as Wrong, HeaderFault, Row, row};
use crate::player::{Limits, Origin, Player};

/// Whether the login leads to the lab; then this is the whole check.
pub(super) fn pointed(stage: &mut Stage<'_>) -> Result<bool, Stop> {
    let login = stage.page(|paths| paths.login.as_ref(), Step::LogIn)?;
    let account = stage.page(|paths| paths.account.as_ref(), Step::LogIn)?;
    let Some(lab) = Origin::parse(stage.bench.lab) else { return Ok(false) };
    // Only an app that leads there makes the lab one of the places that may be called.
    let Ok(asked) = stage.begin_at(&mut stage.player.browser(), &login) else { return Ok(false) };
    let Some(found) = Some(&asked.url).filter(|url| lab.holds(url)).and_then(issuer) else { return Ok(false) };
    stage.report.lab = Some(found.name);
    let player = Player::new(&[stage.app.clone(), lab], Limits::default());
    // The issuer that repeats a state needs a login before.
    let times = if found.fault == Wrong::Answer(AnswerFault::ReplayedState) { 2 } else { 1 };
    let mut logged_in = false;
    for _ in 0..times {
        let mut browser = player.browser();
        let first = Stage::of_app(browser.get(&login), Mistake::LoginStays)?;
        drop(browser.follow(first, |_| false));
        logged_in = Stage::of_app(browser.get(&account), Mistake::AccountEmpty)?.ok();
    }
    // Who reads the ID token and not userinfo is right, too.
    if logged_in == (found.fault == Wrong::None) || found.fault == Wrong::Userinfo {
        stage.passed(Trial::Lab);
        return Ok(true);
    }
    let fault = Fault { trial: Trial::Lab, ..Fault::of(mistake(found.fault)) };
    Err(fault.instead_of(found.must.en).got(format!("{}/{}", stage.bench.lab, found.name)).into())
}

fn issuer(url: &Url) -> Option<&'static Row> {
    url.path_segments()?.next().and_then(row)
}

/// The row that answers a fault of the lab.
fn mistake(wrong: Wrong) -> Mistake {
    match wrong {
        // The one that makes no mistake must be accepted.
        Wrong::None | Wrong::Userinfo | Wrong::Discovery => Mistake::CallbackFails,
        Wrong::Answer(AnswerFault::WrongState | AnswerFault::ReplayedState) => Mistake::StateUnchecked,
        Wrong::Answer(AnswerFault::NoState) => Mistake::StateOptional,
        Wrong::Answer(AnswerFault::WrongIss) => Mistake::IssUnchecked,
        Wrong::Answer(AnswerFault::NoIss) => Mistake::IssOptional,
        Wrong::Answer(AnswerFault::RepeatedCode | AnswerFault::ErrorWithCode) => Mistake::DeniedWelcomed,
        Wrong::Claims(ClaimsFault::WrongNonce | ClaimsFault::NoNonce) => Mistake::NonceUnchecked,
        Wrong::Claims(ClaimsFault::Expired | ClaimsFault::NoExpiry | ClaimsFault::FromTheFuture | ClaimsFault::NotYetValid) => {
            Mistake::ExpiryUnchecked
        }
        Wrong::Claims(ClaimsFault::WrongAudience | ClaimsFault::ExtraAudience | ClaimsFault::WrongAzp | ClaimsFault::NoScope) => {
            Mistake::AudienceUnchecked
        }
        Wrong::Claims(ClaimsFault::WrongIssuer) => Mistake::IssuerUnchecked,
        Wrong::Claims(ClaimsFault::WrongAtHash)
        | Wrong::Header(
            HeaderFault::AlgNone
            | HeaderFault::Hs256
            | HeaderFault::UnknownKid
            | HeaderFault::ForeignKey
            | HeaderFault::EmbeddedJwk
            | HeaderFault::EmbeddedJku
            | HeaderFault::Edited
            | HeaderFault::Critical
            | HeaderFault::WrongType
            | HeaderFault::OtherKind,
        ) => Mistake::SignatureUnchecked,
    }
}
