//! What an access token must say to be taken here: the rules, without keys, requests and clocks.

use doorward_protocol::jose::{JwsError, TimeRules, check_times, numeric_date};
use serde_json::{Map, Value};

use super::Reason;
use super::caller::{Binding, Told};
use crate::access_token::AccessToken;
use crate::time::{Seconds, Timestamp};

/// The parties of a chain that are read. A longer chain is no chain of ours.
const MOST_ACTORS: usize = 16;

/// How it is told that a person stands behind a token: nothing in RFC 9068 says so by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum People {
    /// By a login: the token has `auth_time`, and its `sub` is not its client. Doorward's tokens tell it so, exchanged ones too.
    #[default]
    ByLogin,
    /// By a `sub` that is another than the client: for issuers that leave `auth_time` out. Whether a machine could get a token there
    /// whose `sub` is not its `client_id`, by exchange for example, is for you to know.
    BySubject,
}

/// What kind of JWT an access token is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// RFC 9068: `typ` is `at+jwt`, and every claim that it demands is there.
    #[default]
    Rfc9068,
    /// From an issuer that doesn't follow it: `typ` may also be `JWT`, or absent; `client_id` may be `azp` or absent, `jti`, `iat` and `sub`
    /// may be absent, scopes may stand in `scp`. What has the marks of an ID token (`nonce`, `at_hash`, `c_hash`) is refused.
    Plain,
}

/// Whose tokens for whom.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub issuer: String,
    pub audience: String,
    pub leeway: Seconds,
    pub people: People,
    pub profile: Profile,
}

/// Where the claims come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A JWT whose signature held.
    Jwt,
    /// An answer of the issuer, which says `active` itself.
    Introspection,
}

impl Expected {
    /// Reads what is told, if it is good for this service at `now`.
    pub fn read(&self, claims: Map<String, Value>, source: Source, token: AccessToken, now: Timestamp) -> Result<Told, Reason> {
        self.issuer(&claims, source)?;
        self.audience(&claims)?;
        let strict = source == Source::Jwt && self.profile == Profile::Rfc9068;
        // RFC 8725 §3.12: kinds of token are told apart; an ID token that is addressed to us is still none.
        if source == Source::Jwt && ["nonce", "at_hash", "c_hash"].iter().any(|mark| claims.contains_key(*mark)) {
            return Err(Reason::IdToken);
        }
        let times = TimeRules { leeway: self.leeway, exp_required: source == Source::Jwt, iat_required: strict };
        check_times(&claims, now, times).map_err(reason_of)?;
        let needed = |name| text(&claims, name)?.map_or(if strict { Err(Reason::ClaimMissing) } else { Ok(None) }, |text| Ok(Some(text)));
        let token_id = needed("jti")?;
        let client = match needed("client_id")? {
            None if source == Source::Jwt => text(&claims, "azp")?,
            found => found,
        };
        // RFC 9068 §2.2: a machine's own token has the client as its subject; some issuers leave it out.
        let subject = needed("sub")?.or_else(|| client.clone()).ok_or(Reason::ClaimMissing)?;
        let auth_time = numeric_date(&claims, "auth_time").map_err(reason_of)?;
        if auth_time.is_some_and(|at| at > now.plus(self.leeway)) {
            return Err(Reason::ClaimMalformed);
        }
        let another = client.as_ref().is_none_or(|client| *client != subject);
        let person = match self.people {
            People::ByLogin => another && auth_time.is_some(),
            People::BySubject => another && claims.contains_key("sub"),
        };
        Ok(Told {
            scopes: scopes(&claims, strict)?,
            actors: actors(&claims)?,
            acr: text(&claims, "acr")?,
            expires_at: numeric_date(&claims, "exp").map_err(reason_of)?,
            binding: binding(&claims)?,
            subject,
            client,
            person,
            auth_time,
            token_id,
            claims,
            token,
        })
    }

    /// RFC 9068 §4: "The issuer identifier … MUST exactly match the value of the iss claim." An answer to a question may leave it out
    /// (RFC 7662 §2.2): whose it is, is known.
    fn issuer(&self, claims: &Map<String, Value>, source: Source) -> Result<(), Reason> {
        match claims.get("iss") {
            Some(Value::String(iss)) if *iss == self.issuer => Ok(()),
            None if source == Source::Introspection => Ok(()),
            Some(_) | None => Err(Reason::Issuer),
        }
    }

