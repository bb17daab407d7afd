//! Keeps the step working. The tests that you would write are step 6.
#![allow(clippy::expect_used, missing_docs)]

#[path = "../../6-test-it/tests/support/mod.rs"]
mod support;

use support::{App, Browser, Doorward};

#[test]
fn the_app_has_a_page_and_says_where_it_is() {
    let doorward = Doorward::start();
    let app = App::start(env!("CARGO_BIN_EXE_step-1-create-the-app"), &doorward);
    let mut browser = Browser::new();
    let home = browser.open(&app.url("/"));
    assert_eq!(home.status, 200);
    assert!(home.text.contains("My app"));
    let manifest: serde_json::Value = serde_json::from_str(&browser.open(&app.url("/doorward-learn.json")).text).expect("JSON");
    // Law: the manifest names the app that Doorward knows, and its first page.
    assert_eq!(manifest, serde_json::json!({ "client_id": app.client_id, "home": "/" }));
}
