//! Which messages belong together: what one gave is what the next one shows. Only digests of those values are kept.

use aws_lc_rs::digest::{SHA256, digest};
use doorward_protocol::params::Params;
use serde_json::Value;

/// The digest of a value that leads from one message to the next.
pub(super) type Link = [u8; 32];

/// Parameters and members that lead on.
const LEADING: [&str; 13] = [
    "code",
    "refresh_token",
    "access_token",
    "id_token",
    "id_token_hint",
    "token",
    "subject_token",
    "actor_token",
    "request_uri",
    "device_code",
    "user_code",
    "registration_access_token",
    "response",
];

fn link(value: &str) -> Link {
    let digest = digest(&SHA256, value.as_bytes());
    let mut link = [0; 32];
    link.copy_from_slice(digest.as_ref());
    link
}

/// One is for all tokens: it is shown under one name and given under another.
fn leads(name: &str, value: &str) -> Option<Link> {
    match name {
        "user_code" => Some(link(&value.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase())),
        name if LEADING.contains(&name) => Some(link(value)),
        _ => None,
    }
}

/// What a query or form leads from or to.
pub(super) fn of_params(raw: &[u8]) -> Vec<Link> {
    let Ok(params) = Params::parse(raw, &LEADING) else { return Vec::new() };
    let found = LEADING.iter().flat_map(|name| params.all(name).filter_map(|value| leads(name, value)));
    found.collect()
}

/// What an `Authorization` header leads from.
pub(super) fn of_authorization(value: &str) -> Option<Link> {
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("Bearer") || scheme.eq_ignore_ascii_case("DPoP")).then(|| link(token.trim()))
}

/// What a path leads from: the page of a stored request.
pub(super) fn of_path(path: &str) -> Option<Link> {
    let mut parts = path.split('/').skip(1);
    let (room, id) = (parts.next()?, parts.next()?);
    matches!(room, "interaction" | "logout" | "device").then(|| link(&format!("{room} {id}")))
}

/// What a redirect leads to: a page of ours, or an app with a code.
pub(super) fn of_location(location: &str, base: &str) -> Vec<Link> {
    let (path, query) = location.split_once('?').unwrap_or((location, ""));
    let query = query.split('#').next().unwrap_or_default();
    let mut links = of_params(query.as_bytes());
    links.extend(path.strip_prefix(base).and_then(of_path));
    links
}

/// What a JSON answer leads to.
pub(super) fn of_json(body: &[u8]) -> Vec<Link> {
    let Ok(Value::Object(members)) = serde_json::from_slice(body) else { return Vec::new() };
    members.iter().filter_map(|(name, value)| leads(name, value.as_str()?)).collect()
}

/// What a page leads to that hands a code over by a form or a link of its own.
pub(super) fn of_page(html: &str) -> Vec<Link> {
    let field = |name: &str| {
        let (_, rest) = html.split_once(&format!("name=\"{name}\" value=\""))?;
        Some(link(rest.split('"').next()?))
    };
    ["code", "response"].into_iter().filter_map(field).collect()
}

/// Metadata and keys: asked for by anybody, of no flow.
pub(super) fn of_metadata() -> Link {
    link("metadata and keys")
}
