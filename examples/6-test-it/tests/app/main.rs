//! The app against a real Doorward. Each test starts both, plays the people, and ends both.
//!
//! | file | asks |
//! | --- | --- |
//! | `people.rs` | does it do what people want of it? |
//! | `strangers.rs` | does it refuse what nobody should want of it? |
//! | `logout.rs` | does a session end when it should, and only then? |
//! | `lab.rs` | does it believe a login server that makes a mistake? |
#![allow(clippy::expect_used, missing_docs)]

mod lab;
mod logout;
mod people;
mod strangers;
#[path = "../support/mod.rs"]
mod support;

use support::{App, Browser, Doorward};

const APP: &str = env!("CARGO_BIN_EXE_step-6-test-it");

/// A Doorward, the app, and the browser of somebody who has not logged in.
fn start() -> (Doorward, App, Browser) {
    let doorward = Doorward::start();
    let app = App::start(APP, &doorward);
    (doorward, app, Browser::new())
}

/// The same, and they have logged in.
fn start_logged_in() -> (Doorward, App, Browser) {
    let (doorward, app, mut browser) = start();
    let home = browser.log_in(&app.url("/login"), &doorward);
    assert!(home.says("Hello, Robin Lin."), "{}", home.text);
    (doorward, app, browser)
}

/// Whether the app knows who this is.
fn is_logged_in(browser: &mut Browser, app: &App) -> bool {
    browser.open(&app.url("/me")).status == 200
}
