//! Where settings come from: our defaults for Rocket, `Rocket.toml`, `ROCKET_*`, and `DOORWARD_*` read as text.

use std::ffi::OsString;
use std::io::IsTerminal;

use rocket::config::{Ident, LogLevel, Shutdown};
use rocket::data::{Limits, ToByteUnit};
use rocket::figment::providers::{Env, Format, Toml};
use rocket::figment::value::{Dict, Map, Value};
use rocket::figment::{Error, Figment, Metadata, Profile, Provider};

/// Begins the name of every variable of ours.
const PREFIX: &str = "DOORWARD_";

/// The name under which [`EnvText`] marks its values.
pub(super) const ENV_NAME: &str = "doorward environment";

/// Rocket's configuration with this program's defaults, and the operator's settings above them.
///
/// It works from an empty folder. Rocket's own records stay quiet but for warnings, no answer names the server software,
/// and no header is believed to tell a caller's address: only `TRUSTED_PROXIES` decide that.
pub fn figment() -> Figment {
    let named = std::env::var_os("ROCKET_CONFIG");
    let file = named.clone().unwrap_or_else(|| OsString::from("Rocket.toml"));
    let figment = assemble(Toml::file(&file).nested(), &Env::prefixed("ROCKET_"), EnvText::new());
    match named {
        Some(name) if Toml::file(&name).metadata().source.is_none() => figment.merge(Absent(name)),
        Some(_) | None => figment,
    }
    .select(Profile::from_env_or("ROCKET_PROFILE", rocket::Config::DEFAULT_PROFILE))
}

/// The order of the sources: what comes later wins.
pub(super) fn assemble(file: impl Provider, rocket: &Env, ours: EnvText) -> Figment {
    Figment::from(defaults()).merge(file).merge(rocket.clone().ignore(&["PROFILE"]).global()).merge(ours)
}

fn defaults() -> rocket::Config {
    let small = 64.kibibytes();
    let limits = ["form", "data-form", "file", "string", "bytes"]
        .into_iter()
        .fold(Limits::default(), |limits, name| limits.limit(name, small))
        .limit("json", 256.kibibytes());
    rocket::Config {
        address: std::net::Ipv4Addr::LOCALHOST.into(),
        port: 8000,
        log_level: LogLevel::Critical,
        ident: Ident::none(),
        ip_header: None,
        cli_colors: std::io::stdout().is_terminal() && std::io::stderr().is_terminal(),
        limits,
        shutdown: Shutdown { grace: 3, mercy: 3, ..Shutdown::default() },
        ..rocket::Config::default()
    }
}

/// `DOORWARD_*` variables as a source: every value is text, whatever it looks like, and stands above every profile.
///
/// A program that mounts the server into a Rocket of its own merges this into its figment.
#[derive(Clone)]
pub struct EnvText(Dict);

impl EnvText {
    /// The variables of this process.
    pub fn new() -> Self {
        Self::from_pairs(std::env::vars_os())
    }

    /// Variables that are given. Bytes that are no text become U+FFFD, which the settings refuse by name.
    pub fn from_pairs<K: Into<OsString>, V: Into<OsString>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let ours = |(name, value): (K, V)| {
            let (name, value) = (name.into(), value.into());
            let name = name.to_string_lossy();
            let (prefix, key) = name.split_at_checked(PREFIX.len())?;
            let value = Value::from(value.to_string_lossy().into_owned());
            prefix.eq_ignore_ascii_case(PREFIX).then(|| (key.to_ascii_lowercase(), value))
        };
        Self(pairs.into_iter().filter_map(ours).collect())
    }
}

impl Default for EnvText {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider for EnvText {
    fn metadata(&self) -> Metadata {
        Metadata::named(ENV_NAME)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        if self.0.is_empty() {
            return Ok(Map::new());
        }
        let section = Dict::from([("doorward".to_owned(), Value::from(self.0.clone()))]);
        Ok(Profile::Global.collect(section))
    }
}

/// A file that was named and isn't there: figment would pass over it in silence.
struct Absent(OsString);

impl Provider for Absent {
    fn metadata(&self) -> Metadata {
        Metadata::named("ROCKET_CONFIG")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Err(Error::from(format!("ROCKET_CONFIG names {}, which is no file", self.0.display())))
    }
}
