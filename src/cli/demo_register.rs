//! What the parts of `serve --demo` register at each start: people under new passwords, clients, APIs. What stands in the database already
//! is brought up to date.

use super::output::CliError;
use crate::flows::Ctx;
use crate::passwords;
use crate::store::users::{self, User};
use crate::store::{Conn, StoreError, apis, clients};
use doorward_protocol::api::Api;
use doorward_protocol::client::{Client, Metadata};
use doorward_protocol::secret::{ClientSecret, Secret, random_id};
use doorward_protocol::tokens::claims::Person;
use doorward_protocol::values::{ClientId, Subject, Timestamp};
use serde_json::Value;

/// Why the demo can't be had.
pub fn failed(why: impl std::fmt::Display) -> CliError {
    CliError::new("demo", why.to_string())
}

/// Easy to type, 80 bits, other at each start.
pub fn new_password(ctx: &Ctx) -> String {
    let mut bytes = [0u8; 10];
    ctx.rng.fill(&mut bytes);
    let letters: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    letters.chunks(2).map(<[String]>::concat).collect::<Vec<_>>().join("-")
}

/// A person with these claims. An address is taken for verified.
///
/// # Errors
/// [`CliError`] when the password can't be hashed.
pub fn person(ctx: &Ctx, username: &str, email: Option<&str>, claims: Value, password: &str) -> Result<User, CliError> {
    let Value::Object(claims) = claims else { return Err(failed("claims are an object")) };
    Ok(User {
        person: Person {
            subject: Subject::new(random_id(&*ctx.rng)),
            username: username.to_owned(),
            email: email.map(str::to_owned),
            email_verified: email.is_some(),
            claims,
        },
        password: passwords::hash_blocking(password).map_err(failed)?,
        disabled: false,
        created_at: ctx.now(),
    })
}

/// A client with this metadata, beside which its id and its secret stand.
///
/// # Errors
/// [`CliError`] when the metadata is none.
pub fn client(ctx: &Ctx, id: &str, secret: &str, metadata: Value) -> Result<Client, CliError> {
    let digest = Secret::<ClientSecret>::shown(secret).digest();
    Ok(Client::new(ClientId::new(id), Metadata::read(metadata).map_err(failed)?, Some(digest), ctx.now()))
}

/// Puts a person in, or gives the one of that name the new password. Gives whose it is.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn put_person(conn: &mut Conn, user: &User, now: Timestamp) -> Result<Subject, StoreError> {
    let Some(known) = users::by_name(conn, &user.person.username)? else {
        users::insert(conn, user)?;
        return Ok(user.person.subject.clone());
    };
    users::set_password(conn, &known.person.subject, &user.password, now)?;
    users::set_disabled(conn, &known.person.subject, false, now)?;
    Ok(known.person.subject)
}

/// Puts clients in, or what they are now in the place of what they were.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn put_clients(conn: &mut Conn, all: &[Client]) -> Result<(), StoreError> {
    for client in all {
        if !clients::insert(conn, client)? {
            clients::update(conn, client)?;
        }
    }
    Ok(())
}

/// Puts APIs in, or what they are now in the place of what they were.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn put_apis(conn: &mut Conn, all: &[Api], now: Timestamp) -> Result<(), StoreError> {
    for api in all {
        if !apis::insert(conn, api, now)? {
            apis::update(conn, api)?;
        }
    }
    Ok(())
}
