//! What is wrong with the settings: every fault, each with its place and a way on.

use std::fmt;
use std::path::PathBuf;

use super::keys::Key;

/// Where a setting was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An environment variable, or nowhere: then the variable is how to set it.
    Environment,
    /// A configuration file.
    File(PathBuf),
    /// The program that mounts the server.
    Program,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The setting as it is written at its place: `DOORWARD_ISSUER`, or `issuer` in a file.
    pub name: String,
    /// Where it was written.
    pub place: Place,
    /// What is wrong. It never holds a secret.
    pub problem: String,
    /// What would be right, if a single value can show it.
    pub example: Option<String>,
}

impl ConfigError {
    /// A fault of a setting of ours.
    pub(super) fn of(key: Key, place: Place, problem: impl Into<String>) -> Self {
        let name = match &place {
            Place::Environment => key.variable(),
            Place::File(_) | Place::Program => key.row().name.to_owned(),
        };
        Self { name, place, problem: problem.into(), example: Some(key.row().example.to_owned()) }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        match &self.place {
            Place::Environment => {}
            Place::File(path) => write!(f, " in {}", path.display())?,
            Place::Program => f.write_str(" (set by the program)")?,
        }
        write!(f, ": {}", self.problem)?;
        match (&self.example, &self.place) {
            (None, _) => Ok(()),
            (Some(example), Place::Environment) => write!(f, "; for example {}={example}", self.name),
            (Some(example), Place::File(_) | Place::Program) => write!(f, "; for example {} = \"{example}\"", self.name),
        }
    }
}

impl std::error::Error for ConfigError {}

/// Everything that is wrong, so that one start is enough to put it right. `Display` gives one line per fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// `Err` if there is any fault.
    pub(super) fn check(faults: Vec<ConfigError>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self(faults)) }
    }

    /// A single fault.
    pub(super) fn one(fault: ConfigError) -> Self {
        Self(vec![fault])
    }

    /// The faults, at least one.
    pub fn iter(&self) -> std::slice::Iter<'_, ConfigError> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a ConfigErrors {
    type Item = &'a ConfigError;
    type IntoIter = std::slice::Iter<'a, ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            write!(f, "{}{fault}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

/// A value in a message: quoted, without control characters, shortened.
pub(super) fn quoted(text: &str) -> String {
    let short: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    let more = if text.chars().nth(60).is_some() { "…" } else { "" };
    format!("\"{short}{more}\"")
}
