//! What nobody should want of the app: each of these must fail.

use super::support::{Browser, parameter, with};
use super::{is_logged_in, start, start_logged_in};

#[test]
fn without_a_login_there_is_no_account_and_there_are_no_photos() {
    let (_doorward, app, mut browser) = start();
    for page in ["/me", "/photos"] {
        assert_eq!(browser.open(&app.url(page)).status, 401, "{page}");
    }
}

#[test]
fn an_answer_with_another_state_logs_nobody_in() {
    let (doorward, app, mut browser) = start();
    for state in [Some("guessed"), Some(""), None] {
        let callback = with(&browser.come_back(&app.url("/login"), &doorward), "state", state);
        assert_eq!(browser.open(callback.as_str()).status, 400, "{state:?}");
        assert!(!is_logged_in(&mut browser, &app));
    }
}

#[test]
fn an_answer_by_another_server_logs_nobody_in() {
    let (doorward, app, mut browser) = start();
    for iss in [Some("https://evil.example"), Some(""), None] {
        let callback = with(&browser.come_back(&app.url("/login"), &doorward), "iss", iss);
        assert_eq!(browser.open(callback.as_str()).status, 400, "{iss:?}");
        assert!(!is_logged_in(&mut browser, &app));
    }
}

/// Or a link in a mail would log you in as its author, and what you then store would be theirs.
#[test]
fn an_answer_logs_in_nobody_but_the_browser_that_asked() {
    let (doorward, app, mut attacker) = start();
    let callback = attacker.come_back(&app.url("/login"), &doorward);
    let mut fresh = Browser::new();
    let mut asking = Browser::new();
    asking.ask(&app.url("/login"));
    for victim in [&mut fresh, &mut asking] {
        assert_eq!(victim.open(callback.as_str()).status, 400);
        assert!(!is_logged_in(victim, &app));
    }
}

#[test]
fn an_answer_counts_once() {
    let (doorward, app, mut browser) = start();
    let callback = browser.come_back(&app.url("/login"), &doorward);
    assert!(browser.open(callback.as_str()).says("Hello, Robin Lin."));
    assert_eq!(browser.open(callback.as_str()).status, 400);
}

#[test]
fn a_code_counts_once() {
    let (doorward, app, mut browser) = start();
    let first = browser.come_back(&app.url("/login"), &doorward);
    browser.open(first.as_str());
    let mut again = Browser::new();
    let second = again.come_back(&app.url("/login"), &doorward);
    assert_eq!(again.open(with(&second, "code", Some(&parameter(&first, "code"))).as_str()).status, 400);
    assert!(!is_logged_in(&mut again, &app));
}

/// The code was seen in a log, before its owner used it. PKCE makes it worthless: the verifier is kept for another browser.
#[test]
fn a_stolen_code_is_worth_nothing_in_a_login_of_the_thief() {
    let (doorward, app, mut victim) = start();
    let stolen = victim.come_back(&app.url("/login"), &doorward);
    let mut thief = Browser::new();
    let question = thief.ask(&app.url("/login"));
    let callback = with(&stolen, "state", Some(&parameter(&question, "state")));
    assert_eq!(thief.open(callback.as_str()).status, 400);
    assert!(!is_logged_in(&mut thief, &app));
}

/// What the app sent was changed on its way through the browser.
#[test]
fn an_answer_to_another_question_logs_nobody_in() {
    let (doorward, app, mut browser) = start();
    for changed in ["nonce", "code_challenge", "state"] {
        let question = browser.ask(&app.url("/login"));
        let other = parameter(&Browser::new().ask(&app.url("/login")), changed);
        let callback = browser.answer(&with(&question, changed, Some(&other)), &doorward);
        assert_eq!(browser.open(callback.as_str()).status, 400, "{changed}");
        assert!(!is_logged_in(&mut browser, &app));
    }
}

#[test]
fn no_two_questions_are_alike() {
    let (_doorward, app, mut browser) = start();
    let (one, other) = (browser.ask(&app.url("/login")), browser.ask(&app.url("/login")));
    for random in ["state", "nonce", "code_challenge"] {
        assert!(parameter(&one, random).len() >= 22, "{random} can be guessed");
        assert_ne!(parameter(&one, random), parameter(&other, random));
    }
    assert_eq!(parameter(&one, "code_challenge_method"), "S256");
}

#[test]
fn what_an_error_says_is_text_and_not_html() {
    let (_doorward, app, mut browser) = start();
    let question = browser.ask(&app.url("/login"));
    let mut callback = with(&question, "error", Some("<script>alert(1)</script>"));
    callback = with(&callback, "iss", Some(&question.origin().ascii_serialization()));
    let page = browser.open(&format!("{}/callback?{}", app.base, callback.query().unwrap_or_default()));
    assert!(page.says("Doorward said <script>"), "{}", page.text);
    assert!(!page.text.contains("<script>"), "{}", page.text);
}

/// Somebody who can plant a cookie must not know the session that grows under it.
#[test]
fn a_session_never_lives_under_a_key_that_was_there_before() {
    let (doorward, app, mut browser) = start();
    browser.open(&app.url("/"));
    browser.plant("localhost", "session", "planted");
    browser.log_in(&app.url("/login"), &doorward);
    assert!(is_logged_in(&mut browser, &app));
    let mut attacker = Browser::new();
    attacker.plant("localhost", "session", "planted");
    assert!(!is_logged_in(&mut attacker, &app));
}

#[test]
fn a_login_goes_nowhere_but_home() {
    let (doorward, app, mut browser) = start();
    for login in ["/login?next=https://evil.example", "/login?return_to=//evil.example"] {
        let page = browser.log_in(&app.url(login), &doorward);
        assert_eq!(page.url.as_str(), app.url("/"));
    }
}

#[test]
fn cookies_are_for_the_app_alone() {
    let (doorward, app, mut browser) = start();
    let callback = browser.come_back(&app.url("/login"), &doorward);
    let answer = browser.get(callback.as_str());
    let cookies: Vec<_> = answer.headers.get_all("Set-Cookie").iter().filter_map(|cookie| cookie.to_str().ok()).collect();
    let session = cookies.iter().find(|cookie| cookie.starts_with("session=")).expect("a session");
    assert!(session.contains("HttpOnly"), "scripts read it: {session}");
    assert!(session.contains("SameSite=Lax"), "other sites' forms send it: {session}");
}

#[test]
fn tokens_stay_with_the_app() {
    let (_doorward, app, mut browser) = start_logged_in();
    let pages: String = ["/", "/me", "/photos"].iter().map(|page| browser.open(&app.url(page)).text).collect();
    let held = format!("{pages}{:?}", browser.cookies);
    assert!(!held.contains("eyJ"), "every JWT begins so: {held}");
}
