//! Login sessions, and the browsers a person is known in.

use super::schema::{known_browsers, sessions};
use super::{Conn, StoreError, deliveries, participants};
use diesel::prelude::*;
use doorward_protocol::authorize::Session;
use doorward_protocol::secret::{Digest, KnownBrowser, SessionKey};
use doorward_protocol::values::{Seconds, SessionId, Subject, Timestamp};

/// A stored session.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
struct Row {
    id: String,
    key_digest: String,
    sub: String,
    auth_time: i64,
    created_at: i64,
    seen_at: i64,
    idle_until: i64,
    expires_at: i64,
    ended_at: Option<i64>,
    user_agent: String,
    address: String,
}

/// A session with what its owner may see of it.
#[derive(Clone, Debug)]
pub struct SessionRecord {
    /// What rules need.
    pub session: Session,
    /// Since when.
    pub created_at: Timestamp,
    /// Last use, to the minute.
    pub seen_at: Timestamp,
    /// It ends then, used or not.
    pub expires_at: Timestamp,
    /// The browser's own words, bounded.
    pub user_agent: String,
    /// From where.
    pub address: String,
}

impl Row {
    fn record(self) -> SessionRecord {
        SessionRecord {
            session: Session { id: SessionId::new(self.id), subject: Subject::new(self.sub), auth_time: Timestamp(self.auth_time) },
            created_at: Timestamp(self.created_at),
            seen_at: Timestamp(self.seen_at),
            expires_at: Timestamp(self.expires_at),
            user_agent: self.user_agent,
            address: self.address,
        }
    }
}

/// Where a login comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The browser's own words, bounded by the caller.
    pub user_agent: String,
    /// The network address.
    pub address: String,
}

/// A login: a new session, or the same person's again under a new key.
#[derive(Clone, Debug)]
pub struct Login {
    /// The id a new session gets.
    pub id: SessionId,
    /// The key the browser gets; the old one is dead.
    pub key: Digest<SessionKey>,
    /// Who logged in.
    pub subject: Subject,
    /// From where.
    pub origin: Origin,
    /// Ends when unused for so long.
    pub idle: Seconds,
    /// Ends after so long.
    pub absolute: Seconds,
}

/// Logs in: a session of the same person in the same browser goes on under a new key, one of another person ends (OWASP ASVS 5.0 7.2.4).
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn log_in(conn: &mut Conn, login: &Login, current: Option<&Session>, now: Timestamp) -> Result<Session, StoreError> {
    let until = (now.plus(login.idle).0, now.plus(login.absolute).0);
    if let Some(current) = current {
        if current.subject == login.subject {
            let alive = sessions::table.find(current.id.as_str()).filter(sessions::ended_at.is_null());
            let renewed = diesel::update(alive)
                .set((
                    sessions::key_digest.eq(login.key.to_text()),
                    sessions::auth_time.eq(now.0),
                    sessions::seen_at.eq(now.0),
                    sessions::idle_until.eq(until.0),
                    sessions::expires_at.eq(until.1),
                ))
                .execute(conn)?;
            if renewed == 1 {
                participants::prolong(conn, &current.id, Timestamp(until.1))?;
                return Ok(Session { auth_time: now, ..current.clone() });
            }
        } else {
            end(conn, &current.id, now)?;
        }
    }
    let row = Row {
        id: login.id.as_str().to_owned(),
        key_digest: login.key.to_text(),
        sub: login.subject.as_str().to_owned(),
        auth_time: now.0,
        created_at: now.0,
        seen_at: now.0,
        idle_until: until.0,
        expires_at: until.1,
        ended_at: None,
        user_agent: login.origin.user_agent.clone(),
        address: login.origin.address.clone(),
    };
    diesel::insert_into(sessions::table).values(&row).execute(conn)?;
    Ok(Session { id: login.id.clone(), subject: login.subject.clone(), auth_time: now })
}

