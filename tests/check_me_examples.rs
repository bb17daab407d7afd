//! The tutorial's own apps, checked as a learner's: each passes as far as its step, and is told the next.
#![cfg(feature = "demo")]
#![allow(clippy::expect_used, dead_code, missing_docs)]

#[path = "check_me/clumsy.rs"]
mod clumsy;
mod demo;
#[path = "check_me/http.rs"]
mod http;
#[path = "check_me/provider.rs"]
mod provider;
#[path = "check_me/stand.rs"]
mod stand;

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use demo::Demo;
use provider::Provider;
use stand::Learner;

const STEPS: [(&str, &str); 6] = [
    ("step-1-create-the-app", "1"),
    ("step-2-the-libraries", "2"),
    ("step-3-login", "3"),
    ("step-4-authorize", "4"),
    ("step-5-log-out", "all"),
    ("step-6-test-it", "all"),
];

/// A running example; it ends with the test.
struct App(Child);

impl App {
    /// Starts it, told what the page says a learner has to tell it.
    fn start(program: &Path, port: &str, knows: &Provider) -> Self {
        let mut command = Command::new(program);
        command.env_clear().env("ROCKET_PORT", port).env("ROCKET_CLI_COLORS", "false").env("DOORWARD_ISSUER", &knows.issuer);
        command.env("CLIENT_ID", &knows.client_id).env("CLIENT_SECRET", &knows.secret).env("PHOTOS", &knows.photos);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the app");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains("has launched")), "{} ended before it listened", program.display());
        // Somebody has to read on, or it would wait for room to write.
        std::thread::spawn(move || lines.for_each(drop));
        Self(child)
    }
}

impl Drop for App {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The example's program; built, since cargo makes the programs of a test's own package only.
fn built(name: &str) -> PathBuf {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--quiet", "--package", name]).current_dir(env!("CARGO_MANIFEST_DIR"));
    assert!(command.status().expect("cargo").success(), "{name}");
    Path::new(env!("CARGO_BIN_EXE_doorward")).with_file_name(name)
}

#[test]
fn each_example_passes_as_far_as_its_step_and_is_told_the_next() {
    let demo = Demo::start();
    let player = demo.player();
    let mut learner = Learner::new(&demo, &player);
    for (step, (name, through)) in (1..).zip(STEPS) {
        let program = built(name);
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port().to_string();
        let knows = learner.register(&demo, &format!("http://localhost:{port}"));
        let app = App::start(&program, &port, &knows);
        let page = learner.check(through);
        assert_eq!(page.outcome(), "passed", "{name}: {}", page.told());
        let page = learner.check("all");
        let expected = if step < 5 { "next" } else { "passed" };
        // Law: what the tutorial shows is what it asks for.
        assert_eq!(page.outcome(), expected, "{name}: {}", page.told());
        drop(app);
    }
}
