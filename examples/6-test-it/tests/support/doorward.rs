//! `doorward serve --demo` in an empty folder and on ports of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::free_ports;

/// A running server; it ends with the test.
pub struct Doorward {
    child: Child,
    folder: TempDir,
    /// Its address and name.
    pub issuer: String,
    /// Where its photo service listens, which is also the audience of tokens for it.
    pub photos: String,
    /// Where its lab is: providers that make one mistake each.
    pub lab: String,
    /// The person who has an account there.
    pub username: String,
    /// Their password.
    pub password: String,
}

/// The program: as `DOORWARD` says, or beside the test's own.
fn program() -> PathBuf {
    let beside = || Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("debug").join("doorward");
    let program = std::env::var_os("TEST_DOORWARD_BIN").map_or_else(beside, PathBuf::from);
    assert!(program.exists(), "no {}: run `cargo build -p doorward` first", program.display());
    program
}

impl Doorward {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(program());
        command.args(["serve", "--demo", "--json"]).current_dir(&folder).env_clear();
        command.env("ROCKET_PORT", free_ports().to_string()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("doorward");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let told: Value = serde_json::from_str(&line).expect("what doorward says when it is ready");
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        let photos = told["services"][0].as_str().unwrap_or_default().to_owned();
        let (issuer, lab) = (text("issuer"), text("lab"));
        Self { child, folder, issuer, photos, lab, username: text("username"), password: text("password") }
    }

    /// Registers the app that will run at this address; gives its id and its secret.
    pub fn register(&self, base: &str) -> (String, String) {
        let metadata = json!({
            "client_name": "My app",
            "redirect_uris": [format!("{base}/callback")],
            "post_logout_redirect_uris": [format!("{base}/")],
            "backchannel_logout_uri": format!("{base}/backchannel-logout"),
            "scope": "openid profile photos:read",
        });
        let mut command = Command::new(program());
        command.args(["client", "add", "--file", "-", "--json"]).current_dir(&self.folder).env_clear();
        command.env("DOORWARD_DATABASE_URL", "sqlite://doorward-demo.db");
        // Its standard error says that the secret is shown this once.
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("doorward");
        child.stdin.take().expect("its input").write_all(metadata.to_string().as_bytes()).expect("to be read");
        let output = child.wait_with_output().expect("an end");
        let client: Value = serde_json::from_slice(&output.stdout).expect("the client that was added");
        let text = |name: &str| client[name].as_str().expect("a text").to_owned();
        (text("client_id"), text("client_secret"))
    }
}

impl Drop for Doorward {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
