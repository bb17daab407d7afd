//! Who may call whom as this server holds it, wherever it was declared.

use super::By;
use crate::api::Api;
use crate::client::{Client, Origin};
use crate::exchange_rule::ExchangeRule;
use crate::scopes::Scopes;
use crate::values::{ClientId, ResourceUri};
use serde::Serialize;

/// An edge: tokens that a client can get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// Who calls.
    pub from: ClientId,
    /// The API that is called.
    pub to: ResourceUri,
    /// For whom.
    pub by: By,
    /// With what the token may allow at most.
    pub scopes: Scopes,
    /// Of an exchange, the audience of the token that is shown, where the rule names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub showing: Option<ResourceUri>,
}

/// All edges between these clients and APIs: exchanges as they are declared, other calls as the clients' scopes allow them. Apps that
/// registered themselves aren't services.
pub fn edges(clients: &[Client], apis: &[Api], rules: &[ExchangeRule]) -> Vec<Edge> {
    let mut all = Vec::new();
    for client in clients.iter().filter(|client| client.origin == Origin::Operator) {
        for by in [By::AuthorizationCode, By::ClientCredentials].into_iter().filter(|by| client.may(by.grant())) {
            for api in apis {
                let scopes = client.allowed_scopes().and(&api.scope_set());
                if !scopes.is_empty() {
                    all.push(Edge { from: client.id.clone(), to: api.resource.clone(), by, scopes, showing: None });
                }
            }
        }
    }
    all.extend(rules.iter().map(|rule| Edge {
        from: rule.client.clone(),
        to: rule.target.clone(),
        by: By::Exchange,
        scopes: rule.scope_set(),
        showing: rule.subject_audience.clone(),
    }));
    all
}
