//! What a service tells of a call: what the token said that came with it, and what that was held against.
//!
//! Real services keep this to themselves, or write it into their log. These hand it back, since they are here to be looked into.

use doorward_client::service::{Caller, Needs, Party, Reason, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::config::Program;

/// A call that was let in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Hop {
    /// Who called: the token's `client_id`.
    pub(super) from: String,
    /// Who was called.
    pub(super) to: String,
    /// Whether it was for a person.
    pub(super) person: bool,
    /// All that the token says; not the token.
    pub(super) claims: Map<String, Value>,
    /// What was checked, in this order.
    pub(super) checks: Vec<Held>,
}

/// A check that held.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Held {
    /// Its name: what a refusal would be named after.
    pub(super) check: String,
    /// The specification it comes from.
    pub(super) source: String,
    /// What the service wants.
    pub(super) expected: String,
    /// What the token says.
    pub(super) received: String,
}

impl Hop {
    pub(super) fn new(program: Program, service: &Service, caller: &Caller, needs: &Needs) -> Self {
        let issuer = service.provider().issuer();
        let claim = |name: &str| caller.claim(name).map(said).unwrap_or_default();
        let held = |reason: Reason, expected: &str, received: String| Held {
            check: reason.name().to_owned(),
            source: reason.source().to_owned(),
            expected: expected.to_owned(),
            received,
        };
        let now = service.provider().now();
        let mut checks = vec![
            held(Reason::Signature, &format!("{issuer} /jwks.json"), "ok".to_owned()),
            held(Reason::Issuer, issuer, claim("iss")),
            held(Reason::Audience, service.resource(), claim("aud")),
            held(Reason::Expired, &now.0.to_string(), claim("exp")),
            held(Reason::Scope, &needs.scope_list().join(" "), claim("scope")),
        ];
        if needs.party() == Party::Person {
            checks.push(held(Reason::PersonNeeded, "person", claim("sub")));
        } else if needs.party() == Party::Machine {
            checks.push(held(Reason::MachineNeeded, "machine", claim("sub")));
        }
        Self {
            from: caller.client_id().unwrap_or_default().to_owned(),
            to: program.id().to_owned(),
            person: caller.is_person(),
            claims: caller.claims().clone(),
            checks,
        }
    }
}

/// A claim as text.
pub(super) fn said(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
