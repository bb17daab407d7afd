//! What the operator declares beside clients and APIs, each kind under its names, as JSON.

use super::schema::definitions;
use super::{Conn, StoreError, codec, insert_or_conflict, versions};
use diesel::prelude::*;
use doorward_protocol::detail_type::DetailType;
use doorward_protocol::exchange_rule::ExchangeRule;
use doorward_protocol::trusted_issuer::TrustedIssuer;
use doorward_protocol::values::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A kind of declaration: its name in the database, and that of one of them.
pub trait Definition: Serialize + DeserializeOwned {
    /// Stands in the column `kind`.
    const KIND: &'static str;

    /// The name it is found by; unique in its kind.
    fn name(&self) -> String;
}

impl Definition for TrustedIssuer {
    const KIND: &'static str = "issuer";

    fn name(&self) -> String {
        self.issuer.clone()
    }
}

impl Definition for ExchangeRule {
    const KIND: &'static str = "exchange";

    fn name(&self) -> String {
        self.name.clone()
    }
}

impl Definition for DetailType {
    const KIND: &'static str = "detail-type";

    fn name(&self) -> String {
        self.name.clone()
    }
}

/// Adds a declaration; false when its name is taken.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn insert<D: Definition>(conn: &mut Conn, definition: &D, now: Timestamp) -> Result<bool, StoreError> {
    let row = (
        definitions::kind.eq(D::KIND),
        definitions::name.eq(definition.name()),
        definitions::definition.eq(codec::to_json(definition)?),
        definitions::created_at.eq(now.0),
    );
    let added = insert_or_conflict(conn, |conn| diesel::insert_into(definitions::table).values(row).execute(conn))?;
    if added {
        versions::catalog_changed(conn)?;
    }
    Ok(added)
}

/// Writes a declaration anew; false when there is none of its name.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn update<D: Definition>(conn: &mut Conn, definition: &D) -> Result<bool, StoreError> {
    let known = definitions::table.find((D::KIND, definition.name()));
    let changed = diesel::update(known).set(definitions::definition.eq(codec::to_json(definition)?)).execute(conn)?;
    versions::catalog_changed(conn)?;
    Ok(changed == 1)
}

/// Removes a declaration; false when there is none of that name.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn delete<D: Definition>(conn: &mut Conn, name: &str) -> Result<bool, StoreError> {
    let gone = diesel::delete(definitions::table.find((D::KIND, name))).execute(conn)?;
    versions::catalog_changed(conn)?;
    Ok(gone == 1)
}

/// The declaration of that name.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn find<D: Definition>(conn: &mut Conn, name: &str) -> Result<Option<D>, StoreError> {
    let text: Option<String> = definitions::table.find((D::KIND, name)).select(definitions::definition).first(conn).optional()?;
    text.map(|text| codec::from_json(&text)).transpose()
}

/// All declarations of a kind, oldest first.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn list<D: Definition>(conn: &mut Conn) -> Result<Vec<D>, StoreError> {
    let rows: Vec<String> = definitions::table
        .filter(definitions::kind.eq(D::KIND))
        .order((definitions::created_at, definitions::name))
        .select(definitions::definition)
        .load(conn)?;
    rows.iter().map(|definition| codec::from_json(definition)).collect()
}
