//! Keeps the step working. The tests that you would write are step 6.
#![allow(clippy::expect_used, missing_docs)]

#[path = "../../6-test-it/tests/support/mod.rs"]
mod support;

use support::{App, Browser, Doorward};

#[test]
fn the_page_shows_where_the_login_server_has_its_login() {
    let doorward = Doorward::start();
    let app = App::start(env!("CARGO_BIN_EXE_step-2-the-libraries"), &doorward);
    let mut browser = Browser::new();
    let home = browser.open(&app.url("/"));
    assert_eq!(home.status, 200);
    // Law: the app was told the issuer and nothing else.
    assert!(home.says(&format!("{}/authorize", doorward.issuer)), "{}", home.text);
    let manifest: serde_json::Value = serde_json::from_str(&browser.open(&app.url("/doorward-learn.json")).text).expect("JSON");
    assert_eq!(manifest, serde_json::json!({ "client_id": app.client_id, "home": "/" }));
}
