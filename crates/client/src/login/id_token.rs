//! ID tokens are believed after all of OpenID Connect Core section 3.1.3.7, or not at all.

use doorward_protocol::jose::{Rules, TimeRules, Typ, Verified, check_times, numeric_date};
use serde_json::{Map, Value};

use super::{Claims, Login, Pending};
use crate::error::TokenError;
use crate::time::Seconds;

impl Login {
    /// Believes the ID token of a login that was begun here.
    pub(super) async fn believe(&self, id_token: &str, access_token: &str, pending: &Pending) -> Result<Claims, TokenError> {
        let token = self.open(id_token, Typ::Optional(&["JWT"])).await?;
        let claims = token.claims();
        // 11: made for this very login, not one that was recorded earlier.
        if text(claims, "nonce") != Some(&pending.nonce) {
            return Err(TokenError::Nonce);
        }
        goes_with(&token, access_token)?;
        if let Some(max_age) = pending.max_age {
            // 13: whoever asks how fresh a login is has to look.
            let auth_time = numeric_date(claims, "auth_time")?.ok_or(TokenError::AuthTime)?;
            let age = self.provider.now().since(auth_time);
            if age > Seconds(i64::from(max_age).saturating_add(self.skew.0)) {
                return Err(TokenError::AuthTime);
            }
        }
        // 12.
        let acr = text(claims, "acr");
        if !pending.acr.is_empty() && !pending.acr.iter().any(|wanted| Some(wanted.as_str()) == acr) {
            return Err(TokenError::Acr);
        }
        Claims::new(token.into_claims()).ok_or(TokenError::Claim("sub"))
    }

    /// Believes an ID token that came with a renewal (OpenID Connect Core section 12.2): there was no login, so there is no nonce to ask
    /// for, but it is about the same person.
    pub(super) async fn believe_renewed(&self, id_token: &str, access_token: &str, subject: &str) -> Result<Claims, TokenError> {
        let token = self.open(id_token, Typ::Optional(&["JWT"])).await?;
        goes_with(&token, access_token)?;
        let claims = Claims::new(token.into_claims()).ok_or(TokenError::Claim("sub"))?;
        if claims.subject() == subject { Ok(claims) } else { Err(TokenError::Subject) }
    }

    /// Signature, issuer, audience, times: what a token of this provider for this app must have, of whatever kind.
    pub(super) async fn open(&self, jwt: &str, typ: Typ<'_>) -> Result<Verified, TokenError> {
        // 6, 7: the algorithm that the app is registered with, whatever the token says.
        let token = self.provider.verify(jwt, &Rules::new(&self.algs(), typ)).await?;
        let claims = token.claims();
        self.is_from_and_for(claims)?;
        // 9, 10.
        check_times(claims, self.provider.now(), TimeRules { leeway: self.skew, exp_required: true, iat_required: true })?;
        Ok(token)
    }

    /// 2 to 5: by this provider, for this app; one for others, too, was given to this app.
    pub(super) fn is_from_and_for(&self, claims: &Map<String, Value>) -> Result<(), TokenError> {
        if text(claims, "iss") != Some(self.provider.issuer()) {
            return Err(TokenError::Issuer);
        }
        let us = self.client.id();
        let several = match claims.get("aud") {
            Some(Value::String(one)) if one == us => false,
            Some(Value::Array(all)) if all.iter().all(Value::is_string) && all.iter().any(|one| one == us) => all.len() > 1,
            _ => return Err(TokenError::Audience),
        };
        match claims.get("azp") {
            None if !several => Ok(()),
            Some(azp) if azp == us => Ok(()),
            None | Some(_) => Err(TokenError::AuthorizedParty),
        }
    }
}

/// OpenID Connect Core section 3.1.3.8: the access token is the one it was made with, where it says so.
fn goes_with(token: &Verified, access_token: &str) -> Result<(), TokenError> {
    match token.claims().get("at_hash") {
        None => Ok(()),
        Some(hash) if *hash == token.alg().hash_half(access_token) => Ok(()),
        Some(_) => Err(TokenError::AccessTokenHash),
    }
}

pub(super) fn text<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c str> {
    claims.get(name).and_then(Value::as_str)
}
