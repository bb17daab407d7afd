//! What commands answer: aligned text for people, JSON for scripts; errors on standard error.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::{Value, json};

use super::table;
use crate::config::ConfigErrors;

/// Why a command failed: a code for scripts, a line for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    code: &'static str,
    lines: Vec<String>,
}

impl CliError {
    /// A failure. `code` is a word such as `not_found`, `message` one sentence that names what to change.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, lines: vec![message.into()] }
    }

    /// Several failures of one kind, a line each.
    pub fn several(code: &'static str, lines: Vec<String>) -> Self {
        Self { code, lines }
    }

    /// Wrong usage: exit code 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new("usage", message)
    }

    /// The code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Everything that is wrong, on one line.
    pub fn message(&self) -> String {
        self.lines.iter().map(|line| table::shown(line)).collect::<Vec<_>>().join("; ")
    }

    /// 2 after wrong usage, 1 after any other failure.
    pub fn exit_code(&self) -> u8 {
        if self.code == "usage" { 2 } else { 1 }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for CliError {}

impl From<ConfigErrors> for CliError {
    fn from(errors: ConfigErrors) -> Self {
        Self { code: "config", lines: errors.iter().map(ToString::to_string).collect() }
    }
}

/// Where answers go, and in which form.
///
/// A reader that has gone away (`doorward user list | head -1`) is no failure.
pub struct Output {
    json: bool,
    out: Box<dyn Write>,
    err: Box<dyn Write>,
}

impl Output {
    /// Standard output and standard error.
    pub fn stdio(json: bool) -> Self {
        Self::to(json, Box::new(io::stdout()), Box::new(io::stderr()))
    }

    /// Other writers.
    pub fn to(json: bool, out: Box<dyn Write>, err: Box<dyn Write>) -> Self {
        Self { json, out, err }
    }

    /// Whether answers are JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// One object: its members line by line, or the object itself.
    ///
    /// # Errors
    /// `output` if it can't be written.
    pub fn show(&mut self, object: &impl Serialize) -> Result<(), CliError> {
        let text = if self.json { json_line(object)? } else { table::members(&value(object)?) };
        self.write(&text)
    }

    /// Several objects: a table of the named members, or an array of the whole objects.
    ///
    /// # Errors
    /// `output` if it can't be written.
    pub fn list<T: Serialize>(&mut self, rows: &[T], columns: &[&str]) -> Result<(), CliError> {
        let text =
            if self.json { json_line(&rows)? } else { table::table(&rows.iter().map(value).collect::<Result<Vec<_>, _>>()?, columns) };
        self.write(&text)
    }

    /// Something is gone.
    ///
    /// # Errors
    /// `output` if it can't be written.
    pub fn deleted(&mut self, id: &str) -> Result<(), CliError> {
        let text = if self.json { line(&json!({ "deleted": id })) } else { format!("deleted {}\n", table::shown(id)) };
        self.write(&text)
    }

    /// Text as it is, such as help.
    ///
    /// # Errors
    /// `output` if it can't be written.
    pub fn tell(&mut self, text: &str) -> Result<(), CliError> {
        self.write(text)
    }

    /// A remark beside the answer, on standard error: a line, or `{"note": …}`.
    pub fn note(&mut self, remark: &str) {
        let text = if self.json { line(&json!({ "note": remark })) } else { format!("note: {}\n", table::shown(remark)) };
        // Nobody is left to be told when standard error is gone.
        let _ = self.err.write_all(text.as_bytes()).and_then(|()| self.err.flush());
    }

    /// Tells a failure on standard error: a line (of several faults, one each), or `{"error": code, "message": …}`. Gives the exit code.
    pub fn failure(&mut self, error: &CliError) -> ExitCode {
        let text = if self.json {
            line(&json!({ "error": error.code, "message": error.message() }))
        } else {
            error.lines.iter().fold(String::new(), |text, line| text + "error: " + &table::shown(line) + "\n")
        };
        let _ = self.err.write_all(text.as_bytes()).and_then(|()| self.err.flush());
        ExitCode::from(error.exit_code())
    }

    fn write(&mut self, text: &str) -> Result<(), CliError> {
        match self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(CliError::new("output", format!("the answer can't be written: {error}")))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

fn value(object: &impl Serialize) -> Result<Value, CliError> {
    serde_json::to_value(object).map_err(|error| no_json(&error))
}

/// The object with its members in their own order.
fn json_line(object: &impl Serialize) -> Result<String, CliError> {
    serde_json::to_string(object).map(|text| text + "\n").map_err(|error| no_json(&error))
}

fn no_json(error: &serde_json::Error) -> CliError {
    CliError::new("output", format!("the answer is no JSON: {error}"))
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}

#[cfg(test)]
#[path = "output_tests.rs"]
mod tests;
