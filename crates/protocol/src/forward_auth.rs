//! What a proxy is told of a token on behalf of the service behind it: the rules of introspection (RFC 7662) for one audience, with the
//! verdict of a resource server (RFC 6750 §3).

use crate::api::Apis;
use crate::binding::{Actor, Proven};
use crate::check::{Check, Checks, Evidence};
use crate::error::Refusal;
use crate::judged::shown;
use crate::params::Params;
use crate::resource::{AccessRecord, Scheme, held};
use crate::scopes::Scopes;
use crate::values::{ResourceUri, Timestamp};
use url::Url;

/// What a proxy may say of a location.
const NAMES: [&str; 3] = ["resource", "scope", "origin"];

/// Stands in a header where there is nothing to say.
pub const NOTHING: &str = "-";

/// What a location asks of a token, as its operator wrote it into the proxy's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    audience: ResourceUri,
    scopes: Scopes,
    origin: Option<String>,
}

impl Asked {
    /// Reads the query of the proxy's request. What isn't understood is refused: a requirement that got lost must not let everybody in.
    ///
    /// # Errors
    /// [`Check::ForwardParams`], [`Check::ForwardResource`], [`Check::ForwardScope`], and those of [`Params`].
    pub fn read(query: &str, checks: &mut Checks<'_>) -> Result<Self, Refusal> {
        // Elsewhere a parameter without a value counts as absent (RFC 6749 §3.1); here it is a variable that was empty.
        let whole = query.is_empty() || query.split('&').all(|piece| piece.split_once('=').is_some_and(|(_, value)| !value.is_empty()));
        checks.hold(Check::ForwardParams, whole)?;
        let params = Params::parse(query.as_bytes(), &[])?;
        params.no_repeats(checks)?;
        let unknown = params.names().find(|name| !NAMES.contains(name));
        checks.require(Check::ForwardParams, unknown.is_none(), || Evidence::new(NAMES.join(", "), shown(unknown.unwrap_or("these"))))?;
        let audience = checks.some(Check::ForwardResource, params.get("resource").and_then(ResourceUri::parse))?;
        let scopes = params.get("scope").map_or(Some(Scopes::default()), |text| Scopes::parse(text).filter(|scopes| !scopes.is_empty()));
        let scopes = checks.some(Check::ForwardScope, scopes)?;
        let named = params.get("origin");
        let origin = origin_of(named.unwrap_or(audience.as_str()));
        checks.require(Check::ForwardParams, named.is_none_or(|named| origin.as_deref() == Some(named)), || {
            Evidence::new("an origin like https://stock.example", shown(named.unwrap_or_default()))
        })?;
        Ok(Self { audience, scopes, origin })
    }

    /// Holds it against the APIs of this server: a location that asks for what can't be is a mistake of the operator's.
    ///
    /// # Errors
    /// [`Check::ForwardResource`], [`Check::ForwardScope`].
    pub fn known(&self, apis: &Apis, checks: &mut Checks<'_>) -> Result<(), Refusal> {
        let evidence = || Evidence::new("a registered API", shown(self.audience.as_str()));
        let api = checks.require_some(Check::ForwardResource, apis.get(self.audience.as_str()), evidence)?;
        let foreign = self.scopes.without(&api.scope_set());
        checks.require(Check::ForwardScope, foreign.is_empty(), || Evidence::new(api.scope_set().to_string(), shown(&foreign.to_string())))
    }

    /// To which request a proof of possession belongs: its method and its address, without query. The origin is the operator's word, never
    /// that of a header; method and path are the proxy's, which saw the request.
    ///
    /// # Errors
    /// [`Check::ForwardedRequest`].
    pub fn address<'r>(&self, methods: &[&'r str], uris: &[&str], checks: &mut Checks<'_>) -> Result<(&'r str, String), Refusal> {
        // RFC 9449 §4.3: htm and htu are those of the request in which the proof is received; the service's, not the proxy's to us.
        let (&[method], &[uri]) = (methods, uris) else { return Err(Refusal::by(Check::ForwardedRequest)) };
        checks.hold(Check::ForwardedRequest, uri.starts_with('/') && !method.is_empty())?;
        let origin = checks.some(Check::ForwardedRequest, self.origin.as_ref())?;
        Ok((method, format!("{origin}{uri}")))
    }
}

