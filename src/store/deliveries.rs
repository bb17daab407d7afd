//! Whom the end of a session is still to be told, durably: rows come in the transaction that ends it, whoever ends it in which process,
//! and go when the app has been told (Back-Channel Logout 1.0 §2.5).

use super::schema::logout_deliveries;
use super::{Conn, StoreError, clients, participants};
use diesel::dsl::count_star;
use diesel::prelude::*;
use doorward_protocol::values::{ClientId, Seconds, SessionId, Subject, Timestamp};

/// What nobody could deliver (no server ran) is forgotten after so long.
const FORGOTTEN: Seconds = Seconds::days(8);
/// What was given up is kept so long, for the operator to see.
const FAILURE_KEPT: Seconds = Seconds::days(7);

/// A logout that one app is to be told, taken by one node until its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The session that ended.
    pub session: SessionId,
    /// The app that took part.
    pub client: ClientId,
    /// The person, by the name that the server itself uses.
    pub subject: Subject,
    /// This one included.
    pub tries: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = logout_deliveries)]
struct Row {
    session_id: String,
    client_id: String,
    sub: String,
    tries: i64,
}

impl Row {
    fn delivery(self) -> Delivery {
        Delivery {
            session: SessionId::new(self.session_id),
            client: ClientId::new(self.client_id),
            subject: Subject::new(self.sub),
            tries: self.tries,
        }
    }
}

/// Queues what is to be told of a session that this very transaction ended: a session ends once, so each app stands there once.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub(super) fn queue(conn: &mut Conn, session: &SessionId, sub: &str, now: Timestamp) -> Result<(), StoreError> {
    for client in participants::of_session(conn, session)? {
        let wants = clients::find(conn, &client)?.is_some_and(|client| client.metadata.backchannel_logout_uri.is_some());
        if !wants {
            continue;
        }
        let row = (
            logout_deliveries::session_id.eq(session.as_str()),
            logout_deliveries::client_id.eq(client.as_str()),
            logout_deliveries::sub.eq(sub),
            logout_deliveries::failed.eq(false),
            logout_deliveries::tries.eq(0),
            logout_deliveries::due_at.eq(now.0),
            logout_deliveries::created_at.eq(now.0),
            logout_deliveries::expires_at.eq(now.plus(FORGOTTEN).0),
        );
        diesel::insert_into(logout_deliveries::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// What may be tried now, longest due first, but for these apps.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn due(conn: &mut Conn, but: &[ClientId], limit: i64, now: Timestamp) -> Result<Vec<Delivery>, StoreError> {
    let rows: Vec<Row> = logout_deliveries::table
        .filter(logout_deliveries::failed.eq(false))
        .filter(logout_deliveries::due_at.le(now.0))
        .filter(logout_deliveries::client_id.ne_all(but.iter().map(ClientId::as_str)))
        .order((logout_deliveries::due_at, logout_deliveries::session_id))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Row::delivery).collect())
}

/// Takes a delivery that is due for one try, until `until`: true for exactly one caller, under any race and on any node. Whoever dies with
/// it loses that try alone: when the lease ends, it is due again.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn lease(conn: &mut Conn, due: &Delivery, until: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
    let free = logout_deliveries::table
        .find((due.session.as_str(), due.client.as_str()))
        .filter(logout_deliveries::failed.eq(false))
        .filter(logout_deliveries::tries.eq(due.tries))
        .filter(logout_deliveries::due_at.le(now.0));
    let taken = diesel::update(free).set((logout_deliveries::tries.eq(due.tries + 1), logout_deliveries::due_at.eq(until.0)));
    Ok(taken.execute(conn)? == 1)
}

/// The app was told, or needs no telling any more.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn done(conn: &mut Conn, leased: &Delivery) -> Result<(), StoreError> {
    // Whoever has taken over meanwhile would only tell it once more.
    diesel::delete(logout_deliveries::table.find((leased.session.as_str(), leased.client.as_str()))).execute(conn)?;
    Ok(())
}

/// It was not tried after all: it is due again at `next`, as if it had not been taken.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn put_back(conn: &mut Conn, leased: &Delivery, next: Timestamp) -> Result<(), StoreError> {
    let mine = logout_deliveries::table
        .find((leased.session.as_str(), leased.client.as_str()))
        .filter(logout_deliveries::failed.eq(false))
        .filter(logout_deliveries::tries.eq(leased.tries));
    diesel::update(mine).set((logout_deliveries::tries.eq(leased.tries - 1), logout_deliveries::due_at.eq(next.0))).execute(conn)?;
    Ok(())
}

/// It failed: it is due again at `next`, or given up. False when another node has taken over meanwhile.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn failed(conn: &mut Conn, leased: &Delivery, why: &str, next: Option<Timestamp>, now: Timestamp) -> Result<bool, StoreError> {
    let mine = logout_deliveries::table
        .find((leased.session.as_str(), leased.client.as_str()))
        .filter(logout_deliveries::failed.eq(false))
        .filter(logout_deliveries::tries.eq(leased.tries));
    let problem = (logout_deliveries::problem.eq(why), logout_deliveries::problem_at.eq(now.0));
    let changed = match next {
        Some(at) => diesel::update(mine).set((problem, logout_deliveries::due_at.eq(at.0))).execute(conn)?,
        None => diesel::update(mine)
            .set((
                problem,
                logout_deliveries::failed.eq(true),
                logout_deliveries::due_at.eq(now.0),
                logout_deliveries::expires_at.eq(now.plus(FAILURE_KEPT).0),
            ))
            .execute(conn)?,
    };
    Ok(changed == 1)
}

/// How an app's logouts fare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// So many are still to be told.
    pub waiting: i64,
    /// So many were given up in the last days.
    pub failed: i64,
    /// The last try that failed, of those that wait or were given up: when, and why.
    pub problem: Option<(Timestamp, String)>,
}

/// How an app's logouts fare, for the operator.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn standing(conn: &mut Conn, client: &ClientId) -> Result<Standing, StoreError> {
    let theirs = || logout_deliveries::table.filter(logout_deliveries::client_id.eq(client.as_str()));
    let last: Option<(Option<i64>, Option<String>)> = theirs()
        .filter(logout_deliveries::problem_at.is_not_null())
        .order(logout_deliveries::problem_at.desc())
        .select((logout_deliveries::problem_at, logout_deliveries::problem))
        .first(conn)
        .optional()?;
    // One statement: what is given up between two would be counted twice.
    let counts: Vec<(bool, i64)> =
        theirs().group_by(logout_deliveries::failed).select((logout_deliveries::failed, count_star())).load(conn)?;
    let count = |failed: bool| counts.iter().find(|row| row.0 == failed).map_or(0, |row| row.1);
    Ok(Standing { waiting: count(false), failed: count(true), problem: last.and_then(|(at, why)| Some((Timestamp(at?), why?))) })
}
