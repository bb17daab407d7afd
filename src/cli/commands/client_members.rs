//! A client from its JSON: what is the server's own beside the metadata, and what becomes of the secret.

use doorward_protocol::api::Apis;
use doorward_protocol::client::{AuthMethod, Client, Metadata, Origin};
use doorward_protocol::policy::MutualTls;
use doorward_protocol::scopes::Scopes;
use doorward_protocol::secret::{ClientSecret, Entropy, Secret, typable_id};
use doorward_protocol::values::{ClientId, Timestamp};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

use super::super::output::CliError;
use super::json;
use crate::client_secrets;
use crate::store::deliveries::Standing;

/// The least length of a secret that the operator chooses, in characters.
const SECRET_MIN: usize = 32;

type Object = Map<String, Value>;

fn wrong(text: impl Into<String>) -> CliError {
    CliError::new("invalid_client_metadata", text)
}

/// A new client, and its secret where it has one: its digest stands in the client already.
pub(super) fn new_client(object: Object, rng: &dyn Entropy, now: Timestamp) -> Result<(Client, Option<Secret<ClientSecret>>), CliError> {
    let mut object = json::without_nulls(object);
    let id = object.remove("client_id").map(|value| read_id(&value)).transpose()?;
    let given = object.remove("client_secret").map(|value| read_secret(&value)).transpose()?;
    drop_answers(&mut object)?;
    let metadata = read_metadata(object)?;
    let secret = match (metadata.token_endpoint_auth_method.has_secret(), given) {
        (false, Some(_)) => return Err(secret_of_none(&metadata)),
        (false, None) => None,
        (true, given) => Some(given.unwrap_or_else(|| Secret::mint(rng))),
    };
    let id = id.unwrap_or_else(|| ClientId::new(typable_id(rng)));
    Ok((Client::new(id, metadata, secret.as_ref().map(Secret::digest), now), secret))
}

/// A client after a change (RFC 7396). Of a secret given by it, only the digest stands in the client.
pub(super) fn changed(old: &Client, mut patch: Object) -> Result<Client, CliError> {
    let fixed = fixed(old, &patch);
    if let Some(value) = patch.remove("client_id")
        && value.as_str() != Some(old.id.as_str())
    {
        return Err(wrong("client_id: it can't change, since tokens and apps hold it; leave it out, or add another client"));
    }
    let given = patch.remove("client_secret");
    drop_answers(&mut patch)?;
    let Ok(Value::Object(mut object)) = serde_json::to_value(&old.metadata) else {
        return Err(CliError::new("database", "the stored metadata is no JSON object"));
    };
    json::merge(&mut object, patch);
    let metadata = read_metadata(object)?;
    let given = match (metadata.token_endpoint_auth_method.has_secret(), given) {
        (_, None) | (false, Some(Value::Null)) => None,
        (false, Some(_)) => return Err(secret_of_none(&metadata)),
        (true, Some(Value::Null)) => {
            return Err(wrong(
                "client_secret: it can't be removed from a client that authenticates with it; replace it by `doorward client rotate-secret`",
            ));
        }
        (true, Some(value)) => Some(read_secret(&value)?),
    };
    let digest = given.as_ref().map(Secret::digest);
    let client = Client {
        origin: old.origin,
        registration: old.registration.clone(),
        fixed,
        ..Client::new(old.id.clone(), metadata, digest, old.created_at)
    };
    if given.is_some() {
        return Ok(client);
    }
    client_secrets::carried_over(old, client).ok_or_else(|| {
        wrong("token_endpoint_auth_method: client_secret_jwt must know the secret, of which only a digest is kept so far; give a new client_secret, too")
    })
}

/// The members that are no longer for a client to change that registered itself: those the operator ever set, without those given back by null.
fn fixed(old: &Client, patch: &Object) -> BTreeSet<String> {
    let mut fixed = old.fixed.clone();
    for (member, value) in patch.iter().filter(|(member, _)| old.origin == Origin::Dynamic && !member.starts_with("client_secret")) {
        if value.is_null() {
            fixed.remove(member)
        } else {
            fixed.insert(member.clone())
        };
    }
    fixed.remove("client_id");
    fixed
}

