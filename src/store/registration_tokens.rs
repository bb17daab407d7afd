//! What lets a client register: made by the operator, shown once, stored by digest, used so many times.

use super::schema::registration_tokens;
use super::{Conn, StoreError, codec};
use diesel::prelude::*;
use doorward_protocol::secret::{Digest, InitialAccess};
use doorward_protocol::values::Timestamp;

/// An initial access token (RFC 7591 §3) as its operator sees it.
#[derive(Clone, Debug)]
pub struct RegistrationToken {
    /// Its name for the operator; no secret.
    pub id: String,
    /// What is stored of the token itself.
    pub digest: Digest<InitialAccess>,
    /// What the operator noted.
    pub note: String,
    /// So many clients may still be registered with it.
    pub uses_left: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// From then on it is worthless.
    pub expires_at: Timestamp,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = registration_tokens)]
struct Row {
    id: String,
    digest: String,
    note: String,
    uses_left: i64,
    created_at: i64,
    expires_at: i64,
}

impl Row {
    fn token(self) -> Result<RegistrationToken, StoreError> {
        Ok(RegistrationToken {
            id: self.id,
            digest: Digest::from_text(&self.digest).ok_or_else(|| codec::corrupt("registration_tokens.digest"))?,
            note: self.note,
            uses_left: self.uses_left,
            created_at: Timestamp(self.created_at),
            expires_at: Timestamp(self.expires_at),
        })
    }
}

/// Adds a token.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn insert(conn: &mut Conn, token: &RegistrationToken) -> Result<(), StoreError> {
    let row = Row {
        id: token.id.clone(),
        digest: token.digest.to_text(),
        note: token.note.clone(),
        uses_left: token.uses_left,
        created_at: token.created_at.0,
        expires_at: token.expires_at.0,
    };
    diesel::insert_into(registration_tokens::table).values(row).execute(conn)?;
    Ok(())
}

/// Whether a token would let a client register now.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn is_usable(conn: &mut Conn, digest: &Digest<InitialAccess>, now: Timestamp) -> Result<bool, StoreError> {
    let usable = registration_tokens::table
        .filter(registration_tokens::digest.eq(digest.to_text()))
        .filter(registration_tokens::uses_left.gt(0))
        .filter(registration_tokens::expires_at.gt(now.0));
    Ok(diesel::select(diesel::dsl::exists(usable)).get_result(conn)?)
}

/// Counts one use; false when the token is unknown, used up or expired.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn spend(conn: &mut Conn, digest: &Digest<InitialAccess>, now: Timestamp) -> Result<bool, StoreError> {
    let usable = registration_tokens::table
        .filter(registration_tokens::digest.eq(digest.to_text()))
        .filter(registration_tokens::uses_left.gt(0))
        .filter(registration_tokens::expires_at.gt(now.0));
    let set = registration_tokens::uses_left.eq(registration_tokens::uses_left - 1);
    Ok(diesel::update(usable).set(set).execute(conn)? == 1)
}

/// All tokens that haven't been swept, oldest first.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn list(conn: &mut Conn) -> Result<Vec<RegistrationToken>, StoreError> {
    let order = (registration_tokens::created_at, registration_tokens::id);
    let rows: Vec<Row> = registration_tokens::table.order(order).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Row::token).collect()
}

/// Removes a token; false when there is none of that id. Clients registered with it stay.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn delete(conn: &mut Conn, id: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(registration_tokens::table.find(id)).execute(conn)? == 1)
}
