//! Lies told to the fairing: each shows a page that names the check, and nobody is logged in.
#![cfg(feature = "web")]
#![allow(clippy::expect_used)]

mod support;

use doorward_client::error::Check;
use serde_json::{Value, json};
use support::app::{App, KEY, Page};
use support::{Key, Reply, part};

async fn app() -> App {
    App::start(|web| web).await
}

#[rocket::async_test]
async fn each_lie_of_an_id_token_is_named_and_logs_nobody_in() {
    let app = app().await;
    let now = support::START;
    for (changes, check) in [
        (json!({"iss": "https://evil.example"}), Check::TokenIssuer),
        (json!({"aud": "another-app"}), Check::TokenAudience),
        (json!({"aud": ["shop", "another-app"]}), Check::TokenParty),
        (json!({"azp": "another-app"}), Check::TokenParty),
        (json!({"exp": now - 31}), Check::TokenExpired),
        (json!({"exp": null}), Check::TokenClaim),
        (json!({"iat": now + 31}), Check::TokenEarly),
        (json!({"nonce": "another-login's"}), Check::TokenNonce),
        (json!({"nonce": null}), Check::TokenNonce),
        (json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}), Check::TokenAccessHash),
        (json!({"sub": null}), Check::TokenClaim),
    ] {
        let page = app.log_in_as(&changes, &json!({})).await;
        page.names(check);
        assert_eq!(page.status, 502, "{changes}");
        // Law: one lie is enough.
        assert!(!app.is_somebody().await && app.cookies("").is_empty(), "{changes}");
    }
}

/// Makes an ID token out of the nonce.
type Forge<'f> = Box<dyn Fn(&str) -> String + Send + 'f>;

#[rocket::async_test]
async fn a_forged_id_token_is_named_and_logs_nobody_in() {
    let app = app().await;
    let mallory = Key::new("mallory");
    let good = |nonce: &str| app.story.claims(nonce, &json!({}));
    let own = |more: Value| {
        let mut header = app.story.rogue.key.header();
        support::merge(&mut header, &more);
        header
    };
    let tokens: Vec<(Forge<'_>, Check)> = vec![
        (Box::new(|n| format!("{}.{}.", part(&json!({"alg": "none"})), part(&good(n)))), Check::TokenAlg),
        (Box::new(|n| app.story.rogue.key.hmac(&good(n))), Check::TokenAlg),
        (Box::new(|n| app.story.rogue.key.jws(&own(json!({"alg": "RS256"})), &good(n))), Check::TokenAlg),
        (Box::new(|n| mallory.jwt(&good(n))), Check::TokenKey),
        (Box::new(|n| mallory.jws(&own(json!({})), &good(n))), Check::TokenSignature),
        (Box::new(|n| mallory.jws(&own(json!({"kid": null, "jwk": mallory.public()})), &good(n))), Check::TokenSignature),
        (Box::new(|n| app.story.rogue.key.jws(&own(json!({"typ": "at+jwt"})), &good(n))), Check::TokenType),
        (Box::new(|n| app.story.rogue.key.jws(&own(json!({"crit": ["exp"]})), &good(n))), Check::TokenCritical),
        (Box::new(|_| "not.a.token".to_owned()), Check::TokenForm),
    ];
    for (token, check) in tokens {
        app.log_in_with(token).await.names(check);
        // Law: what isn't signed by the provider says nothing.
        assert!(!app.is_somebody().await, "{check:?}");
    }
}

#[rocket::async_test]
async fn an_answer_without_its_state_or_its_iss_costs_no_request() {
    let app = app().await;
    let iss = url::form_urlencoded::byte_serialize(app.story.rogue.issuer.as_bytes()).collect::<String>();
    for (query, check) in [
        ("code=c&state=STATE", Check::AnswerIssuer),
        ("code=c&state=STATE&iss=", Check::AnswerIssuer),
        ("code=c&state=STATE&iss=https%3A%2F%2Fevil.example", Check::AnswerIssuer),
        ("code=c&state=STATE&iss=ISS%2F", Check::AnswerIssuer),
        ("error=access_denied&state=STATE&iss=https%3A%2F%2Fevil.example", Check::AnswerIssuer),
        ("code=c&state=guessed&iss=ISS", Check::State),
        ("code=c&iss=ISS", Check::AnswerForm),
        ("code=c&state=&iss=ISS", Check::AnswerForm),
        ("code=c&code=d&state=STATE&iss=ISS", Check::AnswerForm),
        ("code=c&state=STATE&state=STATE&iss=ISS", Check::AnswerForm),
        ("state=STATE&iss=ISS", Check::AnswerForm),
        ("", Check::AnswerForm),
    ] {
        let sent = app.begin("/login").await;
        let page = app.get(&format!("/callback?{}", query.replace("STATE", &sent["state"]).replace("ISS", &iss))).await;
        page.names(check);
        assert!(!app.is_somebody().await, "{query}");
    }
    // Law: a code is sent to nobody before it is known whose it is.
    assert!(app.story.rogue.seen("/token").is_empty());
}

#[rocket::async_test]
async fn a_login_that_another_browser_began_ends_nowhere() {
    let app = App::start(|web| web.key(KEY).expect("a key")).await;
    let victim = app.beside(|web| web.key(KEY).expect("a key")).await;
    let sent = app.begin("/login").await;
    app.answers(&sent["nonce"], &json!({}), &json!({}));
    let lure = app.callback(&sent["state"]);
    let page = Page::of(victim.get(lure.clone()).header(rocket::http::Accept::HTML).dispatch().await).await;
    page.names(Check::State);
    assert_eq!(victim.get("/").dispatch().await.into_string().await.as_deref(), Some("nobody"));
    // Law: a link logs nobody in as its sender; the sender themselves it does.
    assert!(app.story.rogue.seen("/token").is_empty());
    assert_eq!(app.get(&lure).await.status, 303);
}

