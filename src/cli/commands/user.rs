//! `doorward user …`: people.

use doorward_protocol::client::Client;
use doorward_protocol::secret::typable_id;
use doorward_protocol::tokens::claims::{self, Person};
use doorward_protocol::values::{ClientId, Subject};
use serde::Serialize;
use serde_json::{Map, Value};

use super::super::args::{User as Command, UserAdd, UserSetPassword};
use super::super::input::read_password;
use super::super::output::CliError;
use super::{Desk, json};
use crate::config::Settings;
use crate::passwords;
use crate::store::users::{self, User};
use crate::store::{Conn, StoreError, clients};

pub(super) fn run(command: Command, desk: &mut Desk<'_>) -> Result<(), CliError> {
    match command {
        Command::Add(asked) => add(asked, desk),
        Command::List => list(desk),
        Command::Show(asked) => {
            let user = desk.open()?.read_blocking(|conn| found(conn, &asked.user))?;
            desk.output.show(&shown(&user, desk))
        }
        Command::SetPassword(asked) => set_password(asked, desk),
        Command::Disable(asked) => set_disabled(asked.user, true, desk),
        Command::Enable(asked) => set_disabled(asked.user, false, desk),
        Command::Delete(asked) => delete(asked.user, desk),
    }
}

fn add(asked: UserAdd, desk: &mut Desk<'_>) -> Result<(), CliError> {
    if asked.password_stdin && asked.claims.as_deref() == Some("-") {
        return Err(CliError::usage("--password-stdin and --claims - both read standard input: put the claims into a file"));
    }
    let name = fit_name(&asked.name)?;
    let email = fit_email(&asked.email)?;
    let mut claims = asked.claims.as_deref().map(read_claims).transpose()?.unwrap_or_default();
    // The operator may vouch for the address; otherwise nobody has opened a letter sent there yet.
    let email_verified = claims.remove("email_verified").and_then(|value| value.as_bool()).unwrap_or(false);
    let password = new_password(desk.settings, asked.password_stdin, &[&name, &email])?;
    let user = User {
        person: Person { subject: Subject::new(typable_id(&desk.rng)), username: name, email: Some(email), email_verified, claims },
        password,
        disabled: false,
        created_at: desk.now,
    };
    let view = shown(&user, desk);
    desk.open_or_make()?.write_blocking(move |conn| insert(conn, &user))?;
    desk.output.show(&view)
}

fn insert(conn: &mut Conn, user: &User) -> Result<(), CliError> {
    let conflict = |what: String| CliError::new("conflict", what);
    let name = &user.person.username;
    // A `sub` names one party: a client's token has the client's id as its `sub` (RFC 9068 section 5).
    if clients::find(conn, &ClientId::new(user.person.subject.as_str()))?.is_some() {
        return Err(conflict("the new sub is a client's id already: try again".to_owned()));
    }
    if users::find(conn, &Subject::new(name.as_str()))?.is_some() {
        return Err(conflict(format!("the name {name:?} is the sub of another user: choose another")));
    }
    if !users::insert(conn, user)? {
        return Err(conflict(format!("there is a user {name:?} already (names are compared without regard to case): choose another")));
    }
    Ok(())
}

fn list(desk: &mut Desk<'_>) -> Result<(), CliError> {
    let everybody = desk.open()?.read_blocking(users::list)?;
    let rows: Vec<Shown> = everybody.iter().map(|user| shown(user, desk)).collect();
    desk.output.list(&rows, &["name", "email", "sub", "disabled", "created_at"])
}

fn set_password(asked: UserSetPassword, desk: &mut Desk<'_>) -> Result<(), CliError> {
    let store = desk.open()?;
    // A misspelt name is told before a password is asked for.
    let mut user = store.read_blocking(|conn| found(conn, &asked.user))?;
    let personal = [user.person.username.as_str(), user.person.email.as_deref().unwrap_or_default()];
    user.password = new_password(desk.settings, asked.password_stdin, &personal)?;
    let (row, now) = (user.clone(), desk.now);
    store.write_blocking(move |conn| {
        let set = users::set_password(conn, &row.person.subject, &row.password, now)?;
        if set { Ok(()) } else { Err(unknown(&row.person.username)) }
    })?;
    desk.output.note("sessions and what apps held have ended");
    desk.output.show(&shown(&user, desk))
}

fn set_disabled(asked: String, disabled: bool, desk: &mut Desk<'_>) -> Result<(), CliError> {
    let now = desk.now;
    let user = desk.open()?.write_blocking(move |conn| {
        let user = found(conn, &asked)?;
        users::set_disabled(conn, &user.person.subject, disabled, now)?;
        Ok::<_, CliError>(User { disabled, ..user })
    })?;
    desk.output.show(&shown(&user, desk))
}

