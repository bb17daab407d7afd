//! The operator's commands: each opens the database, changes or reads it in one transaction, and says what it did.

mod api;
mod client;
mod client_members;
mod client_trace;
mod database;
mod definition;
mod json;
mod keys;
mod lists;
mod registration_token;
pub(super) mod trust;
mod user;

use std::path::Path;

use doorward_protocol::detail_type::DetailType;
use doorward_protocol::exchange_rule::ExchangeRule;
use doorward_protocol::trusted_issuer::TrustedIssuer;
use doorward_protocol::values::Timestamp;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::args::Command;
use super::output::{CliError, Output};
use crate::clock::{Clock as _, SystemClock, SystemEntropy};
use crate::config::Settings;
use crate::keys::KeyError;
use crate::setup::open_store;
use crate::store::{DatabaseUrl, Store, StoreError};

/// Does what a command says. Serving is no command of these: it is refused.
///
/// # Errors
/// [`CliError`], in one sentence that names what to change. What had been written is then rolled back.
pub fn run(command: Command, settings: &Settings, output: &mut Output) -> Result<(), CliError> {
    let mut desk = Desk { settings, output, now: SystemClock.now(), rng: SystemEntropy::default() };
    match command {
        Command::Serve(_) => Err(CliError::new("internal", "serving is not among the operator's commands")),
        Command::User(command) => user::run(command, &mut desk),
        Command::Client(command) => client::run(command, &mut desk),
        Command::Api(command) => api::run(command, &mut desk),
        Command::Issuer(command) => definition::run::<TrustedIssuer>(command, &mut desk),
        Command::Exchange(command) => definition::run::<ExchangeRule>(command, &mut desk),
        Command::Trust(command) => trust::run(command, &mut desk),
        Command::DetailType(command) => definition::run::<DetailType>(command, &mut desk),
        Command::RegistrationToken(command) => registration_token::run(command, &mut desk),
        Command::Keys(command) => keys::run(command, &mut desk),
        Command::Migrate => database::migrate(&mut desk),
        Command::CheckConfig => database::check_config(&mut desk),
    }
}

/// What a command works with.
struct Desk<'a> {
    settings: &'a Settings,
    output: &'a mut Output,
    /// When the command began: one moment for all it writes.
    now: Timestamp,
    rng: SystemEntropy,
}

impl Desk<'_> {
    /// The database as it is: never made, never migrated.
    fn open(&self) -> Result<Store, CliError> {
        open_store(self.settings, false, false).map_err(|why| CliError::new("database", why.0))
    }

    /// The database; where there is none, a `SQLite` file is made, migrated and named.
    ///
    /// One that has its tables is not migrated: a server of another version may be using it.
    fn open_or_make(&mut self) -> Result<Store, CliError> {
        let url = DatabaseUrl::parse(&self.settings.database_url)?;
        let (missing, blank) = url.file().map_or((false, false), |file| (!file.exists(), is_blank(file)));
        let store = open_store(self.settings, missing, missing || blank).map_err(|why| CliError::new("database", why.0))?;
        if missing && let Some(file) = url.file() {
            self.output.note(&format!("made the database {}", shown_path(file)));
        }
        Ok(store)
    }

    /// A moment for the reader: seconds since 1970 for scripts (as RFC 7591 has it), a date for people.
    fn moment(&self, at: Timestamp) -> Value {
        let date = || OffsetDateTime::from_unix_timestamp(at.0).ok()?.format(&Rfc3339).ok();
        if self.output.is_json() { at.0.into() } else { date().map_or_else(|| at.0.into(), Value::from) }
    }
}

/// Whether another process has just begun to make it: it holds `SQLite`'s first page at most, thus no table.
fn is_blank(file: &Path) -> bool {
    std::fs::metadata(file).is_ok_and(|file| file.len() <= 4096)
}

/// The path from the root, so that it can be found from any folder.
fn shown_path(file: &Path) -> String {
    std::path::absolute(file).unwrap_or_else(|_| file.to_owned()).display().to_string()
}

impl From<StoreError> for CliError {
    fn from(why: StoreError) -> Self {
        Self::new("database", why.to_string())
    }
}

impl From<KeyError> for CliError {
    fn from(why: KeyError) -> Self {
        match why {
            KeyError::Store(why) => why.into(),
            KeyError::Sealed | KeyError::Key(_) => Self::new("keys", why.to_string()),
        }
    }
}
