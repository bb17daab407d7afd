//! The command line, word for word: what may be typed, and what is answered to anything else.

use std::ffi::OsString;

use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser as _;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use doorward_protocol::jose::Alg;
use doorward_protocol::values::Seconds;

use super::declared::{self, Declared};
use super::output::CliError;
use super::trusted::Trust;
use crate::config::parse_duration;

/// A login server: `OAuth` 2.1 authorization server and `OpenID` Provider.
#[derive(Debug, Parser)]
#[command(
    name = "doorward",
    bin_name = "doorward",
    version,
    about = "A login server: OAuth 2.1 authorization server and OpenID Provider",
    after_help = "Example:\n  doorward                     serve http://127.0.0.1:8000 from doorward.db in this folder\n  doorward serve --demo        look around, with a demo app and a demo user"
)]
pub struct Cli {
    /// Answer in JSON, for scripts; errors become JSON objects on standard error
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

impl Cli {
    /// What to do: without a command, serve.
    pub fn into_command(self) -> Command {
        self.command.unwrap_or(Command::Serve(Serve { demo: false }))
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Migrate the database, then serve (also without any command)
    #[command(after_help = "Example:\n  DOORWARD_ISSUER=https://login.example ROCKET_ADDRESS=0.0.0.0 doorward serve")]
    Serve(Serve),
    /// People who log in
    #[command(subcommand, after_help = "Example:\n  doorward user add ada --email ada@example.com")]
    User(User),
    /// Apps that people log in to
    #[command(subcommand, after_help = "Example:\n  doorward client add --file app.json")]
    Client(Client),
    /// APIs that access tokens are for
    #[command(subcommand, after_help = "Example:\n  doorward api add --file photos.json")]
    Api(Api),
    /// Issuers whose assertions are believed: workloads as clients, people of another server
    #[command(subcommand)]
    Issuer(Declared),
    /// Who may exchange a token for one for which API
    #[command(subcommand)]
    Exchange(Declared),
    /// Who may call whom: services, their audiences and scopes, and the calls between them, in one file
    #[command(subcommand, after_help = "Example:\n  doorward trust apply --file trust.toml --dry-run")]
    Trust(Trust),
    /// Types of authorization details: what apps may ask beyond scopes, transaction by transaction
    #[command(subcommand)]
    DetailType(Declared),
    /// Tokens that let clients register themselves (RFC 7591), where `DOORWARD_REGISTRATION` is `token`
    #[command(subcommand, after_help = "Example:\n  doorward registration-token add --uses 5 --expires 7d --note \"for the print team\"")]
    RegistrationToken(RegistrationToken),
    /// Signing keys
    #[command(subcommand, after_help = "Example:\n  doorward keys rotate --alg ES256")]
    Keys(Keys),
    /// Bring the database to this version's form, without serving
    #[command(after_help = "Example:\n  DOORWARD_DATABASE_URL=postgres://doorward@db/doorward doorward migrate")]
    Migrate,
    /// Say whether the configuration is right, and everything that is wrong with it
    #[command(after_help = "Example:\n  DOORWARD_ISSUER=https://login.example doorward check-config")]
    CheckConfig,
}

/// How to serve.
#[derive(Debug, Args)]
pub struct Serve {
    /// Serve the demo on the loopback: a user, an app and a service, from a database of its own
    #[arg(long)]
    pub demo: bool,
}

/// What to do about people.
#[derive(Debug, Subcommand)]
pub enum User {
    /// Add a person; asks for the password on a terminal
    #[command(
        after_help = "Example:\n  doorward user add ada --email ada@example.com\n  printf %s \"$PASSWORD\" | doorward user add ada --email ada@example.com --password-stdin --claims ada.json"
    )]
    Add(UserAdd),
    /// List people
    #[command(after_help = "Example:\n  doorward user list --json")]
    List,
    /// Show a person
    #[command(after_help = "Example:\n  doorward user show ada")]
    Show(UserName),
    /// Give a person a new password; asks for it on a terminal
    #[command(after_help = "Example:\n  doorward user set-password ada")]
    SetPassword(UserSetPassword),
    /// Keep a person out: no login, sessions and refresh tokens end
    #[command(after_help = "Example:\n  doorward user disable ada")]
    Disable(UserName),
    /// Let a person in again
    #[command(after_help = "Example:\n  doorward user enable ada")]
    Enable(UserName),
    /// Delete a person and all that is theirs
    #[command(after_help = "Example:\n  doorward user delete ada")]
    Delete(UserName),
}