/// The origin of an http or https address.
fn origin_of(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()))?;
    Some(url.origin().ascii_serialization())
}

/// A token that may pass to the service it was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Passed<'t>(&'t AccessRecord);

/// Whether a token is alive and meant for this audience. Of one that isn't, a stranger learns nothing more (RFC 7662 §4).
///
/// # Errors
/// [`Check::ForwardActive`], [`Check::ForwardAudience`]: told apart in the log only.
pub fn meant<'t>(
    token: Option<&'t AccessRecord>,
    asked: &Asked,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<&'t AccessRecord, Refusal> {
    let token = checks.some(Check::ForwardActive, token.filter(|token| token.is_active(now)))?;
    // RFC 9068 §4: "The resource server MUST validate that the aud claim contains a resource indicator value corresponding to an identifier
    // the resource server expects for itself."
    checks.require(Check::ForwardAudience, token.audience == asked.audience.as_str(), || {
        Evidence::new(asked.audience.as_str().to_owned(), token.audience.clone())
    })?;
    Ok(token)
}

/// Whether a token that is [`meant`] for the service is in the right hands and allows enough.
///
/// # Errors
/// Those of [`held`], [`Check::ForwardScopeHeld`].
pub fn accept<'t>(
    token: &'t AccessRecord,
    (scheme, proven): (Scheme, &Proven),
    asked: &Asked,
    checks: &mut Checks<'_>,
) -> Result<Passed<'t>, Refusal> {
    held(token, scheme, proven, checks)?;
    // RFC 6750 §3.1: insufficient_scope, with "the scope attribute with the scope necessary to access the protected resource".
    checks.require(Check::ForwardScopeHeld, asked.scopes.within(&token.scopes), || {
        Evidence::new(asked.scopes.to_string(), token.scopes.to_string())
    })?;
    Ok(Passed(token))
}

impl Passed<'_> {
    /// What the service is told, as headers; `sub` is the subject as a JWT of this token names it. All headers are always there and none is
    /// empty, so that whatever a stranger sent under these names is overwritten.
    pub fn headers(&self, sub: &str) -> [(&'static str, String); 7] {
        let Self(token) = self;
        // RFC 9700 §4.15: a machine's name must never be taken for a person's.
        let kind = if token.subject.is_some() { "person" } else { "machine" };
        [
            ("X-Auth-Subject", plain(sub)),
            ("X-Auth-Kind", kind.to_owned()),
            ("X-Auth-Client", plain(token.client_id.as_str())),
            ("X-Auth-Actor", actors(token.actor.as_ref())),
            ("X-Auth-Audience", plain(&token.audience)),
            ("X-Auth-Scope", if token.scopes.is_empty() { NOTHING.to_owned() } else { token.scopes.to_string() }),
            ("X-Auth-Expires", token.expires_at.0.to_string()),
        ]
    }
}

/// The chain of actors, the current one first (RFC 8693 §4.1).
fn actors(outermost: Option<&Actor>) -> String {
    let chain: Vec<String> = std::iter::successors(outermost, |actor| actor.act.as_deref()).map(|actor| plain(&actor.sub)).collect();
    if chain.is_empty() { NOTHING.to_owned() } else { chain.join(",") }
}

/// A name as one word of printable ASCII: all else, commas and percent signs become escapes, and so does what would look like [`NOTHING`].
fn plain(name: &str) -> String {
    if name == NOTHING {
        return "%2D".to_owned();
    }
    let fine = |byte: u8| byte.is_ascii_graphic() && !b",%".contains(&byte);
    name.bytes().map(|byte| if fine(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests;
