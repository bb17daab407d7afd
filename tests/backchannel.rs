//! Back-Channel Logout 1.0: real servers on the loopback are told, with tokens that any library verifies, whoever ended the session.
#![allow(clippy::expect_used, missing_docs)]

#[path = "backchannel/endings.rs"]
mod endings;

use doorward::flows::deliver::Courier;
use doorward::store::deliveries::{self, Standing};
use doorward::store::{StoreError, sessions, users};
use doorward_protocol::logout::retry;
use doorward_protocol::values::{ClientId, Seconds, SessionId, Subject};
use doorward_testkit::{
    App, Browser, Builder, Captured, Page, Received, Receiver, START, World, app, claims, each_backend, encode, header,
};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode};
use rocket::tokio;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// An app that is told at `receiver`, beside Ada.
fn told(name: &str, receiver: &Receiver) -> Builder {
    World::new().app(name, json!({"backchannel_logout_uri": receiver.uri(), "backchannel_logout_session_required": true})).user("ada")
}

async fn join(browser: &mut Browser<'_>, app: &App<'_>, scope: &str) -> Page {
    let code = browser.allow(&app.request().with("scope", scope)).await.code();
    app.redeem(&code).await
}

/// Logs out at our own page.
async fn leave(browser: &mut Browser<'_>) -> Page {
    let asked = browser.get("/logout").await;
    browser.submit(asked.form(&asked.path).press("decision", "logout")).await
}

/// What a library of an app's makes of a logout token (§2.6), by the published keys alone; time is the world's.
async fn verified(world: &World, token: &str, alg: &str, client: &str) -> Value {
    let keys: JwkSet = serde_json::from_value(world.get("/jwks.json").await.json()).expect("a key set");
    let head = jsonwebtoken::decode_header(token).expect("a header");
    assert_eq!((head.typ.as_deref(), header(token)["alg"].as_str()), (Some("logout+jwt"), Some(alg)));
    let key = keys.find(head.kid.as_deref().expect("a kid")).expect("a published key");
    let mut rules = Validation::new(head.alg);
    rules.validate_exp = false;
    rules.set_audience(&[client]);
    rules.set_issuer(&[world.issuer.as_str()]);
    rules.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
    decode::<Value>(token, &DecodingKey::from_jwk(key).expect("a key"), &rules).expect("a token that holds").claims
}

async fn standing(world: &World, client: &str) -> Standing {
    let client = ClientId::new(client);
    world.ctx.store.read(move |conn| deliveries::standing(conn, &client)).await.expect("to ask")
}

