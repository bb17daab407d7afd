//! Reading what the token endpoint answers.

use oauth2::basic::{BasicErrorResponse, BasicTokenType};
use oauth2::{ExtraTokenFields, StandardTokenResponse, TokenResponse as _};
use serde::{Deserialize, Serialize};

use super::{ACCESS_TOKEN, CallError};
use crate::AccessToken;
use crate::time::{Seconds, Timestamp};

/// A longer life than this is not believed.
const LONGEST_LIFE: Seconds = Seconds::days(1);
/// A token is not used in the last seconds of its life: it has a way to go.
const ON_THE_WAY: Seconds = Seconds(5);
/// What is passed on of the provider's words, in characters.
const MOST_WORDS: usize = 500;

const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// A token that was given.
#[derive(Debug)]
pub(super) struct Given {
    pub token: AccessToken,
    pub scopes: Option<Vec<String>>,
    pub life: Option<Seconds>,
}

/// RFC 8693 §2.2.1.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Exchanged {
    issued_token_type: Option<String>,
}

impl ExtraTokenFields for Exchanged {}

pub(super) fn read(status: u16, body: &[u8]) -> Result<Given, CallError> {
    if status != 200 {
        return Err(refused(status, body));
    }
    let bad = |what| CallError::BadAnswer { status, what };
    let answer: StandardTokenResponse<Exchanged, BasicTokenType> =
        serde_json::from_slice(body).map_err(|_| bad("that is no answer of a token endpoint"))?;
    // RFC 6749 §7.1: "The client MUST NOT use an access token if it does not understand the token type."
    if !matches!(answer.token_type(), BasicTokenType::Bearer) {
        return Err(bad("the token is of another type than Bearer"));
    }
    // RFC 8693 §2.2.1: what comes is not always an access token.
    if answer.extra_fields().issued_token_type.as_deref().is_some_and(|kind| ![ACCESS_TOKEN, JWT].contains(&kind)) {
        return Err(bad("the token is no access token"));
    }
    // It will stand in a header.
    let token = answer.access_token().secret();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(bad("the token can not be sent in a header"));
    }
    let scopes = answer.scopes().map(|scopes| scopes.iter().map(|scope| scope.as_str().to_owned()).collect());
    let life = answer.expires_in().map(|life| Seconds(i64::try_from(life.as_secs()).unwrap_or(i64::MAX)).min(LONGEST_LIFE));
    Ok(Given { token: AccessToken::new(token.clone()), scopes, life })
}

fn refused(status: u16, body: &[u8]) -> CallError {
    let short = |text: &str| text.chars().filter(|char| !char.is_control()).take(MOST_WORDS).collect::<String>();
    match serde_json::from_slice::<BasicErrorResponse>(body) {
        Ok(said) if (400..500).contains(&status) => CallError::Refused {
            error: short(said.error().as_ref()),
            description: said.error_description().map(|text| short(text)),
            uri: said.error_uri().map(|text| short(text)),
        },
        Ok(_) | Err(_) => CallError::BadAnswer { status, what: "that is no success and no error of a token endpoint" },
    }
}

/// From when on a token is renewed, and until when it is used. One that doesn't say how long it lives is used once.
pub(super) fn span(life: Option<Seconds>, now: Timestamp) -> (Timestamp, Timestamp) {
    let life = life.unwrap_or(Seconds(0));
    let until = now.plus(Seconds(life.0 - ON_THE_WAY.0.min(life.0 / 4)));
    (now.plus(Seconds(life.0 / 5 * 4)).min(until), until)
}
