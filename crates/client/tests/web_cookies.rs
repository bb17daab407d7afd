//! Cookies: how they are set, and what comes of those that somebody made, kept or moved.
#![cfg(feature = "web")]
#![allow(clippy::expect_used)]

mod support;

use std::sync::Arc;

use doorward_client::error::Check;
use doorward_client::login::LogoutToken;
use doorward_client::time::Seconds;
use doorward_client::web::{MemorySessions, Session, Sessions, StoreError, Web};
use doorward_client::{Alg, Client, Login, Provider};
use serde_json::json;
use support::app::{App, KEY, Page, is_storable};
use support::story::{CLIENT, Story};
use support::{Hands, Rogue};

fn in_cookies(web: Web) -> Web {
    web.sessions_in_cookies().key(KEY).expect("a key")
}

/// The attributes of a cookie, without its value.
fn attributes(cookie: &str) -> Vec<&str> {
    cookie.split("; ").skip(1).collect()
}

#[rocket::async_test]
async fn no_script_reads_a_cookie_and_no_other_site_sends_one() {
    for app in [App::start(|web| web).await, App::start(in_cookies).await] {
        let begun = app.get("/login").await;
        assert_eq!(begun.cookies.len(), 1);
        assert_eq!(attributes(&begun.cookies[0]), ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=3600"]);
        let page = app.log_in_as(&json!({}), &json!({})).await;
        let session = page.cookies.iter().find(|cookie| cookie.contains("_session=")).expect("a session");
        // Law: without an end of its own it ends with the browser; on http without `Secure`, or no browser would keep it.
        assert_eq!(attributes(session), ["HttpOnly", "SameSite=Lax", "Path=/"]);
        assert!(!page.cookies.iter().any(|cookie| cookie.contains("__Host-")));
    }
}

#[rocket::async_test]
async fn with_https_cookies_are_secure_and_this_hosts_alone() {
    let (rogue, clock) = (Rogue::start(), Hands::new());
    let provider = Provider::builder(&rogue.issuer).clock(clock.clone()).build().expect("a provider");
    let client = Client::new(CLIENT).secret("s3cret");
    let login = Login::new(provider, client, "https://shop.example/callback").expect("a login").id_token_alg(Alg::Es256);
    let app = App::of(Story { rogue, clock, login }, |web| web.cookie_name("shop")).await;
    let begun = app.get("/login").await;
    let page = app.log_in_as(&json!({}), &json!({})).await;
    assert_eq!((page.status, page.cookies.len()), (303, 2), "{}", page.body);
    for cookie in begun.cookies.iter().chain(&page.cookies) {
        // Law: RFC 6265bis section 4.1.3.2, `__Host-` needs Secure and Path=/ and no Domain.
        assert!(cookie.starts_with("__Host-shop_"), "{cookie}");
        let all = attributes(cookie);
        assert!(["Secure", "HttpOnly", "SameSite=Lax", "Path=/"].iter().all(|one| all.contains(one)), "{cookie}");
        assert!(!cookie.contains("Domain="), "{cookie}");
    }
}

#[rocket::async_test]
async fn a_session_that_was_planted_or_is_old_is_nobodys_after_a_login() {
    for how in [|web: Web| web, in_cookies] {
        let app = App::start(how).await;
        app.log_in_as(&json!({"sub": "mallory", "name": "Mallory"}), &json!({})).await;
        let planted = app.cookies("session");
        assert_eq!(app.get("/").await.body, "Mallory");
        app.log_in().await;
        let new = app.cookies("session");
        assert_ne!(planted, new, "a login always makes a new session");
        for (name, value) in &planted {
            app.plant(name, value);
        }
        // Law: who knew the browser's session before the login doesn't know the one after it, and the old one is over.
        assert_eq!(app.get("/").await.body, "nobody");
        for (name, value) in &new {
            app.plant(name, value);
        }
        assert_eq!(app.get("/").await.body, "Ada Lovelace");

        let app = App::start(how).await;
        let sent = app.begin("/login").await;
        app.plant(&new[0].0, "chosen-by-somebody");
        app.answers(&sent["nonce"], &json!({}), &json!({}));
        assert_eq!(app.get(&app.callback(&sent["state"])).await.status, 303);
        assert!(app.cookies("session").iter().all(|(_, value)| value != "chosen-by-somebody"));
    }
}

#[rocket::async_test]
async fn a_cookie_that_was_changed_or_moved_or_is_anothers_is_no_session() {
    let app = App::start(in_cookies).await;
    app.log_in().await;
    let (name, good) = app.cookies("session").remove(0);
    let flipped = |at: usize| {
        let other = if good.as_bytes()[at] == b'A' { "B" } else { "A" };
        format!("{}{other}{}", &good[..at], &good[at + 1..])
    };
    let (count, sealed) = good.split_once('.').expect("a count");
    let bad = [
        flipped(2),
        flipped(good.len() / 2),
        flipped(good.len() - 1),
        good[..good.len() - 1].to_owned(),
        format!("{good}A"),
        sealed.to_owned(),
        format!("2.{sealed}"),
        format!("0.{sealed}"),
        format!("999999999999999999999.{sealed}"),
        format!("{count}."),
        format!("{count}.{}", "A".repeat(50_000)),
        String::new(),
        "1".to_owned(),
        "\u{1F980}.\u{1F980}".to_owned(),
    ];
    for value in bad {
        app.plant(&name, &value);
        // Law: what this app didn't write says nothing.
        assert_eq!(app.get("/").await.body, "nobody", "{value}");
    }
    app.plant(&name, &good);
    assert!(app.is_somebody().await);

    // A login under way is sealed by the same key, for another name.
    let sent = app.begin("/login").await;
    let (pending, sealed) = app.cookies("login").remove(0);
    app.plant(&name, &format!("1.{sealed}"));
    assert!(!app.is_somebody().await);
    app.plant(&pending, good.split_once('.').expect("a count").1);
    app.get(&app.callback(&sent["state"])).await.names(Check::State);

    // Another key is another app.
    let other = App::start(|web| web.sessions_in_cookies().key([7; 32]).expect("a key")).await;
    other.plant(&name, &good);
    assert!(!other.is_somebody().await);
}

#[rocket::async_test]
async fn a_session_of_another_provider_or_app_is_nobodys_although_the_key_is_the_same() {
    let app = App::start(in_cookies).await;
    app.log_in().await;
    let (name, value) = app.cookies("session").remove(0);
    let moved = App::start(in_cookies).await;
    let twin = Story::new();
    let provider = Provider::builder(&app.story.rogue.issuer).clock(app.story.clock.clone()).build().expect("a provider");
    let login = Login::new(provider, Client::new("another").secret("s3cret"), twin.login.redirect_uri()).expect("a login");
    let twin = App::of(Story { login, ..twin }, in_cookies).await;
    for other in [moved, twin] {
        other.plant(&name, &value);
        // Law: `ada` of one provider is somebody else at the next, and who logged in to one app didn't log in to another.
        assert_eq!(other.get("/").await.body, "nobody");
    }
    app.plant(&name, &value);
    assert!(app.is_somebody().await);
}

#[rocket::async_test]
async fn a_session_in_a_cookie_ends_in_time_and_at_its_logout_although_the_browser_kept_it() {
    let app = App::start(|web| in_cookies(web).session_life(Seconds::hours(1))).await;
    app.log_in_as(&json!({}), &json!({"expires_in": 86_400})).await;
    let (name, kept) = app.cookies("session").remove(0);
    app.story.clock.advance(3599);
    assert!(app.is_somebody().await);
    app.story.clock.advance(1);
    assert!(!app.is_somebody().await, "too old");

    app.log_in_as(&json!({}), &json!({"expires_in": 86_400})).await;
    let copied = app.cookies("session").remove(0).1;
    app.post("/logout", &[], "").await;
    for value in [copied, kept] {
        app.plant(&name, &value);
        // Law: who was logged out is, whoever copied the cookie.
        assert!(!app.is_somebody().await);
    }
}

#[rocket::async_test]
async fn a_session_too_large_for_cookies_says_so_to_the_author_and_logs_nobody_in() {
    let app = App::start(in_cookies).await;
    let page = app.log_in_as(&json!({"at_hash": null}), &json!({"access_token": "a".repeat(12_000)})).await;
    page.names(Check::Config);
    assert_eq!(page.status, 500);
    assert!(!app.is_somebody().await && app.cookies("session").is_empty());
    // On the server there is room.
    let app = App::start(|web| web).await;
    let page = app.log_in_as(&json!({"at_hash": null}), &json!({"access_token": "a".repeat(12_000)})).await;
    assert_eq!(page.status, 303);
    assert!(app.is_somebody().await);
}

#[rocket::async_test]
async fn logins_that_were_begun_and_left_do_not_fill_the_browser() {
    let app = App::start(|web| web).await;
    for _ in 0..40 {
        app.begin("/login").await;
    }
    assert!(app.cookies("login").len() <= 6, "{}", app.cookies("login").len());
    app.log_in().await;
}

#[test]
fn a_short_key_is_refused() {
    let story = Story::new();
    assert!(Web::new(story.login.clone()).key([7; 31]).is_err());
    assert!(Web::new(story.login.clone()).key([7; 32]).is_ok());
}

/// A store that is away.
struct Away;

#[rocket::async_trait]
impl Sessions for Away {
    async fn insert(&self, _: &str, _: &Session) -> Result<(), StoreError> {
        Err(StoreError::new("no connection"))
    }
    async fn get(&self, _: &str) -> Result<Option<Session>, StoreError> {
        Err(StoreError::new("no connection"))
    }
    async fn update(&self, _: &str, _: &Session) -> Result<(), StoreError> {
        Err(StoreError::new("no connection"))
    }
    async fn remove(&self, _: &str) -> Result<(), StoreError> {
        Err(StoreError::new("no connection"))
    }
    async fn end(&self, _: &LogoutToken) -> Result<(), StoreError> {
        Err(StoreError::new("no connection"))
    }
}

#[rocket::async_test]
async fn while_the_store_is_away_nobody_is_taken_for_anybody() {
    let app = App::start(|web| web.sessions(Arc::new(Away))).await;
    let page = app.log_in_as(&json!({}), &json!({})).await;
    page.names(Check::SessionStore);
    assert!(page.status == 503 && app.cookies("session").is_empty());

    let store = Arc::new(MemorySessions::new(10));
    let app = App::start(|web| web.sessions(store)).await;
    app.log_in().await;
    let (name, value) = app.cookies("session").remove(0);
    let broken = App::start(|web| web.sessions(Arc::new(Away))).await;
    // The cookie's name tells apps apart by their redirect URI, which is the same here.
    broken.plant(&name, &value);
    let page = broken.get("/me").await;
    page.names(Check::SessionStore);
    // Law: not to know who is there is not the same as nobody.
    assert_eq!(page.status, 503);
}

/// Keeps what it was given.
#[derive(Default)]
struct Shelf(std::sync::Mutex<Vec<(String, Session)>>);

#[rocket::async_trait]
impl Sessions for Shelf {
    async fn insert(&self, key: &str, session: &Session) -> Result<(), StoreError> {
        self.0.lock().expect("no panic before").push((key.to_owned(), session.clone()));
        Ok(())
    }
    async fn get(&self, _: &str) -> Result<Option<Session>, StoreError> {
        Ok(None)
    }
    async fn update(&self, _: &str, _: &Session) -> Result<(), StoreError> {
        Ok(())
    }
    async fn remove(&self, _: &str) -> Result<(), StoreError> {
        Ok(())
    }
    async fn end(&self, _: &LogoutToken) -> Result<(), StoreError> {
        Ok(())
    }
}

#[rocket::async_test]
async fn whoever_reads_the_store_learns_no_cookie() {
    let shelf = Arc::new(Shelf::default());
    let app = App::start(|web| web.sessions(shelf.clone())).await;
    app.log_in().await;
    let (_, cookie) = app.cookies("session").remove(0);
    let kept = shelf.0.lock().expect("no panic before");
    let (key, session) = &kept[0];
    assert!(is_storable(session) && cookie.len() >= 43);
    // Law: a key in the store opens nothing.
    assert!(*key != cookie && !serde_json::to_string(session).expect("JSON").contains(&cookie));
    assert!(!format!("{session:?}").contains("an-access-token"));
}

#[rocket::async_test]
async fn a_guard_without_the_fairing_is_the_apps_mistake_and_lets_nobody_in() {
    #[rocket::get("/")]
    fn secret(_user: doorward_client::web::User) -> &'static str {
        "secret"
    }
    let bare = rocket::custom(rocket::Config { log_level: rocket::config::LogLevel::Off, ..rocket::Config::debug_default() });
    let browser = rocket::local::asynchronous::Client::tracked(bare.mount("/", rocket::routes![secret])).await.expect("an app");
    let page = Page::of(browser.get("/").dispatch().await).await;
    assert_eq!(page.status, 500);
    assert!(!page.body.contains("secret"));
}
