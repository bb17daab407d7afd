//! What a person has allowed an app, and for how long it is remembered.

use crate::claims_request::Names;
use crate::scopes::Scopes;
use crate::values::Timestamp;
use serde::{Deserialize, Serialize};

/// A remembered answer of one person to one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// What was allowed.
    pub granted: Scopes,
    /// What was offered and unticked: not asked again while it is remembered, and never granted.
    pub declined: Scopes,
    /// Claims that were allowed by name, beside those that scopes hand over (OpenID Connect Core §5.5).
    #[serde(default)]
    pub claims: Names,
    /// Claims that were offered by name and unticked.
    #[serde(default)]
    pub claims_declined: Names,
    /// When the person answered last.
    pub given_at: Timestamp,
    /// From then on it is asked anew.
    pub expires_at: Timestamp,
}

impl Consent {
    /// Whether it is still remembered.
    pub fn holds(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// This answer together with a newer one: the newer decides where both speak.
    #[must_use]
    pub fn amended(&self, newer: &Self) -> Self {
        Self {
            granted: self.granted.without(&newer.declined).or(&newer.granted),
            declined: self.declined.without(&newer.granted).or(&newer.declined),
            claims: self.claims.difference(&newer.claims_declined).chain(&newer.claims).cloned().collect(),
            claims_declined: self.claims_declined.difference(&newer.claims).chain(&newer.claims_declined).cloned().collect(),
            given_at: newer.given_at,
            expires_at: newer.expires_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn consent(granted: &[&str], declined: &[&str], given_at: i64) -> Consent {
        Consent {
            granted: granted.iter().copied().collect(),
            declined: declined.iter().copied().collect(),
            claims: granted.iter().map(|name| format!("claim {name}")).collect(),
            claims_declined: declined.iter().map(|name| format!("claim {name}")).collect(),
            given_at: Timestamp(given_at),
            expires_at: Timestamp(given_at + 10),
        }
    }

    #[test]
    fn the_newer_answer_decides_where_both_speak() {
        let merged = consent(&["a", "b"], &["c"], 1).amended(&consent(&["c"], &["b"], 5));
        assert_eq!(merged, consent(&["a", "c"], &["b"], 5));
    }

    #[test]
    fn a_consent_ends_at_its_date() {
        assert!(consent(&[], &[], 0).holds(Timestamp(9)));
        assert!(!consent(&[], &[], 0).holds(Timestamp(10)));
    }
}
