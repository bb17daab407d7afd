//! Logging in over HTTP: NIST SP 800-63B-4 §3.2.2, OWASP ASVS 5.0 V6 and V7, RFC 6265bis.
#![allow(clippy::expect_used, missing_docs)]

use argon2::password_hash::PasswordHasher;
use doorward::store::users;
use doorward_protocol::values::Subject;
use doorward_testkit::{Browser, PASSWORD, Page, World, app, each_backend};
use rocket::futures::future::join_all;

const WRONG: &str = "an entirely wrong password";

/// Tries at the account's login page.
async fn attempt(browser: &mut Browser<'_>, name: &str, password: &str) -> Page {
    let page = browser.get("/login").await;
    browser.log_in_at(&page, name, password).await
}

async fn people() -> World {
    World::new().client(app("shop")).user("ada").user("bob").start().await
}

#[rocket::async_test]
async fn asvs_6_3_8_known_and_unknown_names_get_the_same_bytes() {
    let world = people().await;
    world.disable("bob", true).await;
    let mut browser = world.browser();
    let mut answers = Vec::new();
    for (name, password) in
        [("ada", WRONG), ("xyz", WRONG), ("bob", WRONG), ("bob", PASSWORD), ("ada", ""), ("xyz", ""), ("ada", &"p".repeat(5000))]
    {
        let page = attempt(&mut browser, name, password).await;
        assert_eq!(page.status, 401, "{name}");
        let mut headers = page.headers.clone();
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("x-request-id"));
        answers.push((page.body.replace(name, "NAME"), headers));
        world.clock.advance(3600);
    }
    // Law: neither text nor headers tell whether there is such an account, or what is wrong with it.
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
}

#[rocket::async_test]
async fn a_name_is_known_however_it_is_written_and_a_password_only_as_it_is() {
    let world = people().await;
    for name in ["ada", "ADA", " Ada "] {
        world.browser().log_in(name).await;
    }
    for (name, password) in [
        ("ada", "Correct horse battery staple"),
        ("ada", "correct horse battery staple "),
        ("a da", PASSWORD),
        ("sub-ada", PASSWORD),
        ("ada@example.org", PASSWORD),
    ] {
        world.clock.advance(3600);
        // Law: the whole password counts, and nothing else opens an account.
        assert_eq!(attempt(&mut world.browser(), name, password).await.status, 401, "{name} {password}");
    }
}

each_backend! {
    async fn nist_800_63b_3_2_2_guessing_is_slowed_and_the_owner_gets_in_again(backend: Backend) {
        let world = World::new().on(backend).user("ada").start().await;
        let mut browser = world.browser();
        for _ in 0..5 {
            assert_eq!(attempt(&mut browser, "ada", WRONG).await.status, 401);
        }
        // Even the right password waits: otherwise the answer would tell.
        for name in ["ada", "ADA ", "ada"] {
            let page = attempt(&mut browser, name, PASSWORD).await;
            assert_eq!((page.status, page.header("Retry-After")), (429, Some("2")), "{name}");
        }
        world.clock.advance(2);
        assert_eq!(attempt(&mut browser, "ada", WRONG).await.status, 401);
        assert_eq!(attempt(&mut browser, "ada", PASSWORD).await.header("Retry-After"), Some("4"));
        world.clock.advance(4);
        browser.log_in("ada").await;
        // A success gives the allowance back.
        let mut other = world.browser();
        for _ in 0..5 {
            assert_eq!(attempt(&mut other, "ada", WRONG).await.status, 401);
        }
        assert_eq!(attempt(&mut other, "ada", WRONG).await.status, 429);
        // Law: nobody waits longer than five minutes, whatever strangers do.
        for _ in 0..20 {
            world.clock.advance(300);
            assert_ne!(attempt(&mut other, "ada", WRONG).await.status, 429);
        }
        world.clock.advance(300);
        other.log_in("ada").await;
    }

    async fn parallel_guesses_are_counted(backend: Backend) {
        let world = World::new().on(backend).user("ada").start().await;
        let mut browser = world.browser();
        let form = browser.get("/login").await.form("/login").with("username", "ada").with("password", WRONG);
        let tries = join_all((0..20).map(|_| {
            let (mut twin, form) = (browser.clone(), form.clone());
            async move { twin.submit_once(form).await.status }
        }))
        .await;
        let wrong = tries.iter().filter(|status| **status == 401).count();
        let waits = tries.iter().filter(|status| **status == 429).count();
        // Law: twenty at once are no better than twenty in a row.
        assert_eq!((wrong, waits), (5, 15), "{tries:?}");
    }
}

#[rocket::async_test]
async fn unknown_names_are_slowed_alike() {
    let world = people().await;
    let mut browser = world.browser();
    for _ in 0..5 {
        assert_eq!(attempt(&mut browser, "xyz", WRONG).await.status, 401);
    }
    assert_eq!(attempt(&mut browser, "xyz", WRONG).await.status, 429);
    // Law: throttling tells no more than the refusal, and holds for one name only.
    assert_eq!(attempt(&mut browser, "ada", WRONG).await.status, 401);
}

