//! The provider's public keys, and tokens verified with them.
//!
//! The set is kept for five minutes. A token that names an unknown key makes the provider be asked once more, since keys change; anybody
//! can name an unknown key, so that happens at most every ten seconds, by one request for all who wait. While the provider can't be
//! reached, the keys that are known stay good for an hour.

use std::sync::Arc;

use doorward_protocol::jose::{self, JwkSet, JwsError, Rules, Typ, Verified};

use crate::error::{ProviderError, TokenError};
use crate::kept::{Life, Wish};
use crate::provider::Provider;
use crate::time::Seconds;

pub(crate) const LIFE: Life = Life { fresh: Seconds::minutes(5), stale: Seconds::hours(1), rest: Seconds(10) };

impl Provider {
    /// The provider's keys, kept or fetched.
    pub(crate) async fn keys(&self, wish: Wish) -> Result<Arc<JwkSet>, ProviderError> {
        let own = self.clone();
        let fetch = async move {
            let url = own.metadata().await?.jwks_uri()?.clone();
            let body = own.document(&url, "application/jwk-set+json, application/json").await?;
            JwkSet::from_json(&body).map_err(ProviderError::BadKeys)
        };
        self.kept_keys().get(self.now(), wish, fetch).await
    }

    /// Verifies algorithm, type and signature of a JWT of this provider. Issuer, audience and times are **not** looked at.
    ///
    /// `rules` say which algorithms and types are good; the token itself chooses neither algorithm nor key (RFC 8725 section 3.1):
    /// `none` and the HMAC family can't be named, and keys in its header (`jwk`, `jku`, `x5u`, `x5c`) are not read.
    ///
    /// # Errors
    /// [`TokenError::Jws`] when it isn't good, [`TokenError::Provider`] when that can't be found out.
    pub async fn verify(&self, jwt: &str, rules: &Rules<'_>) -> Result<Verified, TokenError> {
        let keys = if let Some(Ok(keys)) = self.kept_keys().at_hand(self.now(), Wish::Kept) {
            keys
        } else {
            // What no key could save costs no request.
            match jose::verify(jwt, rules, &JwkSet::default()) {
                Err(JwsError::UnknownKey) => {}
                Err(why) => return Err(why.into()),
                Ok(_) => return Err(JwsError::UnknownKey.into()),
            }
            self.keys(Wish::Kept).await?
        };
        match jose::verify(jwt, rules, &*keys) {
            Err(why) if could_be_by_a_new_key(why, jwt) => {
                let newer = self.keys(Wish::Newer).await?;
                Ok(jose::verify(jwt, rules, &*newer)?)
            }
            outcome => Ok(outcome?),
        }
    }
}

/// A token that names no key and is by none of those known may be by a new one, too.
fn could_be_by_a_new_key(why: JwsError, jwt: &str) -> bool {
    match why {
        JwsError::UnknownKey => true,
        JwsError::BadSignature => jose::peek(jwt, Typ::Any).is_ok_and(|token| token.kid().is_none()),
        _ => false,
    }
}
