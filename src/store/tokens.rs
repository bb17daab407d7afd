//! Refresh and access tokens: by digest, JWTs by their `jti`.

use super::schema::{access_tokens, grants as families, refresh_tokens};
use super::{Conn, StoreError, clients, codec, grants, users};
use diesel::prelude::*;
use doorward_protocol::binding::Actor;
use doorward_protocol::grants::refresh_token::{RefreshRecord, RefreshState};
use doorward_protocol::resource::AccessRecord;
use doorward_protocol::scopes::Scopes;
use doorward_protocol::secret::{Digest, Refresh};
use doorward_protocol::values::{ClientId, GrantId, SessionId, Subject, Timestamp, TokenId};
use serde::{Deserialize, Serialize};

/// Stores a refresh token.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn insert_refresh(conn: &mut Conn, digest: &Digest<Refresh>, grant: &GrantId, until: Timestamp) -> Result<(), StoreError> {
    let row =
        (refresh_tokens::digest.eq(digest.to_text()), refresh_tokens::grant_id.eq(grant.as_str()), refresh_tokens::expires_at.eq(until.0));
    diesel::insert_into(refresh_tokens::table).values(row).execute(conn)?;
    Ok(())
}

/// The refresh token of that digest, and its successor's digest if it was spent.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn find_refresh(
    conn: &mut Conn,
    digest: &Digest<Refresh>,
    now: Timestamp,
) -> Result<Option<(RefreshRecord, Option<String>)>, StoreError> {
    type Row = (String, Option<i64>, Option<String>, i64);
    let row: Option<Row> = refresh_tokens::table
        .find(digest.to_text())
        .select((refresh_tokens::grant_id, refresh_tokens::spent_at, refresh_tokens::successor, refresh_tokens::expires_at))
        .first(conn)
        .optional()?;
    let Some((grant_id, spent_at, successor, expires_at)) = row else { return Ok(None) };
    let grant = grants::find(conn, &grant_id, now)?.ok_or_else(|| codec::corrupt("refresh_tokens.grant_id"))?;
    let state = match spent_at {
        None => RefreshState::Unspent,
        Some(at) => {
            let used: Option<Option<i64>> = match &successor {
                Some(next) => refresh_tokens::table.find(next).select(refresh_tokens::spent_at).first(conn).optional()?,
                None => None,
            };
            // A successor that is gone counts as used: nothing is replaced that can't be seen.
            RefreshState::Spent { at: Timestamp(at), successor_used: used.is_none_or(|spent| spent.is_some()) }
        }
    };
    Ok(Some((RefreshRecord { grant, expires_at: Timestamp(expires_at), state }, successor)))
}

/// Spends a refresh token in favour of a successor: true for exactly one caller, under any race.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn spend_refresh(conn: &mut Conn, digest: &Digest<Refresh>, successor: &Digest<Refresh>, now: Timestamp) -> Result<bool, StoreError> {
    let unspent = refresh_tokens::table.find(digest.to_text()).filter(refresh_tokens::spent_at.is_null());
    let set = (refresh_tokens::spent_at.eq(now.0), refresh_tokens::successor.eq(successor.to_text()));
    Ok(diesel::update(unspent).set(set).execute(conn)? == 1)
}

/// Lets an unspent refresh token live until then: false when it was spent meanwhile.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn extend_refresh(conn: &mut Conn, digest: &Digest<Refresh>, until: Timestamp) -> Result<bool, StoreError> {
    let unspent = refresh_tokens::table.find(digest.to_text()).filter(refresh_tokens::spent_at.is_null());
    Ok(diesel::update(unspent).set(refresh_tokens::expires_at.eq(until.0)).execute(conn)? == 1)
}

/// Makes others that would replace the successor of this spent token wait for this commit.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn hold_refresh(conn: &mut Conn, digest: &Digest<Refresh>) -> Result<(), StoreError> {
    diesel::update(refresh_tokens::table.find(digest.to_text()))
        .set(refresh_tokens::spent_at.eq(refresh_tokens::spent_at))
        .execute(conn)?;
    Ok(())
}