/// The living session of a key.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn by_key(conn: &mut Conn, key: &Digest<SessionKey>, now: Timestamp) -> Result<Option<SessionRecord>, StoreError> {
    let row: Option<Row> = sessions::table
        .filter(sessions::key_digest.eq(key.to_text()))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::idle_until.gt(now.0))
        .filter(sessions::expires_at.gt(now.0))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Row::record))
}

/// Notes that a session was used.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn touch(conn: &mut Conn, id: &SessionId, idle: Seconds, now: Timestamp) -> Result<(), StoreError> {
    let alive = sessions::table.find(id.as_str()).filter(sessions::ended_at.is_null());
    diesel::update(alive).set((sessions::seen_at.eq(now.0), sessions::idle_until.eq(now.plus(idle).0))).execute(conn)?;
    Ok(())
}

/// Whether a session lives; then nobody ends it until the commit.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn hold(conn: &mut Conn, id: &SessionId, now: Timestamp) -> Result<bool, StoreError> {
    let alive = sessions::table.find(id.as_str()).filter(sessions::ended_at.is_null());
    let alive = alive.filter(sessions::idle_until.gt(now.0)).filter(sessions::expires_at.gt(now.0));
    // Read alone it could end before the commit (PostgreSQL): written, whoever ends it waits.
    Ok(diesel::update(alive).set(sessions::seen_at.eq(sessions::seen_at)).execute(conn)? == 1)
}

/// The living sessions of a person, last used first.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn of_user(conn: &mut Conn, sub: &Subject, now: Timestamp) -> Result<Vec<SessionRecord>, StoreError> {
    let rows: Vec<Row> = sessions::table
        .filter(sessions::sub.eq(sub.as_str()))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::idle_until.gt(now.0))
        .filter(sessions::expires_at.gt(now.0))
        .order(sessions::seen_at.desc())
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Row::record).collect())
}

/// Ends a session; what was given without `offline_access` ends with it, and the apps that took part are queued to be told. Every end but
/// that of time comes through here. False when it had ended.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn end(conn: &mut Conn, id: &SessionId, now: Timestamp) -> Result<bool, StoreError> {
    let alive = sessions::table.find(id.as_str()).filter(sessions::ended_at.is_null());
    if diesel::update(alive).set(sessions::ended_at.eq(now.0)).execute(conn)? == 0 {
        return Ok(false);
    }
    let sub: String = sessions::table.find(id.as_str()).select(sessions::sub).first(conn)?;
    deliveries::queue(conn, id, &sub, now)?;
    Ok(true)
}

/// Ends the sessions of a person, but for one that is to stay. Returns how many ended.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn end_all(conn: &mut Conn, sub: &Subject, but: Option<&SessionId>, now: Timestamp) -> Result<usize, StoreError> {
    let but = but.map_or("", SessionId::as_str);
    let others = sessions::table.filter(sessions::sub.eq(sub.as_str())).filter(sessions::ended_at.is_null()).filter(sessions::id.ne(but));
    // In one order, so that two who end the same sessions never wait for each other.
    let ids: Vec<String> = others.order(sessions::id).select(sessions::id).load(conn)?;
    let mut ended = 0;
    for id in ids {
        ended += usize::from(end(conn, &SessionId::new(id), now)?);
    }
    Ok(ended)
}

/// Notes that a person has logged in with a browser: strangers' guesses then don't slow this browser down.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn remember_browser(conn: &mut Conn, browser: &Digest<KnownBrowser>, sub: &Subject, until: Timestamp) -> Result<(), StoreError> {
    let row = (known_browsers::digest.eq(browser.to_text()), known_browsers::sub.eq(sub.as_str()), known_browsers::expires_at.eq(until.0));
    diesel::insert_into(known_browsers::table).values(row).execute(conn)?;
    Ok(())
}

/// Whether a person is known in a browser.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn is_known_browser(conn: &mut Conn, browser: &Digest<KnownBrowser>, sub: &Subject, now: Timestamp) -> Result<bool, StoreError> {
    let row = known_browsers::table
        .find(browser.to_text())
        .filter(known_browsers::sub.eq(sub.as_str()))
        .filter(known_browsers::expires_at.gt(now.0));
    Ok(row.count().get_result::<i64>(conn)? == 1)
}
