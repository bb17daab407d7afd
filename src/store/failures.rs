//! Counted login attempts: data, not memory, so that a restart or another node forgets nothing.

use super::schema::failures;
use super::{Conn, StoreError, insert_or_conflict};
use diesel::prelude::*;
use doorward_protocol::throttle::{Allowance, Failures, Verdict, attempt};
use doorward_protocol::values::{Seconds, Timestamp};

/// Counts an attempt on a key and says whether it may be made. Counted before the password is looked at; [`forgive`] gives it back.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn count(conn: &mut Conn, key: &str, allowance: Allowance, now: Timestamp) -> Result<Verdict, StoreError> {
    // A second round is needed when another attempt was counted in between (PostgreSQL); after a few the key is simply busy.
    for _ in 0..5 {
        let row: Option<(i64, i64)> = failures::table.find(key).select((failures::count, failures::last)).first(conn).optional()?;
        let known = row.map(|(count, last)| Failures { count, last: Timestamp(last) });
        let verdict = attempt(known.unwrap_or_default(), allowance, now);
        let Verdict::Go(next) = verdict else { return Ok(verdict) };
        let until = now.plus(Seconds(allowance.forget.0.saturating_mul(next.count + 1)));
        let written = match known {
            None => {
                let row = (
                    failures::subject.eq(key),
                    failures::count.eq(next.count),
                    failures::last.eq(next.last.0),
                    failures::expires_at.eq(until.0),
                );
                insert_or_conflict(conn, |conn| diesel::insert_into(failures::table).values(row).execute(conn))?
            }
            Some(known) => {
                let unchanged = failures::table.find(key).filter(failures::count.eq(known.count)).filter(failures::last.eq(known.last.0));
                let set = (failures::count.eq(next.count), failures::last.eq(next.last.0), failures::expires_at.eq(until.0));
                diesel::update(unchanged).set(set).execute(conn)? == 1
            }
        };
        if written {
            return Ok(verdict);
        }
    }
    Ok(Verdict::Wait(Seconds(1)))
}

/// Forgets the failures of a key whose owner has proven to be one.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn forgive(conn: &mut Conn, key: &str) -> Result<(), StoreError> {
    diesel::delete(failures::table.find(key)).execute(conn)?;
    Ok(())
}

/// Takes one attempt back that turned out right, where others share the key (an address).
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn take_back(conn: &mut Conn, key: &str) -> Result<(), StoreError> {
    let counted = failures::table.find(key).filter(failures::count.gt(0));
    diesel::update(counted).set(failures::count.eq(failures::count - 1)).execute(conn)?;
    Ok(())
}
