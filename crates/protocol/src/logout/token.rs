//! Logout tokens: what tells an app that a session has ended (OpenID Connect Back-Channel Logout 1.0 §2.4).

use crate::values::{ClientId, Seconds, SessionId, Subject, Timestamp, TokenId};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// The header's `typ`: §2.4, "so as to prevent Cross-JWT Confusion".
pub const TYP: &str = "logout+jwt";
/// The event that the token tells.
pub const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// §2.4: a short lifetime, "preferably at most two minutes". A later try signs a token of its own.
pub const LIFETIME: Seconds = Seconds::minutes(2);

/// The claims of a logout token. There is no `nonce`, and no way to give it one: §2.4, "A nonce Claim MUST NOT be present".
#[derive(Clone, Debug, Serialize)]
pub struct LogoutClaims<'c> {
    iss: &'c str,
    sub: &'c Subject,
    aud: &'c ClientId,
    iat: Timestamp,
    exp: Timestamp,
    jti: &'c TokenId,
    sid: &'c SessionId,
    events: Events,
}

#[derive(Clone, Copy, Debug)]
struct Events;

impl Serialize for Events {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // §2.4: the member's value "SHOULD be the empty JSON object {}".
        let mut events = serializer.serialize_map(Some(1))?;
        events.serialize_entry(EVENT, &std::collections::BTreeMap::<(), ()>::new())?;
        events.end()
    }
}

impl<'c> LogoutClaims<'c> {
    /// For one app, about one session. `sub` is the person as this app knows them.
    ///
    /// §2.4 asks for `sub` or `sid`: both are there, so an app needs no setting to find what to end.
    pub fn new(iss: &'c str, aud: &'c ClientId, sub: &'c Subject, sid: &'c SessionId, jti: &'c TokenId, now: Timestamp) -> Self {
        Self { iss, sub, aud, iat: now, exp: now.plus(LIFETIME), jti, sid, events: Events }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::{Alg, JoseError, JwkSet, Rules, SigningKey, Typ, verify};
    use serde_json::json;

    fn example() -> serde_json::Value {
        let (aud, sub, sid) =
            (ClientId::new("s6BhdRkqt3"), Subject::new("248289761001"), SessionId::new("08a5019c-17e1-4977-8f42-65a12843ea02"));
        let jti = TokenId::new("bWJq");
        let claims = LogoutClaims::new("https://server.example.com", &aud, &sub, &sid, &jti, Timestamp(1_471_566_154));
        serde_json::to_value(claims).expect("claims are JSON")
    }

    #[test]
    fn backchannel_2_4_the_example_of_the_specification_is_made() {
        // Law: byte for byte what the specification shows, member by member.
        assert_eq!(
            example(),
            json!({
                "iss": "https://server.example.com",
                "sub": "248289761001",
                "aud": "s6BhdRkqt3",
                "iat": 1_471_566_154,
                "exp": 1_471_566_274,
                "jti": "bWJq",
                "sid": "08a5019c-17e1-4977-8f42-65a12843ea02",
                "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            })
        );
    }

    #[test]
    fn backchannel_2_4_it_lives_two_minutes_and_has_no_nonce() {
        let claims = example();
        assert_eq!(claims["exp"].as_i64().zip(claims["iat"].as_i64()).map(|(exp, iat)| exp - iat), Some(120));
        // Law: it can't pass for an ID token that answers somebody's request.
        assert!(claims.get("nonce").is_none() && claims.get("auth_time").is_none() && claims.get("at_hash").is_none());
    }

    #[test]
    fn backchannel_4_1_where_an_id_token_is_expected_it_is_refused_by_its_typ() -> Result<(), JoseError> {
        let key = SigningKey::generate(Alg::Es256)?;
        let token = key.sign(TYP, &example())?;
        let keys = JwkSet::new(vec![key.public().clone()]);
        assert!(verify(&token, &Rules::new(&Alg::ALL, Typ::Required(&[TYP])), &keys).is_ok());
        // Law: a logout token proves no login.
        assert!(verify(&token, &Rules::new(&Alg::ALL, Typ::Optional(&["JWT"])), &keys).is_err());
        Ok(())
    }
}
