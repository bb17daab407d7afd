//! `GET` and `POST /userinfo` (OpenID Connect Core §5.3), and finding a presented access token.

use super::catalog::Catalog;
use super::dpop::{self, At};
use super::mint::Told;
use super::subject::sub_for;
use super::{Ctx, FlowError, mint, subject};
use crate::store::{Conn, grants, tokens, users};
use doorward_protocol::api::Apis;
use doorward_protocol::certificate::Certificate;
use doorward_protocol::check::Check;
use doorward_protocol::error::Refusal;
use doorward_protocol::jose::{Alg, Rules, Typ, verify};
use doorward_protocol::metadata::path;
use doorward_protocol::resource::{self, AccessRecord, Scheme, Shown};
use doorward_protocol::secret::{Access, Secret};
use doorward_protocol::values::{Timestamp, TokenId};
use serde_json::{Map, Value};
use std::sync::Arc;

/// The record of a presented access token: an opaque one by its digest; a JWT by its `jti`, once its signature is found to be ours.
///
/// # Errors
/// [`FlowError::Store`].
pub fn find(conn: &mut Conn, token: &str, catalog: &Catalog, now: Timestamp) -> Result<Option<AccessRecord>, FlowError> {
    let id = if token.contains('.') {
        let Some(jti) = jti(token, catalog) else { return Ok(None) };
        jti
    } else {
        mint::opaque_id(&Secret::<Access>::shown(token))
    };
    Ok(tokens::find_access(conn, &id, now)?)
}

fn jti(token: &str, catalog: &Catalog) -> Option<TokenId> {
    let types: &[&str] = if uses_plain_typ(&catalog.apis) { &["at+jwt", "JWT"] } else { &["at+jwt"] };
    let verified = verify(token, &Rules::new(&Alg::ALL, Typ::Required(types)), &catalog.keys).ok()?;
    // An ID token has no jti, and none would be found: values of one kind never work as another (RFC 8725 §3.12).
    verified.claims().get("jti").and_then(Value::as_str).map(TokenId::new)
}

fn uses_plain_typ(apis: &Apis) -> bool {
    apis.iter().any(|api| api.token_typ == doorward_protocol::api::TokenTyp::Jwt)
}

/// A request with an access token.
#[derive(Debug)]
pub struct Visitor<'r> {
    /// Its method.
    pub method: &'r str,
    /// The values of its `Authorization` headers.
    pub authorization: Vec<&'r str>,
    /// The values of its `DPoP` headers.
    pub dpop: Vec<String>,
    /// The client certificate of its connection.
    pub certificate: Option<Arc<Certificate>>,
}

/// What the person of a token has allowed its client to know; signed for clients registered so (OpenID Connect Core §5.3.2).
///
/// # Errors
/// [`FlowError::Refused`] by the rules of [`resource::accept`] and of RFC 9449 §7.
pub async fn userinfo(ctx: &Ctx, visitor: &Visitor<'_>) -> Result<Told<Map<String, Value>>, FlowError> {
    let shown = resource::shown(&visitor.authorization, &mut ctx.checks())?;
    let proof = proof(ctx, visitor, shown)?;
    let once = proof.clone();
    let proven = dpop::proven(proof.as_ref(), visitor.certificate.as_deref());
    let (scheme, token, notes) = (shown.scheme, shown.token.to_owned(), ctx.notes.clone());
    let (cache, seal, now, issuer) = (Arc::clone(&ctx.catalog), Arc::clone(&ctx.seal), ctx.now(), ctx.policy.issuer.as_str().to_owned());
    let (claims, client, catalog) = ctx
        .read(move |conn| {
            let catalog = cache.get(conn)?;
            let record = find(conn, &token, &catalog, now)?;
            if let Some(record) = &record {
                notes.client(&record.client_id);
            }
            let (record, subject) = resource::accept(record.as_ref(), (scheme, &proven), &issuer, now, &mut notes.checks())?;
            let client = catalog.client(conn, &record.client_id)?.ok_or_else(|| Refusal::by(Check::TokenActive))?;
            if let Some(proof) = &proof {
                proof.fits(&client, &mut notes.checks())?;
            }
            let user = users::find(conn, subject)?.filter(|user| !user.disabled).ok_or_else(|| Refusal::by(Check::TokenActive))?;
            let grant = match &record.grant {
                Some(id) => grants::find(conn, id.as_str(), now)?,
                None => None,
            };
            let by_name = grant.map(|grant| grant.claims_of(&client, &record.scopes)).unwrap_or_default();
            let mut claims = user.person.told(&record.scopes, &by_name.locales);
            claims.extend(user.person.told_by_name(&by_name.userinfo, &by_name.locales));
            let viewer = subject::viewer(conn, &catalog, record)?.ok_or_else(|| Refusal::by(Check::TokenActive))?;
            claims.insert("sub".to_owned(), sub_for(&seal, &viewer, subject).as_str().into());
            Ok::<_, FlowError>((claims, client, catalog))
        })
        .await?;
    // After the token, before the answer: whoever makes keys of their own, and has no token, leaves nothing behind here.
    if let Some(once) = once {
        let notes = ctx.notes.clone();
        ctx.write(move |conn| dpop::first_use(conn, Some(&once), &notes)).await??;
    }
    match client.metadata.userinfo_signed_response_alg {
        None => Ok(Told::Plain(claims)),
        Some(alg) => mint::userinfo(ctx, &catalog, &client, alg, claims).map(Told::Signed),
    }
}

/// The proof of the request.
fn proof(ctx: &Ctx, visitor: &Visitor<'_>, shown: Shown<'_>) -> Result<Option<dpop::Proven>, FlowError> {
    // A proof beside a Bearer token proves nothing that is asked for.
    if shown.scheme == Scheme::Bearer {
        return Ok(None);
    }
    let at = At { method: visitor.method, path: path::USERINFO, token: Some(shown.token) };
    let proof = dpop::prove(ctx, &visitor.dpop, at)?;
    Ok(Some(ctx.checks().some(Check::DpopPresent, proof)?))
}
