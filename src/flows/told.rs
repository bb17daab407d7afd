//! The apps that took part in a session, and how each learns that it has ended.

use super::catalog::Catalog;
use super::{Ctx, FlowError};
use crate::store::{Conn, participants, tokens};
use doorward_protocol::authorize::Session;
use doorward_protocol::client::Client;
use doorward_protocol::logout::frontchannel::{self, LogoutFrame};
use doorward_protocol::values::{ClientId, Issuer, SessionId, Timestamp};
use std::sync::Arc;

/// An app that took part in a session that has ended.
#[derive(Clone, Debug)]
pub struct Told {
    /// The app.
    pub client: Arc<Client>,
    /// It is told by the browser, in this frame of the page that follows.
    pub frame: Option<LogoutFrame>,
    /// Where it can't be told: until when what it got is good, unless that was given for longer than the session.
    pub until: Option<Timestamp>,
}

impl Told {
    /// Whether there is a way to tell it: a queued logout token, or a frame.
    pub fn is_told(&self) -> bool {
        self.client.metadata.backchannel_logout_uri.is_some() || self.frame.is_some()
    }
}

/// The apps that took part in a session.
///
/// # Errors
/// [`FlowError`].
pub async fn took_part(ctx: &Ctx, session: &SessionId) -> Result<Vec<Arc<Client>>, FlowError> {
    let (cache, session) = (Arc::clone(&ctx.catalog), session.clone());
    ctx.read(move |conn| {
        let catalog = cache.get(conn)?;
        let ids = participants::of_session(conn, &session)?;
        known(conn, &catalog, ids)
    })
    .await
}

fn known(conn: &mut Conn, catalog: &Catalog, ids: Vec<ClientId>) -> Result<Vec<Arc<Client>>, FlowError> {
    let mut clients = Vec::new();
    for id in ids {
        clients.extend(catalog.client(conn, &id)?);
    }
    Ok(clients)
}

/// How the apps of a session learn of its end, and with `everywhere` those of the person's other sessions: frames reach what this very
/// browser holds and nothing else. To be asked before the sessions end.
pub(super) fn all(
    conn: &mut Conn,
    catalog: &Catalog,
    issuer: &Issuer,
    session: &Session,
    everywhere: bool,
    now: Timestamp,
) -> Result<Vec<Told>, FlowError> {
    let mut told: Vec<Told> = Vec::new();
    let mine = participants::of_session(conn, &session.id)?;
    for client in known(conn, catalog, mine)? {
        told.push(Told { frame: frontchannel::frame(&client.metadata, issuer, &session.id), client, until: None });
    }
    let mut ended = vec![session.id.clone()];
    if everywhere {
        for other in participants::sessions_of(conn, &session.subject)?.into_iter().filter(|other| *other != session.id) {
            let theirs = participants::of_session(conn, &other)?;
            for client in known(conn, catalog, theirs)? {
                if !told.iter().any(|known| known.client.id == client.id) {
                    told.push(Told { client, frame: None, until: None });
                }
            }
            ended.push(other);
        }
    }
    for app in told.iter_mut().filter(|app| !app.is_told()) {
        app.until = tokens::end_of(conn, &ended, &app.client.id)?.filter(|until| *until > now);
    }
    Ok(told)
}
