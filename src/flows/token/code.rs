//! Redeeming an authorization code.

use super::{Attempt, Outcome};
use crate::flows::FlowError;
use crate::store::{Conn, codes, grants};
use doorward_protocol::check::Check;
use doorward_protocol::error::Refusal;
use doorward_protocol::grants::authorization_code;
use doorward_protocol::secret::{Code, Secret};

impl Attempt {
    pub(super) fn redeem(&self, conn: &mut Conn) -> Result<Outcome, FlowError> {
        let Some(shown) = self.request.param("code") else { return Ok(Outcome::Refused(Refusal::by(Check::CodePresent))) };
        let digest = Secret::<Code>::shown(shown).digest();
        let code = codes::find(conn, &digest, self.now)?;
        let checks = &mut self.ctx.checks();
        let verdict =
            authorization_code::redeem(&self.request, &self.by, code.as_ref(), &self.catalog.apis, &self.ctx.policy, self.now, checks);
        // RFC 6749 §4.1.2: one conditional update decides who was first, on one node or on many.
        let verdict = match verdict {
            Ok(_) if !codes::spend(conn, &digest, self.now)? => Err(Refusal::by(Check::CodeUnspent)),
            other => other,
        };
        match (verdict, code) {
            (Ok(grantee), Some(code)) => {
                let grant = self.bound(conn, code.grant)?;
                self.give(conn, grantee, grant, true)
            }
            (Err(refusal), Some(code)) if refusal.check == Check::CodeUnspent => {
                tracing::warn!(target: "doorward::security", client = %code.grant.client_id, grant = %code.grant.id, "code reused: its grant is revoked");
                grants::revoke(conn, &code.grant.id, self.now)?;
                Ok(Outcome::Refused(refusal))
            }
            (Err(refusal), _) => Ok(Outcome::Refused(refusal)),
            (Ok(_), None) => Ok(Outcome::Refused(Refusal::by(Check::CodeKnown))),
        }
    }
}
