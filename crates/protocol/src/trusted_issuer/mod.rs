//! Issuers beside this one whose assertions are believed: for a client instead of a secret (RFC 7523 §2.2), and for a person in
//! place of a login (RFC 7523 §2.1). Only what the operator has declared is trusted, and only for what it says.

mod assertion;
mod validate;

#[cfg(test)]
mod tests;

pub use assertion::{Asserted, Claimed, check_client_assertion, check_grant, peek};

use crate::jose::{Alg, JwkSet};
use crate::values::{ClientId, Seconds};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the assertions of an issuer are believed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrustedFor {
    /// They authenticate clients registered with its name as `assertion_issuer` (RFC 7523 §2.2).
    ClientAuth,
    /// They are grants: a client gets an access token for the person they speak of (RFC 7523 §2.1).
    Grant,
    /// They are software statements: what they say of a client that registers itself goes before its own word (RFC 7591 §2.3).
    Registration,
}

/// Which claim of an assertion tells the person, and what of the person it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonClaim {
    /// `sub` is the person's `sub` here.
    Sub,
    /// `email` is the address of one person here, proven on both sides.
    Email,
    /// `preferred_username` is the name the person logs in with.
    PreferredUsername,
}

impl PersonClaim {
    /// The claim's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sub => "sub",
            Self::Email => "email",
            Self::PreferredUsername => "preferred_username",
        }
    }
}

/// How an issuer's subjects become people of this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonMapping {
    /// By this claim.
    pub claim: PersonClaim,
}

fn yes() -> bool {
    true
}

fn one_hour() -> Seconds {
    Seconds::hours(1)
}

/// An issuer that the operator trusts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedIssuer {
    /// `iss` of its assertions, byte for byte.
    pub issuer: String,
    /// Its name for the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its public keys (RFC 7517 §5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Where its public keys are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// With what it signs: an assertion never chooses (RFC 8725 §3.1).
    pub algs: Vec<Alg>,
    /// What it is believed for.
    #[serde(rename = "use")]
    pub uses: Vec<TrustedFor>,
    /// The subjects it may speak of; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<String>,
    /// For so long at most an assertion may live.
    #[serde(default = "one_hour")]
    pub max_lifetime: Seconds,
    /// Whether each assertion must have a `jti` and works once as a grant; one without is good until it expires where this is `false`.
    #[serde(default = "yes")]
    pub require_jti: bool,
    /// For grants: how its subjects become people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<PersonMapping>,
    /// For grants: the clients that may use its assertions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientId>,
}

impl TrustedIssuer {
    /// Whether it is believed for `purpose`.
    pub fn is_for(&self, purpose: TrustedFor) -> bool {
        self.uses.contains(&purpose)
    }

    /// Its keys, where it was declared with them.
    pub fn keys(&self) -> Option<JwkSet> {
        self.jwks.as_ref().and_then(|jwks| JwkSet::from_value(jwks).ok())
    }

    /// Whether it may speak of `subject`.
    pub fn speaks_of(&self, subject: &str) -> bool {
        self.subjects.is_empty() || self.subjects.iter().any(|known| known == subject)
    }
}

/// All trusted issuers of this server.
#[derive(Clone, Debug, Default)]
pub struct TrustedIssuers(Vec<TrustedIssuer>);

impl TrustedIssuers {
    /// Takes them as loaded.
    pub fn new(issuers: Vec<TrustedIssuer>) -> Self {
        Self(issuers)
    }

    /// The one that signs as `iss`, if it is trusted for `purpose`.
    pub fn get(&self, iss: &str, purpose: TrustedFor) -> Option<&TrustedIssuer> {
        self.0.iter().find(|issuer| issuer.issuer == iss && issuer.is_for(purpose))
    }
}
