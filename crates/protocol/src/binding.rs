//! Keys that tokens are bound to (RFC 7800 `cnf`, RFC 9449 §6, RFC 8705 §3), and parties that act for others (RFC 8693 §4.1).

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
mod tests {
    use super::*;
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

    #[test]
    fn a_chain_of_actors_nests() {
        let chain = json!({"sub": "stock", "act": {"sub": "orders"}});
        let actor: Option<Actor> = serde_json::from_value(chain.clone()).ok();
        assert_eq!(actor.as_ref().map(Actor::depth), Some(2));
        assert_eq!(serde_json::to_value(&actor).ok(), Some(chain));
    }
}