/// A new person.
#[derive(Debug, Args)]
pub struct UserAdd {
    /// The name to log in with; compared without regard to case
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The e-mail address
    #[arg(long, value_name = "EMAIL")]
    pub email: String,
    /// Read the password from standard input; one trailing newline is stripped
    #[arg(long)]
    pub password_stdin: bool,
    /// A JSON file with further claims, OpenID's standard ones and others; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub claims: Option<String>,
}

/// Which person.
#[derive(Debug, Args)]
pub struct UserName {
    /// The name, or the `sub`
    #[arg(value_name = "NAME|SUB")]
    pub user: String,
}

/// Whose password.
#[derive(Debug, Args)]
pub struct UserSetPassword {
    /// The name, or the `sub`
    #[arg(value_name = "NAME|SUB")]
    pub user: String,
    /// Read the password from standard input; one trailing newline is stripped
    #[arg(long)]
    pub password_stdin: bool,
}

/// What to do about clients.
#[derive(Debug, Subcommand)]
pub enum Client {
    /// Register a client from metadata (RFC 7591); a made secret is shown this once
    #[command(
        after_help = "Example:\n  echo '{\"client_name\": \"Prints\", \"redirect_uris\": [\"https://prints.example/callback\"]}' | doorward client add --file -"
    )]
    Add(ClientAdd),
    /// List clients
    #[command(after_help = "Example:\n  doorward client list")]
    List,
    /// Show a client
    #[command(after_help = "Example:\n  doorward client show prints")]
    Show(ClientId),
    /// Change a client: members of the file replace its own, null removes (RFC 7396)
    #[command(after_help = "Example:\n  echo '{\"client_name\": \"Prints & More\"}' | doorward client update prints --file -")]
    Update(ClientUpdate),
    /// Give a client a new secret, shown this once
    #[command(after_help = "Example:\n  doorward client rotate-secret prints")]
    RotateSecret(ClientId),
    /// Delete a client and all that was given to it
    #[command(after_help = "Example:\n  doorward client delete prints")]
    Delete(ClientId),
    /// Keep a client's flows for a time, redacted, for its owner to look at
    #[command(after_help = "Example:\n  doorward client trace prints --for 30m\n  doorward client trace prints --off")]
    Trace(ClientTrace),
}

/// Which client, and for how long.
#[derive(Debug, Args)]
pub struct ClientTrace {
    /// Its `client_id`
    #[arg(value_name = "ID")]
    pub id: String,
    /// Until so long from now, like 30m; at most 24h
    #[arg(long = "for", value_name = "SPAN", default_value = "30m", value_parser = lifetime, conflicts_with = "off")]
    pub span: Seconds,
    /// End it now, and forget what was kept
    #[arg(long)]
    pub off: bool,
}

/// A new client.
#[derive(Debug, Args)]
pub struct ClientAdd {
    /// The metadata, a JSON file; `-` is standard input, which is also read without this option
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub file: String,
}

/// Which client.
#[derive(Debug, Args)]
pub struct ClientId {
    /// Its `client_id`
    #[arg(value_name = "ID")]
    pub id: String,
}

/// Which client, and what becomes of it.
#[derive(Debug, Args)]
pub struct ClientUpdate {
    /// Its `client_id`
    #[arg(value_name = "ID")]
    pub id: String,
    /// The changes, a JSON file; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub file: String,
}

/// What to do about APIs.
#[derive(Debug, Subcommand)]
pub enum Api {
    /// Register an API
    #[command(
        after_help = "Example:\n  echo '{\"resource\": \"https://photos.example/api\", \"name\": \"Photos\", \"scopes\": {\"photos:read\": {\"en\": \"See your photos\"}}}' | doorward api add --file -"
    )]
    Add(ApiAdd),
    /// List APIs
    #[command(after_help = "Example:\n  doorward api list --json")]
    List,
    /// Show an API
    #[command(after_help = "Example:\n  doorward api show https://photos.example/api")]
    Show(ApiResource),
    /// Change an API: members of the file replace its own, null removes (RFC 7396)
    #[command(after_help = "Example:\n  echo '{\"token_lifetime\": \"5m\"}' | doorward api update https://photos.example/api --file -")]
    Update(ApiUpdate),
    /// Print what the API publishes of itself at its own origin (RFC 9728)
    #[command(after_help = "Example:\n  doorward api metadata https://photos.example/api --json")]
    Metadata(ApiResource),
    /// Delete an API
    #[command(after_help = "Example:\n  doorward api delete https://photos.example/api")]
    Delete(ApiResource),
}

/// A new API.
#[derive(Debug, Args)]
pub struct ApiAdd {
    /// The API, a JSON file; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub file: String,
}

/// Which API.
#[derive(Debug, Args)]
pub struct ApiResource {
    /// Its `resource`, the audience of its tokens
    #[arg(value_name = "RESOURCE")]
    pub resource: String,
}

