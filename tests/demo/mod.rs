//! `serve --demo` as a process of its own.
#![allow(dead_code, reason = "each test has its part of it")]

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

use serde_json::Value;
use tempfile::TempDir;

/// A running demo; it ends with the test.
pub struct Demo {
    child: Child,
    pub folder: TempDir,
    port: u16,
    /// The line that it says when it is ready.
    pub told: Value,
    pub issuer: String,
    pub lab: String,
}

/// Eight ports in a row that were free a moment ago. Tests run side by side: each call looks elsewhere.
fn ports() -> u16 {
    static CALLS: AtomicU16 = AtomicU16::new(0);
    let begin = u16::try_from(std::process::id() % 600).unwrap_or_default();
    let block = || 20_000 + (begin * 16 + CALLS.fetch_add(8, Ordering::Relaxed)) % 11_000;
    let free = |first: &u16| (*first..first + 8).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok());
    std::iter::repeat_with(block).take(1_000).find(free).expect("free ports")
}

impl Demo {
    pub fn start() -> Self {
        Self::start_in(tempfile::tempdir().expect("a folder"), ports())
    }

    /// Stops it and starts it anew, as a learner would the next day.
    pub fn again(self) -> Self {
        let port = self.port;
        let mut old = self;
        let folder = std::mem::replace(&mut old.folder, tempfile::tempdir().expect("a folder"));
        drop(old);
        Self::start_in(folder, port)
    }

    fn start_in(folder: TempDir, port: u16) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
        command.args(["serve", "--demo", "--json"]).current_dir(&folder).env_clear().env("ROCKET_PORT", port.to_string());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("doorward");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let told: Value = serde_json::from_str(&line).expect("what it says when it is ready");
        let text = |name: &str| told[name].as_str().expect("a text").to_owned();
        let (issuer, lab) = (text("issuer"), text("lab"));
        Self { child, folder, port, told, issuer, lab }
    }

    pub fn text(&self, name: &str) -> String {
        self.told[name].as_str().expect("a text").to_owned()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
