//! Keys that tokens are bound to (RFC 7800 `cnf`, RFC 9449 §6, RFC 8705 §3), and parties that act for others (RFC 8693 §4.1).

use crate::check::{Check, Checks};
use crate::client::Client;
use crate::error::Refusal;
use serde::{Deserialize, Serialize};

/// The key a token is bound to, as the claim `cnf` says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmation {
    /// Thumbprint of a key that DPoP proofs are signed with (RFC 9449 §6.1).
    #[serde(rename = "jkt")]
    Jkt(String),
    /// Digest of a certificate shown in mutual TLS (RFC 8705 §3.1).
    #[serde(rename = "x5t#S256")]
    Certificate(String),
}

/// Which keys a request has proven to hold. Filled by whoever verified a proof or saw the TLS handshake, and by nobody else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proven {
    /// Thumbprint of the key of a DPoP proof that held.
    pub jkt: Option<String>,
    /// Digest of the client certificate of the connection.
    pub certificate: Option<String>,
}

impl Proven {
    /// Whether the key of a binding was proven.
    pub fn meets(&self, bound: &Confirmation) -> bool {
        match bound {
            Confirmation::Jkt(jkt) => self.jkt.as_ref() == Some(jkt),
            Confirmation::Certificate(digest) => self.certificate.as_ref() == Some(digest),
        }
    }
}

/// To what key the tokens of a request are bound: that of its proof, else that of its certificate where the client is registered so.
///
/// # Errors
/// [`Check::DpopPresent`], [`Check::CertificatePresent`] for a client whose tokens must be bound.
pub fn of_request(client: &Client, proven: &Proven, checks: &mut Checks<'_>) -> Result<Option<Confirmation>, Refusal> {
    let (by_key, by_certificate) = (client.metadata.dpop_bound_access_tokens, client.metadata.tls_client_certificate_bound_access_tokens);
    if let Some(jkt) = &proven.jkt {
        return Ok(Some(Confirmation::Jkt(jkt.clone())));
    }
    // RFC 9449 §5.2: "the authorization server MUST reject token requests from the client that do not contain the DPoP header."
    checks.hold(Check::DpopPresent, !by_key || by_certificate && proven.certificate.is_some())?;
    if !by_certificate {
        return Ok(None);
    }
    // RFC 8705 §3.4: a client that said so gets no token without its certificate.
    let certificate = checks.some(Check::CertificatePresent, proven.certificate.clone())?;
    Ok(Some(Confirmation::Certificate(certificate)))
}

/// The key that a family of refresh tokens is bound to: of a public client the one of its tokens, since nothing else tells who it is
/// (RFC 9449 §5, RFC 8705 §4); a confidential client proves itself each time.
pub fn of_family(client: &Client, bound: Option<&Confirmation>) -> Option<Confirmation> {
    bound.filter(|_| client.is_public()).cloned()
}

/// Who acts, and for whom that one acts in turn: the claim `act` (RFC 8693 §4.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The party that acts.
    pub sub: String,
    /// The one that acted before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Actor>>,
}

impl Actor {
    /// How many parties the chain names.
    pub fn depth(&self) -> usize {
        1 + self.act.as_ref().map_or(0, |act| act.depth())
    }
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;
    use crate::client::Metadata;
    use crate::values::{ClientId, Timestamp};
    use serde_json::json;

    #[test]
    fn a_binding_is_written_as_its_specification_says() {
        let jkt = Confirmation::Jkt("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I".to_owned());
        // RFC 9449 §6.1, figure 9; RFC 8705 §3.1, figure 3.
        assert_eq!(serde_json::to_value(&jkt).ok(), Some(json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"})));
        let certificate = Confirmation::Certificate("bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2".to_owned());
        assert_eq!(serde_json::to_value(&certificate).ok(), Some(json!({"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"})));
    }

    #[test]
    fn only_the_very_key_of_a_binding_meets_it() {
        let both = Proven { jkt: Some("a".to_owned()), certificate: Some("b".to_owned()) };
        for (bound, met) in [
            (Confirmation::Jkt("a".to_owned()), true),
            (Confirmation::Jkt("b".to_owned()), false),
            (Confirmation::Certificate("a".to_owned()), false),
            (Confirmation::Certificate("b".to_owned()), true),
        ] {
            assert_eq!(both.meets(&bound), met, "{bound:?}");
            assert!(!Proven::default().meets(&bound));
        }
    }

    fn client(more: &serde_json::Value) -> Client {
        let mut all = json!({"redirect_uris": ["https://a.example/"]});
        all.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        Client::new(ClientId::new("app"), Metadata::read(all).expect("metadata"), None, Timestamp(0))
    }

    #[test]
    fn a_client_registered_for_bound_tokens_gets_no_others() {
        let (jkt, cert) = (Some("a".to_owned()), Some("b".to_owned()));
        let proven = |jkt: &Option<String>, certificate: &Option<String>| Proven { jkt: jkt.clone(), certificate: certificate.clone() };
        let bound = |client: &Client, proven: &Proven| of_request(client, proven, &mut Checks::silent()).map_err(|refusal| refusal.check);
        let by_key = Ok(Some(Confirmation::Jkt("a".to_owned())));
        let by_certificate = Ok(Some(Confirmation::Certificate("b".to_owned())));
        let free = client(&json!({}));
        let dpop = client(&json!({"dpop_bound_access_tokens": true}));
        let tls = client(&json!({"tls_client_certificate_bound_access_tokens": true}));
        let either = client(&json!({"dpop_bound_access_tokens": true, "tls_client_certificate_bound_access_tokens": true}));
        for (client, proven, expected) in [
            (&free, Proven::default(), Ok(None)),
            (&free, proven(&None, &cert), Ok(None)),
            (&free, proven(&jkt, &cert), by_key.clone()),
            (&dpop, Proven::default(), Err(Check::DpopPresent)),
            (&dpop, proven(&None, &cert), Err(Check::DpopPresent)),
            (&dpop, proven(&jkt, &None), by_key.clone()),
            (&tls, Proven::default(), Err(Check::CertificatePresent)),
            (&tls, proven(&None, &cert), by_certificate.clone()),
            (&either, Proven::default(), Err(Check::DpopPresent)),
            (&either, proven(&None, &cert), by_certificate),
            (&either, proven(&jkt, &None), by_key),
        ] {
            assert_eq!(bound(client, &proven), expected, "{proven:?}");
        }
    }

    #[test]
    fn only_a_public_clients_family_is_bound() {
        let bound = Confirmation::Jkt("a".to_owned());
        let public = client(&json!({"token_endpoint_auth_method": "none"}));
        assert_eq!(of_family(&public, Some(&bound)), Some(bound.clone()));
        assert_eq!(of_family(&public, None), None);
        assert_eq!(of_family(&client(&json!({})), Some(&bound)), None);
    }

    #[test]
    fn a_chain_of_actors_nests() {
        let chain = json!({"sub": "stock", "act": {"sub": "orders"}});
        let actor: Option<Actor> = serde_json::from_value(chain.clone()).ok();
        assert_eq!(actor.as_ref().map(Actor::depth), Some(2));
        assert_eq!(serde_json::to_value(&actor).ok(), Some(chain));
    }
}
