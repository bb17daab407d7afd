//! `GET /forward-auth`: a proxy asks whether a request may pass to the service behind it.

use super::dpop;
use super::subject::{sub_for, viewer};
use super::userinfo::{Visitor, find};
use super::{Ctx, FlowError};
use doorward_protocol::check::{Check, Evidence};
use doorward_protocol::error::Refusal;
use doorward_protocol::forward_auth::{Asked, accept, meant};
use doorward_protocol::resource::{self, Scheme};
use std::net::IpAddr;
use std::sync::Arc;

/// What the service is told, as headers.
pub type Told = [(&'static str, String); 7];

/// A proxy's question about a request.
#[derive(Debug)]
pub struct Question<'r> {
    /// Where it comes from.
    pub from: Option<IpAddr>,
    /// Whether whoever asks from there is answered.
    pub may_ask: bool,
    /// What the location asks of a token.
    pub query: &'r str,
    /// The values of `X-Forwarded-Method`.
    pub methods: Vec<&'r str>,
    /// The values of `X-Forwarded-Uri`.
    pub uris: Vec<&'r str>,
    /// What the request shows.
    pub visitor: Visitor<'r>,
}

/// Whether the request may pass, and what the service is told of its token. Asked of the database each time: what was revoked is refused
/// from that commit on, JWTs included.
///
/// # Errors
/// [`FlowError::Refused`] by the rules of [`doorward_protocol::forward_auth`] and of RFC 9449 §7.
pub async fn forward_auth(ctx: &Ctx, question: &Question<'_>) -> Result<Told, FlowError> {
    let checks = &mut ctx.checks();
    checks.require(Check::ForwardCaller, question.may_ask, || {
        Evidence::new("an address in FORWARD_AUTH", question.from.map_or_else(|| "none".to_owned(), |ip| ip.to_string()))
    })?;
    let asked = Asked::read(question.query, checks)?;
    let shown = resource::shown(&question.visitor.authorization, checks)?;
    let proof = match shown.scheme {
        Scheme::Bearer => None,
        Scheme::Dpop => {
            let (method, url) = asked.address(&question.methods, &question.uris, checks)?;
            let proof = dpop::prove_at(ctx, &question.visitor.dpop, method, &url, Some(shown.token))?;
            Some(checks.some(Check::DpopPresent, proof)?)
        }
    };
    let (once, proven) = (proof.clone(), dpop::proven(proof.as_ref(), question.visitor.certificate.as_deref()));
    let (scheme, token, now) = (shown.scheme, shown.token.to_owned(), ctx.now());
    let (cache, seal, notes) = (Arc::clone(&ctx.catalog), Arc::clone(&ctx.seal), ctx.notes.clone());
    let told = ctx
        .read(move |conn| {
            let checks = &mut notes.checks();
            let catalog = cache.get(conn)?;
            asked.known(&catalog.apis, checks)?;
            let record = find(conn, &token, &catalog, now)?;
            let record = meant(record.as_ref(), &asked, now, checks)?;
            notes.client(&record.client_id);
            let gone = || Refusal::by(Check::ForwardActive);
            let client = catalog.client(conn, &record.client_id)?.ok_or_else(gone)?;
            if let Some(proof) = &proof {
                proof.fits(&client, checks)?;
            }
            let passed = accept(record, (scheme, &proven), &asked, checks)?;
            let sub = match &record.subject {
                Some(subject) => sub_for(&seal, &*viewer(conn, &catalog, record)?.ok_or_else(gone)?, subject).as_str().to_owned(),
                None => record.sub().to_owned(),
            };
            Ok::<_, FlowError>(passed.headers(&sub))
        })
        .await?;
    // After the token, before the answer: whoever makes keys of their own, and has no token, leaves nothing behind here.
    if let Some(once) = once {
        let notes = ctx.notes.clone();
        ctx.write(move |conn| dpop::first_use(conn, Some(&once), &notes)).await??;
    }
    Ok(told)
}
