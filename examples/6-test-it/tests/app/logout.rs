//! A session ends when it should, and only then.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::support::{Browser, parameter, until};
use super::{is_logged_in, start_logged_in};

#[test]
fn whoever_logs_out_is_unknown_here_and_asked_again_there() {
    let (doorward, app, mut browser) = start_logged_in();
    let home = browser.open(&app.url("/"));
    let mut page = browser.submit(&home, "csrf", &[("from", "everywhere")]);
    if page.url.as_str().starts_with(&doorward.issuer) {
        page = browser.submit(&page, "decision", &[("decision", "logout")]);
    }
    assert_eq!(page.url.as_str(), app.url("/"), "back in the app: {}", page.text);
    assert!(!is_logged_in(&mut browser, &app));
    assert!(browser.open(&app.url("/login")).text.contains("name=\"password\""));
}

#[test]
fn whoever_logs_out_elsewhere_is_logged_out_here() {
    let (doorward, app, mut browser) = start_logged_in();
    let page = browser.open(&format!("{}/logout", doorward.issuer));
    browser.submit(&page, "decision", &[("decision", "logout"), ("everywhere", "on")]);
    // Doorward tells the app from server to server; that takes a moment.
    until(|| !is_logged_in(&mut browser, &app));
}

#[test]
fn a_cookie_that_was_copied_before_the_logout_is_worth_nothing_after_it() {
    let (_doorward, app, mut browser) = start_logged_in();
    let mut copy = browser.clone();
    assert!(is_logged_in(&mut copy, &app));
    let home = browser.open(&app.url("/"));
    browser.submit(&home, "csrf", &[("from", "here")]);
    assert!(!is_logged_in(&mut copy, &app));
}

#[test]
fn the_back_button_shows_nothing_after_a_logout() {
    let (_doorward, app, mut browser) = start_logged_in();
    for page in ["/", "/me", "/photos"] {
        assert_eq!(browser.open(&app.url(page)).header("Cache-Control"), "no-store", "{page}");
    }
}

#[test]
fn a_link_or_a_picture_logs_nobody_out() {
    let (_doorward, app, mut browser) = start_logged_in();
    assert_eq!(browser.open(&app.url("/logout")).status, 404);
    assert!(is_logged_in(&mut browser, &app));
}

#[test]
fn a_form_of_another_site_logs_nobody_out() {
    let (doorward, app, mut browser) = start_logged_in();
    let mut attacker = Browser::new();
    let of_the_attacker = attacker.log_in(&app.url("/login"), &doorward).field("csrf");
    for csrf in ["", "guessed", &of_the_attacker] {
        assert_eq!(browser.post(&app.url("/logout"), &[("csrf", csrf), ("from", "here")]).status, 400);
    }
    assert!(is_logged_in(&mut browser, &app));
}

#[test]
fn a_logout_token_that_is_not_doorwards_ends_no_session() {
    let (doorward, app, mut browser) = start_logged_in();
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let told = |event: &str| {
        let sub = browser.clone().open(&app.url("/me")).text;
        let sub = sub.rsplit("known here as ").next().and_then(|rest| rest.split('.').next()).unwrap_or_default().to_owned();
        format!(r#"{{"iss":"{}","aud":"{}","exp":9999999999,"iat":1,"jti":"1","sub":"{sub}",{event}}}"#, doorward.issuer, app.client_id)
    };
    let right = told(r#""events":{"http://schemas.openid.net/event/backchannel-logout":{}}"#);
    // A real token of this very person, but an ID token: the app itself hands it to the browser when it logs out.
    let mut other = browser.clone();
    other.cookies.remove("localhost");
    let home = other.open(&app.url("/login"));
    let question = other.press(&home, "csrf", &[("from", "everywhere")]).location.expect("the way to Doorward");
    let id_token = parameter(&question, "id_token_hint");
    let (header, signature) = (id_token.split('.').next().expect("a header"), id_token.rsplit('.').next().expect("a signature"));
    let forged = [
        ("nothing", String::new()),
        ("no token", "x".to_owned()),
        ("unsigned", format!("{}.{}.", encode(r#"{"alg":"none"}"#), encode(&right))),
        ("another algorithm", format!("{}.{}.{}", encode(r#"{"alg":"HS256"}"#), encode(&right), encode("x"))),
        ("signed for something else", format!("{header}.{}.{signature}", encode(&right))),
        ("an ID token", id_token.clone()),
    ];
    for (what, token) in forged {
        assert_eq!(browser.post(&app.url("/backchannel-logout"), &[("logout_token", &token)]).status, 400, "{what}");
        assert!(is_logged_in(&mut browser, &app), "{what}");
    }
}
