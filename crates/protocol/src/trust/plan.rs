//! What a file changes of what there is.

use super::{By, OWN, TrustFile};
use crate::api::Api;
use crate::client::{Client, Metadata};
use crate::exchange_rule::ExchangeRule;
use crate::scopes::Scopes;
use crate::values::{ClientId, ResourceUri};
use serde_json::{Value, json};

/// What there is.
#[derive(Clone, Copy, Debug)]
pub struct Known<'k> {
    /// The APIs.
    pub apis: &'k [Api],
    /// The declared exchanges.
    pub rules: &'k [ExchangeRule],
    /// The clients.
    pub clients: &'k [Client],
}

/// A change.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A new API.
    AddApi(Api),
    /// An API becomes this.
    ChangeApi(Api),
    /// A new edge.
    AddEdge(ExchangeRule),
    /// An edge becomes this.
    ChangeEdge(ExchangeRule),
    /// An edge goes.
    RemoveEdge(ExchangeRule),
    /// A client's metadata becomes this; in words, what of it.
    ChangeClient(ClientId, Box<Metadata>, String),
}

impl Change {
    /// In words for the operator, after `+`, `~` or `-`.
    pub fn shown(&self) -> String {
        match self {
            Self::AddApi(api) => format!("+ api {}{}", api.resource, listed(&api.scope_set())),
            Self::ChangeApi(api) => format!("~ api {}{}", api.resource, listed(&api.scope_set())),
            Self::AddEdge(rule) => format!("+ edge {}", edge(rule)),
            Self::ChangeEdge(rule) => format!("~ edge {}", edge(rule)),
            Self::RemoveEdge(rule) => format!("- edge {}", edge(rule)),
            Self::ChangeClient(id, _, what) => format!("~ client {id}: {what}"),
        }
    }

    /// For scripts.
    pub fn json(&self) -> Value {
        let (change, kind, name) = match self {
            Self::AddApi(api) => ("add", "api", api.resource.as_str()),
            Self::ChangeApi(api) => ("change", "api", api.resource.as_str()),
            Self::AddEdge(rule) => ("add", "exchange", rule.name.as_str()),
            Self::ChangeEdge(rule) => ("change", "exchange", rule.name.as_str()),
            Self::RemoveEdge(rule) => ("remove", "exchange", rule.name.as_str()),
            Self::ChangeClient(id, _, _) => ("change", "client", id.as_str()),
        };
        json!({"change": change, "kind": kind, "name": name})
    }
}

fn listed(scopes: &Scopes) -> String {
    if scopes.is_empty() { String::new() } else { format!(" ({scopes})") }
}

fn edge(rule: &ExchangeRule) -> String {
    format!("{} -> {}{}", rule.client, rule.target, listed(&rule.scope_set()))
}

/// All that is to be done, and what the operator should know besides.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// In the order in which it is to be done.
    pub changes: Vec<Change>,
    /// What is no fault, but not what the file may seem to say.
    pub remarks: Vec<String>,
}

/// Holds a file against what there is. Once everything is done, the same file changes nothing.
///
/// # Errors
/// All faults, in words for the operator; then nothing is to be done.
pub fn plan(file: &TrustFile, known: Known<'_>) -> Result<Plan, Vec<String>> {
    let mut faults = file.faults();
    let mut plan = Plan::default();
    let apis = apis(file, known, &mut plan, &mut faults);
    clients(file, known, &apis, &mut plan, &mut faults);
    edges(file, known, &apis, &mut plan, &mut faults);
    if faults.is_empty() { Ok(plan) } else { Err(faults) }
}

/// The APIs of the file as they will be.
fn apis(file: &TrustFile, known: Known<'_>, plan: &mut Plan, faults: &mut Vec<String>) -> Vec<Api> {
    let mut all = Vec::new();
    for (name, service) in &file.services {
        let Some(audience) = &service.audience else { continue };
        let old = known.apis.iter().find(|api| api.resource == *audience);
        let api = service.api(audience, old);
        if let Err(why) = api.validate() {
            faults.push(format!("services.{name}.{why}"));
        }
        match old {
            None => plan.changes.push(Change::AddApi(api.clone())),
            Some(old) if *old != api => plan.changes.push(Change::ChangeApi(api.clone())),
            Some(_) => {}
        }
        all.push(api);
    }
    // A scope names one API, or a token's audience would be a guess.
    let others = known.apis.iter().filter(|api| !all.iter().any(|own: &Api| own.resource == api.resource));
    let everyone: Vec<&Api> = all.iter().chain(others).collect();
    for (at, api) in all.iter().enumerate() {
        for other in &everyone[at + 1..] {
            let shared = api.scope_set().and(&other.scope_set());
            if !shared.is_empty() {
                faults.push(format!("scopes: {shared} belongs to {} and to {}; a scope names one API", api.resource, other.resource));
            }
        }
    }
    all
}