#[rocket::async_test]
async fn strangers_do_not_slow_the_browser_its_owner_has_used() {
    let world = people().await;
    let mut own = world.browser();
    own.log_in("ada").await;
    own.jar.forget("session");
    let mut stranger = world.browser();
    stranger.from = "203.0.113.9:1".parse().expect("an address");
    for _ in 0..12 {
        attempt(&mut stranger, "ada", WRONG).await;
    }
    assert_eq!(attempt(&mut stranger, "ada", PASSWORD).await.status, 429);
    own.log_in("ada").await;
    // Being known for one account helps with no other.
    let mut bob = world.browser();
    bob.log_in("bob").await;
    bob.jar.forget("session");
    assert_eq!(attempt(&mut bob, "ada", PASSWORD).await.status, 429);
    // A cookie that is made up makes nobody known.
    stranger.jar.set("doorward_known", "made up");
    assert_eq!(attempt(&mut stranger, "ada", PASSWORD).await.status, 429);
    // Law: yet a known browser has an allowance of its own, and no more.
    own.jar.forget("session");
    for _ in 0..5 {
        assert_eq!(attempt(&mut own, "ada", WRONG).await.status, 401);
    }
    assert_eq!(attempt(&mut own, "ada", PASSWORD).await.status, 429);
}

#[rocket::async_test]
async fn an_address_is_slowed_whatever_names_it_tries() {
    let world = World::new().user("ada").set("TRUSTED_PROXIES", "10.0.0.0/8").start().await;
    let mut browser = world.browser();
    browser.from = "203.0.113.9:1".parse().expect("an address");
    let page = browser.get("/login").await;
    let mut spray = Vec::new();
    for n in 0..51 {
        // Claiming to be elsewhere helps nobody who isn't a trusted proxy.
        browser.extra = vec![("X-Forwarded-For".to_owned(), format!("198.51.100.{n}"))];
        spray.push(browser.log_in_at(&page, &format!("name-{n}"), WRONG).await.status);
    }
    assert_eq!((spray.iter().filter(|status| **status == 401).count(), spray[50]), (50, 429));
    browser.extra.clear();
    assert_eq!(attempt(&mut browser, "ada", PASSWORD).await.status, 429);
    // Behind a trusted proxy each address stands for itself.
    let mut behind = world.browser();
    behind.from = "10.1.2.3:1".parse().expect("an address");
    behind.extra = vec![("X-Forwarded-For".to_owned(), "192.0.2.1, 203.0.113.9".to_owned())];
    assert_eq!(attempt(&mut behind, "ada", PASSWORD).await.status, 429);
    // Law: the last hop before the trusted ones is believed, nothing before it.
    behind.extra = vec![("X-Forwarded-For".to_owned(), "203.0.113.9, 192.0.2.1".to_owned())];
    behind.log_in("ada").await;
}

#[rocket::async_test]
async fn one_subscriber_with_many_ipv6_addresses_is_one_address() {
    let world = people().await;
    let mut browser = world.browser();
    browser.from = "[2001:db8:1:2::1]:1".parse().expect("an address");
    let page = browser.get("/login").await;
    let mut last = 0;
    for n in 0..51 {
        browser.from = format!("[2001:db8:1:2:{n:x}::{n:x}]:1").parse().expect("an address");
        last = browser.log_in_at(&page, &format!("name-{n}"), WRONG).await.status;
    }
    assert_eq!(last, 429);
    browser.from = "[2001:db8:1:2:ffff::1]:1".parse().expect("an address");
    assert_eq!(attempt(&mut browser, "ada", PASSWORD).await.status, 429);
    // Law: the next one over is somebody else.
    browser.from = "[2001:db8:1:3::1]:1".parse().expect("an address");
    browser.log_in("ada").await;
}

#[rocket::async_test]
async fn asvs_7_2_4_each_login_makes_a_new_session_and_ends_the_old() {
    let world = people().await;
    let mut browser = world.browser();
    // An attacker plants a session.
    browser.jar.set("doorward_session", "planted-by-an-attacker");
    browser.log_in("ada").await;
    let first = browser.jar.get("session").expect("a session").to_owned();
    assert_ne!(first, "planted-by-an-attacker");
    let mut planted = world.browser();
    planted.jar.set("doorward_session", "planted-by-an-attacker");
    assert!(planted.get("/account").await.has_form("/login"));
    // A second login in the same browser, by asking again.
    let page = browser.open(&world.app("shop").request().with("prompt", "login")).await;
    browser.log_in_at(&page, "ada", PASSWORD).await;
    assert_ne!(browser.jar.get("session"), Some(first.as_str()));
    let mut old = world.browser();
    old.jar.set("doorward_session", &first);
    // Law: the old one is dead at the server.
    assert!(old.get("/account").await.has_form("/login"));
}

