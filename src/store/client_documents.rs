//! Metadata documents as they were read last: how long they needn't be asked for again.

use super::schema::{client_documents, consents};
use super::{Conn, StoreError, leases};
use diesel::prelude::*;
use doorward_protocol::values::{ClientId, Timestamp};

/// Whether a document was read so short a while ago that it stands.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn is_fresh(conn: &mut Conn, client: &ClientId, now: Timestamp) -> Result<bool, StoreError> {
    let fresh = client_documents::table.find(client.as_str()).filter(client_documents::expires_at.gt(now.0));
    Ok(diesel::select(diesel::dsl::exists(fresh)).get_result(conn)?)
}

/// Notes that a document was read, and that it stands until then; a client that isn't used yet is kept until `kept`.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn put(conn: &mut Conn, client: &ClientId, digest: &str, until: Timestamp, kept: Timestamp) -> Result<(), StoreError> {
    diesel::delete(client_documents::table.find(client.as_str())).execute(conn)?;
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