/// Replaces the unused successor `old` of a spent refresh token by `new`: true for exactly one caller. The old one is forgotten, not spent:
/// the honest loser of two parallel refreshes must not look like a thief.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn replace_successor(conn: &mut Conn, digest: &Digest<Refresh>, old: &str, new: &Digest<Refresh>) -> Result<bool, StoreError> {
    let unused = refresh_tokens::table.find(old).filter(refresh_tokens::spent_at.is_null());
    if diesel::delete(unused).execute(conn)? != 1 {
        return Ok(false);
    }
    diesel::update(refresh_tokens::table.find(digest.to_text())).set(refresh_tokens::successor.eq(new.to_text())).execute(conn)?;
    Ok(true)
}

/// The column `actor`: who acts with a token, for which machine where that is no person and not its client, and what it has of the token
/// that it was exchanged for.
#[derive(Default, Serialize, Deserialize)]
struct Acting {
    #[serde(flatten)]
    actor: Option<Actor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    machine: Option<ClientId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    app: Option<ClientId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen_by: Option<ClientId>,
}

impl Acting {
    fn is_empty(&self) -> bool {
        self.actor.is_none() && self.machine.is_none() && self.app.is_none() && self.seen_by.is_none()
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = access_tokens)]
struct Row {
    id: String,
    grant_id: Option<String>,
    client_id: String,
    sub: Option<String>,
    audience: String,
    scopes: String,
    auth_time: Option<i64>,
    issued_at: i64,
    revoked_at: Option<i64>,
    expires_at: i64,
    confirmation: Option<String>,
    details: Option<String>,
    actor: Option<String>,
}

/// Stores an access token.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn insert_access(conn: &mut Conn, token: &AccessRecord) -> Result<(), StoreError> {
    let acting =
        Acting { actor: token.actor.clone(), machine: token.machine.clone(), app: token.app.clone(), seen_by: token.seen_by.clone() };
    let row = Row {
        id: token.id.as_str().to_owned(),
        grant_id: token.grant.as_ref().map(|id| id.as_str().to_owned()),
        client_id: token.client_id.as_str().to_owned(),
        sub: token.subject.as_ref().map(|sub| sub.as_str().to_owned()),
        audience: token.audience.clone(),
        scopes: token.scopes.to_string(),
        auth_time: token.auth_time.map(|at| at.0),
        issued_at: token.issued_at.0,
        revoked_at: None,
        expires_at: token.expires_at.0,
        confirmation: codec::json_unless(&token.confirmation, token.confirmation.is_none())?,
        details: codec::json_unless(&token.details, token.details.is_empty())?,
        actor: codec::json_unless(&acting, acting.is_empty())?,
    };
    diesel::insert_into(access_tokens::table).values(&row).execute(conn)?;
    Ok(())
}

/// The access token of that name (`jti`, or the digest of an opaque one).
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn find_access(conn: &mut Conn, id: &TokenId, now: Timestamp) -> Result<Option<AccessRecord>, StoreError> {
    let row: Option<Row> = access_tokens::table.find(id.as_str()).select(Row::as_select()).first(conn).optional()?;
    let Some(row) = row else { return Ok(None) };
    let acting: Acting = codec::json_or_default(row.actor.as_deref())?;
    let source_alive = match (&row.grant_id, &row.sub, &acting.machine) {
        (Some(id), _, _) => grants::find(conn, id, now)?.is_some_and(|grant| grant.alive && grant.person_active),
        // Without a family (RFC 7523 §2.1) the person alone answers for it.
        (None, Some(sub), _) => users::is_active(conn, &Subject::new(sub))?,
        (None, None, Some(id)) => clients::find(conn, id)?.is_some(),
        (None, None, None) => true,
    };
    // After an exchange it ends with the app at the beginning, too, and with the client by whose name it tells of its person.
    let mut chain_alive = true;
    for id in acting.app.iter().chain(&acting.seen_by) {
        chain_alive &= clients::find(conn, id)?.is_some();
    }
    Ok(Some(AccessRecord {
        id: TokenId::new(row.id),
        grant: row.grant_id.map(GrantId::new),
        client_id: ClientId::new(row.client_id),
        subject: row.sub.map(Subject::new),
        machine: acting.machine,
        app: acting.app,
        seen_by: acting.seen_by,
        audience: row.audience,
        scopes: codec::scopes(&row.scopes)?,
        issued_at: Timestamp(row.issued_at),
        expires_at: Timestamp(row.expires_at),
        auth_time: row.auth_time.map(Timestamp),
        confirmation: codec::json_or_default(row.confirmation.as_deref())?,
        details: codec::json_or_default(row.details.as_deref())?,
        actor: acting.actor,
        alive: row.revoked_at.is_none() && source_alive && chain_alive,
    }))
}

