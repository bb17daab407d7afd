//! Proofs of possession (RFC 9449) where requests show them.

use super::{Ctx, FlowError};
use crate::store::{Conn, StoreError, replays};
use crate::trace::Noting;
use doorward_protocol::binding;
use doorward_protocol::certificate::Certificate;
use doorward_protocol::check::Check;
use doorward_protocol::client::Client;
pub use doorward_protocol::dpop::Proven;
use doorward_protocol::dpop::{NonceCheck, Proof, make_nonce};
use doorward_protocol::error::Refusal;

/// To which request a proof belongs.
#[derive(Clone, Copy, Debug)]
pub struct At<'r> {
    /// The method, as it came.
    pub method: &'r str,
    /// The path below the issuer.
    pub path: &'r str,
    /// The access token that came along, at resources.
    pub token: Option<&'r str>,
}

/// Verifies the proof of a request, if it shows one. It is still to be [remembered](first_use).
///
/// # Errors
/// [`FlowError::Refused`] by the checks of RFC 9449 §4.3.
pub fn prove(ctx: &Ctx, headers: &[String], at: At<'_>) -> Result<Option<Proven>, FlowError> {
    prove_at(ctx, headers, at.method, &ctx.policy.issuer.at(at.path), at.token)
}

/// The same of a request to a service for which we answer, at its own address.
///
/// # Errors
/// As [`prove`].
pub fn prove_at(ctx: &Ctx, headers: &[String], method: &str, url: &str, token: Option<&str>) -> Result<Option<Proven>, FlowError> {
    let checks = &mut ctx.checks();
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    let Some(proof) = Proof::read(&headers, checks)? else { return Ok(None) };
    let key = ctx.seal.nonce_key();
    let nonce = if ctx.policy.require_dpop_nonce { NonceCheck::Required(key) } else { NonceCheck::Optional(key) };
    Ok(Some(proof.verify(method, url, token, nonce, ctx.now(), checks)?))
}

/// Holds a proof against the profile of the client that showed it.
///
/// # Errors
/// [`Check::ProfileAlg`].
pub fn fits(ctx: &Ctx, proof: Option<&Proven>, client: &Client) -> Result<(), Refusal> {
    proof.map_or(Ok(()), |proof| proof.fits(client, &mut ctx.checks()))
}

/// The keys a request has proven to hold: that of its proof, and that of its connection's certificate (RFC 8705 §3).
pub fn proven(proof: Option<&Proven>, certificate: Option<&Certificate>) -> binding::Proven {
    let jkt = proof.map(|proof| proof.jkt.as_str().to_owned());
    binding::Proven { jkt, certificate: certificate.map(|certificate| certificate.thumbprint.clone()) }
}

/// Whether a proof is shown for the first time, on any node: remembered in the transaction of what it is good for.
///
/// # Errors
/// [`StoreError`] when the database can't; then the proof isn't accepted.
pub fn first_use(conn: &mut Conn, proof: Option<&Proven>, notes: &Noting) -> Result<Result<(), Refusal>, StoreError> {
    let Some(proof) = proof else { return Ok(Ok(())) };
    let first = replays::first_use(conn, &proof.jti_key, proof.expires_at)?;
    Ok(notes.checks().hold(Check::DpopReplay, first))
}

/// The nonce for the next proofs of whoever showed one (§8.2).
pub fn nonce(ctx: &Ctx) -> String {
    make_nonce(ctx.seal.nonce_key(), ctx.now())
}
