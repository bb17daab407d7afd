//! The real program, killed under load: whatever it acknowledged is there when it comes back.
#![allow(clippy::expect_used)]

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::mpsc::channel;

use serde_json::json;
use support::server::{Answer, Server, connect, get, head, operate, post, program, read_answer, run};
use support::{Place, SECRET, SERVER_SECRET, ada, populate, runtime, tokens};

const JWT: &str = "https://jwt.example/";
const OPAQUE: &str = "https://opaque.example/";

/// A machine's credentials as a part of a form.
struct Machine(String);

impl Machine {
    /// Registered by the operator's commands, with an API of each kind.
    fn register(folder: &Path, env: &[(&str, &str)]) -> Self {
        let opaque = json!({"resource": OPAQUE, "access_token_format": "opaque"}).to_string();
        operate(folder, env, &["api", "add", "--file", "-"], &opaque);
        let metadata = json!({
            "grant_types": ["client_credentials"],
            "token_endpoint_auth_method": "client_secret_post",
            "resource": [JWT, OPAQUE],
        });
        let added = operate(folder, env, &["client", "add", "--file", "-"], &metadata.to_string());
        let text = |name: &str| added[name].as_str().expect("credentials").to_owned();
        Self(format!("client_id={}&client_secret={}", text("client_id"), text("client_secret")))
    }

    fn ask(&self, port: u16, resource: &str) -> std::io::Result<Answer> {
        post(port, "/token", &format!("{}&grant_type=client_credentials&resource={resource}", self.0))
    }

    fn token(&self, port: u16, resource: &str) -> std::io::Result<String> {
        let answer = self.ask(port, resource)?;
        assert_eq!(answer.status, 200, "{answer:?}");
        Ok(answer.text("access_token"))
    }

    fn revoke(&self, port: u16, token: &str) -> std::io::Result<()> {
        let answer = post(port, "/revoke", &format!("{}&token={token}", self.0))?;
        assert_eq!(answer.status, 200, "{answer:?}");
        Ok(())
    }

    fn is_active(&self, port: u16, token: &str) -> bool {
        is_active(port, &self.0, token)
    }
}

fn is_active(port: u16, credentials: &str, token: &str) -> bool {
    let answer = post(port, "/introspect", &format!("{credentials}&token={token}")).expect("an answer");
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["active"].as_bool().expect("a verdict")
}

fn app() -> String {
    format!("client_id=app&client_secret={SECRET}")
}

fn refresh(port: u16, token: &str) -> std::io::Result<Answer> {
    post(port, "/token", &format!("{}&grant_type=refresh_token&refresh_token={token}", app()))
}

/// What the server said was done.
enum Ack {
    Given(String),
    Rotated { family: usize, refresh: String, access: String },
    Revoked(String),
}

/// Everything acknowledged so far.
#[derive(Default)]
struct Journal {
    given: Vec<String>,
    revoked: Vec<String>,
    personal: Vec<String>,
    families: BTreeMap<usize, Vec<String>>,
}

impl Journal {
    fn note(&mut self, ack: Ack) {
        match ack {
            Ack::Given(token) => self.given.push(token),
            Ack::Revoked(token) => self.revoked.push(token),
            Ack::Rotated { family, refresh, access } => {
                self.families.entry(family).or_default().push(refresh);
                self.personal.push(access);
            }
        }
    }

    /// Works on the server from several threads until `enough` is acknowledged, then calls `stop`; each thread goes on until nobody answers.
    fn load(&mut self, port: u16, machine: &Machine, enough: usize, stop: impl FnOnce()) {
        let noted: Vec<Ack> = std::thread::scope(|scope| {
            let (told, acks) = channel();
            for resource in [JWT, OPAQUE] {
                let (giving, revoking) = (told.clone(), told.clone());
                scope.spawn(move || {
                    while let Ok(token) = machine.token(port, resource) {
                        giving.send(Ack::Given(token)).expect("somebody to listen");
                    }
                });
                scope.spawn(move || {
                    while let Ok(token) = machine.token(port, resource)
                        && machine.revoke(port, &token).is_ok()
                    {
                        revoking.send(Ack::Revoked(token)).expect("somebody to listen");
                    }
                });
            }
            for (family, chain) in &self.families {
                let (told, mut token) = (told.clone(), chain.last().expect("a first token").clone());
                scope.spawn(move || {
                    while let Ok(answer) = refresh(port, &token) {
                        assert_eq!(answer.status, 200, "{answer:?}");
                        token = answer.text("refresh_token");
                        let ack = Ack::Rotated { family: *family, refresh: token.clone(), access: answer.text("access_token") };
                        told.send(ack).expect("somebody to listen");
                    }
                });
            }
            drop(told);
            let mut noted: Vec<Ack> = acks.iter().take(enough).collect();
            stop();
            noted.extend(acks);
            noted
        });
        for ack in noted {
            self.note(ack);
        }
    }

