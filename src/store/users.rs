//! People.

use super::schema::{access_tokens, grants, known_browsers, users};
use super::{Conn, StoreError, codec, insert_or_conflict, sessions};
use diesel::prelude::*;
use doorward_protocol::tokens::claims::Person;
use doorward_protocol::values::{Subject, Timestamp};
use unicode_normalization::UnicodeNormalization as _;

/// A person with what only the server may know.
#[derive(Clone, Debug)]
pub struct User {
    /// What may be told.
    pub person: Person,
    /// The password's PHC string.
    pub password: String,
    /// Can't log in, and nothing given to apps works.
    pub disabled: bool,
    /// Since when the account exists.
    pub created_at: Timestamp,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = users)]
struct Row {
    sub: String,
    name: String,
    name_folded: String,
    email: Option<String>,
    email_verified: bool,
    claims: String,
    password: String,
    disabled: bool,
    created_at: i64,
}

impl Row {
    fn user(self) -> Result<User, StoreError> {
        Ok(User {
            person: Person {
                subject: Subject::new(self.sub),
                username: self.name,
                email: self.email,
                email_verified: self.email_verified,
                claims: codec::from_json(&self.claims)?,
            },
            password: self.password,
            disabled: self.disabled,
            created_at: Timestamp(self.created_at),
        })
    }
}

/// The form in which names are compared: case-folded, without blanks around it, however its letters were composed.
pub fn fold(name: &str) -> String {
    name.trim().nfkc().collect::<String>().to_lowercase()
}

/// Adds a person; false when the name is taken.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn insert(conn: &mut Conn, user: &User) -> Result<bool, StoreError> {
    let row = Row {
        sub: user.person.subject.as_str().to_owned(),
        name: user.person.username.clone(),
        name_folded: fold(&user.person.username),
        email: user.person.email.clone(),
        email_verified: user.person.email_verified,
        claims: codec::to_json(&user.person.claims)?,
        password: user.password.clone(),
        disabled: user.disabled,
        created_at: user.created_at.0,
    };
    insert_or_conflict(conn, |conn| diesel::insert_into(users::table).values(&row).execute(conn))
}

/// The person who logs in with `name`.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn by_name(conn: &mut Conn, name: &str) -> Result<Option<User>, StoreError> {
    let row = users::table.filter(users::name_folded.eq(fold(name))).select(Row::as_select()).first(conn).optional()?;
    row.map(Row::user).transpose()
}

/// The person of that subject.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn find(conn: &mut Conn, sub: &Subject) -> Result<Option<User>, StoreError> {
    users::table.find(sub.as_str()).select(Row::as_select()).first(conn).optional()?.map(Row::user).transpose()
}

/// Whether there is such a person, and they aren't disabled.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn is_active(conn: &mut Conn, sub: &Subject) -> Result<bool, StoreError> {
    let disabled: Option<bool> = users::table.find(sub.as_str()).select(users::disabled).first(conn).optional()?;
    Ok(disabled == Some(false))
}

/// The person whose proven address this is; none where several have it.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn by_proven_email(conn: &mut Conn, email: &str) -> Result<Option<User>, StoreError> {
    let theirs = users::table.filter(users::email.eq(email)).filter(users::email_verified.eq(true));
    let mut rows: Vec<Row> = theirs.limit(2).select(Row::as_select()).load(conn)?;
    if rows.len() > 1 {
        return Ok(None);
    }
    rows.pop().map(Row::user).transpose()
}

/// Everybody, oldest first.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn list(conn: &mut Conn) -> Result<Vec<User>, StoreError> {
    let rows: Vec<Row> = users::table.order((users::created_at, users::name_folded)).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Row::user).collect()
}

/// Whether a person is active and has this password still; then both stay so until the commit.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn hold(conn: &mut Conn, sub: &Subject, password: &str) -> Result<bool, StoreError> {
    // Read alone it could change before the commit (PostgreSQL): written, whoever changes it waits.
    let row = users::table.find(sub.as_str()).filter(users::password.eq(password)).filter(users::disabled.eq(false));
    Ok(diesel::update(row).set(users::password.eq(password)).execute(conn)? == 1)
}

/// Writes a new password hash, unless the old one was replaced meanwhile; false when it was.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn rehash(conn: &mut Conn, sub: &Subject, old: &str, new: &str) -> Result<bool, StoreError> {
    let row = users::table.find(sub.as_str()).filter(users::password.eq(old));
    Ok(diesel::update(row).set(users::password.eq(new)).execute(conn)? == 1)
}

/// Sets a new password: sessions and what apps hold end, and no browser is known any more. False when there is no such person.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn set_password(conn: &mut Conn, sub: &Subject, password: &str, now: Timestamp) -> Result<bool, StoreError> {
    let changed = diesel::update(users::table.find(sub.as_str())).set(users::password.eq(password)).execute(conn)?;
    end_everything(conn, sub, now)?;
    Ok(changed == 1)
}

/// Disables or enables a person. Disabling ends sessions and what apps hold. False when there is no such person.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn set_disabled(conn: &mut Conn, sub: &Subject, disabled: bool, now: Timestamp) -> Result<bool, StoreError> {
    let changed = diesel::update(users::table.find(sub.as_str())).set(users::disabled.eq(disabled)).execute(conn)?;
    if disabled {
        end_everything(conn, sub, now)?;
    }
    Ok(changed == 1)
}

/// Removes a person with sessions, consents and grants; apps they were logged in to are queued to be told. False when there is none.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn delete(conn: &mut Conn, sub: &Subject, now: Timestamp) -> Result<bool, StoreError> {
    sessions::end_all(conn, sub, None, now)?;
    Ok(diesel::delete(users::table.find(sub.as_str())).execute(conn)? == 1)
}

fn end_everything(conn: &mut Conn, sub: &Subject, now: Timestamp) -> Result<(), StoreError> {
    sessions::end_all(conn, sub, None, now)?;
    let sub = sub.as_str();
    let live_grants = grants::table.filter(grants::sub.eq(sub)).filter(grants::revoked_at.is_null());
    diesel::update(live_grants).set(grants::revoked_at.eq(now.0)).execute(conn)?;
    // What apps hold without a family, by another issuer's word.
    let own = access_tokens::table.filter(access_tokens::sub.eq(sub)).filter(access_tokens::grant_id.is_null());
    diesel::update(own.filter(access_tokens::revoked_at.is_null())).set(access_tokens::revoked_at.eq(now.0)).execute(conn)?;
    diesel::delete(known_browsers::table.filter(known_browsers::sub.eq(sub))).execute(conn)?;
    Ok(())
}
