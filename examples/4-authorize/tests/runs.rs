//! Keeps the step working. The tests that you would write are step 6.
#![allow(clippy::expect_used, missing_docs)]

#[path = "../../6-test-it/tests/support/mod.rs"]
mod support;

use support::{App, Browser, Doorward};

fn start() -> (Doorward, App, Browser) {
    let doorward = Doorward::start();
    let app = App::start(env!("CARGO_BIN_EXE_step-4-authorize"), &doorward);
    (doorward, app, Browser::new())
}

#[test]
fn a_person_lets_the_app_see_their_photos() {
    let (doorward, app, mut browser) = start();
    assert_eq!(browser.open(&app.url("/photos")).status, 401);
    browser.log_in(&app.url("/login"), &doorward);
    let photos = browser.open(&app.url("/photos"));
    assert_eq!(photos.status, 200, "{}", photos.text);
    assert!(photos.says("Morning at the lake"), "{}", photos.text);
    let held = format!("{:?}{}", browser.cookies, photos.text);
    // Law: tokens stay with the app; what a browser holds is an id of a session.
    assert!(!held.contains("eyJ"), "{held}");
}