#[rocket::async_test]
async fn a_login_is_finished_once_even_by_the_browser_that_began_it() {
    let app = app().await;
    let sent = app.begin("/login").await;
    let pending = app.cookies("login");
    app.answers(&sent["nonce"], &json!({}), &json!({}));
    assert_eq!(app.get(&app.callback(&sent["state"])).await.status, 303);
    app.get(&app.callback(&sent["state"])).await.names(Check::State);
    // Also if the browser brings its cookie again.
    app.plant(&pending[0].0, &pending[0].1);
    app.get(&app.callback(&sent["state"])).await.names(Check::State);
    // Law: a code is sent once, or the provider takes it for theft; and who is logged in stays so.
    assert_eq!(app.story.rogue.seen("/token").len(), 1);
    assert!(app.is_somebody().await);
}

#[rocket::async_test]
async fn what_the_provider_says_instead_is_told_with_what_to_do() {
    let app = app().await;
    for (error, check, status, again) in [
        ("access_denied", Check::Declined, 403, true),
        ("login_required", Check::Interaction, 403, true),
        ("interaction_required", Check::Interaction, 403, true),
        ("temporarily_unavailable", Check::Busy, 503, true),
        ("invalid_scope", Check::ScopeRefused, 500, false),
        ("unauthorized_client", Check::ClientRefused, 500, false),
        ("%3Cscript%3Ealert(1)%3C%2Fscript%3E", Check::RequestRefused, 500, false),
    ] {
        let sent = app.begin("/login?return_to=/orders").await;
        let page = app.get(&app.callback(&sent["state"]).replace("code=a-code", &format!("error={error}"))).await;
        page.names(check);
        assert_eq!((page.status, page.body.contains("href=\"/login?return_to=%2Forders\"")), (status, again), "{error}");
        assert!(app.cookies("login").is_empty(), "a login that failed is over");
    }
    // Law: an error brings no code along.
    assert!(app.story.rogue.seen("/token").is_empty());
}

#[rocket::async_test]
async fn a_refusal_of_the_token_endpoint_names_what_to_mend() {
    let app = app().await;
    for (reply, check) in [
        (Reply::json(400, &json!({"error": "invalid_grant"})), Check::CodeRefused),
        (Reply::json(401, &json!({"error": "invalid_client"})), Check::ClientRefused),
        (Reply::json(400, &json!({"error": "invalid_target"})), Check::ScopeRefused),
        (Reply::json(400, &json!({"error": "invalid_request"})), Check::RequestRefused),
        (Reply::json(200, &json!({"access_token": "a", "token_type": "Bearer"})), Check::TokenAnswer),
        (Reply::text(200, "text/html", "<html>"), Check::TokenAnswer),
    ] {
        let sent = app.begin("/login").await;
        app.story.rogue.next("/token", reply);
        app.get(&app.callback(&sent["state"])).await.names(check);
        // Law: no tokens, no login.
        assert!(!app.is_somebody().await, "{check:?}");
    }
}

#[rocket::async_test]
async fn userinfo_about_somebody_else_logs_nobody_in() {
    let app = app().await;
    app.story.rogue.always("/userinfo", Reply::json(200, &json!({"sub": "mallory", "name": "Ada"})));
    app.log_in_as(&json!({"name": null}), &json!({})).await.names(Check::UserinfoSubject);
    assert!(!app.is_somebody().await);
}

#[rocket::async_test]
async fn a_login_that_took_more_than_an_hour_is_over() {
    let app = app().await;
    let sent = app.begin("/login").await;
    app.story.clock.advance(3600);
    app.get(&app.callback(&sent["state"])).await.names(Check::LoginAge);
    assert!(app.story.rogue.seen("/token").is_empty());
}

#[rocket::async_test]
async fn after_a_login_the_browser_is_on_this_site_whatever_the_link_said() {
    let app = app().await;
    for wanted in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\r\nSet-Cookie: a=b",
        "",
        "/login?return_to=/login",
        "/callback?code=c&state=s",
    ] {
        let encoded: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
        let sent = app.begin(&format!("/login?return_to={encoded}")).await;
        app.answers(&sent["nonce"], &json!({}), &json!({}));
        // Law: a link to the login leads nowhere else.
        assert_eq!(app.get(&app.callback(&sent["state"])).await.location.as_deref(), Some("/"), "{wanted:?}");
    }
    let twice = app.begin("/login?return_to=/a&return_to=//evil.example").await;
    app.answers(&twice["nonce"], &json!({}), &json!({}));
    assert_eq!(app.get(&app.callback(&twice["state"])).await.location.as_deref(), Some("/"));
}

#[rocket::async_test]
async fn a_page_speaks_the_browsers_language_and_keeps_details_from_strangers() {
    let app = app().await;
    let page = app.get_with("/callback?code=c&state=guessed", &[("Accept-Language", "zh-CN")]).await;
    page.names(Check::State);
    assert!(page.body.contains("lang=\"zh-CN\"") && page.body.contains(Check::State.remedy_in_chinese()));
    assert!(app.get("/callback?state=x&code=y").await.body.contains(Check::State.remedy()));

    let app = App::start(|web| web.details(false)).await;
    let page = app.get("/callback?code=c&state=guessed").await;
    page.names(Check::State);
    assert!(!page.body.contains(Check::State.remedy()) && !page.body.contains("<aside"));
}
