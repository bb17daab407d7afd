//! Who may call whom, declared in one file: services with their audiences and scopes, and the calls between them.

mod edges;
mod plan;

pub use edges::{Edge, edges};
pub use plan::{Change, Known, Plan, plan};

use crate::api::{AccessTokenFormat, Api, ScopeText, TokenTyp};
use crate::exchange_rule::{ExchangeMode, ExchangeRule};
use crate::grants::GrantType;
use crate::jose::Alg;
use crate::scopes::Scopes;
use crate::values::{ClientId, ResourceUri, Seconds};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Edges of a file have names that begin with it: what it doesn't list any more is taken away, and what the operator declared one by one is
/// left alone.
pub const OWN: &str = "trust:";

/// The file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustFile {
    /// The services, each under its `client_id`.
    pub services: BTreeMap<String, Service>,
    /// Who calls whom.
    #[serde(default)]
    pub calls: Vec<Call>,
}

/// A service. Members of its API that aren't given stay as they are; of a new one they have their defaults.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The audience of tokens for it; none for one that only calls.
    pub audience: Option<ResourceUri>,
    /// Its name for people.
    pub name: Option<String>,
    /// Its scopes.
    pub scopes: Option<BTreeMap<String, ScopeText>>,
    /// The format of its tokens.
    pub access_token_format: Option<AccessTokenFormat>,
    /// The `typ` of its JWTs.
    pub token_typ: Option<TokenTyp>,
    /// The algorithm its JWTs are signed with.
    pub signing_alg: Option<Alg>,
    /// How long its tokens live, in seconds.
    pub token_lifetime: Option<Seconds>,
}

/// For whom a call is made, and thus how its token is got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// For the person who logs in and consents: with the token of the code.
    AuthorizationCode,
    /// For whoever the token speaks of that the caller was called with (RFC 8693).
    #[default]
    Exchange,
    /// For itself, as a machine.
    ClientCredentials,
}

impl By {
    /// As it stands in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::Exchange => "exchange",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// The grant that gives such a token.
    pub const fn grant(self) -> GrantType {
        match self {
            Self::AuthorizationCode => GrantType::AuthorizationCode,
            Self::Exchange => GrantType::TokenExchange,
            Self::ClientCredentials => GrantType::ClientCredentials,
        }
    }
}

/// A call: an edge of the map.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Who calls.
    pub from: String,
    /// Whom.
    pub to: String,
    /// With what the token may allow at most.
    pub scopes: Vec<String>,
    /// For whom.
    #[serde(default)]
    pub by: By,
    /// Of an exchange: delegation or impersonation.
    pub mode: Option<ExchangeMode>,
    /// Of an exchange: how long the new token lives at most, in seconds.
    pub lifetime: Option<Seconds>,
}

impl Call {
    fn scope_set(&self) -> Scopes {
        self.scopes.iter().map(String::as_str).collect()
    }

    fn shown(&self) -> String {
        format!("call {} -> {}", self.from, self.to)
    }
}

impl Service {
    /// The API as it is to be, beside what there is.
    fn api(&self, audience: &ResourceUri, known: Option<&Api>) -> Api {
        let old = known.cloned().unwrap_or_else(|| Api::bare(audience.clone()));
        Api {
            resource: audience.clone(),
            name: self.name.clone().or(old.name),
            scopes: self.scopes.clone().unwrap_or(old.scopes),
            access_token_format: self.access_token_format.or(old.access_token_format),
            token_typ: self.token_typ.unwrap_or(old.token_typ),
            signing_alg: self.signing_alg.unwrap_or(old.signing_alg),
            token_lifetime: self.token_lifetime.or(old.token_lifetime),
        }
    }
}

impl TrustFile {
    /// What is wrong with it as it stands, in words for the operator: all of it.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut audiences = BTreeSet::new();
        for (name, service) in &self.services {
            match &service.audience {
                Some(audience) if !audiences.insert(audience.as_str()) => {
                    faults.push(format!("services.{name}.audience: {audience} is another service's, too; tokens are for one"));
                }
                None if service.scopes.is_some() => faults.push(format!("services.{name}.scopes: give it an audience, too")),
                Some(_) | None => {}
            }
        }
        let mut seen = BTreeSet::new();
        for call in &self.calls {
            let shown = call.shown();
            for (member, name) in [("from", &call.from), ("to", &call.to)] {
                if !self.services.contains_key(name) {
                    faults.push(format!("{shown}: {member}: there is no service {name} in this file"));
                }
            }
            if self.services.get(&call.to).is_some_and(|service| service.audience.is_none()) {
                faults.push(format!("{shown}: to: {} has no audience, so no token can be for it", call.to));
            }
            if call.from == call.to {
                faults.push(format!("{shown}: to: a service doesn't call itself"));
            }
            if call.by != By::Exchange && (call.mode.is_some() || call.lifetime.is_some()) {
                faults.push(format!("{shown}: mode and lifetime belong to an exchange"));
            }
            if call.by != By::Exchange && call.scopes.is_empty() {
                faults.push(format!("{shown}: scopes: name at least one, since they say that {} may ask", call.from));
            }
            if !seen.insert((&call.from, &call.to, call.by)) {
                faults.push(format!("{shown}: it stands here twice; put the scopes into one"));
            }
        }
        faults
    }

    /// The edge of a call by exchange.
    fn rule(&self, call: &Call) -> Option<ExchangeRule> {
        let audience = |name: &str| self.services.get(name)?.audience.clone();
        (call.by == By::Exchange).then_some(())?;
        Some(ExchangeRule {
            name: format!("{OWN}{}:{}", call.from, call.to),
            client: ClientId::new(call.from.as_str()),
            // Only what was sent to the caller itself; one that is no API shows its own tokens.
            subject_audience: audience(&call.from),
            target: audience(&call.to)?,
            scopes: call.scopes.clone(),
            mode: call.mode.unwrap_or_default(),
            lifetime: call.lifetime,
        })
    }
}

#[cfg(test)]
mod tests;
