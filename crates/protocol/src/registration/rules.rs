//! What a stranger may set of a client's metadata.

use super::{Rules, ScopeBound};
use crate::check::{Check, Checks, Evidence};
use crate::client::{AuthMethod, Metadata, MetadataError};
use crate::error::{ErrorCode, Refusal};
use crate::grants::GrantType;
use crate::scopes::Scopes;
use serde_json::{Map, Value, json};

pub(super) type Object = Map<String, Value>;

/// The longest text of a member, in bytes; keys are bounded by their number.
const LONGEST: usize = 2048;
/// So many keys, and so many localised members, at most.
const MOST: usize = 20;

/// The operator's members with the values that widen nothing: what the server would set by itself, and what is stricter.
pub(super) const OPERATORS: [(&str, &[Harmless]); 10] = [
    ("resource", &[]),
    ("access_token_format", &[Harmless::Text("jwt")]),
    ("require_pkce", &[Harmless::Flag(true)]),
    ("require_consent", &[Harmless::Flag(true)]),
    ("refresh_retry_window", &[Harmless::Zero]),
    ("profile", &[Harmless::Text("oauth21"), Harmless::Text("fapi2")]),
    ("owner", &[]),
    ("assertion_issuer", &[]),
    ("assertion_subject", &[]),
    ("authorization_details_types", &[Harmless::Nothing]),
];

