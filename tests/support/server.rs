//! The real program as a process of its own, spoken to over plain sockets.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

/// The program in a folder, with these variables and no others.
pub fn program(folder: &Path, env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
    command.current_dir(folder).env_clear().envs(env.iter().copied());
    command
}

/// Runs a command of the operator's with text on its standard input; gives the JSON it answers.
pub fn operate(folder: &Path, env: &[(&str, &str)], words: &[&str], input: &str) -> Value {
    let mut command = program(folder, env);
    command.args(words).arg("--json").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program");
    child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("to be read");
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success(), "{words:?}: {} {}", output.status, String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Runs it to its end, which must come by itself.
pub fn run(folder: &Path, env: &[(&str, &str)], words: &[&str]) -> Output {
    program(folder, env).args(words).stdin(Stdio::null()).output().expect("the program")
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

/// A running server; killed when the test ends.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub port: u16,
}

impl Server {
    /// Starts it and returns once it serves.
    pub fn start(folder: &Path, env: &[(&str, &str)]) -> Self {
        Self::launch(|port| {
            let mut command = program(folder, env);
            command.env("ROCKET_PORT", port);
            command
        })
    }

    /// The same by a command that is given, which runs the program in the end.
    pub fn launch(command: impl Fn(&str) -> Command) -> Self {
        let port = free_port();
        let mut command = command(&port.to_string());
        let log = command.get_current_dir().expect("a folder").join("server.log");
        let told = OpenOptions::new().create(true).append(true).open(&log).expect("a log");
        let mut child = command.args(["serve", "--json"]).stdout(Stdio::piped()).stderr(told).spawn().expect("the program");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("to be told");
        assert!(line.contains("issuer"), "{:?}: {}", child.wait(), std::fs::read_to_string(log).unwrap_or_default());
        Self { child, port }
    }

    /// Its process.
    pub fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().expect("to kill");
        self.child.wait().expect("an end");
    }

    /// SIGTERM, without waiting.
    pub fn terminate(&self) {
        assert!(Command::new("kill").args(["-TERM", &self.pid()]).status().expect("kill").success());
    }

    /// Its end.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("an end")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer that came whole.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// A string of a JSON body.
    pub fn text(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("no {name}: {self:?}")).to_owned()
    }
}

/// Sends a form on a connection of its own.
///
/// # Errors
/// Whatever kept the whole answer from coming: then nothing was acknowledged.
pub fn post(port: u16, path: &str, form: &str) -> std::io::Result<Answer> {
    let mut stream = connect(port)?;
    stream.write_all(format!("{}\r\n{form}", head(port, path, form.len(), "")).as_bytes())?;
    read_answer(&mut stream)
}

/// Asks for a page.
///
/// # Errors
/// As [`post`].
pub fn get(port: u16, path: &str) -> std::io::Result<Answer> {
    let mut stream = connect(port)?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").as_bytes())?;
    read_answer(&mut stream)
}

/// A connection that gives up after a while.
///
/// # Errors
/// Nobody listens.
pub fn connect(port: u16) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    Ok(stream)
}

/// The head of a form's request, but for the empty line.
pub fn head(port: u16, path: &str, length: usize, more: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\
         Connection: close\r\n{more}"
    )
}

/// Reads an answer to the end of the connection.
///
/// # Errors
/// It didn't come whole.
pub fn read_answer(stream: &mut TcpStream) -> std::io::Result<Answer> {
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let cut = || std::io::Error::other("the answer was cut off");
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(cut)?;
    let length = head.lines().filter_map(|line| line.split_once(": ")).find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.map_or(Ok(0), |(_, value)| value.parse::<usize>()).map_err(|_| cut())?;
    if body.len() < length {
        return Err(cut());
    }
    let status = head.get(9..12).and_then(|digits| digits.parse().ok()).ok_or_else(cut)?;
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}
