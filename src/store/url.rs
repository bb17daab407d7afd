//! Where the database is.

use std::fmt;
use std::path::{Path, PathBuf};

use super::error::StoreError;

/// A database by the scheme of its URL: `sqlite://relative`, `sqlite:///absolute`, `postgres://…` or `postgresql://…`.
///
/// `Display` shows no password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    #[cfg(feature = "postgres")]
    Postgres(PostgresUrl),
}

impl DatabaseUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`StoreError::Config`] says what is wrong and gives an example of what is right.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        // A scheme is compared without regard to case (RFC 3986 section 3.1).
        let (scheme, rest) = text.split_once("://").ok_or_else(|| {
            config("a database URL begins with sqlite:// or postgres://; for example sqlite://doorward.db or postgres://user@host/doorward")
        })?;
        match scheme.to_ascii_lowercase().as_str() {
            "sqlite" => sqlite(rest).map(Self::Sqlite),
            "postgres" | "postgresql" => postgres(text, rest),
            _ => Err(config("this kind of database is unknown; known are sqlite:// and postgres://")),
        }
    }

    /// The file, if the database is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn config(what: &str) -> StoreError {
    StoreError::Config(what.to_owned())
}

fn sqlite(rest: &str) -> Result<PathBuf, StoreError> {
    if rest.is_empty() || rest.ends_with('/') {
        return Err(config(
            "a SQLite URL names a file: sqlite://doorward.db in the working folder, or sqlite:///var/lib/doorward/doorward.db",
        ));
    }
    if rest.contains(":memory:") {
        return Err(config("a database in memory cannot be shared by several connections; name a file, for example sqlite://doorward.db"));
    }
    if rest.contains(['?', '#', '\0']) {
        return Err(config("a SQLite URL is a path alone, without options: sqlite://doorward.db"));
    }
    Ok(PathBuf::from(rest))
}

#[cfg(not(feature = "postgres"))]
fn postgres(_text: &str, _rest: &str) -> Result<DatabaseUrl, StoreError> {
    Err(config(
        "this doorward was built without PostgreSQL; build one that has it with `cargo build --release --features postgres`, or use sqlite://doorward.db",
    ))
}

#[cfg(feature = "postgres")]
fn postgres(text: &str, rest: &str) -> Result<DatabaseUrl, StoreError> {
    PostgresUrl::parse(text, rest).map(DatabaseUrl::Postgres)
}

/// A `PostgreSQL` URL in libpq's form.
#[cfg(feature = "postgres")]
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    text: String,
    shown: String,
    secrets: Vec<String>,
}

#[cfg(feature = "postgres")]
impl PostgresUrl {
    /// Seconds that one attempt to connect may take.
    const CONNECT_TIMEOUT: u32 = 5;

