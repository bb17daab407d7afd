//! The app as a process of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::{Doorward, free_ports};

/// A running app; it ends with the test.
pub struct App {
    child: Child,
    /// Where it is, without a slash at the end.
    pub base: String,
    pub client_id: String,
    pub client_secret: String,
}

impl App {
    /// Registers the app and starts it; returns once it listens.
    pub fn start(program: &str, doorward: &Doorward) -> Self {
        let port = free_ports();
        let client = doorward.register(&base(port));
        Self::start_at(program, port, &doorward.issuer, &doorward.photos, client)
    }

    /// The same at another login server, which takes any app.
    pub fn start_elsewhere(program: &str, issuer: &str) -> Self {
        Self::start_at(program, free_ports(), issuer, "http://127.0.0.1:9/", ("my-app".to_owned(), "a secret".to_owned()))
    }

    fn start_at(program: &str, port: u16, issuer: &str, photos: &str, (client_id, client_secret): (String, String)) -> Self {
        let mut command = Command::new(program);
        command.env_clear().env("ROCKET_PORT", port.to_string()).env("ROCKET_CLI_COLORS", "false");
        command.env("DOORWARD_ISSUER", issuer).env("PHOTOS", photos);
        command.env("CLIENT_ID", &client_id).env("CLIENT_SECRET", &client_secret);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the app");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains("has launched")), "the app ended before it listened");
        // Somebody has to read on, or it would wait for room to write.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, base: base(port), client_id, client_secret }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

fn base(port: u16) -> String {
    format!("http://localhost:{port}")
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
