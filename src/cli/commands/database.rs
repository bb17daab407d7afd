//! `doorward migrate` and `doorward check-config`: for operators who do these by themselves.

use std::path::Path;

use doorward_protocol::registration::Admission;
use serde::Serialize;
use serde_json::json;

use super::super::output::CliError;
use super::{Desk, shown_path};
use crate::config::{SecretSource, print_duration};
use crate::pages::{Statics, Templates};
use crate::server_secret;
use crate::setup::open_store;
use crate::store::DatabaseUrl;

/// Makes a missing `SQLite` file, applies what the database lacks, and says what that was.
pub(super) fn migrate(desk: &mut Desk<'_>) -> Result<(), CliError> {
    let url = DatabaseUrl::parse(&desk.settings.database_url)?;
    let missing = url.file().filter(|file| !file.exists());
    let store = open_store(desk.settings, true, true).map_err(|why| CliError::new("database", why.0))?;
    if let Some(file) = missing {
        desk.output.note(&format!("made the database {}", shown_path(file)));
    }
    let applied = store.migrated();
    if desk.output.is_json() {
        return desk.output.show(&json!({"database": url.to_string(), "applied": applied}));
    }
    let what = if applied.is_empty() { "is up to date".to_owned() } else { format!("was migrated: {}", applied.join(", ")) };
    desk.output.tell(&format!("{url} {what}\n"))
}

/// The settings in short, without secrets.
#[derive(Serialize)]
struct Summary {
    issuer: String,
    listen: String,
    database: String,
    secret: String,
    registration: &'static str,
    code_lifetime: String,
    access_token_lifetime: String,
    id_token_lifetime: String,
    refresh_idle: String,
    refresh_absolute: String,
    session_idle: String,
    session_absolute: String,
    consent_lifetime: String,
    password_min_length: usize,
    hashing_threads: usize,
    proxies_trusted: bool,
    templates_dir: Option<String>,
    static_dir: Option<String>,
}

/// Tries what can be tried without touching the database: the settings are read already, or this isn't reached.
pub(super) fn check_config(desk: &mut Desk<'_>) -> Result<(), CliError> {
    let settings = desk.settings;
    let url = DatabaseUrl::parse(&settings.database_url).map_err(|why| why.to_string());
    let secret = url.as_ref().map_or(Ok(String::new()), |url| secret(&settings.secret, url.file()));
    let templates = Templates::load(settings.templates_dir.as_deref()).map_err(|why| why.to_string());
    let statics = Statics::load(settings.static_dir.as_deref()).map_err(|why| why.to_string());
    let folder = url.as_ref().map_or(Ok(()), |url| folder(url.file()));
    let faults = [url.as_ref().err(), secret.as_ref().err(), templates.as_ref().err(), statics.as_ref().err(), folder.as_ref().err()];
    let faults: Vec<&str> = faults.into_iter().flatten().map(String::as_str).collect();
    let (Ok(url), Ok(secret), true) = (&url, secret.clone(), faults.is_empty()) else {
        return Err(CliError::new("config", faults.join("; ")));
    };
    let policy = &settings.policy;
    let path = |path: &std::path::PathBuf| path.display().to_string();
    desk.output.show(&Summary {
        issuer: policy.issuer.to_string(),
        listen: settings.listen.to_string(),
        database: url.to_string(),
        secret,
        registration: match policy.registration.admission {
            Admission::Closed => "closed",
            Admission::Token => "token",
            Admission::Open => "open",
        },
        code_lifetime: print_duration(policy.code_lifetime),
        access_token_lifetime: print_duration(policy.access_token_lifetime),
        id_token_lifetime: print_duration(policy.id_token_lifetime),
        refresh_idle: print_duration(policy.refresh_idle),
        refresh_absolute: print_duration(policy.refresh_absolute),
        session_idle: print_duration(policy.session_idle),
        session_absolute: print_duration(policy.session_absolute),
        consent_lifetime: print_duration(policy.consent_lifetime),
        password_min_length: settings.password_min_length,
        hashing_threads: settings.hashing_threads.get(),
        proxies_trusted: !settings.trusted_proxies.is_empty(),
        templates_dir: settings.templates_dir.as_ref().map(path),
        static_dir: settings.static_dir.as_ref().map(path),
    })
}

/// Where the secret is, once it has been read. The one beside the database is not made here.
fn secret(source: &SecretSource, database: Option<&Path>) -> Result<String, String> {
    match source {
        SecretSource::Inline(_) => Ok("set by DOORWARD_SECRET".to_owned()),
        SecretSource::File(path) => source.given().map(|_| format!("in {}", path.display())),
        SecretSource::BesideDatabase { file_name } => {
            let file = database.and_then(Path::parent).unwrap_or(Path::new("")).join(file_name);
            if !file.exists() {
                return Ok(format!("{} (missing: it is made for a database without keys)", file.display()));
            }
            // "Has keys" keeps it from being made, should it vanish meanwhile.
            server_secret::load(source, database, true).map(|_| format!("in {}", file.display()))
        }
    }
}

fn folder(database: Option<&Path>) -> Result<(), String> {
    let folder = database.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir());
    folder.map_or(Ok(()), |folder| Err(format!("DOORWARD_DATABASE_URL: there is no folder {}; make it", folder.display())))
}