    fn parse(text: &str, rest: &str) -> Result<Self, StoreError> {
        // libpq quotes what it cannot read, which may be a piece of the password: refused here first, unquoted.
        escapes(rest)?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let (user_info, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        if rest.contains('#') || user_info.contains('@') || tail.contains('@') {
            return Err(config(
                "in a PostgreSQL URL the characters / ? # @ of a name or password are written %2F %3F %23 %40: postgres://user:a%40b@host/doorward",
            ));
        }
        let (path, options) = tail.split_once('?').unwrap_or((tail, ""));
        let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
        let hidden = options
            .split('&')
            .filter_map(|option| option.split_once('='))
            .filter(|(name, _)| name.to_ascii_lowercase().contains("password"))
            .map(|(_, value)| value);
        let secrets = std::iter::once(password)
            .chain(hidden)
            .filter(|secret| !secret.is_empty())
            .flat_map(|secret| [secret.to_owned(), percent_encoding::percent_decode_str(secret).decode_utf8_lossy().into_owned()])
            .collect();
        let at = if user.is_empty() { "" } else { "@" };
        let shown = format!("postgres://{user}{at}{host}{path}");
        let mut text = text.to_owned();
        if !options.contains("connect_timeout=") {
            text.push(if tail.contains('?') { '&' } else { '?' });
            text.push_str("connect_timeout=");
            text.push_str(&Self::CONNECT_TIMEOUT.to_string());
        }
        Ok(Self { text, shown, secrets })
    }

    /// The URL with its password, for libpq alone.
    pub(super) fn expose(&self) -> &str {
        &self.text
    }

    /// A message of libpq, on one line and without the password.
    pub(super) fn scrub(&self, message: &str) -> String {
        let mut message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        for secret in &self.secrets {
            message = message.replace(secret.as_str(), "***");
        }
        message
    }
}

#[cfg(feature = "postgres")]
impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

#[cfg(feature = "postgres")]
impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Whether each percent sign begins an escape.
#[cfg(feature = "postgres")]
fn escapes(text: &str) -> Result<(), StoreError> {
    let good = text
        .split('%')
        .skip(1)
        .all(|after| after.len() >= 2 && after.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit) && !after.starts_with("00"));
    if good && !text.contains(|c: char| c.is_control() || c == ' ') {
        Ok(())
    } else {
        Err(config("a PostgreSQL URL is percent-encoded: write % as %25 and a space as %20"))
    }
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        DatabaseUrl::parse(text).expect_err("to be refused").to_string()
    }

    #[test]
    fn a_relative_and_an_absolute_file_are_told_apart() {
        let relative = DatabaseUrl::parse("sqlite://doorward.db").expect("a relative path");
        assert_eq!(relative.file(), Some(Path::new("doorward.db")));
        let absolute = DatabaseUrl::parse("SQLITE:///var/lib/d.db").expect("an absolute path");
        // Law: three slashes begin at the root.
        assert_eq!(absolute.file(), Some(Path::new("/var/lib/d.db")));
    }

    #[test]
    fn a_url_without_a_known_scheme_is_refused_with_an_example() {
        for text in ["", "doorward.db", "sqlite:doorward.db", "/var/lib/d.db"] {
            assert!(refused(text).contains("sqlite://doorward.db"), "{text}");
        }
        // Law: no database is opened by guessing.
        assert!(refused("mysql://root@host/d").contains("unknown"));
    }

    #[test]
    fn a_sqlite_url_that_names_no_single_file_is_refused() {
        for text in ["sqlite://", "sqlite:///", "sqlite://:memory:", "sqlite://d.db?mode=ro"] {
            // Law: what would be opened as something else is refused.
            assert!(refused(text).contains("sqlite://doorward.db"), "{text}");
        }
    }

    #[cfg(not(feature = "postgres"))]
    #[test]
    fn without_postgresql_the_refusal_says_how_to_get_it() {
        let text = refused("postgres://ada:hunter2@host/d");
        // Law: a refusal names the way on, and no password.
        assert!(text.contains("--features postgres") && !text.contains("hunter2"));
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn a_password_is_never_shown() {
        let url = DatabaseUrl::parse("postgresql://ada:hunt%65r2@[::1]:5432/d?sslpassword=x9z").expect("a PostgreSQL URL");
        assert_eq!(url.to_string(), "postgres://ada@[::1]:5432/d");
        assert_eq!(format!("{url:?}"), url.to_string());
        let DatabaseUrl::Postgres(url) = url else { panic!("a PostgreSQL URL became a file") };
        // Law: neither form of a secret passes through a message.
        assert_eq!(url.scrub("no hunter2,\n no hunt%65r2, no x9z"), "no ***, no ***, no ***");
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn a_url_that_libpq_would_quote_back_is_refused_unquoted() {
        for text in [
            "postgres://ada:p@ss@host/d",
            "postgres://ada:pa/ss@host/d",
            "postgres://ada:pa?ss@host/d",
            "postgres://ada:p%zzs@host/d",
            "postgres://ada:pa ss@host/d",
        ] {
            let refusal = refused(text);
            // Law: a refusal says what to escape and repeats nothing of the password.
            assert!(refusal.contains('%') && !refusal.contains("ss@h") && !refusal.contains("%zz"), "{text}: {refusal}");
        }
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn an_own_connect_timeout_is_kept() {
        let timeout = |text: &str| match DatabaseUrl::parse(text) {
            Ok(DatabaseUrl::Postgres(url)) => url.expose().to_owned(),
            other => panic!("{other:?}"),
        };
        assert!(timeout("postgres:///d?host=/tmp").ends_with("&connect_timeout=5"));
        // Law: what the operator wrote is passed on as it is.
        assert_eq!(timeout("postgres://h/d?connect_timeout=2"), "postgres://h/d?connect_timeout=2");
    }
}