#[derive(Clone, Copy)]
pub(super) enum Harmless {
    Text(&'static str),
    Flag(bool),
    Zero,
    Nothing,
}

impl Harmless {
    fn is(self, value: &Value) -> bool {
        match self {
            Self::Text(text) => value == text,
            Self::Flag(flag) => *value == flag,
            Self::Zero => *value == 0,
            Self::Nothing => value.as_array().is_some_and(Vec::is_empty),
        }
    }
}

pub(super) fn wrong(check: Check, text: impl Into<String>) -> Refusal {
    Refusal { check, evidence: Some(Evidence::new("metadata that may be registered here", text.into())), authenticated: false }
}

/// What is wrong with metadata, as the refusal of a registration.
pub fn of_metadata(why: MetadataError) -> Refusal {
    let redirect = why.code == ErrorCode::InvalidRedirectUri;
    wrong(if redirect { Check::RegistrationRedirectUris } else { Check::RegistrationMetadata }, why.text)
}

/// The metadata that a client gets which asks for `asked`: what isn't supported is taken out (RFC 7591 §3.2.1: "The authorization server MAY
/// reject or replace any of the client's requested metadata values"), what is unknown is ignored (§2), what only the operator may decide is
/// refused. `apis` are the scopes of every API.
///
/// # Errors
/// [`Check::RegistrationOperators`], [`Check::RegistrationUsable`], [`Check::RegistrationMetadata`], [`Check::RegistrationRedirectUris`].
pub fn metadata(asked: Object, rules: &Rules, apis: &Scopes, checks: &mut Checks<'_>) -> Result<Metadata, Refusal> {
    granted(asked, rules, apis, &Object::new(), checks)
}

/// The same beside what `stands` already: members that only the operator may set may stay what they are.
pub(super) fn granted(asked: Object, rules: &Rules, apis: &Scopes, stands: &Object, checks: &mut Checks<'_>) -> Result<Metadata, Refusal> {
    // Null is absence (RFC 7592 §2.2 says so of updates).
    let mut asked: Object = asked.into_iter().filter(|(_, value)| !value.is_null()).collect();
    for member in ["client_id", "client_secret", "client_id_issued_at", "client_secret_expires_at"] {
        asked.remove(member);
    }
    // RFC 7591 §3.2.2: one that is trusted was put in place of the client's word before (see `Statement`).
    checks.hold(Check::StatementApproved, !asked.contains_key("software_statement"))?;
    bounded(&asked, checks)?;
    operators(&asked, rules, stands, checks)?;
    flows(&mut asked, rules, checks)?;
    let scope = scope(asked.remove("scope"), rules, apis, checks)?;
    asked.insert("scope".to_owned(), json!(scope.to_string()));
    let mut metadata = Metadata::read(Value::Object(asked.clone())).map_err(of_metadata)?;
    let public = metadata.token_endpoint_auth_method == AuthMethod::None;
    if !asked.contains_key("require_pkce") {
        metadata.require_pkce = rules.require_pkce || public || metadata.is_fapi2();
    }
    metadata.other = localised(metadata.other, checks)?;
    Ok(metadata)
}

fn bounded(asked: &Object, checks: &mut Checks<'_>) -> Result<(), Refusal> {
    for (member, value) in asked.iter().filter(|(member, _)| *member != "jwks") {
        let fits = longest(value) <= LONGEST && member.len() <= 200;
        checks.hold(Check::RegistrationMetadata, fits).map_err(|refusal| {
            let name: String = member.chars().take(60).collect();
            wrong(refusal.check, format!("{name}: a text in it is longer than {LONGEST} bytes"))
        })?;
    }
    let keys = asked.get("jwks").and_then(|jwks| jwks.get("keys")).and_then(Value::as_array).map_or(0, Vec::len);
    let text = || wrong(Check::RegistrationMetadata, format!("jwks: at most {MOST} keys"));
    checks.hold(Check::RegistrationMetadata, keys <= MOST).map_err(|_| text())
}

fn longest(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(longest).max().unwrap_or_default(),
        Value::Object(members) => members.values().map(longest).max().unwrap_or_default(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

fn operators(asked: &Object, rules: &Rules, stands: &Object, checks: &mut Checks<'_>) -> Result<(), Refusal> {
    for (member, harmless) in OPERATORS {
        let Some(value) = asked.get(member) else { continue };
        let free = !rules.require_pkce && member == "require_pkce" && *value == false;
        let fine = free || stands.get(member) == Some(value) || harmless.iter().any(|harmless| harmless.is(value));
        checks
            .hold(Check::RegistrationOperators, fine)
            .map_err(|refusal| wrong(refusal.check, format!("{member}: only the operator of this server may set it so; leave it out")))?;
    }
    Ok(())
}

/// Takes out what only the operator may set, but for what widens nothing.
pub fn drop_operators(asked: &mut Object) {
    for (member, harmless) in OPERATORS {
        if asked.get(member).is_some_and(|value| !harmless.iter().any(|harmless| harmless.is(value))) {
            asked.remove(member);
        }
    }
}

/// Grants and response types that are supported and allowed, in keeping with each other (RFC 7591 §2.1).
fn flows(asked: &mut Object, rules: &Rules, checks: &mut Checks<'_>) -> Result<(), Refusal> {
    let grants = kept(asked, "grant_types", |text| rules.grants.iter().any(|grant| grant.as_str() == text), checks)?;
    let codes = kept(asked, "response_types", |text| text == "code", checks)?;
    let by_code = grants.as_ref().is_none_or(|grants| grants.iter().any(|grant| grant == GrantType::AuthorizationCode.as_str()));
    // Without grant_types the code alone is meant (RFC 7591 §2): where the operator doesn't give that, nothing is left.
    let allowed = grants.is_some() || rules.grants.contains(&GrantType::AuthorizationCode);
    let left = allowed && grants.as_ref().is_none_or(|grants| grants.iter().any(|grant| grant != GrantType::RefreshToken.as_str()));
    checks.hold(Check::RegistrationUsable, left).map_err(|refusal| {
        let allowed: Vec<&str> = rules.grants.iter().map(|grant| grant.as_str()).collect();
        wrong(refusal.check, format!("grant_types: a client that registers itself may have {} here", allowed.join(", ")))
    })?;
    let usable = !by_code || codes.is_none_or(|codes| !codes.is_empty());
    checks
        .hold(Check::RegistrationUsable, usable)
        .map_err(|refusal| wrong(refusal.check, "response_types: only code is supported: there is no implicit or hybrid flow"))?;
    asked.insert("response_types".to_owned(), if by_code { json!(["code"]) } else { json!([]) });
    Ok(())
}

/// What is kept of a list of names; none when it wasn't there. An empty list that was sent so is as good as none.
fn kept(asked: &mut Object, member: &str, keep: impl Fn(&str) -> bool, checks: &mut Checks<'_>) -> Result<Option<Vec<String>>, Refusal> {
    let Some(value) = asked.remove(member) else { return Ok(None) };
    let names: Option<Vec<&str>> = value.as_array().and_then(|names| names.iter().map(Value::as_str).collect());
    let names = checks
        .some(Check::RegistrationMetadata, names)
        .map_err(|refusal| wrong(refusal.check, format!("{member}: it must be a list of texts")))?;
    if names.is_empty() {
        return Ok(None);
    }
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if keep(name) && !kept.iter().any(|known| known == name) {
            kept.push(name.to_owned());
        }
    }
    asked.insert(member.to_owned(), json!(kept));
    Ok(Some(kept))
}

fn scope(asked: Option<Value>, rules: &Rules, apis: &Scopes, checks: &mut Checks<'_>) -> Result<Scopes, Refusal> {
    let bound = match &rules.scopes {
        ScopeBound::All => Scopes::openid().or(apis),
        ScopeBound::Listed(listed) => listed.clone(),
    };
    let Some(asked) = asked else { return Ok(bound) };
    let read = asked.as_str().and_then(Scopes::parse);
    let read = checks
        .some(Check::RegistrationMetadata, read)
        .map_err(|refusal| wrong(refusal.check, "scope: it must be one text, names separated by spaces"))?;
    if read.is_empty() {
        return Ok(bound);
    }
    let left = read.and(&bound);
    checks.hold(Check::RegistrationUsable, !left.is_empty()).map_err(|refusal| {
        wrong(refusal.check, "scope: none of these scopes may be had by a client that registers itself; ask the operator")
    })?;
    Ok(left)
}

/// Of the members this server doesn't know, those that say a known one in a language (RFC 7591 §2.2) are kept; the rest is ignored (§2).
fn localised(other: Object, checks: &mut Checks<'_>) -> Result<Object, Refusal> {
    let mut kept = Object::new();
    for (member, value) in other {
        let Some((name, tag)) = member.split_once('#') else { continue };
        let shown = ["client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri"].contains(&name);
        let tagged = (1..=35).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !shown || !tagged {
            continue;
        }
        // As strict as the member itself, which is checked alone.
        let as_such = json!({"grant_types": [], "response_types": [], name: value});
        let fits = value.is_string() && kept.len() < MOST && Metadata::read(as_such).is_ok();
        checks.hold(Check::RegistrationMetadata, fits).map_err(|refusal| {
            wrong(refusal.check, format!("{member}: it must be as {name} is, and at most {MOST} members may name a language"))
        })?;
        kept.insert(member, value);
    }
    Ok(kept)
}
