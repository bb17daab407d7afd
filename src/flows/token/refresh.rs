//! Refreshing.

use super::{Attempt, Outcome};
use crate::flows::FlowError;
use crate::store::{Conn, StoreError, grants, tokens};
use doorward_protocol::check::Check;
use doorward_protocol::error::Refusal;
use doorward_protocol::grants::Grantee;
use doorward_protocol::grants::refresh_token::{self, RefreshRecord, RefreshState, Rotation};
use doorward_protocol::secret::{Refresh, Secret};

impl Attempt {
    pub(super) fn refresh(&self, conn: &mut Conn) -> Result<Outcome, FlowError> {
        let Some(shown) = self.request.param("refresh_token") else { return Ok(Outcome::Refused(Refusal::by(Check::RefreshPresent))) };
        let digest = Secret::<Refresh>::shown(shown).digest();
        // Another round when another request came first (PostgreSQL): it then sees the token spent; and one to look again once replacing is ours.
        let mut held = false;
        let mark = self.ctx.notes.so_far();
        for _ in 0..4 {
            self.ctx.notes.back_to(mark);
            let found = tokens::find_refresh(conn, &digest, self.now)?;
            let (token, next) = found.map_or((None, None), |(token, next)| (Some(token), next));
            let checks = &mut self.ctx.checks();
            let verdict =
                refresh_token::refresh(&self.request, &self.by, token.as_ref(), &self.catalog.apis, &self.ctx.policy, self.now, checks);
            let (grantee, rotation) = match verdict {
                Ok(decided) => decided,
                Err(refusal) => return self.refuse_refresh(conn, refusal, token.as_ref()),
            };
            if rotation == Rotation::ReplaceSuccessor && !held {
                tokens::hold_refresh(conn, &digest)?;
                held = true;
                continue;
            }
            let first = match (rotation, &next) {
                (Rotation::Spend, _) => tokens::spend_refresh(conn, &digest, &self.successor.digest(), self.now)?,
                (Rotation::ReplaceSuccessor, Some(old)) => tokens::replace_successor(conn, &digest, old, &self.successor.digest())?,
                (Rotation::ReplaceSuccessor, None) => false,
                (Rotation::Keep, _) => match grantee.refresh_until {
                    Some(until) => tokens::extend_refresh(conn, &digest, until)?,
                    None => true,
                },
            };
            if let (true, Some(token)) = (first, token) {
                let successor = rotation != Rotation::Keep;
                let grantee = Grantee { refresh_until: grantee.refresh_until.filter(|_| successor), ..grantee };
                return self.give(conn, grantee, token.grant, false);
            }
        }
        Err(FlowError::Store(StoreError::Busy))
    }

    fn refuse_refresh(&self, conn: &mut Conn, refusal: Refusal, token: Option<&RefreshRecord>) -> Result<Outcome, FlowError> {
        if let (Check::RefreshUnspent, Some(RefreshRecord { grant, state: RefreshState::Spent { .. }, .. })) = (refusal.check, token) {
            tracing::warn!(target: "doorward::security", client = %grant.client_id, grant = %grant.id, "refresh token reused: its family is revoked");
            grants::revoke(conn, &grant.id, self.now)?;
        }
        Ok(Outcome::Refused(refusal))
    }
}
