//! What a person sees and may end: sessions, and apps with access.

use super::session::SignedIn;
use super::{Ctx, FlowError};
use crate::flows::catalog::Catalog;
use crate::store::consents::{self, AppAccess};
use crate::store::sessions::{self, SessionRecord};
use crate::store::tokens;
use doorward_protocol::client::Client;
use doorward_protocol::values::{ClientId, SessionId, Timestamp};
use std::sync::Arc;

/// Everything the account page shows.
#[derive(Debug)]
pub struct Overview {
    /// Living sessions, last used first.
    pub sessions: Vec<SessionRecord>,
    /// Apps with access, last used first.
    pub apps: Vec<App>,
    /// The APIs, for the words of their scopes.
    pub catalog: Arc<Catalog>,
}

/// An app with access.
#[derive(Debug)]
pub struct App {
    /// What it may and did.
    pub access: AppAccess,
    /// The app.
    pub client: Arc<Client>,
    /// Until then a service that verifies by itself would accept its last access token, even after revoking.
    pub token_until: Option<Timestamp>,
}

/// What the account page shows.
///
/// # Errors
/// [`FlowError`].
pub async fn overview(ctx: &Ctx, who: &SignedIn) -> Result<Overview, FlowError> {
    let (sub, now, cache) = (who.user.person.subject.clone(), ctx.now(), Arc::clone(&ctx.catalog));
    ctx.read(move |conn| {
        let catalog = cache.get(conn)?;
        let mut apps = Vec::new();
        for access in consents::ledger(conn, &sub, now)? {
            if let Some(client) = catalog.client(conn, &access.client_id)? {
                let token_until = tokens::last_expiry(conn, &sub, &access.client_id)?.filter(|until| *until > now);
                apps.push(App { access, client, token_until });
            }
        }
        Ok::<_, FlowError>(Overview { sessions: sessions::of_user(conn, &sub, now)?, apps, catalog })
    })
    .await
}

/// Ends one of the person's sessions; somebody else's is left alone.
///
/// # Errors
/// [`FlowError`].
pub async fn end_session(ctx: &Ctx, who: &SignedIn, id: SessionId) -> Result<(), FlowError> {
    let (sub, now) = (who.user.person.subject.clone(), ctx.now());
    ctx.write(move |conn| {
        if sessions::of_user(conn, &sub, now)?.iter().any(|record| record.session.id == id) {
            sessions::end(conn, &id, now)?;
        }
        Ok::<_, FlowError>(())
    })
    .await?;
    ctx.sessions_ended.notify_one();
    Ok(())
}

/// Ends all of the person's sessions but the one in use.
///
/// # Errors
/// [`FlowError`].
pub async fn end_other_sessions(ctx: &Ctx, who: &SignedIn) -> Result<(), FlowError> {
    let (session, now) = (who.record.session.clone(), ctx.now());
    ctx.write(move |conn| {
        sessions::end_all(conn, &session.subject, Some(&session.id), now)?;
        Ok::<_, FlowError>(())
    })
    .await?;
    ctx.sessions_ended.notify_one();
    Ok(())
}

/// Takes an app's access away.
///
/// # Errors
/// [`FlowError`].
pub async fn revoke_app(ctx: &Ctx, who: &SignedIn, client: ClientId) -> Result<(), FlowError> {
    let (sub, now) = (who.user.person.subject.clone(), ctx.now());
    ctx.write(move |conn| {
        consents::withdraw(conn, &sub, &client, now)?;
        tracing::info!(target: "doorward::security", %sub, %client, "access withdrawn");
        Ok(())
    })
    .await
}