fn clients(file: &TrustFile, known: Known<'_>, apis: &[Api], plan: &mut Plan, faults: &mut Vec<String>) {
    let here: Scopes = apis.iter().fold(Scopes::default(), |all, api| all.or(&api.scope_set()));
    // What scopes of these APIs were, too: one that is renamed must not stay behind with a client.
    let here =
        known.apis.iter().filter(|old| apis.iter().any(|api| api.resource == old.resource)).fold(here, |all, api| all.or(&api.scope_set()));
    for (name, service) in &file.services {
        let Some(client) = known.clients.iter().find(|client| client.id.as_str() == name) else {
            faults.push(format!("services.{name}: there is no client {name} yet: `doorward client add`"));
            continue;
        };
        let (metadata, what) = wanted(file, name, service.audience.as_ref(), client, &here);
        if what.is_empty() {
            continue;
        }
        match serde_json::to_value(&metadata)
            .map_err(|why| why.to_string())
            .and_then(|json| Metadata::read(json).map_err(|why| why.to_string()))
        {
            Ok(metadata) => plan.changes.push(Change::ChangeClient(client.id.clone(), Box::new(metadata), what.join(", "))),
            Err(why) => faults.push(format!("services.{name}: with {}, the client would be wrong: {why}", what.join(", "))),
        }
    }
}

/// A client's metadata as the file wants it: of the scopes of the file's APIs it may ask for what the file says, and for nothing else.
fn wanted(file: &TrustFile, name: &str, audience: Option<&ResourceUri>, client: &Client, here: &Scopes) -> (Metadata, Vec<String>) {
    let (mut metadata, mut what) = (client.metadata.clone(), Vec::new());
    if let Some(audience) = audience.filter(|audience| !metadata.resource.contains(audience)) {
        metadata.resource.push(audience.clone());
        what.push(format!("is {audience}"));
    }
    let calls = file.calls.iter().filter(|call| call.from == name);
    let mut asked = Scopes::default();
    for call in calls {
        let grant = call.by.grant();
        if !metadata.grant_types.contains(&grant) {
            metadata.grant_types.push(grant);
            what.push(format!("may use {}", grant.as_str()));
        }
        if call.by != By::Exchange {
            asked = asked.or(&call.scope_set());
        }
    }
    let now = client.allowed_scopes();
    let next = now.without(here).or(&asked);
    if next != now {
        let (more, less) = (next.without(&now), now.without(&next));
        if !more.is_empty() {
            what.push(format!("may ask {more}"));
        }
        if !less.is_empty() {
            what.push(format!("may no longer ask {less}"));
        }
        metadata.scope = Some(next);
    }
    (metadata, what)
}

fn edges(file: &TrustFile, known: Known<'_>, apis: &[Api], plan: &mut Plan, faults: &mut Vec<String>) {
    let mut wanted = Vec::new();
    for call in &file.calls {
        let audience = file.services.get(&call.to).and_then(|service| service.audience.as_ref());
        let api = apis.iter().find(|api| Some(&api.resource) == audience);
        let foreign = api.map(|api| call.scope_set().without(&api.scope_set())).unwrap_or_default();
        if !foreign.is_empty() {
            faults.push(format!("{}: scopes: {} has no scope {foreign}", call.shown(), call.to));
        }
        let Some(rule) = file.rule(call) else { continue };
        if let Err(why) = rule.validate() {
            faults.push(format!("{}: {why}", call.shown()));
        }
        if let Some(other) = known.rules.iter().find(|other| other.name != rule.name && other.same_edge(&rule)) {
            faults.push(format!(
                "{}: {:?} declares this edge already: `doorward exchange delete {}`",
                call.shown(),
                other.name,
                other.name
            ));
        }
        match known.rules.iter().find(|old| old.name == rule.name) {
            None => plan.changes.push(Change::AddEdge(rule.clone())),
            Some(old) if *old != rule => plan.changes.push(Change::ChangeEdge(rule.clone())),
            Some(_) => {}
        }
        wanted.push(rule.name);
    }
    for old in known.rules.iter().filter(|old| !wanted.contains(&old.name)) {
        if old.name.starts_with(OWN) {
            plan.changes.push(Change::RemoveEdge(old.clone()));
        } else if file.services.contains_key(old.client.as_str()) {
            plan.remarks.push(format!("the edge {:?}, {}, was declared by `doorward exchange` and stays", old.name, edge(old)));
        }
    }
}
