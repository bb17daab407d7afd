//! What people want of the app.

use super::{is_logged_in, start, start_logged_in};

#[test]
fn whoever_logs_in_is_greeted_and_known() {
    let (doorward, app, mut browser) = start();
    assert!(browser.open(&app.url("/")).says("Log in"));
    let home = browser.log_in(&app.url("/login"), &doorward);
    assert!(home.says("Hello, Robin Lin."), "{}", home.text);
    assert!(browser.open(&app.url("/me")).says("You are Robin Lin"));
}

#[test]
fn whoever_is_logged_in_at_doorward_is_not_asked_twice() {
    let (_doorward, app, mut browser) = start_logged_in();
    browser.cookies.remove("localhost");
    assert!(browser.open(&app.url("/login")).says("Hello, Robin Lin."), "no password, no question");
}

#[test]
fn whoever_allows_it_sees_their_photos() {
    let (_doorward, app, mut browser) = start_logged_in();
    let photos = browser.open(&app.url("/photos"));
    assert!(photos.status == 200 && photos.says("Morning at the lake"), "{}", photos.text);
}

#[test]
fn whoever_says_no_is_told_so() {
    let (doorward, app, mut browser) = start();
    let question = browser.ask(&app.url("/login"));
    let callback = browser.decide(&question, &doorward, |browser, page| browser.press(page, "decision", &[("decision", "deny")]));
    let page = browser.open(callback.as_str());
    assert!(page.status == 400 && page.says("Doorward said access_denied."), "{}", page.text);
    assert!(!is_logged_in(&mut browser, &app));
}
