//! The same people and strangers as in step 6, in short.
#![allow(clippy::expect_used, missing_docs)]

#[path = "../../6-test-it/tests/support/mod.rs"]
mod support;

use support::{App, Browser, Doorward, with};

fn start() -> (Doorward, App, Browser) {
    let doorward = Doorward::start();
    let app = App::start(env!("CARGO_BIN_EXE_with-the-library"), &doorward);
    (doorward, app, Browser::new())
}

#[test]
fn a_person_logs_in_sees_their_photos_and_no_token() {
    let (doorward, app, mut browser) = start();
    let home = browser.log_in(&app.url("/login"), &doorward);
    assert!(home.says("Hello, Robin Lin."), "{}", home.text);
    let photos = browser.open(&app.url("/photos"));
    assert!(photos.says("Morning at the lake"), "{}", photos.text);
    // Law: what a browser holds is an id of a session.
    assert!(!format!("{:?}{}", browser.cookies, photos.text).contains("eyJ"));
}

#[test]
fn an_answer_that_was_changed_or_is_somebody_elses_logs_nobody_in() {
    let (doorward, app, mut browser) = start();
    for (name, value) in [("state", Some("guessed")), ("state", None), ("iss", Some("https://evil.example")), ("iss", None)] {
        let callback = with(&browser.come_back(&app.url("/login"), &doorward), name, value);
        assert!(browser.get(callback.as_str()).status >= 400, "{name}: {value:?}");
    }
    let callback = browser.come_back(&app.url("/login"), &doorward);
    assert!(Browser::new().get(callback.as_str()).status >= 400);
    // Law: whoever didn't ask is sent to the login.
    assert!(!browser.get(&app.url("/me")).says("You are"));
}

#[test]
fn another_sites_form_logs_nobody_out() {
    let (doorward, app, mut browser) = start();
    browser.log_in(&app.url("/login"), &doorward);
    assert_eq!(browser.get(&app.url("/logout")).status, 404);
    // Law: no link does.
    assert!(browser.open(&app.url("/me")).says("You are Robin Lin"));
}
