//! What people have allowed apps, and the ledger of what apps hold.

use super::grants::{SessionEnds, session_holds};
use super::schema::{consents, grants, sessions};
use super::{Conn, StoreError, codec, insert_or_conflict, tokens};
use diesel::prelude::*;
use doorward_protocol::claims_request::{ClaimsRequest, Names};
use doorward_protocol::consent::Consent;
use doorward_protocol::scopes::Scopes;
use doorward_protocol::values::{ClientId, Subject, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Queryable, Selectable)]
#[diesel(table_name = consents)]
struct Row {
    client_id: String,
    granted: String,
    declined: String,
    given_at: i64,
    expires_at: i64,
    claims: Option<String>,
}

/// The column `claims`.
#[derive(Default, Serialize, Deserialize)]
struct ByName {
    granted: Names,
    declined: Names,
}

impl Row {
    fn consent(&self) -> Result<Consent, StoreError> {
        let by_name: ByName = codec::json_or_default(self.claims.as_deref())?;
        Ok(Consent {
            claims: by_name.granted,
            claims_declined: by_name.declined,
            granted: codec::scopes(&self.granted)?,
            declined: codec::scopes(&self.declined)?,
            given_at: Timestamp(self.given_at),
            expires_at: Timestamp(self.expires_at),
        })
    }
}

/// What a person answered a client before; it may have expired.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn find(conn: &mut Conn, sub: &Subject, client: &ClientId) -> Result<Option<Consent>, StoreError> {
    let row: Option<Row> = consents::table.find((sub.as_str(), client.as_str())).select(Row::as_select()).first(conn).optional()?;
    row.map(|row| row.consent()).transpose()
}

/// Whether an answer is remembered; then nobody takes it back until the commit.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn hold(conn: &mut Conn, sub: &Subject, client: &ClientId) -> Result<bool, StoreError> {
    // Read alone it could go before the commit (PostgreSQL): written, whoever withdraws it waits.
    let row = consents::table.find((sub.as_str(), client.as_str()));
    Ok(diesel::update(row).set(consents::given_at.eq(consents::given_at)).execute(conn)? == 1)
}

/// Remembers an answer in place of the one before.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn put(conn: &mut Conn, sub: &Subject, client: &ClientId, consent: &Consent) -> Result<(), StoreError> {
    let by_name = ByName { granted: consent.claims.clone(), declined: consent.claims_declined.clone() };
    let silent = by_name.granted.is_empty() && by_name.declined.is_empty();
    let set = (
        consents::claims.eq(codec::json_unless(&by_name, silent)?),
        consents::granted.eq(consent.granted.to_string()),
        consents::declined.eq(consent.declined.to_string()),
        consents::given_at.eq(consent.given_at.0),
        consents::expires_at.eq(consent.expires_at.0),
    );
    let row = consents::table.find((sub.as_str(), client.as_str()));
    if diesel::update(row).set(set.clone()).execute(conn)? == 1 {
        return Ok(());
    }
    let new = (consents::sub.eq(sub.as_str()), consents::client_id.eq(client.as_str()), set.clone());
    if !insert_or_conflict(conn, |conn| diesel::insert_into(consents::table).values(new).execute(conn))? {
        // Another tab answered in the same moment: the later answer stands.
        diesel::update(row).set(set).execute(conn)?;
    }
    Ok(())
}

/// An app in a person's ledger.
#[derive(Clone, Debug)]
pub struct AppAccess {
    /// Which app.
    pub client_id: ClientId,
    /// What it may: remembered, or held by a living grant.
    pub scopes: Scopes,
    /// What it is told beside them, by name.
    pub claims: Names,
    /// Since when.
    pub since: Timestamp,
    /// Until when it is remembered, if it is.
    pub until: Option<Timestamp>,
    /// When it last got a token, if a living grant tells.
    pub last_used: Option<Timestamp>,
}

/// The apps with access to a person's things: a remembered consent, a grant that lives, or a living token without one.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn ledger(conn: &mut Conn, sub: &Subject, now: Timestamp) -> Result<Vec<AppAccess>, StoreError> {
    let rows: Vec<Row> = consents::table
        .filter(consents::sub.eq(sub.as_str()))
        .filter(consents::expires_at.gt(now.0))
        .select(Row::as_select())
        .load(conn)?;
    let mut apps = Vec::new();
    for row in rows {
        let consent = row.consent()?;
        if !consent.granted.is_empty() {
            apps.push(AppAccess {
                client_id: ClientId::new(row.client_id),
                scopes: consent.granted,
                claims: consent.claims,
                since: consent.given_at,
                until: Some(consent.expires_at),
                last_used: None,
            });
        }
    }
    let living: Vec<(String, String, Option<String>, i64, i64, SessionEnds)> = grants::table
        .left_join(sessions::table.on(sessions::id.eq(grants::session_id)))
        .filter(grants::sub.eq(sub.as_str()))
        .filter(grants::revoked_at.is_null())
        .filter(grants::expires_at.gt(now.0))
        .order(grants::used_at.desc())
        .select((
            grants::client_id,
            grants::scopes,
            grants::claims,
            grants::created_at,
            grants::used_at,
            (sessions::ended_at, sessions::idle_until, sessions::expires_at).nullable(),
        ))
        .load(conn)?;
    for (client, scopes, claims, created, used, session) in living {
        let scopes = codec::scopes(&scopes)?;
        let claims = codec::json_or_default::<ClaimsRequest>(claims.as_deref())?.beside(&scopes);
        if !session_holds(session, &scopes, now) {
            continue;
        }
        if let Some(app) = apps.iter_mut().find(|app| app.client_id.as_str() == client) {
            app.scopes = app.scopes.or(&scopes);
            app.claims.extend(claims);
            app.since = app.since.min(Timestamp(created));
            app.last_used = app.last_used.max(Some(Timestamp(used)));
        } else {
            let (since, last_used) = (Timestamp(created), Some(Timestamp(used)));
            apps.push(AppAccess { client_id: ClientId::new(client), scopes, claims, since, until: None, last_used });
        }
    }
    // What belongs to no family: given by another issuer's word, without a consent.
    for token in tokens::without_family(conn, sub, now)? {
        let at = token.issued_at;
        if let Some(app) = apps.iter_mut().find(|app| app.client_id == token.app) {
            app.scopes = app.scopes.or(&token.scopes);
            app.since = app.since.min(at);
            app.last_used = app.last_used.max(Some(at));
        } else {
            let (claims, last_used) = (Names::default(), Some(at));
            apps.push(AppAccess { client_id: token.app, scopes: token.scopes, claims, since: at, until: None, last_used });
        }
    }
    apps.sort_by_key(|app| std::cmp::Reverse(app.last_used.unwrap_or(app.since)));
    Ok(apps)
}

/// Takes an app's access away: its consent is forgotten, every grant of it is revoked, and every token without one, with what was exchanged
/// for it.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn withdraw(conn: &mut Conn, sub: &Subject, client: &ClientId, now: Timestamp) -> Result<(), StoreError> {
    diesel::delete(consents::table.find((sub.as_str(), client.as_str()))).execute(conn)?;
    let living = grants::table
        .filter(grants::sub.eq(sub.as_str()))
        .filter(grants::client_id.eq(client.as_str()))
        .filter(grants::revoked_at.is_null());
    diesel::update(living).set(grants::revoked_at.eq(now.0)).execute(conn)?;
    for token in tokens::without_family(conn, sub, now)? {
        if token.app == *client {
            tokens::revoke_access(conn, &token.id, now)?;
        }
    }
    Ok(())
}
