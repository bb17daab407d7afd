//! Polling with a device code.

use super::{Attempt, Outcome};
use crate::flows::FlowError;
use crate::store::{Conn, device_codes};
use doorward_protocol::check::Check;
use doorward_protocol::error::Refusal;
use doorward_protocol::grants::device_code::{self, DeviceRecord, DeviceState};
use doorward_protocol::secret::{DeviceCode, Digest, Secret};

impl Attempt {
    pub(super) fn poll(&self, conn: &mut Conn) -> Result<Outcome, FlowError> {
        let Some(shown) = self.request.param("device_code") else { return Ok(Outcome::Refused(Refusal::by(Check::DeviceCodePresent))) };
        let digest = Secret::<DeviceCode>::shown(shown).digest();
        let code = device_codes::find(conn, &digest, self.now)?;
        let checks = &mut self.ctx.checks();
        let verdict = device_code::redeem(&self.request, &self.by, code.as_ref(), &self.catalog.apis, &self.ctx.policy, self.now, checks);
        // One conditional update decides who was first, on one node or on many. A replay revokes nothing: a device code never passes through
        // a browser, so a second use is a device that didn't hear the answer, not a thief.
        let verdict = match verdict {
            Ok(_) if !device_codes::spend(conn, &digest, self.now)? => Err(Refusal::by(Check::DeviceCodeUnspent)),
            other => other,
        };
        match (verdict, code) {
            (Ok(grantee), Some(DeviceRecord { state: DeviceState::Allowed(grant), .. })) => {
                let grant = self.bound(conn, *grant)?;
                self.give(conn, grantee, grant, true)
            }
            (Ok(_), _) => Ok(Outcome::Refused(Refusal::by(Check::DeviceCodeKnown))),
            (Err(refusal), Some(code)) => self.refuse_poll(conn, &digest, &code, refusal),
            (Err(refusal), None) => Ok(Outcome::Refused(refusal)),
        }
    }

    /// Notes a poll that was too early or too soon after another that came at the same time.
    fn refuse_poll(
        &self,
        conn: &mut Conn,
        digest: &Digest<DeviceCode>,
        code: &DeviceRecord,
        refusal: Refusal,
    ) -> Result<Outcome, FlowError> {
        let beside = refusal.check == Check::DeviceAnswered && !device_codes::polled(conn, digest, code.polled_at, self.now)?;
        let refusal = if beside { Refusal::by(Check::DevicePollPaced) } else { refusal };
        if refusal.check == Check::DevicePollPaced {
            device_codes::slow_down(conn, digest, self.now)?;
        }
        Ok(Outcome::Refused(refusal))
    }
}
