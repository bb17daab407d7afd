//! `doorward registration-token …`: what lets clients register themselves (RFC 7591 section 3, initial access token).

use doorward_protocol::registration::Admission;
use doorward_protocol::secret::{InitialAccess, Secret, typable_id};
use serde::Serialize;
use serde_json::Value;

use super::super::args::{RegistrationToken as Command, RegistrationTokenAdd};
use super::super::output::CliError;
use super::Desk;
use crate::store::registration_tokens::{self, RegistrationToken};

/// The longest note, in characters.
const NOTE_MAX: usize = 200;

pub(super) fn run(command: Command, desk: &mut Desk<'_>) -> Result<(), CliError> {
    match command {
        Command::Add(asked) => add(&asked, desk),
        Command::List => list(desk),
        Command::Delete(asked) => {
            let id = asked.id.clone();
            if desk.open()?.write_blocking(move |conn| registration_tokens::delete(conn, &id))? {
                return desk.output.deleted(&asked.id);
            }
            let id = &asked.id;
            Err(CliError::new("not_found", format!("there is no registration token {id:?}; `doorward registration-token list` shows all")))
        }
    }
}

fn add(asked: &RegistrationTokenAdd, desk: &mut Desk<'_>) -> Result<(), CliError> {
    if asked.note.chars().count() > NOTE_MAX || asked.note.chars().any(char::is_control) {
        return Err(CliError::new("invalid", format!("note: give one line of at most {NOTE_MAX} characters")));
    }
    let secret = Secret::<InitialAccess>::mint(&desk.rng);
    let token = RegistrationToken {
        id: typable_id(&desk.rng),
        digest: secret.digest(),
        note: asked.note.clone(),
        uses_left: i64::from(asked.uses),
        created_at: desk.now,
        expires_at: desk.now.plus(asked.expires),
    };
    let stored = token.clone();
    desk.open_or_make()?.write_blocking(move |conn| registration_tokens::insert(conn, &stored))?;
    desk.output.show(&shown(&token, Some(&secret), desk))?;
    desk.output.note("the token is shown this once: hand it to who registers the client");
    if desk.settings.policy.registration.admission != Admission::Token {
        desk.output.note("it works while DOORWARD_REGISTRATION is token; here it is set otherwise");
    }
    Ok(())
}

fn list(desk: &mut Desk<'_>) -> Result<(), CliError> {
    let tokens = desk.open()?.read_blocking(registration_tokens::list)?;
    let rows: Vec<Shown<'_>> = tokens.iter().map(|token| shown(token, None, desk)).collect();
    desk.output.list(&rows, &["id", "state", "uses_left", "note", "created_at", "expires_at"])
}

/// What is told of a token.
#[derive(Serialize)]
struct Shown<'t> {
    id: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'t str>,
    state: &'static str,
    uses_left: i64,
    note: &'t str,
    created_at: Value,
    expires_at: Value,
}

fn shown<'t>(token: &'t RegistrationToken, secret: Option<&'t Secret<InitialAccess>>, desk: &Desk<'_>) -> Shown<'t> {
    let state = if token.expires_at <= desk.now {
        "expired"
    } else if token.uses_left <= 0 {
        "used up"
    } else {
        "usable"
    };
    Shown {
        id: &token.id,
        token: secret.map(Secret::expose),
        state,
        uses_left: token.uses_left,
        note: &token.note,
        created_at: desk.moment(token.created_at),
        expires_at: desk.moment(token.expires_at),
    }
}
