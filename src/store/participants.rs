//! Which apps took part in a session: each that was given a grant in it (Back-Channel Logout 1.0 §2.3).

use super::schema::{participants, sessions};
use super::{Conn, StoreError, insert_or_conflict};
use diesel::prelude::*;
use doorward_protocol::values::{ClientId, SessionId, Subject, Timestamp};

/// Notes that an app was given something in a living session. What was given in none is nobody's login.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn join(conn: &mut Conn, session: &SessionId, client: &ClientId, now: Timestamp) -> Result<(), StoreError> {
    let living = sessions::table.find(session.as_str()).filter(sessions::ended_at.is_null());
    let until: Option<i64> = living.select(sessions::expires_at).first(conn).optional()?;
    let Some(until) = until else { return Ok(()) };
    let row = (
        participants::session_id.eq(session.as_str()),
        participants::client_id.eq(client.as_str()),
        participants::first_at.eq(now.0),
        participants::last_at.eq(now.0),
        participants::expires_at.eq(until),
    );
    let again = |conn: &mut Conn| {
        let known = participants::table.find((session.as_str(), client.as_str()));
        diesel::update(known).set((participants::last_at.eq(now.0), participants::expires_at.eq(until))).execute(conn)
    };
    if again(conn)? == 0 && !insert_or_conflict(conn, |conn| diesel::insert_into(participants::table).values(row).execute(conn))? {
        again(conn)?;
    }
    Ok(())
}

/// A session goes on for longer: so does the memory of who took part.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub(super) fn prolong(conn: &mut Conn, session: &SessionId, until: Timestamp) -> Result<(), StoreError> {
    let theirs = participants::table.filter(participants::session_id.eq(session.as_str()));
    diesel::update(theirs).set(participants::expires_at.eq(until.0)).execute(conn)?;
    Ok(())
}

/// The apps that took part in a session, first comers first; also after it has ended.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn of_session(conn: &mut Conn, session: &SessionId) -> Result<Vec<ClientId>, StoreError> {
    let ids: Vec<String> = participants::table
        .filter(participants::session_id.eq(session.as_str()))
        .order((participants::first_at, participants::client_id))
        .select(participants::client_id)
        .load(conn)?;
    Ok(ids.into_iter().map(ClientId::new).collect())
}

/// The sessions of a person that nobody has ended and that apps took part in, oldest first.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn sessions_of(conn: &mut Conn, sub: &Subject) -> Result<Vec<SessionId>, StoreError> {
    let ids: Vec<String> = sessions::table
        .filter(sessions::sub.eq(sub.as_str()))
        .filter(sessions::ended_at.is_null())
        .filter(diesel::dsl::exists(participants::table.filter(participants::session_id.eq(sessions::id))))
        .order((sessions::created_at, sessions::id))
        .select(sessions::id)
        .load(conn)?;
    Ok(ids.into_iter().map(SessionId::new).collect())
}