    /// Holds the server to all it acknowledged.
    fn verify(&mut self, port: u16, machine: &Machine) {
        for token in &self.given {
            assert!(machine.is_active(port, token), "an acknowledged token is lost");
        }
        for token in &self.revoked {
            assert!(!machine.is_active(port, token), "an acknowledged revocation is lost");
        }
        for token in &self.personal {
            assert!(is_active(port, &app(), token), "an acknowledged token of a person is lost");
        }
        for chain in self.families.values_mut() {
            // The last one first: what came after it in the moment of the end was not acknowledged, and is replaced.
            let answer = refresh(port, chain.last().expect("a token")).expect("an answer");
            assert_eq!(answer.status, 200, "an acknowledged rotation is lost: {answer:?}");
            chain.push(answer.text("refresh_token"));
        }
    }

    /// No token that was rotated away is good any more, but for the one whose successor is unused: a client may have lost that answer.
    /// The last thing to ask, for after the retry window it ends the families.
    fn verify_spent(&self, port: u16) {
        for old in self.families.values().flat_map(|chain| chain.iter().rev().skip(2)) {
            let answer = refresh(port, old).expect("an answer");
            assert_eq!((answer.status, answer.text("error").as_str()), (400, "invalid_grant"), "a spent token lives: {answer:?}");
        }
    }
}

/// The first refresh tokens of two families, as the pages would give them.
fn families(place: &Place) -> BTreeMap<usize, Vec<String>> {
    let setup = place.open_now();
    let ctx = setup.ctx().clone();
    runtime().block_on(async {
        populate(&ctx, json!({"refresh_retry_window": 60})).await;
        let mut families = BTreeMap::new();
        for family in 0..2 {
            let who = ada(&ctx).await;
            families.insert(family, vec![tokens(&ctx, &who, "openid offline_access").await.refresh]);
        }
        ctx.store.shutdown().await;
        families
    })
}

#[test]
fn whatever_was_acknowledged_before_a_kill_is_there_after_it() {
    for place in Place::all() {
        let env = [("DOORWARD_DATABASE_URL", place.url()), ("DOORWARD_SECRET", SERVER_SECRET)];
        let mut journal = Journal { families: families(&place), ..Journal::default() };
        let machine = Machine::register(&place.folder, &env);
        for round in 1..=3 {
            let server = Server::start(&place.folder, &env);
            let port = server.port;
            journal.load(port, &machine, 200, || server.kill());
            let server = Server::start(&place.folder, &env);
            // Law: an answer is a promise, whatever happens to the process in the next moment.
            journal.verify(server.port, &machine);
            if round == 3 {
                journal.verify_spent(server.port);
            }
        }
        assert!(journal.given.len() > 100 && journal.revoked.len() > 20 && journal.personal.len() > 20);
    }
}

