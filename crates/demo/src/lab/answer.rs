//! What the browser carries back to the app.

use aws_lc_rs::error::Unspecified;
use url::Url;

use super::desk::Desk;
use super::faults::{AnswerFault, Fault, Row};
use super::keys::random;

/// What an answer is made of.
pub(super) struct Going<'a> {
    pub(super) row: &'static Row,
    pub(super) issuer: &'a str,
    pub(super) elsewhere: &'a str,
    pub(super) code: &'a str,
    pub(super) state: Option<&'a str>,
    /// Who asked: a replayed state is one of theirs.
    pub(super) client: &'a str,
}

/// The address that the browser is sent to (RFC 6749 §4.1.2, RFC 9207 §2).
pub(super) fn address(mut target: Url, going: &Going<'_>, desk: &Desk) -> Result<String, Unspecified> {
    let fault = match going.row.fault {
        Fault::Answer(fault) => Some(fault),
        Fault::None | Fault::Claims(_) | Fault::Header(_) | Fault::Userinfo | Fault::Discovery => None,
    };
    let state = match (fault, going.state) {
        (Some(AnswerFault::WrongState), _) => Some(random()?),
        (Some(AnswerFault::NoState), _) | (_, None) => None,
        (Some(AnswerFault::ReplayedState), Some(state)) => Some(desk.first_state(&format!("{} {target}", going.client), state)),
        (_, Some(state)) => Some(state.to_owned()),
    };
    let iss = if fault == Some(AnswerFault::WrongIss) { going.elsewhere } else { going.issuer };
    let iss = (fault != Some(AnswerFault::NoIss)).then_some(iss);
    {
        let mut query = target.query_pairs_mut();
        if fault == Some(AnswerFault::RepeatedCode) {
            query.append_pair("code", &random()?);
        }
        if fault == Some(AnswerFault::ErrorWithCode) {
            query.append_pair("error", "access_denied");
        }
        query.append_pair("code", going.code);
        query.extend_pairs(state.map(|state| ("state", state)));
        query.extend_pairs(iss.map(|iss| ("iss", iss)));
    }
    Ok(target.into())
}

/// Browsers are sent to this machine alone.
pub(super) fn on_loopback(redirect_uri: &str) -> Option<Url> {
    let url = Url::parse(redirect_uri).ok()?;
    let local = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    let plain =
        matches!(url.scheme(), "http" | "https") && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    (local && plain).then_some(url)
}
