//! A client replaces what it registered (RFC 7592 §2.2), within what its operator made of it.

use super::rules::{OPERATORS, Object, granted, wrong};
use super::{Rules, ScopeBound};
use crate::check::{Check, Checks, Evidence};
use crate::client::{Client, Metadata};
use crate::error::Refusal;
use crate::scopes::Scopes;
use crate::secret::{ClientSecret, Secret};
use serde_json::Value;

/// The metadata that a client gets which replaces its own by `asked`, with the secret it names, if it has one and names it.
///
/// What the operator set by command stays: left out it is kept, another value is refused, and of scopes and grants no more is given than stands.
/// Members that are the operator's alone are kept in the same way, whoever set them.
///
/// # Errors
/// Those of [`metadata`](super::metadata), and [`Check::RegistrationUpdate`].
pub fn update(client: &Client, mut asked: Object, rules: &Rules, apis: &Scopes, checks: &mut Checks<'_>) -> Result<Metadata, Refusal> {
    // RFC 7592 §2.2: "The client MUST NOT include" these.
    for member in ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"] {
        checks.require(Check::RegistrationUpdate, !asked.contains_key(member), || Evidence::new("no such member", member))?;
    }
    // "The updated client metadata fields request MUST include the "client_id" field, and it MUST be the same".
    let same = asked.get("client_id").and_then(Value::as_str) == Some(client.id.as_str());
    checks.require(Check::RegistrationUpdate, same, || Evidence::new("the client_id of this address", "client_id"))?;
    // "If the client includes the "client_secret" field …, the value of this field MUST match the currently issued client secret."
    let secret = asked.get("client_secret").filter(|secret| !secret.is_null());
    let own =
        secret.is_none_or(|secret| secret.as_str().is_some_and(|text| client.secret == Some(Secret::<ClientSecret>::shown(text).digest())));
    checks.require(Check::RegistrationUpdate, own, || Evidence::new("the secret the client has", "client_secret"))?;
    let stands = standing(&client.metadata);
    keep(client, &mut asked, &stands, checks)?;
    let mut metadata = granted(asked, &bounds(client, rules), apis, &stands, checks)?;
    // What nobody here understands is ignored of a client's, and kept of the operator's.
    let others = client.metadata.other.iter().filter(|(member, _)| client.fixed.contains(*member));
    metadata.other.extend(others.map(|(member, value)| (member.clone(), value.clone())));
    Ok(metadata)
}

fn standing(metadata: &Metadata) -> Object {
    match serde_json::to_value(metadata) {
        Ok(Value::Object(members)) => members,
        _ => Object::new(),
    }
}

/// What the operator gave is the bound in place of the policy's, be it narrower or wider.
fn bounds(client: &Client, rules: &Rules) -> Rules {
    let mut rules = rules.clone();
    if client.fixed.contains("scope") {
        rules.scopes = ScopeBound::Listed(client.allowed_scopes());
    }
    if client.fixed.contains("grant_types") {
        rules.grants.clone_from(&client.metadata.grant_types);
    }
    rules
}

/// Puts into `asked` what stays, and refuses what would change it.
fn keep(client: &Client, asked: &mut Object, stands: &Object, checks: &mut Checks<'_>) -> Result<(), Refusal> {
    let nothing = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    for member in &client.fixed {
        let (sent, stood) = (asked.get(member).filter(|value| !nothing(value)), stands.get(member).filter(|value| !nothing(value)));
        let narrowed = ["scope", "grant_types"].contains(&member.as_str());
        let fine = sent.is_none() || sent == stood || narrowed;
        checks
            .hold(Check::RegistrationOperators, fine)
            .map_err(|refusal| wrong(refusal.check, format!("{member}: the operator of this server has set it; leave it out")))?;
        if sent.is_none() {
            asked.extend(stood.map(|value| (member.clone(), value.clone())));
        }
    }
    // `require_pkce` of a client that nobody set it for follows the policy of the day.
    for (member, _) in OPERATORS.iter().filter(|(member, _)| *member != "require_pkce") {
        if asked.get(*member).is_none_or(Value::is_null) {
            asked.extend(stands.get(*member).map(|value| ((*member).to_owned(), value.clone())));
        }
    }
    Ok(())
}