/// What the operator should know of a client as it stands.
pub(super) fn remarks(client: &Client, apis: &Apis) -> Vec<String> {
    let Client { id, metadata, .. } = client;
    let mut remarks = Vec::new();
    let listed = |names: Vec<&str>| names.join(", ");
    let unknown: Vec<&str> = metadata.scope.iter().flat_map(Scopes::iter).filter(|scope| !apis.knows(scope)).collect();
    if !unknown.is_empty() {
        remarks.push(format!("no API has these scopes of the client {id} yet: {}; add one by `doorward api add`", listed(unknown)));
    }
    // RFC 7591 section 2: members that aren't understood are ignored; `client_name#zh-CN` and the like are.
    let idle: Vec<&str> = metadata.other.keys().map(String::as_str).filter(|name| !name.contains('#')).collect();
    if !idle.is_empty() {
        remarks.push(format!("kept, but without effect in this version: {}", listed(idle)));
    }
    if metadata.token_endpoint_auth_method.has_secret() && client.secret.is_none() {
        remarks.push(format!("the client {id} has no secret yet: give it one by `doorward client rotate-secret {id}`"));
    }
    remarks
}

/// What the operator should know of a client that shows certificates to a server that can't see them.
pub(super) fn certificate_remark(client: &Client, sees: MutualTls) -> Option<String> {
    let metadata = &client.metadata;
    let method = metadata.token_endpoint_auth_method;
    let blind = !sees.allows(method) || metadata.tls_client_certificate_bound_access_tokens && sees == MutualTls::Off;
    let lacking = if sees == MutualTls::Unverified {
        "the proxy doesn't say whether it verified one: set CLIENT_CERT_VERIFIED_HEADER"
    } else if method == AuthMethod::TlsClientAuth {
        "set CLIENT_CERT_HEADER, CLIENT_CERT_VERIFIED_HEADER and TRUSTED_PROXIES, or tls.mutual"
    } else {
        "set CLIENT_CERT_HEADER and TRUSTED_PROXIES, or tls.mutual for one of an authority"
    };
    blind.then(|| format!("this server sees no such certificate as the client {} needs: {lacking}", client.id))
}

/// How telling the client of logouts fares; nothing when all were told.
pub(super) fn logout_remarks(told: &Standing, moment: impl Fn(Timestamp) -> Value) -> Vec<String> {
    let mut remarks = Vec::new();
    let count = |n: i64| if n == 1 { "1 logout".to_owned() } else { format!("{n} logouts") };
    if told.waiting > 0 {
        remarks.push(format!("{} still to be told", count(told.waiting)));
    }
    if told.failed > 0 {
        remarks.push(format!("{} given up in the last week", count(told.failed)));
    }
    if let Some((at, why)) = &told.problem {
        let at = moment(*at);
        let at = at.as_str().map_or_else(|| at.to_string(), str::to_owned);
        remarks.push(format!("the last logout that could not be told failed at {at}: {why}"));
    }
    remarks
}

fn secret_of_none(metadata: &Metadata) -> CliError {
    let method = metadata.token_endpoint_auth_method.as_str();
    wrong(format!("client_secret: a client with \"token_endpoint_auth_method\": \"{method}\" has none; leave out one of the two"))
}

/// Members that only stand in answers (RFC 7591 section 3.2.1, RFC 7592 section 3), so that what `show` printed can be read again.
fn drop_answers(object: &mut Object) -> Result<(), CliError> {
    for name in ["client_id_issued_at", "registered_by", "registration_access_token", "registration_client_uri"] {
        object.remove(name);
    }
    let expiry = object.remove("client_secret_expires_at");
    if expiry.is_none_or(|at| at.is_null() || at == 0) {
        Ok(())
    } else {
        Err(wrong("client_secret_expires_at: secrets don't expire here; leave it out"))
    }
}

fn read_metadata(object: Object) -> Result<Metadata, CliError> {
    // Wrong types first: their errors name the member only here. A wrong redirect URI keeps its own code.
    let typed = json::read::<Metadata>(object.clone());
    let metadata =
        Metadata::read(Value::Object(object)).map_err(|why| CliError::new(why.code.as_str(), typed.err().unwrap_or(why.text)))?;
    Ok(metadata)
}

/// RFC 6749 appendix A.1 without spaces: an id stands in URLs, headers and command lines.
fn read_id(value: &Value) -> Result<ClientId, CliError> {
    let fit = |text: &&str| (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    let id = value.as_str().filter(fit).ok_or_else(|| wrong("client_id: give 1 to 200 characters of printable ASCII without spaces"))?;
    Ok(ClientId::new(id))
}

/// RFC 6749 appendix A.2. What is wrong is told without the text.
fn read_secret(value: &Value) -> Result<Secret<ClientSecret>, CliError> {
    let fit = |text: &&str| text.len() >= SECRET_MIN && text.bytes().all(|byte| matches!(byte, 0x20..=0x7e));
    let hint = format!("client_secret: give at least {SECRET_MIN} random characters of printable ASCII, or leave it out and one is made");
    value.as_str().filter(fit).map(Secret::shown).ok_or_else(|| wrong(hint))
}

#[cfg(test)]
#[path = "client_members_tests.rs"]
mod tests;
