//! Families of tokens: what one approval of a person gave one client.

use super::schema::{grants, sessions, users};
use super::{Conn, StoreError, codec, participants};
use diesel::prelude::*;
use doorward_protocol::binding::Confirmation;
use doorward_protocol::grants::Grant;
use doorward_protocol::scopes::Scopes;
use doorward_protocol::values::{ClientId, GrantId, SessionId, Subject, Timestamp};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = grants)]
pub(super) struct Row {
    id: String,
    client_id: String,
    sub: String,
    session_id: String,
    scopes: String,
    resources: String,
    auth_time: i64,
    nonce: Option<String>,
    created_at: i64,
    used_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
    claims: Option<String>,
    details: Option<String>,
    confirmation: Option<String>,
}

/// When a session ended, ends unused, and ends; none when it is gone.
pub(super) type SessionEnds = Option<(Option<i64>, i64, i64)>;

/// Whether a grant of these scopes lives as far as its session is concerned.
pub(super) fn session_holds(session: SessionEnds, scopes: &Scopes, now: Timestamp) -> bool {
    let alive = session.is_some_and(|(ended, idle_until, expires)| ended.is_none() && now.0 < idle_until && now.0 < expires);
    alive || scopes.has("offline_access")
}

/// What a grant's life depends on beside itself.
pub(super) type Dependencies = (Row, SessionEnds, Option<bool>);

impl Row {
    /// The grant with what its session and its person say at `now`.
    pub(super) fn grant((row, session, disabled): Dependencies, now: Timestamp) -> Result<Grant, StoreError> {
        let scopes = codec::scopes(&row.scopes)?;
        let alive = row.revoked_at.is_none() && session_holds(session, &scopes, now);
        Ok(Grant {
            id: GrantId::new(row.id),
            client_id: ClientId::new(row.client_id),
            subject: Subject::new(row.sub),
            session: SessionId::new(row.session_id),
            resources: codec::from_json(&row.resources)?,
            auth_time: Timestamp(row.auth_time),
            nonce: row.nonce,
            claims: codec::json_or_default(row.claims.as_deref())?,
            details: codec::json_or_default(row.details.as_deref())?,
            confirmation: codec::json_or_default(row.confirmation.as_deref())?,
            expires_at: Timestamp(row.expires_at),
            alive,
            person_active: disabled == Some(false),
            scopes,
        })
    }
}

/// Begins a family. Without it no code or token of a person can be stored.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn insert(conn: &mut Conn, grant: &Grant, now: Timestamp) -> Result<(), StoreError> {
    let row = Row {
        id: grant.id.as_str().to_owned(),
        client_id: grant.client_id.as_str().to_owned(),
        sub: grant.subject.as_str().to_owned(),
        session_id: grant.session.as_str().to_owned(),
        scopes: grant.scopes.to_string(),
        resources: codec::to_json(&grant.resources)?,
        auth_time: grant.auth_time.0,
        nonce: grant.nonce.clone(),
        created_at: now.0,
        used_at: now.0,
        expires_at: grant.expires_at.0,
        revoked_at: None,
        claims: codec::json_unless(&grant.claims, grant.claims.is_empty())?,
        details: codec::json_unless(&grant.details, grant.details.is_empty())?,
        confirmation: codec::json_unless(&grant.confirmation, grant.confirmation.is_none())?,
    };
    diesel::insert_into(grants::table).values(&row).execute(conn)?;
    // Whatever flow it came by: this is where an app joins a session.
    participants::join(conn, &grant.session, &grant.client_id, now)
}

/// The grant of that id.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn find(conn: &mut Conn, id: &str, now: Timestamp) -> Result<Option<Grant>, StoreError> {
    let found: Option<Dependencies> = grants::table
        .left_join(sessions::table.on(sessions::id.eq(grants::session_id)))
        .left_join(users::table.on(users::sub.eq(grants::sub)))
        .filter(grants::id.eq(id))
        .select((Row::as_select(), (sessions::ended_at, sessions::idle_until, sessions::expires_at).nullable(), users::disabled.nullable()))
        .first(conn)
        .optional()?;
    found.map(|found| Row::grant(found, now)).transpose()
}

/// Binds the refresh tokens of a family to the key its first tokens are bound to.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn bind(conn: &mut Conn, id: &GrantId, bound: &Confirmation) -> Result<(), StoreError> {
    diesel::update(grants::table.find(id.as_str())).set(grants::confirmation.eq(codec::to_json(bound)?)).execute(conn)?;
    Ok(())
}

/// Notes that a grant gave a token.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn used(conn: &mut Conn, id: &GrantId, now: Timestamp) -> Result<(), StoreError> {
    diesel::update(grants::table.find(id.as_str())).set(grants::used_at.eq(now.0)).execute(conn)?;
    Ok(())
}

/// Revokes a family: its codes, refresh and access tokens are dead from this commit on.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn revoke(conn: &mut Conn, id: &GrantId, now: Timestamp) -> Result<(), StoreError> {
    let living = grants::table.find(id.as_str()).filter(grants::revoked_at.is_null());
    diesel::update(living).set(grants::revoked_at.eq(now.0)).execute(conn)?;
    Ok(())
}