fn delete(asked: String, desk: &mut Desk<'_>) -> Result<(), CliError> {
    let now = desk.now;
    let (name, orphans) = desk.open()?.write_blocking(move |conn| {
        let user = found(conn, &asked)?;
        let orphans = disown(conn, &user.person.username)?;
        users::delete(conn, &user.person.subject, now)?;
        Ok::<_, CliError>((user.person.username, orphans))
    })?;
    for id in orphans {
        desk.output.note(&format!("the client {id} has no owner any more"));
    }
    desk.output.deleted(&name)
}

/// Takes a person's name off the clients they own: who gets the name later must not inherit them.
fn disown(conn: &mut Conn, name: &str) -> Result<Vec<String>, StoreError> {
    let name = users::fold(name);
    let owned = |client: &Client| client.metadata.owner.as_deref().is_some_and(|owner| users::fold(owner) == name);
    let owned: Vec<Client> = clients::list(conn)?.into_iter().filter(owned).collect();
    let mut ids = Vec::new();
    for mut client in owned {
        client.metadata.owner = None;
        clients::update(conn, &client)?;
        ids.push(client.id.into());
    }
    Ok(ids)
}

/// The user of that `sub` or that name. A name never equals another's `sub`.
fn found(conn: &mut Conn, asked: &str) -> Result<User, CliError> {
    if let Some(user) = users::find(conn, &Subject::new(asked))? {
        return Ok(user);
    }
    users::by_name(conn, asked)?.ok_or_else(|| unknown(asked))
}

fn unknown(asked: &str) -> CliError {
    CliError::new("not_found", format!("there is no user {asked:?}; `doorward user list` shows all"))
}

/// What is told of a user.
#[derive(Serialize)]
struct Shown {
    sub: String,
    name: String,
    email: Option<String>,
    email_verified: bool,
    claims: Map<String, Value>,
    disabled: bool,
    created_at: Value,
}

fn shown(user: &User, desk: &Desk<'_>) -> Shown {
    let person = user.person.clone();
    Shown {
        sub: person.subject.into(),
        name: person.username,
        email: person.email,
        email_verified: person.email_verified,
        claims: person.claims,
        disabled: user.disabled,
        created_at: desk.moment(user.created_at),
    }
}

fn fit_name(text: &str) -> Result<String, CliError> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 128 || name.chars().any(char::is_control) {
        return Err(CliError::new("invalid", "the name must have 1 to 128 characters, without control characters"));
    }
    Ok(name.to_owned())
}

/// Sanity alone: whether letters arrive there only a letter can show.
fn fit_email(text: &str) -> Result<String, CliError> {
    let parts = text.split_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    if parts.is_none() || text.len() > 254 || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        let what = "is no e-mail address: give one like ada@example.com, without spaces, of at most 254 bytes";
        return Err(CliError::new("invalid", format!("{text:?} {what}")));
    }
    Ok(text.to_owned())
}

fn read_claims(file: &str) -> Result<Map<String, Value>, CliError> {
    let claims = json::read_object(file)?;
    claims::validate(&claims).map_err(|why| CliError::new("invalid", format!("in the claims, {why}")))?;
    Ok(claims)
}

/// Reads a new password, checks it, and gives its hash.
fn new_password(settings: &Settings, stdin: bool, personal: &[&str]) -> Result<String, CliError> {
    let unfit = |why: &dyn std::fmt::Display| CliError::new("password", why.to_string());
    let password = read_password(stdin, true)?;
    passwords::fit(&password, settings.password_min_length, personal).map_err(|why| unfit(&why))?;
    passwords::hash_blocking(&password).map_err(|why| unfit(&why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_without_the_blanks_around_it() {
        assert_eq!(fit_name(" Ada Lovelace\u{3000}").as_deref(), Ok("Ada Lovelace"));
        assert_eq!(fit_name(&"名".repeat(128)).map(|name| name.chars().count()), Ok(128));
        for bad in ["", "  ", "\t", "a\0b", "a\nb", "a\u{9b}b", &"x".repeat(129)] {
            // Law: what can't be read back can't be a name.
            assert_eq!(fit_name(bad).map_err(|why| why.code()), Err("invalid"), "{bad:?}");
        }
    }

    #[test]
    fn an_address_has_one_at_sign_and_no_blank() {
        for good in ["ada@example.com", "a@localhost", "\"a\"@example.com", "阿达@例子.中国"] {
            assert_eq!(fit_email(good).as_deref(), Ok(good));
        }
        let long = format!("{}@example.com", "x".repeat(243));
        for bad in ["", "@", "ada", "ada@", "@example.com", "a@b@c", "a b@c", "a@c ", "a@c\r\nBcc: x@y", "a@\u{2028}c", &long] {
            // Law: an address that breaks a header or has no domain is refused.
            assert_eq!(fit_email(bad).map_err(|why| why.code()), Err("invalid"), "{bad:?}");
        }
    }
}
