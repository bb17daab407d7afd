//! "Check me", as a learner presses it: for each row of the table an app that makes exactly this mistake gets its hint, in both languages.
#![cfg(feature = "demo")]
#![allow(clippy::expect_used, missing_docs)]

#[path = "check_me/clumsy.rs"]
mod clumsy;
mod demo;
#[path = "check_me/http.rs"]
mod http;
#[path = "check_me/provider.rs"]
mod provider;
#[path = "check_me/stand.rs"]
mod stand;

use clumsy::Clumsy;
use demo::Demo;
use doorward_demo::checker::Mistake;
use provider::Provider;
use stand::{Learner, Page};
use std::net::TcpListener;

/// Rows that are met by an app pointed at an issuer of the lab, and an issuer that leads to each.
const AT_THE_LAB: [(&str, &str); 4] = [
    ("signature-unchecked", "alg-none"),
    ("audience-unchecked", "wrong-audience"),
    ("issuer-unchecked", "wrong-issuer"),
    ("expiry-unchecked", "expired"),
];

#[test]
fn every_mistake_of_the_table_gets_its_own_hint_and_none_gets_none() {
    let demo = Demo::start();
    let player = demo.player();
    let mut learner = Learner::new(&demo, &player);
    let app = Clumsy::start();
    app.knows(learner.register(&demo, &app.base));

    let page = learner.check("all");
    assert_eq!((page.outcome(), page.mistake()), ("passed", None), "{}", page.told());

    let mut wrong = Vec::new();
    for mistake in Mistake::ALL {
        let row = mistake.row();
        // The one of them for which there is no app.
        if row.key == "app-silent" || AT_THE_LAB.iter().any(|(key, _)| *key == row.key) {
            continue;
        }
        app.makes(&[row.key]);
        let page = learner.check("all");
        let begins = |page: &Page, hint: &str| page.hint().is_some_and(|told| told.starts_with(&hint.chars().take(6).collect::<String>()));
        let chinese = learner.look("zh-CN");
        learner.look("en");
        if page.mistake() != Some(row.key) || !begins(&page, row.hint.en) || !begins(&chinese, row.hint.zh) {
            wrong.push(format!("{}: {} {}", row.key, page.outcome(), page.told()));
        }
    }
    // Law: one mistake, one hint.
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn an_app_pointed_at_the_lab_is_told_what_it_let_in() {
    let demo = Demo::start();
    let player = demo.player();
    let mut learner = Learner::new(&demo, &player);
    let app = Clumsy::start();
    let registered = learner.register(&demo, &app.base);
    for (key, issuer) in AT_THE_LAB {
        app.knows(Provider { issuer: format!("{}/{issuer}", demo.lab), ..registered.clone() });
        app.makes(&[]);
        let page = learner.check("all");
        // Law: who reads a token without verifying it is shown what that lets in.
        assert_eq!(page.mistake(), Some(key), "{}", page.told());
    }
}

#[test]
fn an_app_that_does_not_run_is_told_so_in_the_learners_language() {
    let demo = Demo::start();
    let player = demo.player();
    let mut learner = Learner::new(&demo, &player);
    let app = Clumsy::start();
    learner.register(&demo, "http://127.0.0.1:1024");
    for through in ["1", "2", "3", "4", "5", "6", "all"] {
        let page = learner.check(through);
        assert_eq!(page.mistake(), Some("app-silent"), "{}", page.told());
    }
    // Law: each browser speaks its language, also about what was checked before.
    let page = learner.look("zh-CN");
    assert!(page.hint().is_some_and(|hint| hint.starts_with("请启动应用")), "{}", page.told());
    drop(app);
}

#[test]
fn an_app_may_be_at_any_of_the_three_names_of_the_loopback() {
    let demo = Demo::start();
    let player = demo.player();
    let mut learner = Learner::new(&demo, &player);
    for (address, host) in [("127.0.0.1:0", "127.0.0.1"), ("[::1]:0", "[::1]")] {
        // A machine without IPv6 has two.
        let Ok(listener) = TcpListener::bind(address) else { continue };
        let app = Clumsy::listen(listener, host);
        app.knows(learner.register(&demo, &app.base));
        let page = learner.check("all");
        // Law: what may be registered can be checked.
        assert_eq!(page.outcome(), "passed", "{}", page.told());
    }
}

#[test]
fn a_registration_outlives_a_restart_of_the_demo_and_the_person_who_plays_gets_a_new_password() {
    let demo = Demo::start();
    let player = demo.player();
    let mut learner = Learner::new(&demo, &player);
    let app = Clumsy::start();
    app.knows(learner.register(&demo, &app.base));
    assert_eq!(learner.check("3").outcome(), "passed");
    let _demo = demo.again();
    assert_eq!(learner.look("en").outcome(), "nothing", "reports are memory");
    let page = learner.check("all");
    // Law: what was pasted yesterday works today.
    assert_eq!(page.outcome(), "passed", "{}", page.told());
}

#[test]
fn of_two_mistakes_the_first_in_order_is_told() {
    let demo = Demo::start();
    let player = demo.player();
    let mut learner = Learner::new(&demo, &player);
    let app = Clumsy::start();
    app.knows(learner.register(&demo, &app.base));
    for (first, second) in [
        ("manifest-missing", "home-fails"),
        ("client-id-typo", "home-fails"),
        ("home-fails", "login-stays"),
        ("account-open", "state-missing"),
        ("redirect-slash", "state-missing"),
        ("scope-openid", "challenge-plain"),
        ("state-missing", "nonce-missing"),
        ("state-constant", "nonce-constant"),
        ("nonce-constant", "secret-wrong"),
        ("secret-newline", "verifier-missing"),
        ("verifier-lost", "session-global"),
        ("session-global", "cookie-scripts"),
        ("cookie-sites", "photos-id-token"),
        ("scope-photos", "photos-uncalled"),
        ("photos-no-token", "logout-kept"),
        ("logout-by-get", "logout-local"),
        ("logout-no-hint", "logout-unregistered"),
        ("logout-unregistered", "state-unchecked"),
        ("state-unchecked", "nonce-unchecked"),
        ("iss-optional", "denied-crashes"),
        ("code-twice", "session-fixed"),
        ("session-fixed", "open-redirect"),
    ] {
        app.makes(&[second, first]);
        let page = learner.check("all");
        // Law: one thing at a time, and the hint fits it.
        assert_eq!(page.mistake(), Some(first), "{first} and {second}: {}", page.told());
    }
}

#[test]
fn a_check_goes_as_far_as_it_was_asked_to_and_says_what_comes_next() {
    let demo = Demo::start();
    let player = demo.player();
    let mut learner = Learner::new(&demo, &player);
    let app = Clumsy::start();
    app.knows(learner.register(&demo, &app.base));
    for (through, passing, failing) in [
        ("1", "home-fails", "login-stays"),
        ("3", "session-global", "photos-fail"),
        ("4", "photos-fail", "logout-kept"),
        ("5", "logout-kept", "state-unchecked"),
    ] {
        app.makes(&[failing]);
        let page = learner.check(through);
        assert_eq!(page.outcome(), "passed", "{}", page.told());
        app.makes(&[passing]);
        assert_eq!(learner.check(through).mistake(), Some(passing));
    }
    for (pages, step) in [(1, 3), (2, 4), (3, 5)] {
        app.has(pages);
        let page = learner.check("all");
        // Law: what isn't there yet is no mistake.
        assert_eq!(page.outcome(), "next", "{}", page.told());
        assert!(page.told().contains(&format!("step {step}")), "{}", page.told());
    }
}
