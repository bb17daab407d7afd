//! Keeps the step working. The tests that you would write are step 6.
#![allow(clippy::expect_used, missing_docs)]

#[path = "../../6-test-it/tests/support/mod.rs"]
mod support;

use support::{App, Browser, Doorward, with};

fn start() -> (Doorward, App, Browser) {
    let doorward = Doorward::start();
    let app = App::start(env!("CARGO_BIN_EXE_step-3-login"), &doorward);
    (doorward, app, Browser::new())
}

#[test]
fn a_person_logs_in_and_is_known() {
    let (doorward, app, mut browser) = start();
    assert_eq!(browser.open(&app.url("/me")).status, 401);
    let home = browser.log_in(&app.url("/login"), &doorward);
    assert!(home.says("Hello, Robin Lin."), "{}", home.text);
    assert!(browser.open(&app.url("/me")).says("You are Robin Lin"));
    // Law: who is known is the browser that came back, and no other.
    assert_eq!(Browser::new().open(&app.url("/me")).status, 401);
}

#[test]
fn an_answer_logs_in_the_browser_that_asked_and_once() {
    let (doorward, app, mut browser) = start();
    let callback = browser.come_back(&app.url("/login"), &doorward);
    let mut victim = Browser::new();
    assert_eq!(victim.open(callback.as_str()).status, 400);
    victim.get(&app.url("/login"));
    assert_eq!(victim.open(callback.as_str()).status, 400, "the victim asked another question");
    assert!(browser.open(callback.as_str()).says("Hello, Robin Lin."));
    assert_eq!(browser.open(callback.as_str()).status, 400);
    // Law: a link that somebody else made logs nobody in.
    assert_eq!(victim.open(&app.url("/me")).status, 401);
}

#[test]
fn an_answer_of_another_server_is_not_taken() {
    let (doorward, app, mut browser) = start();
    for iss in [None, Some("https://evil.example")] {
        let callback = with(&browser.come_back(&app.url("/login"), &doorward), "iss", iss);
        assert_eq!(browser.open(callback.as_str()).status, 400);
    }
    // Law: without the right iss nobody is logged in.
    assert_eq!(browser.open(&app.url("/me")).status, 401);
}