/// Which API, and what becomes of it.
#[derive(Debug, Args)]
pub struct ApiUpdate {
    /// Its `resource`, the audience of its tokens
    #[arg(value_name = "RESOURCE")]
    pub resource: String,
    /// The changes, a JSON file; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub file: String,
}

/// What to do about registration tokens.
#[derive(Debug, Subcommand)]
pub enum RegistrationToken {
    /// Make a token, shown this once
    #[command(after_help = "Example:\n  doorward registration-token add\n  doorward registration-token add --uses 5 --expires 7d")]
    Add(RegistrationTokenAdd),
    /// List tokens; the tokens themselves are not shown again
    #[command(after_help = "Example:\n  doorward registration-token list")]
    List,
    /// Delete a token; clients registered with it stay
    #[command(after_help = "Example:\n  doorward registration-token delete u3b0c7bYvYtW3m9wEgvUJQ")]
    Delete(RegistrationTokenId),
}

/// A new registration token.
#[derive(Debug, Args)]
pub struct RegistrationTokenAdd {
    /// So many clients may be registered with it
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub uses: u32,
    /// It is worthless after so long, like 12h or 7d
    #[arg(long, value_name = "SPAN", default_value = "7d", value_parser = lifetime)]
    pub expires: Seconds,
    /// What it is for; only you see it
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub note: String,
}

/// Which registration token.
#[derive(Debug, Args)]
pub struct RegistrationTokenId {
    /// Its `id`, as `list` shows it
    #[arg(value_name = "ID")]
    pub id: String,
}

/// A span of a minute to a year.
fn lifetime(text: &str) -> Result<Seconds, String> {
    let span = parse_duration(text).map_err(|why| format!("it {why}, like 7d"))?;
    let fits = (Seconds::minutes(1)..=Seconds::days(365)).contains(&span);
    fits.then_some(span).ok_or_else(|| "give 1m to 365d".to_owned())
}

/// What to do about signing keys.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// List signing keys
    #[command(after_help = "Example:\n  doorward keys list")]
    List,
    /// Make new signing keys; the old ones stay published until what they signed has expired
    #[command(after_help = "Example:\n  doorward keys rotate\n  doorward keys rotate --alg ES256")]
    Rotate(KeysRotate),
}

/// Which keys are replaced.
#[derive(Debug, Args)]
pub struct KeysRotate {
    /// Only this algorithm's; without it, every algorithm's
    #[arg(long, value_name = "ALG", value_parser = PossibleValuesParser::new(Alg::ALL.map(Alg::name)).try_map(|name| name.parse::<Alg>()))]
    pub alg: Option<Alg>,
}

/// What the command line came to, when it came to no command.
#[derive(Debug)]
pub enum Stop {
    /// Help or the version was asked for: this text goes to standard output, and all is well.
    Told(String),
    /// It was wrong.
    Wrong {
        /// What is wrong; its exit code is 2.
        error: CliError,
        /// Whether `--json` was among the words.
        json: bool,
    },
}

/// Reads a command line, the program's name first.
///
/// # Errors
/// [`Stop`] when there is nothing to do but to tell something.
pub fn parse<W: Into<OsString>>(words: impl IntoIterator<Item = W>) -> Result<Cli, Stop> {
    let words: Vec<OsString> = words.into_iter().map(Into::into).collect();
    let matches = grammar().try_get_matches_from(&words);
    matches.and_then(|matches| Cli::from_arg_matches(&matches)).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Stop::Told(error.render().to_string()),
        _ => {
            let json = words.iter().skip(1).take_while(|word| *word != "--").any(|word| word == "--json");
            Stop::Wrong { error: CliError::usage(one_line(&error.render().to_string())), json }
        }
    })
}

/// The grammar; a command without its second word is wrong usage in one line, not a page of help.
fn grammar() -> clap::Command {
    declared::LISTS.iter().fold(Cli::command(), declared::dress).mut_subcommands(|command| command.arg_required_else_help(false))
}

/// Clap's several paragraphs as one line: what is wrong, its hints, then the usage.
fn one_line(rendered: &str) -> String {
    let lines = rendered.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("For more information"));
    let mut text = String::new();
    for line in lines {
        let line = line.strip_prefix("error: ").unwrap_or(line);
        let separator = if text.is_empty() || text.ends_with(':') {
            " "
        } else if line.starts_with("Usage:") || line.starts_with("tip:") || line.starts_with('[') {
            "; "
        } else {
            ", "
        };
        text.push_str(separator);
        text.push_str(&line.replacen("Usage:", "usage:", 1));
    }
    text.trim_start().to_owned()
}

#[cfg(test)]
#[path = "args_tests.rs"]
mod tests;
