//! A working folder, and the program run in it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A password that is fit for anybody.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A fresh folder, deleted at the end.
pub(crate) struct Folder {
    folder: TempDir,
    env: Vec<(&'static str, String)>,
}

/// What the program answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder"), env: Vec::new() }
    }

    /// With a variable in the environment of all that runs here.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// Writes a file and gives its name.
    pub(crate) fn file<'n>(&self, name: &'n str, text: &str) -> &'n str {
        std::fs::write(self.path(name), text).expect("a file");
        name
    }

    /// The program, ready to run: none of the settings of who runs the tests reach it.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
        let foreign = std::env::vars_os().map(|(name, _)| name);
        let foreign = foreign.filter(|name| name.to_str().is_some_and(|name| name.starts_with("DOORWARD_") || name.starts_with("ROCKET_")));
        foreign.for_each(|name| {
            command.env_remove(name);
        });
        command.args(words).current_dir(self.folder.path()).envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs it with nothing on standard input.
    pub(crate) fn run(&self, words: &[&str]) -> Answer {
        self.run_with("", words)
    }

    /// Runs it with `input` on standard input.
    pub(crate) fn run_with(&self, input: &str, words: &[&str]) -> Answer {
        let mut command = self.command(words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        // It may end without reading.
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
        Answer::from(child.wait_with_output().expect("the program ends"))
    }

    /// Runs it with `--json`; it must do well, and answer with one line of JSON.
    pub(crate) fn json(&self, input: &str, words: &[&str]) -> Value {
        self.run_with(input, &[words, &["--json"]].concat()).json()
    }

    /// Adds a user, and gives what was shown.
    pub(crate) fn user(&self, name: &str) -> Value {
        self.json(PASSWORD, &["user", "add", name, "--email", "somebody@example.com", "--password-stdin"])
    }

    /// Adds a client from the standard input, and gives what was shown.
    pub(crate) fn client(&self, metadata: &Value) -> Value {
        self.json(&metadata.to_string(), &["client", "add"])
    }

    /// It must fail with exit code 1 and this error code, in text and in JSON alike, by one line that holds `says`.
    pub(crate) fn refused(&self, input: &str, words: &[&str], code: &str, says: &str) {
        let text = self.run_with(input, words);
        let told = text.err.lines().filter(|line| !line.starts_with("note: ")).collect::<Vec<_>>();
        assert_eq!((text.code, text.out.as_str(), told.len()), (Some(1), "", 1), "{words:?}: {text:?}");
        assert!(told[0].starts_with("error: ") && told[0].contains(says), "{words:?}: {text:?}");
        let json = self.run_with(input, &[words, &["--json"]].concat());
        let errors: Vec<Value> = json.err.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
        let error = errors.iter().find(|line| line["error"].is_string()).unwrap_or(&Value::Null);
        assert_eq!((json.code, json.out.as_str(), error["error"].as_str()), (Some(1), "", Some(code)), "{words:?}: {json:?}");
        assert!(error["message"].as_str().is_some_and(|message| message.contains(says)), "{words:?}: {json:?}");
    }
}

impl Answer {
    /// All went well, and this was said.
    pub(crate) fn text(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }

    /// All went well, and this one line of JSON was said.
    pub(crate) fn json(self) -> Value {
        assert_eq!((self.code, self.out.lines().count()), (Some(0), 1), "{self:?}");
        serde_json::from_str(&self.out).expect("JSON")
    }
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}
