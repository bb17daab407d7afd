//! An assertion of a trusted issuer as a grant (RFC 7523 §2.1).

use super::{Attempt, Given, Outcome};
use crate::flows::catalog::Catalog;
use crate::flows::{Ctx, FlowError, issuer_keys};
use crate::store::{Conn, replays, tokens, users};
use doorward_protocol::check::Check;
use doorward_protocol::client_auth::Authenticated;
use doorward_protocol::error::Refusal;
use doorward_protocol::grants::jwt_bearer::{self, Found};
use doorward_protocol::grants::{GrantType, TokenRequest};
use doorward_protocol::resource::AccessRecord;
use doorward_protocol::trusted_issuer::{self, Asserted, PersonClaim, TrustedFor};
use doorward_protocol::values::Subject;

/// Whom the assertion of a request speaks of; nobody where its grant is another. Before the transaction, since keys may have to be fetched.
pub(super) async fn asserted(
    ctx: &Ctx,
    request: &TokenRequest,
    by: &Authenticated,
    catalog: &Catalog,
) -> Result<Option<Asserted>, FlowError> {
    if request.grant_type != GrantType::JwtBearer {
        return Ok(None);
    }
    let as_client = |refusal: Refusal| FlowError::Refused(refusal.authenticated());
    let assertion = request.param("assertion").ok_or_else(|| as_client(Refusal::by(Check::AssertedPresent)))?;
    let claimed = trusted_issuer::peek(assertion, &mut ctx.checks()).map_err(as_client)?;
    let trusted = catalog.issuers.get(&claimed.iss, TrustedFor::Grant).ok_or_else(|| as_client(Refusal::by(Check::AssertedIssuer)))?;
    let keys = issuer_keys::of(ctx, trusted, claimed.kid.as_deref()).await.ok_or_else(|| as_client(Refusal::by(Check::AssertedKeys)))?;
    let (id, issuer) = (&by.client().id, &ctx.policy.issuer);
    trusted_issuer::check_grant(assertion, (trusted, &keys), id, issuer, ctx.now(), &mut ctx.checks()).map(Some).map_err(as_client)
}

impl Attempt {
    pub(super) fn assert(&self, conn: &mut Conn) -> Result<Outcome, FlowError> {
        let Some(asserted) = &self.asserted else { return Ok(Outcome::Refused(Refusal::by(Check::AssertedPresent))) };
        let person = found(conn, asserted)?;
        let known = (&self.catalog.apis, &*self.ctx.policy);
        let grantee = match jwt_bearer::grant(&self.request, &self.by, (asserted, person.as_ref()), known, &mut self.ctx.checks()) {
            Ok(grantee) => grantee,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        // RFC 7523 §3 rule 7: remembered by the transaction that gives the token, so that of several requests one gets it.
        if let Some(once) = &asserted.once
            && !replays::first_use(conn, &once.key, once.expires_at)?
        {
            return Ok(Outcome::Refused(Refusal::by(Check::AssertedOnce)));
        }
        // Without a family: it lives and dies with its person.
        let record = AccessRecord { subject: person.map(|person| person.subject), ..self.record(&grantee, None) };
        tokens::insert_access(conn, &record)?;
        Ok(Outcome::Given(Box::new(Given { grantee, record, viewer: self.viewer(), grant: None, person: None, with_nonce: false })))
    }
}

fn found(conn: &mut Conn, asserted: &Asserted) -> Result<Option<Found>, FlowError> {
    let user = match asserted.claim {
        PersonClaim::Sub => users::find(conn, &Subject::new(asserted.value.as_str()))?,
        PersonClaim::Email => users::by_proven_email(conn, &asserted.value)?,
        // Byte for byte: two names of the other server that fold to one here are two people.
        PersonClaim::PreferredUsername => users::by_name(conn, &asserted.value)?.filter(|user| user.person.username == asserted.value),
    };
    Ok(user.map(|user| Found { active: !user.disabled, subject: user.person.subject }))
}