#[test]
fn a_termination_under_load_is_clean_and_finishes_what_is_under_way() {
    for place in Place::all() {
        let env = [("DOORWARD_DATABASE_URL", place.url()), ("DOORWARD_SECRET", SERVER_SECRET)];
        let mut journal = Journal { families: families(&place), ..Journal::default() };
        let machine = Machine::register(&place.folder, &env);
        let mut server = Server::start(&place.folder, &env);
        let port = server.port;
        // A request whose body the server is waiting for when it is told to end.
        let form = format!("{}&grant_type=client_credentials&resource={OPAQUE}", machine.0);
        let mut slow = connect(port).expect("a connection");
        let start = format!("{}\r\n", head(port, "/token", form.len(), "Expect: 100-continue\r\n"));
        slow.write_all(start.as_bytes()).expect("to send");
        let mut told = BufReader::new(slow.try_clone().expect("the same connection")).lines();
        let told: Vec<String> = told.by_ref().take(2).map(|line| line.expect("to be told to go on")).collect();
        assert!(told[0].starts_with("HTTP/1.1 100") && told[1].is_empty(), "{told:?}");
        journal.load(port, &machine, 100, || server.terminate());
        // The load's threads have ended: nobody listens any more.
        assert!(connect(port).is_err());
        slow.write_all(form.as_bytes()).expect("to send");
        let answer = read_answer(&mut slow);
        assert_eq!(server.wait().code(), Some(0), "{}", std::fs::read_to_string(place.folder.join("server.log")).unwrap_or_default());
        assert!(!place.folder.join("d.db-wal").exists(), "SQLite's log was left to the next start");
        let answer = answer.expect("a whole answer");
        journal.note(Ack::Given(answer.text("access_token")));
        let server = Server::start(&place.folder, &env);
        // Law: told to end, it ends by itself, with nothing lost.
        journal.verify(server.port, &machine);
        journal.verify_spent(server.port);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_as_unavailable_and_ends_by_itself() {
    let place = Place::sqlite();
    let env = [("DOORWARD_DATABASE_URL", place.url()), ("DOORWARD_SECRET", SERVER_SECRET)];
    let machine = Machine::register(&place.folder, &env);
    let server = Server::launch(|port| {
        let path = program(&place.folder, &env).get_program().to_owned();
        // Writes beyond the limit fail instead of ending the process.
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(path);
        shell.current_dir(&place.folder).env_clear().envs(env).env("ROCKET_PORT", port);
        shell
    });
    let limit = |size: &str| {
        let done = Command::new("prlimit").args(["--pid", &server.pid(), &format!("--fsize={size}:unlimited")]).status().expect("prlimit");
        assert!(done.success());
    };
    let before = machine.token(server.port, OPAQUE).expect("a token");
    limit("0");
    for resource in [OPAQUE, JWT] {
        let refused = machine.ask(server.port, resource).expect("an answer");
        assert_eq!((refused.status, refused.text("error").as_str()), (503, "temporarily_unavailable"), "{refused:?}");
        assert!(refused.head.to_lowercase().contains("\r\nretry-after: "), "{}", refused.head);
    }
    let revoked = post(server.port, "/revoke", &format!("{}&token={before}", machine.0)).expect("an answer");
    // RFC 7009 section 2.2.1: a revocation that wasn't done is not acknowledged.
    assert_eq!(revoked.status, 503, "{revoked:?}");
    assert_eq!(get(server.port, "/readyz").expect("an answer").status, 503);
    assert_eq!(get(server.port, "/healthz").expect("an answer").status, 200);
    assert!(machine.is_active(server.port, &before));
    limit("unlimited");
    // Law: no restart is needed once there is room.
    let after = machine.token(server.port, OPAQUE).expect("a token");
    assert!(machine.is_active(server.port, &after) && get(server.port, "/readyz").expect("an answer").status == 200);
}

/// The one line that a start without success tells.
fn complaint(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(told.lines().count(), 1, "{told}");
    told
}

/// A folder with a database and its key file, made by a first start.
fn begun() -> Place {
    let place = Place::sqlite();
    let mut server = Server::start(&place.folder, &[HERE]);
    // It hears signals from its first answer on.
    assert_eq!(get(server.port, "/healthz").expect("an answer").status, 200);
    server.terminate();
    assert_eq!(server.wait().code(), Some(0));
    place
}

const HERE: (&str, &str) = ("DOORWARD_DATABASE_URL", "sqlite://d.db");

#[test]
fn a_missing_secret_is_asked_for_and_never_made_anew() {
    let place = begun();
    let key = place.folder.join("doorward.key");
    let kept = std::fs::read(&key).expect("the key file");
    std::fs::remove_file(&key).expect("to lose it");
    let port = support::server::free_port().to_string();
    let told = complaint(&run(&place.folder, &[HERE, ("ROCKET_PORT", &port)], &["serve"]));
    assert!(told.contains("doorward.key") && told.contains("missing") && told.contains("DOORWARD_SECRET_FILE"), "{told}");
    assert!(!key.exists());
    std::fs::write(&key, kept).expect("to put it back");
    // Law: a lost key file is an error, for a new one would lose every signing key.
    drop(Server::start(&place.folder, &[HERE]));
}

#[test]
fn another_secret_is_refused_and_changes_nothing() {
    let place = begun();
    let port = support::server::free_port().to_string();
    let other = "another-secret-of-at-least-thirty-two-characters";
    let told = complaint(&run(&place.folder, &[HERE, ("ROCKET_PORT", &port), ("DOORWARD_SECRET", other)], &["serve"]));
    assert!(told.contains("sealed the signing keys") && told.contains("DOORWARD_SECRET") && !told.contains(other), "{told}");
    // Law: the right one still works.
    drop(Server::start(&place.folder, &[HERE]));
}

#[test]
fn a_port_that_is_taken_is_named_with_the_way_out() {
    let place = Place::sqlite();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let told = complaint(&run(&place.folder, &[HERE, ("ROCKET_PORT", &port), ("DOORWARD_LOG", "error")], &["serve"]));
    // Law: one line says what to change.
    assert!(told.contains("listen") && told.contains("ROCKET_PORT"), "{told}");
}

#[test]
fn a_misspelt_setting_is_named_and_nothing_is_made() {
    let place = Place::sqlite();
    let told = complaint(&run(&place.folder, &[HERE, ("DOORWARD_ISSUR", "https://login.example")], &["serve"]));
    assert!(told.contains("DOORWARD_ISSUR") && told.contains("DOORWARD_ISSUER"), "{told}");
    // Law: a server that isn't configured right touches nothing.
    assert!(!place.folder.join("d.db").exists() && !place.folder.join("doorward.key").exists());
}

#[test]
fn a_database_that_can_t_be_made_is_an_error_of_one_line() {
    let place = Place::sqlite();
    let port = support::server::free_port().to_string();
    let told =
        complaint(&run(&place.folder, &[("DOORWARD_DATABASE_URL", "sqlite://no/such/folder/d.db"), ("ROCKET_PORT", &port)], &["serve"]));
    assert!(told.contains("no/such/folder"), "{told}");
    std::fs::write(place.folder.join("d.db"), "this is no database, though it is long enough to be looked at as one").expect("a file");
    let told = complaint(&run(&place.folder, &[HERE, ("ROCKET_PORT", &port)], &["serve"]));
    // Law: a file that is something else is not overwritten.
    assert!(told.contains("d.db") && std::fs::read(place.folder.join("d.db")).is_ok_and(|text| text.starts_with(b"this is no")), "{told}");
}
