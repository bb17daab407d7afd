//! A device without a browser: it asks for a code (RFC 8628 §3.1), a person enters the code, and answers.

mod answer;
mod enter;

pub use answer::{Step, View, decided, resume};
pub use enter::{Attempt, Outcome, enter};

use super::client_auth::{Sender, authenticate};
use super::{Ctx, FlowError};
use crate::store::device_codes::{self, Asked};
use crate::store::sessions::Origin;
use crate::store::{Conn, failures};
use doorward_protocol::check::Check;
use doorward_protocol::device::{DeviceRequest, mint, shown};
use doorward_protocol::error::Refusal;
use doorward_protocol::grants::device_code::INTERVAL;
use doorward_protocol::metadata::path;
use doorward_protocol::params::Params;
use doorward_protocol::secret::{DeviceCode, Secret, UserCode};
use doorward_protocol::throttle::{DEVICE_REQUESTS, Verdict, network};
use serde::Serialize;

/// RFC 8628 §3.2. There is no `verification_uri_complete`: a link that brings the code along is what is sent to victims (RFC 10027 §4.1.1).
#[derive(Serialize)]
pub struct DeviceResponse {
    device_code: String,
    user_code: String,
    verification_uri: String,
    expires_in: i64,
    interval: i64,
}

/// So many codes are drawn, in case one is taken already.
const DRAWS: usize = 3;

/// Answers a device authorization request.
///
/// # Errors
/// [`FlowError::Refused`] with the rule that refused, [`FlowError::Store`] when nothing could be committed.
pub async fn authorize(ctx: &Ctx, sender: &Sender, params: Params, origin: Origin) -> Result<DeviceResponse, FlowError> {
    let (by, catalog) = authenticate(ctx, sender).await?;
    let as_client = |refusal: Refusal| FlowError::Refused(refusal.authenticated());
    let request = DeviceRequest::read(&params, &by, &catalog.apis, &ctx.policy, &mut ctx.checks()).map_err(as_client)?;
    let (now, lifetime) = (ctx.now(), ctx.policy.device_code_lifetime);
    let counted = by.client().is_public().then(|| format!("device requests {}", network(&origin.address)));
    let asked = Asked { client_id: by.client().id.clone(), request, origin, at: now, valid_until: now.plus(lifetime) };
    let secret = Secret::<DeviceCode>::mint(&*ctx.rng);
    let codes: Vec<Secret<UserCode>> = (0..DRAWS).map(|_| mint(&*ctx.rng)).collect();
    let (digest, keyed) = (secret.digest(), codes.iter().map(|code| ctx.seal.keyed(code)).collect::<Vec<_>>());
    let work = move |conn: &mut Conn| {
        if let Some(key) = &counted
            && let Verdict::Wait(_) = failures::count(conn, key, DEVICE_REQUESTS, now)?
        {
            return Ok(Err(Refusal::by(Check::DeviceRequestsPaced)));
        }
        for (at, code) in keyed.iter().enumerate() {
            if device_codes::insert(conn, &digest, code, &asked)? {
                return Ok::<_, FlowError>(Ok(Some(at)));
            }
        }
        Ok(Ok(None))
    };
    let taken = ctx.write(work).await?.map_err(as_client)?;
    let code = taken.and_then(|at| codes.get(at)).ok_or(FlowError::Busy)?;
    Ok(DeviceResponse {
        device_code: secret.expose().to_owned(),
        user_code: shown(code),
        verification_uri: ctx.policy.issuer.at(path::DEVICE),
        expires_in: lifetime.0,
        interval: INTERVAL.0,
    })
}
