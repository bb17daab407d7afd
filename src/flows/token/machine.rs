//! A machine's own token.

use super::{Attempt, Given, Outcome};
use crate::flows::FlowError;
use crate::store::{Conn, tokens};
use doorward_protocol::grants::client_credentials;

impl Attempt {
    pub(super) fn machine(&self, conn: &mut Conn) -> Result<Outcome, FlowError> {
        let checks = &mut self.ctx.checks();
        let grantee = match client_credentials::grant(&self.request, &self.by, &self.catalog.apis, &self.ctx.policy, checks) {
            Ok(grantee) => grantee,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let record = self.record(&grantee, None);
        tokens::insert_access(conn, &record)?;
        Ok(Outcome::Given(Box::new(Given { grantee, record, viewer: self.viewer(), grant: None, person: None, with_nonce: false })))
    }
}
