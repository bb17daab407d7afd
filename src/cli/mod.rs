//! The command line: parse, load the settings, run one command.

pub mod args;
#[cfg(feature = "demo")]
mod checker;
pub mod commands;
pub mod declared;
#[cfg(feature = "demo")]
mod demo;
#[cfg(feature = "demo")]
mod demo_lab;
#[cfg(feature = "demo")]
mod demo_register;
#[cfg(feature = "demo")]
mod demo_services;
pub mod input;
pub mod output;
mod serve;
mod table;
pub mod trusted;

use crate::config::{self, Settings};
use crate::logging;
use args::{Command, Stop};
use output::{CliError, Output};
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with these words; the first is its own name.
pub fn main(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match args::parse(words) {
        Ok(cli) => cli,
        Err(Stop::Told(text)) => {
            let mut output = Output::stdio(false);
            return output.tell(&text).map_or_else(|why| output.failure(&why), |()| ExitCode::SUCCESS);
        }
        Err(Stop::Wrong { error, json }) => return Output::stdio(json).failure(&error),
    };
    let mut output = Output::stdio(cli.json);
    match run(cli.into_command(), &mut output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => output.failure(&why),
    }
}

fn run(command: Command, output: &mut Output) -> Result<(), CliError> {
    let figment = config::figment();
    match command {
        Command::Serve(serve) => {
            let settings = Settings::load(&figment, serve.demo)?;
            logging::init(&settings.log).map_err(|why| CliError::new("config", why.to_string()))?;
            serve::serve(settings, &figment, output)
        }
        command => commands::run(command, &Settings::load(&figment, false)?, output),
    }
}
