//! How long clients are kept that registered themselves: until they are used.

use super::schema::{client_leases, clients};
use super::{Conn, StoreError, versions};
use diesel::prelude::*;
use doorward_protocol::client::Origin;
use doorward_protocol::values::{ClientId, Timestamp};

/// Keeps a new client until then, unless it is used.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn insert(conn: &mut Conn, client: &ClientId, until: Timestamp) -> Result<(), StoreError> {
    let row = (client_leases::client_id.eq(client.as_str()), client_leases::expires_at.eq(until.0));
    diesel::insert_into(client_leases::table).values(row).execute(conn)?;
    Ok(())
}

/// Keeps a client that isn't used yet for longer.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn extend(conn: &mut Conn, client: &ClientId, until: Timestamp) -> Result<(), StoreError> {
    diesel::update(client_leases::table.find(client.as_str())).set(client_leases::expires_at.eq(until.0)).execute(conn)?;
    Ok(())
}

/// A client is used: it stays.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn end(conn: &mut Conn, client: &ClientId) -> Result<(), StoreError> {
    diesel::delete(client_leases::table.find(client.as_str())).execute(conn)?;
    Ok(())
}

/// How many clients that came in this way are waiting to be used.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn count(conn: &mut Conn, origin: Origin) -> Result<i64, StoreError> {
    let of = clients::id.eq(client_leases::client_id);
    let waiting = client_leases::table.inner_join(clients::table.on(of)).filter(clients::origin.eq(super::clients::origin_text(origin)));
    Ok(waiting.count().get_result(conn)?)
}

/// Removes up to `batch` clients that weren't used in time; returns how many. Their leases go with them.
pub(super) fn sweep(conn: &mut Conn, now: Timestamp, batch: i64) -> Result<usize, StoreError> {
    let ended = client_leases::table.filter(client_leases::expires_at.lt(now.0));
    let ended: Vec<String> = ended.select(client_leases::client_id).limit(batch).load(conn)?;
    let mut gone = 0;
    for id in ended {
        // Whoever uses it in this moment takes the lease away: one of the two comes first, and the other finds nothing.
        let lease = client_leases::table.find(&id).filter(client_leases::expires_at.lt(now.0));
        if diesel::delete(lease).execute(conn)? == 1 {
            gone += diesel::delete(clients::table.find(&id)).execute(conn)?;
        }
    }
    if gone > 0 {
        versions::catalog_changed(conn)?;
    }
    Ok(gone)
}
