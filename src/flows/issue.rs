//! Giving a code: what it is, and that its request is answered once.

use super::{Ctx, FlowError};
use crate::store::{Conn, codes, consents, grants, interactions, pushed, sessions};
use doorward_protocol::authorize::response::Draft;
use doorward_protocol::authorize::{Approval, Request, Session};
use doorward_protocol::client::Client;
use doorward_protocol::consent::Consent;
use doorward_protocol::grants::authorization_code::CodeRecord;
use doorward_protocol::grants::{Grant, GrantType};
use doorward_protocol::secret::{Code, Digest, PushedRequest, Secret, random_id};
use doorward_protocol::values::{GrantId, InteractionId, Timestamp};

/// Where a request stands that is about to be answered: it is answered once.
#[derive(Clone, Copy)]
pub(super) enum Stands<'a> {
    /// Nowhere.
    Nowhere,
    /// Stored, while a person looked at its pages.
    Stored(&'a InteractionId),
    /// Where its client pushed it.
    Pushed(&'a Digest<PushedRequest>),
}

impl<'a> Stands<'a> {
    pub(super) fn pushed(digest: Option<&'a Digest<PushedRequest>>) -> Self {
        digest.map_or(Self::Nowhere, Self::Pushed)
    }

    /// Marks it answered: true for exactly one caller.
    pub(super) fn answered(self, conn: &mut Conn, now: Timestamp) -> Result<bool, FlowError> {
        Ok(match self {
            Self::Nowhere => true,
            Self::Stored(id) => interactions::finish(conn, id)?,
            Self::Pushed(digest) => pushed::take(conn, digest, None, now)?,
        })
    }
}

/// A code about to be given: its secrets are drawn before the transaction, which may run more than once.
pub(super) struct Issue {
    code: CodeRecord,
    secret: Secret<Code>,
    consent: Option<Consent>,
    remembered: bool,
    request: Request,
    ctx: Ctx,
    now: Timestamp,
}

impl Issue {
    pub(super) fn draw(ctx: &Ctx, request: Request, client: &Client, session: Session, approval: Approval) -> Self {
        let now = ctx.now();
        let lives = ctx.policy.family_lifetime(client.may(GrantType::RefreshToken));
        let grant = Grant {
            id: GrantId::new(random_id(&*ctx.rng)),
            client_id: client.id.clone(),
            subject: session.subject,
            session: session.id,
            scopes: approval.scopes,
            resources: request.resources.clone(),
            auth_time: session.auth_time,
            nonce: request.nonce.clone(),
            claims: approval.claims,
            details: request.details.clone(),
            confirmation: None,
            expires_at: now.plus(lives),
            alive: true,
            person_active: true,
        };
        let code = CodeRecord {
            grant,
            redirect_uri: request.redirect_uri_sent.then(|| request.target.uri.as_str().to_owned()),
            challenge: request.challenge.clone(),
            dpop_jkt: request.dpop_jkt.clone(),
            expires_at: now.plus(ctx.policy.code_lifetime_of(client)),
            spent: false,
        };
        Self { code, secret: Secret::mint(&*ctx.rng), consent: approval.consent, remembered: false, request, ctx: ctx.clone(), now }
    }

    /// It rests on an answer given before, where the client needs one at all: withdrawn meanwhile, it gives nothing.
    pub(super) fn without_asking(self, client: &Client) -> Self {
        Self { remembered: client.metadata.require_consent, ..self }
    }

    /// Commits consent, grant and code together; none when the request was answered before, or the session or the remembered consent ended
    /// meanwhile.
    pub(super) fn commit(&self, conn: &mut Conn, stands: Stands<'_>) -> Result<Option<Draft>, FlowError> {
        if !sessions::hold(conn, &self.code.grant.session, self.now)? {
            return Ok(None);
        }
        let grant = &self.code.grant;
        if self.remembered && !consents::hold(conn, &grant.subject, &grant.client_id)? {
            return Ok(None);
        }
        if !stands.answered(conn, self.now)? {
            return Ok(None);
        }
        if let Some(consent) = &self.consent {
            consents::put(conn, &grant.subject, &grant.client_id, consent)?;
        }
        grants::insert(conn, grant, self.now)?;
        codes::insert(conn, &self.secret.digest(), &self.code)?;
        Ok(Some(Draft::code(self.request.target.clone(), &self.secret, &self.ctx.policy)))
    }
}
