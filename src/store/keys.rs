//! Signing keys, their private parts sealed.

use super::schema::signing_keys;
use super::{Conn, StoreError, versions};
use diesel::prelude::*;
use doorward_protocol::values::Timestamp;

/// A stored signing key.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
pub struct KeyRow {
    /// Its RFC 7638 thumbprint.
    pub kid: String,
    /// Its JOSE algorithm name.
    pub alg: String,
    /// The private part, encrypted under the server's secret.
    pub sealed: String,
    /// When it was made and published.
    pub created_at: i64,
    /// It signs from then on: published before use.
    pub signs_from: i64,
    /// It was replaced then; it stays published until nothing signed by it is accepted any more.
    pub retired_at: Option<i64>,
}

/// All keys, oldest first.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn list(conn: &mut Conn) -> Result<Vec<KeyRow>, StoreError> {
    Ok(signing_keys::table.order((signing_keys::created_at, signing_keys::kid)).select(KeyRow::as_select()).load(conn)?)
}

/// Makes other nodes that would add keys wait for this commit: to be called before looking which are missing.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn hold(conn: &mut Conn) -> Result<(), StoreError> {
    versions::catalog_changed(conn)
}

/// Adds a key.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn insert(conn: &mut Conn, row: &KeyRow) -> Result<(), StoreError> {
    diesel::insert_into(signing_keys::table).values(row).execute(conn)?;
    versions::catalog_changed(conn)
}

/// Marks the keys of an algorithm that are older than `kid` as replaced from `at` on.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn retire_others(conn: &mut Conn, alg: &str, kid: &str, at: Timestamp) -> Result<(), StoreError> {
    let others =
        signing_keys::table.filter(signing_keys::alg.eq(alg)).filter(signing_keys::kid.ne(kid)).filter(signing_keys::retired_at.is_null());
    diesel::update(others).set(signing_keys::retired_at.eq(at.0)).execute(conn)?;
    versions::catalog_changed(conn)
}

/// Removes keys that were replaced before `at`.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn remove_retired(conn: &mut Conn, at: Timestamp) -> Result<usize, StoreError> {
    let gone = diesel::delete(signing_keys::table.filter(signing_keys::retired_at.lt(at.0))).execute(conn)?;
    if gone > 0 {
        versions::catalog_changed(conn)?;
    }
    Ok(gone)
}
