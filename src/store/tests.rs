//! Tests of the tables and of what is done to them, on `SQLite` and, when `TEST_POSTGRES_URL` is set, on `PostgreSQL`.
#![allow(clippy::expect_used)]

mod catalog;
mod devices;
mod failing;
mod families;
mod logouts;
mod pages;
mod people;
mod schema;
mod sweeping;

use diesel::connection::SimpleConnection;
use doorward_protocol::authorize::Session;
use doorward_protocol::claims_request::ClaimsRequest;
use doorward_protocol::client::{Client, Metadata};
use doorward_protocol::details::Details;
use doorward_protocol::grants::Grant;
use doorward_protocol::grants::authorization_code::CodeRecord;
use doorward_protocol::resource::AccessRecord;
use doorward_protocol::scopes::Scopes;
use doorward_protocol::secret::{Digest, Kind, Secret, SessionKey};
use doorward_protocol::tokens::claims::Person;
use doorward_protocol::values::{ClientId, GrantId, Seconds, SessionId, Subject, Timestamp, TokenId};
use serde_json::json;

use super::conn::Conn;
use super::seam_tests::{Place, places};
use super::sessions::{Login, Origin};
use super::users::User;
use super::{clients, grants, migrate, sessions, users};

const NOW: Timestamp = Timestamp(1_000_000);
const LATER: Timestamp = Timestamp(1_000_100);
const HOUR: Seconds = Seconds::hours(1);

/// Runs a test body on each database, migrated and with foreign keys enforced, as the store itself opens it.
fn on_each(body: impl Fn(&mut Conn)) {
    for place in places() {
        body(&mut migrated(&place));
    }
}

fn migrated(place: &Place) -> Conn {
    let mut conn = place.connect();
    migrate::apply(&mut conn, &migrate::MIGRATIONS, 1).expect("the migrations to apply");
    if matches!(conn, Conn::Sqlite(_)) {
        conn.batch_execute("PRAGMA foreign_keys = ON").expect("a pragma");
    }
    conn
}

fn digest<K: Kind>(text: &str) -> Digest<K> {
    Secret::shown(text).digest()
}

fn scopes(text: &str) -> Scopes {
    Scopes::parse(text).expect("scopes")
}

fn ada() -> Subject {
    Subject::new("sub-ada")
}

fn app() -> ClientId {
    ClientId::new("app")
}

fn user(name: &str) -> User {
    let person = Person {
        subject: Subject::new(format!("sub-{name}")),
        username: name.to_owned(),
        email: Some(format!("{name}@example.com")),
        email_verified: true,
        claims: json!({"name": "Ada \"A\" 林"}).as_object().cloned().expect("an object"),
    };
    User { person, password: format!("hash of {name}"), disabled: false, created_at: NOW }
}

fn client(id: &str) -> Client {
    let metadata = Metadata::read(json!({"redirect_uris": ["https://app.example/callback"]})).expect("metadata");
    Client::new(ClientId::new(id), metadata, Some(digest("secret")), NOW)
}

fn login(session: &str, key: &str, sub: &Subject) -> Login {
    Login {
        id: SessionId::new(session),
        key: digest::<SessionKey>(key),
        subject: sub.clone(),
        origin: Origin { user_agent: "a browser".to_owned(), address: "192.0.2.1".to_owned() },
        idle: HOUR,
        absolute: Seconds::days(1),
    }
}

/// Ada, an app, and her session `session`.
fn ada_at_app(conn: &mut Conn) -> Session {
    assert!(users::insert(conn, &user("ada")).expect("to insert a person"));
    assert!(clients::insert(conn, &client("app")).expect("to insert a client"));
    sessions::log_in(conn, &login("session", "key", &ada()), None, NOW).expect("to log in")
}

fn grant(id: &str, granted: &str) -> Grant {
    Grant {
        id: GrantId::new(id),
        client_id: app(),
        subject: ada(),
        session: SessionId::new("session"),
        scopes: scopes(granted),
        resources: Vec::new(),
        auth_time: NOW,
        nonce: Some("a nonce".to_owned()),
        claims: ClaimsRequest::default(),
        details: Details::default(),
        confirmation: None,
        expires_at: NOW.plus(Seconds::days(90)),
        alive: true,
        person_active: true,
    }
}

fn code(grant: &Grant) -> CodeRecord {
    CodeRecord {
        grant: grant.clone(),
        redirect_uri: None,
        challenge: None,
        dpop_jkt: None,
        expires_at: NOW.plus(Seconds(60)),
        spent: false,
    }
}

fn access(id: &str, grant: Option<&Grant>) -> AccessRecord {
    AccessRecord {
        id: TokenId::new(id),
        grant: grant.map(|grant| grant.id.clone()),
        client_id: app(),
        subject: grant.map(|grant| grant.subject.clone()),
        machine: None,
        app: None,
        seen_by: None,
        audience: "https://api.example/".to_owned(),
        scopes: scopes("read"),
        issued_at: NOW,
        expires_at: NOW.plus(HOUR),
        auth_time: grant.map(|grant| grant.auth_time),
        confirmation: None,
        details: Details::default(),
        actor: None,
        alive: true,
    }
}

/// Begins a family in Ada's session.
fn family(conn: &mut Conn, id: &str, granted: &str) -> Grant {
    let grant = grant(id, granted);
    grants::insert(conn, &grant, NOW).expect("to insert a grant");
    grant
}

fn is_alive(conn: &mut Conn, grant: &Grant, now: Timestamp) -> bool {
    grants::find(conn, grant.id.as_str(), now).expect("to find a grant").is_some_and(|grant| grant.alive && grant.person_active)
}
