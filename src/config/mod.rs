//! The operator's settings: read from `Rocket.toml` and the environment, checked all at once, proven by their type.
//!
//! Raw to resolved: `RawSettings` holds what was written and where, [`Settings`] what it means. One table,
//! [`Key`], names every setting; the reader, the checks and `docs/configuration.md` are driven by it.

mod demo;
mod duration;
mod error;
mod keys;
mod raw;
mod reference;
mod registration;
mod rocket_config;
mod secret;
mod settings;
mod sources;
mod suggest;

#[cfg(test)]
mod tests;

pub use crate::network::{FetchAllow, Network, Networks};
pub use duration::{DurationError, parse_duration, print_duration};
pub use error::{ConfigError, ConfigErrors, Place};
pub use keys::{Fallback, Key, Kind, Row};
pub use reference::reference;
pub use secret::{SECRET_MIN_CHARS, SecretSource};
pub use settings::Settings;
pub use sources::{EnvText, figment};