/// Asks again until the courier has noted what became of its tries.
async fn until(world: &World, client: &str, holds: impl Fn(&Standing) -> bool) -> Standing {
    let patient = async {
        loop {
            let now = standing(world, client).await;
            if holds(&now) {
                return now;
            }
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(60), patient).await;
    assert!(waited.is_ok(), "still {:?}", standing(world, client).await);
    waited.expect("to hold")
}

/// Lets the longest pause after so many tries go by, from the failure on.
fn later(world: &World, tries: usize, now: &Standing) {
    let failed = now.problem.as_ref().expect("a problem").0;
    let tries = i64::try_from(tries).expect("a few");
    world.clock.set(retry::next(tries, failed, 255).expect("another try").0);
    world.ctx.sessions_ended.notify_one();
}

each_backend! {
    async fn backchannel_2_5_an_app_is_told_of_the_session_that_its_id_token_names(backend: Backend) {
        let mut receiver = Receiver::always("200 OK");
        let world = told("shop", &receiver).on(backend).start().await;
        let mut browser = world.browser();
        let id_token = join(&mut browser, &world.app("shop"), "openid").await.text("id_token");
        let pairs = [("id_token_hint", id_token.as_str()), ("post_logout_redirect_uri", "https://shop.example/bye")];
        // The app that asks is told like the others, and its person doesn't wait for it.
        assert_eq!(browser.look(&format!("/logout?{}", encode(&pairs))).await.location(), "https://shop.example/bye");
        let came = receiver.next().await;
        assert_eq!((came.line.as_str(), came.header("content-type")), ("POST /told HTTP/1.1", Some("application/x-www-form-urlencoded")));
        let (told, id) = (verified(&world, came.token(), "RS256", "shop").await, claims(&id_token));
        assert_eq!((&told["sub"], &told["sid"]), (&id["sub"], &id["sid"]));
        assert_eq!((&told["iat"], &told["exp"], &told["events"]), (&json!(START), &json!(START + 120), &json!({EVENT: {}})));
        let members: BTreeSet<&str> = told.as_object().expect("claims").keys().map(String::as_str).collect();
        // Law: what §2.4 lists and nothing else, above all no nonce.
        assert_eq!(members, ["iss", "sub", "aud", "iat", "exp", "jti", "sid", "events"].into());
        until(&world, "shop", |now| *now == Standing::default()).await;
    }
}

#[rocket::async_test]
async fn each_app_is_told_in_the_algorithm_of_its_id_tokens_and_by_the_name_it_knows_the_person_by() {
    let algs = ["RS256", "PS256", "ES256", "EdDSA"];
    let mut receivers: Vec<Receiver> = algs.iter().map(|_| Receiver::always("204 No Content")).collect();
    let mut world = World::new().user("ada");
    for (alg, receiver) in algs.iter().zip(&receivers) {
        let members = json!({"backchannel_logout_uri": receiver.uri(), "id_token_signed_response_alg": alg, "subject_type": "pairwise"});
        world = world.app(alg, members);
    }
    let world = world.start().await;
    let mut browser = world.browser();
    let mut subjects = BTreeSet::new();
    let mut known = Vec::new();
    for alg in algs {
        let id = claims(&join(&mut browser, &world.app(alg), "openid").await.text("id_token"));
        known.push((id["sub"].clone(), id["sid"].clone()));
        subjects.insert(id["sub"].to_string());
    }
    leave(&mut browser).await;
    for ((alg, receiver), (sub, sid)) in algs.iter().zip(&mut receivers).zip(known) {
        let told = verified(&world, receiver.next().await.token(), alg, alg).await;
        assert_eq!((&told["sub"], &told["sid"]), (&sub, &sid), "{alg}");
    }
    // Law: pairwise subjects stay apart here, too.
    assert_eq!(subjects.len(), algs.len());
}

#[rocket::async_test]
async fn an_app_that_fails_is_told_again_by_a_fresh_token_until_it_listens() {
    let answers = ["500 Internal Server Error", "400 Bad Request", "302 Found", "200 OK"];
    let mut elsewhere = Receiver::always("200 OK");
    let location = elsewhere.uri();
    let mut receiver = Receiver::start(move |number| Some(format!("HTTP/1.1 {}\r\nLocation: {location}", answers[number])));
    let world = told("shop", &receiver).start().await;
    let mut browser = world.browser();
    join(&mut browser, &world.app("shop"), "openid").await;
    leave(&mut browser).await;
    let mut names = BTreeSet::new();
    for (number, why) in ["it answered 500", "it answered 400", "it answered 302", ""].into_iter().enumerate() {
        let came: Received = receiver.next().await;
        let told = verified(&world, came.token(), "RS256", "shop").await;
        // Two minutes from this very try.
        assert_eq!(told["exp"].as_i64(), Some(world.ctx.now().0 + 120));
        names.insert(told["jti"].to_string());
        if number == 3 {
            break;
        }
        let now = until(&world, "shop", |now| now.problem.as_ref().is_some_and(|(_, known)| known == why)).await;
        assert_eq!((now.waiting, now.failed), (1, 0));
        later(&world, number + 1, &now);
    }
    until(&world, "shop", |now| *now == Standing::default()).await;
    // Law: four tokens, and a redirect leads nowhere (§2.5 knows of none).
    assert_eq!((names.len(), elsewhere.is_quiet()), (4, true));
}

#[rocket::async_test]
async fn an_app_that_never_listens_is_given_up_where_the_operator_sees_it() {
    let log = Captured::everything();
    let receiver = Receiver::always("503 Service Unavailable");
    let world = told("never-listens", &receiver).start().await;
    let mut browser = world.browser();
    join(&mut browser, &world.app("never-listens"), "openid").await;
    leave(&mut browser).await;
    let mut seen = None;
    for tries in 1..8 {
        let now = until(&world, "never-listens", |now| now.waiting == 1 && now.problem != seen).await;
        later(&world, tries, &now);
        seen = now.problem;
    }
    // Once a delivery that was given up between two counts was counted in both.
    let counted_once = |now: &Standing| assert!(now.waiting + now.failed <= 1, "{now:?}");
    // The line is written when the row is: a moment later.
    let now = until(&world, "never-listens", |now| {
        counted_once(now);
        now.failed == 1 && !log.lines_with("it is given up").is_empty()
    })
    .await;
    assert_eq!((now.waiting, now.problem.map(|(_, why)| why).as_deref()), (0, Some("it answered 503")));
    let lines = log.lines_with("it is given up");
    let line = lines.iter().find(|line| line.contains("never-listens")).expect("a line");
    // Law: never silently, and under the target that operators watch.
    assert!(line.contains("WARN") && line.contains("doorward::security") && line.contains("it answered 503"), "{line}");
    assert!(!log.text().contains("eyJ0eXAiOiJsb2dvdXQ"));
}

#[rocket::async_test]
async fn one_that_is_silent_holds_up_neither_the_person_nor_other_apps() {
    let (mut silent, mut mail) = (Receiver::start(|_| None), Receiver::always("200 OK"));
    let world = told("silent", &silent).app("mail", json!({"backchannel_logout_uri": mail.uri()})).start().await;
    let mut browsers = Vec::new();
    for _ in 0..4 {
        let mut browser = world.browser();
        join(&mut browser, &world.app("silent"), "openid").await;
        browsers.push(browser);
    }
    join(&mut browsers[3], &world.app("mail"), "openid").await;
    for browser in &mut browsers {
        assert_eq!(leave(browser).await.status, 200);
    }
    silent.next().await;
    // Law: it comes although the other still says nothing.
    verified(&world, mail.next().await.token(), "RS256", "mail").await;
    assert_eq!(standing(&world, "silent").await.waiting, 4);
}

#[rocket::async_test]
async fn no_room_for_outgoing_requests_uses_up_no_try_of_an_app() {
    let held = Arc::new((Mutex::new(true), Condvar::new()));
    let slow = || {
        let held = Arc::clone(&held);
        Receiver::start(move |_| {
            let holds = held.0.lock().expect("no panic");
            drop(held.1.wait_while(holds, |holds| *holds).expect("no panic"));
            Some("HTTP/1.1 200 OK".to_owned())
        })
    };
    // Two requests to each of two apps: as many as may be under way to one host.
    let (mut one, mut two, mut mail) = (slow(), slow(), Receiver::always("200 OK"));
    let world = told("one", &one).app("two", json!({"backchannel_logout_uri": two.uri()}));
    let world = world.app("mail", json!({"backchannel_logout_uri": mail.uri()})).start().await;
    for _ in 0..2 {
        let mut browser = world.browser();
        join(&mut browser, &world.app("one"), "openid").await;
        join(&mut browser, &world.app("two"), "openid").await;
        leave(&mut browser).await;
        one.next().await;
        two.next().await;
    }
    let mut browser = world.browser();
    join(&mut browser, &world.app("mail"), "openid").await;
    leave(&mut browser).await;
    for round in 0..=retry::TRIES {
        let (now, soon) = (world.ctx.now(), world.ctx.now().plus(Seconds(5)));
        // Until it is put back: no longer due at once, but soon.
        let patient = async {
            loop {
                let due = async |at| world.ctx.store.read(move |conn| deliveries::due(conn, &[], 100, at)).await.expect("to ask");
                let of_mail = |due: Vec<deliveries::Delivery>| due.into_iter().find(|due| due.client.as_str() == "mail");
                if of_mail(due(now).await).is_none()
                    && let Some(back) = of_mail(due(soon).await)
                {
                    return back;
                }
                tokio::task::yield_now().await;
            }
        };
        let back = tokio::time::timeout(Duration::from_secs(60), patient).await.expect("to be put back");
        assert_eq!((back.tries, standing(&world, "mail").await.problem), (0, None), "{round}");
        world.clock.advance(5);
        world.ctx.sessions_ended.notify_one();
    }
    *held.0.lock().expect("no panic") = false;
    held.1.notify_all();
    until(&world, "one", |now| now.waiting == 0).await;
    until(&world, "two", |now| now.waiting == 0).await;
    world.clock.advance(5);
    world.ctx.sessions_ended.notify_one();
    // Law: more often than it may fail, and then it is told.
    verified(&world, mail.next().await.token(), "RS256", "mail").await;
}

#[rocket::async_test]
async fn addresses_of_our_own_network_are_not_called_at_a_clients_wish() {
    let mut receiver = Receiver::always("200 OK");
    let world = told("shop", &receiver).issuer("https://login.example").start().await;
    let mut browser = world.browser();
    join(&mut browser, &world.app("shop"), "openid").await;
    leave(&mut browser).await;
    let now = until(&world, "shop", |now| now.problem.is_some()).await;
    assert_eq!((now.waiting, now.failed), (1, 0));
    // Law: a server that isn't for development reaches no loopback.
    assert!(receiver.is_quiet(), "{now:?}");
}
