//! Keeps the step working. The tests that you would write are step 6.
#![allow(clippy::expect_used, missing_docs)]

#[path = "../../6-test-it/tests/support/mod.rs"]
mod support;

use support::{App, Browser, Doorward, until};

fn start() -> (Doorward, App, Browser) {
    let doorward = Doorward::start();
    let app = App::start(env!("CARGO_BIN_EXE_step-5-log-out"), &doorward);
    (doorward, app, Browser::new())
}

#[test]
fn whoever_logs_out_here_is_still_known_at_doorward() {
    let (doorward, app, mut browser) = start();
    let home = browser.log_in(&app.url("/login"), &doorward);
    browser.submit(&home, "csrf", &[("from", "here")]);
    assert_eq!(browser.open(&app.url("/me")).status, 401);
    // Law: a logout of the app is one of the app.
    assert!(browser.open(&app.url("/login")).says("Hello, Robin Lin."), "no password was asked for");
}

#[test]
fn whoever_logs_out_at_doorward_too_comes_back_and_is_asked_again() {
    let (doorward, app, mut browser) = start();
    let home = browser.log_in(&app.url("/login"), &doorward);
    let mut page = browser.submit(&home, "csrf", &[("from", "everywhere")]);
    if page.url.as_str().starts_with(&doorward.issuer) {
        page = browser.submit(&page, "decision", &[("decision", "logout")]);
    }
    assert!(page.url.as_str().starts_with(&app.base), "{}: {}", page.url, page.text);
    // Law: the next login asks who it is.
    assert!(browser.open(&app.url("/login")).text.contains("name=\"password\""));
}

#[test]
fn whoever_logs_out_of_all_apps_elsewhere_is_logged_out_here() {
    let (doorward, app, mut browser) = start();
    browser.log_in(&app.url("/login"), &doorward);
    let page = browser.open(&format!("{}/logout", doorward.issuer));
    browser.submit(&page, "decision", &[("decision", "logout"), ("everywhere", "on")]);
    // Law: the app is told, from server to server.
    until(|| browser.open(&app.url("/me")).status == 401);
}

#[test]
fn nobody_else_logs_a_person_out() {
    let (doorward, app, mut browser) = start();
    let home = browser.log_in(&app.url("/login"), &doorward);
    assert_eq!(browser.open(&app.url("/logout")).status, 404, "no link does");
    for csrf in ["", "guessed"] {
        assert_eq!(browser.post(&app.url("/logout"), &[("csrf", csrf)]).status, 400);
    }
    for token in ["", "x", "eyJhbGciOiJub25lIn0.e30."] {
        assert_eq!(browser.post(&app.url("/backchannel-logout"), &[("logout_token", token)]).status, 400);
    }
    // Law: only the form of the app's own page and a token signed by Doorward do.
    assert_eq!(browser.open(&app.url("/me")).status, 200, "{}", home.text);
}
