//! What a declaration of a trusted issuer must hold together.

use super::{TrustedFor, TrustedIssuer};
use crate::client::{holds_private_key, is_reachable};
use crate::jose::JwkSet;
use crate::values::Seconds;

/// So many subjects or clients may be listed.
const MOST: usize = 1000;

fn ensure(holds: bool, text: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(text()) }
}

/// A name as another party's tokens carry it: printable, without blanks.
fn is_name(text: &str) -> bool {
    (1..=1024).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

fn unique<T: PartialEq>(list: &[T]) -> bool {
    list.iter().enumerate().all(|(at, one)| !list[..at].contains(one))
}

impl TrustedIssuer {
    /// What is wrong with it as it stands, in words for the operator.
    ///
    /// # Errors
    /// One sentence that names the member.
    pub fn validate(&self) -> Result<(), String> {
        ensure(is_name(&self.issuer), || {
            "issuer: give its iss as its tokens have it, 1 to 1024 printable characters without spaces".to_owned()
        })?;
        ensure(self.name.as_deref().is_none_or(|name| !name.trim().is_empty()), || {
            "name: it is empty; leave it out or give one".to_owned()
        })?;
        self.validate_keys()?;
        ensure(!self.uses.is_empty() && unique(&self.uses), || {
            "use: say what it is trusted for, each once: \"client_auth\", \"grant\", \"registration\"".to_owned()
        })?;
        ensure((Seconds(10)..=Seconds::hours(24)).contains(&self.max_lifetime), || {
            format!("max_lifetime: {} is outside 10 to 86400 seconds", self.max_lifetime.0)
        })?;
        ensure(self.subjects.len() <= MOST && unique(&self.subjects) && self.subjects.iter().all(|subject| is_name(subject)), || {
            format!("subjects: at most {MOST}, each once, in full: exact texts, not patterns, without spaces")
        })?;
        self.validate_grant()
    }

    fn validate_keys(&self) -> Result<(), String> {
        ensure(!self.algs.is_empty() && unique(&self.algs), || {
            "algs: name the algorithms it signs with, each once, like [\"RS256\"]".to_owned()
        })?;
        ensure(self.jwks.is_some() != self.jwks_uri.is_some(), || {
            "jwks: give its keys as jwks, or their address as jwks_uri, not both".to_owned()
        })?;
        ensure(self.jwks_uri.as_deref().is_none_or(|uri| is_reachable(uri) && !uri.contains('#')), || {
            "jwks_uri: it must be an https URL without fragment (http on the loopback alone)".to_owned()
        })?;
        if let Some(jwks) = &self.jwks {
            let keys = JwkSet::from_value(jwks).map_err(|why| format!("jwks: {why}"))?;
            ensure(!holds_private_key(jwks), || {
                "jwks: it holds a private or symmetric key; give public keys alone, and replace that key: it has been shown".to_owned()
            })?;
            ensure(keys.keys().iter().any(|key| self.algs.iter().any(|alg| key.fits(*alg))), || {
                "jwks: none of its keys goes with the algs".to_owned()
            })?;
        }
        Ok(())
    }

    fn validate_grant(&self) -> Result<(), String> {
        if !self.is_for(TrustedFor::Grant) {
            ensure(self.users.is_none(), || "users: it goes with \"use\": [\"grant\"]; leave it out".to_owned())?;
            return ensure(self.clients.is_empty(), || {
                "clients: it goes with \"use\": [\"grant\"]; for client_auth each client names its assertion_issuer".to_owned()
            });
        }
        ensure(self.users.is_some(), || {
            "users: the use \"grant\" needs it: {\"claim\": \"sub\"}, {\"claim\": \"email\"} or {\"claim\": \"preferred_username\"}"
                .to_owned()
        })?;
        ensure(!self.clients.is_empty() && self.clients.len() <= MOST && unique(&self.clients), || {
            "clients: the use \"grant\" needs the client_ids that may use its assertions, each once".to_owned()
        })
    }
}
