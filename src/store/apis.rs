//! APIs (resource servers).

use super::schema::apis;
use super::{Conn, StoreError, codec, insert_or_conflict, versions};
use diesel::prelude::*;
use doorward_protocol::api::Api;
use doorward_protocol::values::Timestamp;

/// Adds an API; false when its resource is taken.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn insert(conn: &mut Conn, api: &Api, now: Timestamp) -> Result<bool, StoreError> {
    let definition = codec::to_json(api)?;
    let row = (apis::resource.eq(api.resource.as_str()), apis::definition.eq(&definition), apis::created_at.eq(now.0));
    let added = insert_or_conflict(conn, |conn| diesel::insert_into(apis::table).values(row).execute(conn))?;
    if added {
        versions::catalog_changed(conn)?;
    }
    Ok(added)
}

/// Writes an API's definition; false when there is none of that resource.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn update(conn: &mut Conn, api: &Api) -> Result<bool, StoreError> {
    let changed = diesel::update(apis::table.find(api.resource.as_str())).set(apis::definition.eq(codec::to_json(api)?)).execute(conn)?;
    versions::catalog_changed(conn)?;
    Ok(changed == 1)
}

/// Removes an API; false when there is none of that resource. Tokens for it live until they expire.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn delete(conn: &mut Conn, resource: &str) -> Result<bool, StoreError> {
    let gone = diesel::delete(apis::table.find(resource)).execute(conn)?;
    versions::catalog_changed(conn)?;
    Ok(gone == 1)
}

/// All APIs, oldest first.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn list(conn: &mut Conn) -> Result<Vec<Api>, StoreError> {
    let rows: Vec<String> = apis::table.order((apis::created_at, apis::resource)).select(apis::definition).load(conn)?;
    rows.iter().map(|definition| codec::from_json(definition)).collect()
}