/// What apps hold of a person without a family, by another issuer's word (RFC 7523 §2.1).
#[derive(Debug)]
pub struct Loose {
    /// The token.
    pub id: TokenId,
    /// The app that it was given to, or at the beginning of its chain of exchanges.
    pub app: ClientId,
    /// What it allows.
    pub scopes: Scopes,
    /// Since when.
    pub issued_at: Timestamp,
}

/// The living access tokens of a person that belong to no family.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn without_family(conn: &mut Conn, sub: &Subject, now: Timestamp) -> Result<Vec<Loose>, StoreError> {
    let rows: Vec<(String, String, String, i64, Option<String>)> = access_tokens::table
        .filter(access_tokens::sub.eq(sub.as_str()))
        .filter(access_tokens::grant_id.is_null())
        .filter(access_tokens::revoked_at.is_null())
        .filter(access_tokens::expires_at.gt(now.0))
        .order((access_tokens::issued_at.desc(), access_tokens::id))
        .select((access_tokens::id, access_tokens::client_id, access_tokens::scopes, access_tokens::issued_at, access_tokens::actor))
        .load(conn)?;
    let loose = |(id, client, scopes, issued, acting): (String, String, String, i64, Option<String>)| {
        let acting: Acting = codec::json_or_default(acting.as_deref())?;
        Ok(Loose {
            id: TokenId::new(id),
            app: acting.app.unwrap_or_else(|| ClientId::new(client)),
            scopes: codec::scopes(&scopes)?,
            issued_at: Timestamp(issued),
        })
    };
    rows.into_iter().map(loose).collect()
}

/// Revokes one access token.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn revoke_access(conn: &mut Conn, id: &TokenId, now: Timestamp) -> Result<(), StoreError> {
    let living = access_tokens::table.find(id.as_str()).filter(access_tokens::revoked_at.is_null());
    diesel::update(living).set(access_tokens::revoked_at.eq(now.0)).execute(conn)?;
    Ok(())
}

/// Until when the last living access token that a client holds of a person would be accepted by a service that verifies by itself.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn last_expiry(conn: &mut Conn, sub: &Subject, client: &ClientId) -> Result<Option<Timestamp>, StoreError> {
    let theirs = access_tokens::table.filter(access_tokens::client_id.eq(client.as_str())).filter(access_tokens::sub.eq(sub.as_str()));
    let last: Option<i64> = theirs.select(diesel::dsl::max(access_tokens::expires_at)).first(conn)?;
    Ok(last.map(Timestamp))
}

/// Until when what a client got in these sessions would be accepted by a service that verifies by itself. None when that is nothing, and when
/// some of it was given with `offline_access`: then no end of a session ends it.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn end_of(conn: &mut Conn, sessions: &[SessionId], client: &ClientId) -> Result<Option<Timestamp>, StoreError> {
    let rows: Vec<(i64, String)> = access_tokens::table
        .inner_join(families::table.on(access_tokens::grant_id.eq(families::id.nullable())))
        .filter(families::session_id.eq_any(sessions.iter().map(SessionId::as_str)))
        .filter(families::client_id.eq(client.as_str()))
        .filter(families::revoked_at.is_null())
        .select((access_tokens::expires_at, families::scopes))
        .load(conn)?;
    let mut last = None;
    for (until, scopes) in rows {
        if codec::scopes(&scopes)?.has("offline_access") {
            return Ok(None);
        }
        last = last.max(Some(Timestamp(until)));
    }
    Ok(last)
}
