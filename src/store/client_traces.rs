//! Whose flows the glass box keeps, and until when.

use super::schema::client_traces::{self, dsl};
use super::{Conn, StoreError, versions};
use crate::trace::KEPT;
use diesel::prelude::*;
use doorward_protocol::values::{ClientId, Timestamp};
use std::collections::HashMap;

/// Has a client's flows kept until then. One that is traced already is from now on until this time.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn put(conn: &mut Conn, client: &ClientId, until: Timestamp) -> Result<(), StoreError> {
    let times = (dsl::ends_at.eq(until.0), dsl::expires_at.eq(until.plus(KEPT).0));
    if diesel::update(client_traces::table.find(client.as_str())).set(times).execute(conn)? == 0 {
        diesel::insert_into(client_traces::table).values((dsl::client_id.eq(client.as_str()), times)).execute(conn)?;
    }
    versions::catalog_changed(conn)
}

/// Ends it, and what was kept is forgotten; false when the client wasn't traced.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn end(conn: &mut Conn, client: &ClientId) -> Result<bool, StoreError> {
    let ended = diesel::delete(client_traces::table.find(client.as_str())).execute(conn)? > 0;
    if ended {
        versions::catalog_changed(conn)?;
    }
    Ok(ended)
}

/// All, with those that have ended but may still be seen.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn list(conn: &mut Conn) -> Result<HashMap<ClientId, Timestamp>, StoreError> {
    let rows: Vec<(String, i64)> = client_traces::table.select((dsl::client_id, dsl::ends_at)).load(conn)?;
    Ok(rows.into_iter().map(|(id, until)| (ClientId::new(id), Timestamp(until))).collect())
}
