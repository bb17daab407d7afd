//! Who may call whom, and who did.

use super::{Ctx, FlowError};
use crate::store::definitions;
use crate::store::seen::{self, SeenEdge};
use crate::store::{apis, clients};
use crate::trace::{Mark, Traces};
use doorward_protocol::check::Check;
use doorward_protocol::client::Client;
use doorward_protocol::exchange_rule::ExchangeRule;
use doorward_protocol::grants::token_exchange::missing_target;
use doorward_protocol::trust::{Edge, edges};
use doorward_protocol::values::ClientId;

/// The map.
#[derive(Debug, Default)]
pub struct TrustMap {
    /// What is declared, wherever that was.
    pub declared: Vec<Edge>,
    /// What the stored tokens tell of.
    pub seen: Vec<SeenEdge>,
    /// What was asked for without being declared: the client, and the API.
    pub undeclared: Vec<(ClientId, String)>,
    /// The clients that are an API, by its address.
    pub parties: Vec<(String, ClientId)>,
}

/// Reads it whole: for the demo alone.
///
/// # Errors
/// [`FlowError`] when the database can't answer.
pub async fn load(ctx: &Ctx, traces: &Traces) -> Result<TrustMap, FlowError> {
    let (clients, declared, seen) = ctx
        .store
        .read(|conn| {
            let (clients, rules) = (clients::list(conn)?, definitions::list::<ExchangeRule>(conn)?);
            let declared = edges(&clients, &apis::list(conn)?, &rules);
            Ok::<_, FlowError>((clients, declared, seen::by_edge(conn)?))
        })
        .await?;
    let undeclared = clients.iter().flat_map(|client| tried(client, traces)).collect();
    let parties =
        |client: &Client| client.metadata.resource.iter().map(|uri| (uri.as_str().to_owned(), client.id.clone())).collect::<Vec<_>>();
    let parties = clients.iter().flat_map(parties).collect();
    Ok(TrustMap { declared, seen, undeclared, parties })
}

/// The exchanges of a client that were refused for want of an edge, among the flows that are kept.
fn tried(client: &Client, traces: &Traces) -> Vec<(ClientId, String)> {
    let refused = traces.refusals(&client.id, Mark(0)).into_iter().filter(|refused| refused.check == Check::ExchangeDeclared);
    refused.filter_map(|refused| Some((client.id.clone(), missing_target(&refused.received?)?.to_owned()))).collect()
}