    /// For this service, and for no other: whoever else may be meant could carry it here (RFC 9700 §2.3).
    fn audience(&self, claims: &Map<String, Value>) -> Result<(), Reason> {
        let ours = match claims.get("aud") {
            Some(Value::String(aud)) => *aud == self.audience,
            Some(Value::Array(all)) => matches!(all.as_slice(), [Value::String(aud)] if *aud == self.audience),
            Some(_) | None => false,
        };
        if ours { Ok(()) } else { Err(Reason::Audience) }
    }
}

/// What verifying says, in the words of this service.
pub(super) fn reason_of(error: JwsError) -> Reason {
    match error {
        JwsError::TooLarge => Reason::TokenTooLong,
        JwsError::Malformed(_) => Reason::TokenMalformed,
        JwsError::AlgNotAllowed | JwsError::WeakSecret => Reason::Algorithm,
        JwsError::Critical => Reason::CriticalHeader,
        JwsError::WrongTyp => Reason::TokenType,
        JwsError::UnknownKey | JwsError::EmbeddedKey(_) => Reason::UnknownKey,
        JwsError::BadSignature => Reason::Signature,
        JwsError::MissingClaim(_) => Reason::ClaimMissing,
        JwsError::BadDate(_) => Reason::ClaimMalformed,
        JwsError::Expired => Reason::Expired,
        JwsError::NotYetValid => Reason::NotYetValid,
        JwsError::IssuedInFuture => Reason::IssuedInFuture,
    }
}

/// A claim that is a text with something in it, if it is there.
fn text(claims: &Map<String, Value>, name: &str) -> Result<Option<String>, Reason> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
        Some(_) => Err(Reason::ClaimMalformed),
    }
}

/// RFC 9068 §2.2.3: `scope`, by blanks. Others write `scp`, also as a list.
fn scopes(claims: &Map<String, Value>, strict: bool) -> Result<Vec<String>, Reason> {
    let words = |text: &str| text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    match (claims.get("scope"), claims.get("scp")) {
        (Some(Value::String(scope)), _) => Ok(words(scope)),
        (Some(_), _) => Err(Reason::ClaimMalformed),
        (None, Some(Value::String(scope))) if !strict => Ok(words(scope)),
        (None, Some(Value::Array(list))) if !strict => {
            list.iter().map(|word| word.as_str().map(str::to_owned).ok_or(Reason::ClaimMalformed)).collect()
        }
        (None, Some(_)) if !strict => Err(Reason::ClaimMalformed),
        (None, _) => Ok(Vec::new()),
    }
}

/// RFC 8693 §4.1: the outermost `act` is the present actor.
fn actors(claims: &Map<String, Value>) -> Result<Vec<String>, Reason> {
    let mut found = Vec::new();
    let mut next = claims.get("act");
    while let Some(act) = next {
        let act = act.as_object().filter(|_| found.len() < MOST_ACTORS).ok_or(Reason::ClaimMalformed)?;
        found.push(text(act, "sub")?.ok_or(Reason::ClaimMalformed)?);
        next = act.get("act");
    }
    Ok(found)
}

/// RFC 7800 §3.1: a token that says it is bound, in whatever way, is never taken as a free one.
fn binding(claims: &Map<String, Value>) -> Result<Option<Binding>, Reason> {
    let Some(cnf) = claims.get("cnf") else { return Ok(None) };
    let members = cnf.as_object().ok_or(Reason::ClaimMalformed)?;
    let one = |name: &str| if members.len() == 1 { members.get(name).and_then(Value::as_str).map(str::to_owned) } else { None };
    match (one("jkt"), one("x5t#S256")) {
        (Some(jkt), _) => Ok(Some(Binding::Key(jkt))),
        (_, Some(digest)) => Ok(Some(Binding::Certificate(digest))),
        (None, None) => Err(Reason::BindingUnknown),
    }
}

#[cfg(test)]
mod tests;
