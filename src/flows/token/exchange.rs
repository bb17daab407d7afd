//! Exchanging a token for one for the next API (RFC 8693).

use super::{Attempt, Given, Outcome};
use crate::flows::{FlowError, subject, userinfo};
use crate::store::{Conn, tokens};
use doorward_protocol::grants::token_exchange::{self, Exchanged, Found, Known};
use doorward_protocol::resource::AccessRecord;
use doorward_protocol::values::ClientId;
use std::collections::BTreeSet;

impl Attempt {
    pub(super) fn exchange(&self, conn: &mut Conn) -> Result<Outcome, FlowError> {
        let subject = self.presented(conn, "subject_token")?;
        let actor = self.presented(conn, "actor_token")?;
        let targets = self.targets(conn)?;
        let found = Found { subject: subject.as_ref(), actor: actor.as_ref(), targets: &targets };
        let known = Known { apis: &self.catalog.apis, rules: &self.catalog.exchanges, policy: &self.ctx.policy };
        let decided = token_exchange::exchange(&self.request, &self.by, found, known, self.now, &mut self.ctx.checks());
        let (Exchanged { grantee, actor }, subject) = match (decided, subject) {
            (Ok(exchanged), Some(subject)) => (exchanged, subject),
            (Err(refusal), _) => return Ok(Outcome::Refused(refusal)),
            (Ok(_), None) => return Err(FlowError::Internal("an exchange for no token".to_owned())),
        };
        // It lives and dies with what it was exchanged for: the person's grant, or the person, or the machine.
        let record = AccessRecord {
            machine: token_exchange::machine_of(&subject, self.client()),
            app: token_exchange::app_of(&subject, self.client()),
            seen_by: token_exchange::seen_by(&subject, self.client()),
            grant: subject.grant,
            subject: subject.subject,
            auth_time: subject.auth_time,
            actor,
            ..self.record(&grantee, None)
        };
        let Some(viewer) = subject::viewer(conn, &self.catalog, &record)? else {
            return Err(FlowError::Internal("a living token of a client that is gone".to_owned()));
        };
        tokens::insert_access(conn, &record)?;
        Ok(Outcome::Given(Box::new(Given { grantee, record, viewer, grant: None, person: None, with_nonce: false })))
    }

    fn presented(&self, conn: &mut Conn, name: &str) -> Result<Option<AccessRecord>, FlowError> {
        match self.request.param(name) {
            Some(token) => userinfo::find(conn, token, &self.catalog, self.now),
            None => Ok(None),
        }
    }

    /// What `resource` and `audience` name. An `audience` may be the logical name of a service (§2.1): the id of a client that is one API.
    fn targets(&self, conn: &mut Conn) -> Result<BTreeSet<String>, FlowError> {
        let mut targets: BTreeSet<String> = self.request.resources.iter().cloned().collect();
        for named in token_exchange::audiences(&self.request) {
            let client = match self.catalog.apis.get(named) {
                Some(_) => None,
                None => self.catalog.client(conn, &ClientId::new(named))?,
            };
            let only = client.as_ref().and_then(|client| match client.metadata.resource.as_slice() {
                [one] => Some(one.as_str()),
                _ => None,
            });
            targets.insert(only.unwrap_or(named).to_owned());
        }
        Ok(targets)
    }
}
