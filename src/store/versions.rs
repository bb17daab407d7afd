//! Counters that caches are checked against, so that a change made by another process is seen at the next request.

use super::schema::versions::dsl;
use super::{Conn, StoreError};
use diesel::prelude::*;

/// The version of clients, APIs and keys taken together.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn catalog(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(dsl::versions.find("catalog").select(dsl::value).first(conn)?)
}

/// Says that a client, an API or a key changed. Called in the transaction that changes it.
pub(super) fn catalog_changed(conn: &mut Conn) -> Result<(), StoreError> {
    diesel::update(dsl::versions.find("catalog")).set(dsl::value.eq(dsl::value + 1)).execute(conn)?;
    Ok(())
}