#[rocket::async_test]
async fn a_log_in_as_another_person_ends_the_first_session() {
    let world = people().await;
    let mut browser = world.browser();
    let form = browser.get("/login").await;
    browser.log_in("ada").await;
    let first = browser.jar.get("session").expect("a session").to_owned();
    let page = browser.log_in_at(&form, "bob", PASSWORD).await;
    assert!(page.body.contains("bob@example.org"));
    let mut old = world.browser();
    old.jar.set("doorward_session", &first);
    // Law: one browser holds one session.
    assert!(old.get("/account").await.has_form("/login"));
}

#[rocket::async_test]
async fn rfc_6265bis_4_1_3_2_cookies_are_fenced_by_the_issuer() {
    for (issuer, prefix, secure) in [("http://127.0.0.1:8000", "doorward_", false), ("https://login.example", "__Host-doorward_", true)] {
        let world = World::new().issuer(issuer).user("ada").start().await;
        let mut browser = world.browser();
        let page = browser.get("/login").await;
        let answer = browser.submit_once(page.form("/login").with("username", "ada").with("password", PASSWORD)).await;
        let chosen = browser.look("/account?ui_locales=zh-CN").await;
        let set: Vec<&str> = page.all("Set-Cookie").chain(answer.all("Set-Cookie")).chain(chosen.all("Set-Cookie")).collect();
        for name in ["browser", "session", "known", "language"] {
            let cookie = set.iter().find(|cookie| cookie.starts_with(&format!("{prefix}{name}="))).expect(name);
            for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/"] {
                assert!(cookie.contains(part), "{cookie}");
            }
            assert_eq!((cookie.contains("; Secure"), cookie.contains("Domain")), (secure, false), "{cookie}");
            // A session lasts as long as the browser runs.
            assert_eq!(cookie.contains("Max-Age"), ["known", "language"].contains(&name), "{cookie}");
        }
        // Law: opaque values of 256 bits.
        assert!(browser.jar.get("session").is_some_and(|key| key.len() == 43), "{:?}", browser.jar);
        assert_eq!(answer.status, 303);
    }
}

#[rocket::async_test]
async fn asvs_7_3_a_session_ends_by_idleness_and_by_age() {
    let (hour, day) = (3600, 86_400);
    let world = people().await;
    let mut browser = world.browser();
    browser.log_in("ada").await;
    world.clock.advance(12 * hour - 1);
    assert_eq!(browser.get("/account").await.path, "/account");
    world.clock.advance(12 * hour - 1);
    assert_eq!(browser.get("/account").await.path, "/account");
    world.clock.advance(12 * hour);
    assert!(browser.get("/account").await.has_form("/login"));
    browser.log_in("ada").await;
    for _ in 0..13 {
        world.clock.advance(12 * hour - 60);
        assert_eq!(browser.get("/account").await.path, "/account");
    }
    world.clock.advance(day / 2);
    assert!(browser.get("/account").await.has_form("/login"));
    // A clock set back revives nothing that was ended.
    browser.log_in("ada").await;
    let mut copy = browser.clone();
    let page = browser.get("/logout").await;
    browser.submit(page.form(&page.path).press("decision", "logout")).await;
    world.clock.advance(-day);
    // Law: ended stays ended.
    assert!(copy.get("/account").await.has_form("/login"));
}

#[rocket::async_test]
async fn asvs_11_4_2_an_old_hash_is_renewed_at_login() {
    let world = people().await;
    let params = argon2::Params::new(8 * 1024, 1, 1, None).expect("parameters");
    let old = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let old = old.hash_password(PASSWORD.as_bytes()).expect("a hash").to_string();
    let sub = Subject::new("sub-ada");
    let stored = || {
        let sub = sub.clone();
        world.change(move |conn| Ok(users::find(conn, &sub)?.expect("ada").password))
    };
    let before = stored().await;
    let (key, hash) = (sub.clone(), old.clone());
    assert!(world.change(move |conn| users::rehash(conn, &key, &before, &hash)).await);
    assert_eq!(attempt(&mut world.browser(), "ada", WRONG).await.status, 401);
    assert_eq!(stored().await, old);
    world.browser().log_in("ada").await;
    let renewed = stored().await;
    assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
    // Law: and it is the same password still.
    world.browser().log_in("ada").await;
}

#[rocket::async_test]
async fn asvs_7_4_2_a_disabled_person_is_out_at_once() {
    let world = people().await;
    let mut browser = world.browser();
    browser.log_in("ada").await;
    world.disable("ada", true).await;
    assert!(browser.get("/account").await.has_form("/login"));
    assert_eq!(attempt(&mut browser, "ada", PASSWORD).await.status, 401);
    world.disable("ada", false).await;
    // Law: what was ended stays ended when the account is enabled again.
    assert!(browser.get("/account").await.has_form("/login"));
    browser.log_in("ada").await;
}
