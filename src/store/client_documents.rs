//! Metadata documents as they were read last: how long that may be used.

use super::schema::{client_documents, consents};
use super::{Conn, StoreError, leases};
use diesel::prelude::*;
use doorward_protocol::values::{ClientId, Timestamp};

/// Until when what was read of a document last may be used; none when it was not read, or turned out to be none since.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn until(conn: &mut Conn, client: &ClientId) -> Result<Option<Timestamp>, StoreError> {
    let until = client_documents::table.find(client.as_str()).select(client_documents::expires_at);
    Ok(until.first(conn).optional()?.map(Timestamp))
}

/// Forgets that a document was read: it is gone, or says something else now.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn forget(conn: &mut Conn, client: &ClientId) -> Result<(), StoreError> {
    diesel::delete(client_documents::table.find(client.as_str())).execute(conn)?;
    Ok(())
}

/// Notes that a document was read, and may be used until then; a client that isn't used yet is kept until `kept`.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn put(conn: &mut Conn, client: &ClientId, digest: &str, until: Timestamp, kept: Timestamp) -> Result<(), StoreError> {
    forget(conn, client)?;
    let row =
        (client_documents::client_id.eq(client.as_str()), client_documents::digest.eq(digest), client_documents::expires_at.eq(until.0));
    super::insert_or_conflict(conn, |conn| diesel::insert_into(client_documents::table).values(row).execute(conn))?;
    leases::extend(conn, client, kept)
}

/// Forgets what people allowed a client that has become another.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn forget_consents(conn: &mut Conn, client: &ClientId) -> Result<(), StoreError> {
    diesel::delete(consents::table.filter(consents::client_id.eq(client.as_str()))).execute(conn)?;
    Ok(())
}
