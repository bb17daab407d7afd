//! Commands beside a running server: it sees each change at its next request.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::folder::Folder;

/// How long anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts one in the folder; it says one line once it answers.
    fn start(folder: &Folder) -> Self {
        Self::start_with(folder, &[])
    }

    fn start_with(folder: &Folder, settings: &[(&str, &str)]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let mut command = folder.command(&["serve", "--json"]);
        command.envs(settings.iter().copied());
        command.env("ROCKET_PORT", free.port().to_string()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Self { child: command.spawn().expect("the program runs"), port: free.port() };
        let mut lines = BufReader::new(server.child.stdout.take().expect("a pipe"));
        let (send, told) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let _ = lines.read_line(&mut line).map(|_| send.send(line));
            // Read on, so that it never waits for a reader.
            std::io::copy(&mut lines, &mut std::io::sink())
        });
        let line = told.recv_timeout(PATIENCE).expect("the server says that it serves");
        assert!(line.contains(&format!("127.0.0.1:{}", server.port)), "{line}");
        server
    }

    /// Status and body of a request without keep-alive.
    fn ask(&self, request: &str, headers: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let (host, length) = (format!("127.0.0.1:{}", self.port), body.len());
        write!(stream, "{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}")
            .expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, body.to_owned())
    }

    /// Status and error of a token request by client credentials.
    fn token(&self, id: &str, secret: &str) -> (u16, Value) {
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let (status, body) = self.ask("POST /token", "Content-Type: application/x-www-form-urlencoded\r\n", &form);
        let json = body.find('{').and_then(|at| serde_json::from_str::<Value>(body[at..].trim_end()).ok()).unwrap_or_default();
        (status, json["error"].clone())
    }

    fn published_keys(&self) -> usize {
        let (_, discovery) = self.ask("GET /.well-known/openid-configuration", "", "");
        let discovery: Value = serde_json::from_str(&discovery).expect("JSON");
        let uri = discovery["jwks_uri"].as_str().expect("an address");
        let path = uri.split_once(&format!(":{}", self.port)).expect("an address here").1;
        let keys: Value = serde_json::from_str(&self.ask(&format!("GET {path}"), "", "").1).expect("JSON");
        keys["keys"].as_array().map(Vec::len).expect("keys")
    }
}

#[test]
fn every_change_is_seen_by_the_next_request() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    assert_eq!(server.ask("GET /readyz", "", "").0, 200);

    let invalid = (401, json!("invalid_client"));
    let (first, api) = ("first-secret-of-32-characters-and-more", "https://photos.example/api");
    assert_eq!(server.token("machine", first), invalid);
    folder.client(&json!({"client_id": "machine", "client_secret": first, "grant_types": ["client_credentials"], "resource": api,
        "token_endpoint_auth_method": "client_secret_post", "scope": "photos:read"}));
    folder.json(r#"{"scopes": {"photos:read": {}}}"#, &["api", "update", api, "--file", "-"]);
    assert_eq!(server.token("machine", first), (200, Value::Null));

    let rotated = folder.json("", &["client", "rotate-secret", "machine"]);
    let second = rotated["client_secret"].as_str().expect("a secret");
    assert_eq!(server.token("machine", first), invalid);
    assert_eq!(server.token("machine", second), (200, Value::Null));

    let keys = server.published_keys();
    folder.run(&["keys", "rotate", "--alg", "ES256"]).text();
    assert_eq!(server.published_keys(), keys + 1);

    folder.json("", &["client", "delete", "machine"]);
    assert_eq!(server.token("machine", second), invalid);
    // Law: nobody restarts a server to lock somebody out.
    assert_eq!(server.ask("GET /readyz", "", "").0, 200);
}

#[test]
fn who_registered_themselves_is_told_apart_from_the_operators_own() {
    let folder = Folder::new();
    let server = Server::start_with(&folder, &[("DOORWARD_REGISTRATION", "open")]);
    folder.client(&json!({"client_id": "prints", "redirect_uris": ["https://prints.example/cb"]}));
    let metadata = json!({"redirect_uris": ["https://stranger.example/cb"], "registered_by": "the operator"}).to_string();
    assert_eq!(server.ask("POST /register", "Content-Type: application/json\r\n", &metadata).0, 201);
    let listed = folder.json("", &["client", "list"]);
    let listed = listed.as_array().expect("clients");
    let of = |uri: &str| {
        let client = listed.iter().find(|client| client["redirect_uris"] == json!([uri])).expect("a client");
        (client["client_id"].as_str().expect("an id").to_owned(), client["registered_by"].clone())
    };
    assert_eq!(of("https://prints.example/cb").1, Value::Null);
    let (stranger, by) = of("https://stranger.example/cb");
    assert_eq!(by, "itself");
    // Law: the operator sees whom nobody let in, by whatever command.
    assert!(folder.run(&["client", "show", &stranger]).text().contains("itself"));
}

#[test]
fn commands_at_the_same_time_all_take_place() {
    let folder = Folder::new();
    let _server = Server::start(&folder);
    let names: Vec<String> = (0..6).map(|n| format!("user-{n}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            scope.spawn(|| folder.user(name));
        }
    });
    let listed = folder.json("", &["user", "list"]);
    // Law: each waits for its turn, none is lost.
    assert!(names.iter().all(|name| listed.to_string().contains(name.as_str())), "{listed}");
}

#[test]
fn the_first_additions_at_the_same_time_make_one_database() {
    let folder = Folder::new();
    let names: Vec<String> = (0..6).map(|n| format!("user-{n}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            scope.spawn(|| folder.user(name));
        }
    });
    // Law: who comes second finds it made, or waits.
    assert_eq!(folder.json("", &["user", "list"]).as_array().map(Vec::len), Some(6));
}
