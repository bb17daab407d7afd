//! The operator's commands.

use super::args::Command;
use super::output::{CliError, Output};
use crate::config::Settings;

/// Runs one command; `serve` is not among them.
///
/// # Errors
/// [`CliError`].
pub fn run(_: Command, _: &Settings, _: &mut Output) -> Result<(), CliError> {
    Err(CliError::usage("being built"))
}
