//! The client library's web part against the server itself: two programs on the loopback, and a person's browser between them.
#![cfg(feature = "demo")]
#![allow(clippy::expect_used, missing_docs)]

#[allow(dead_code, reason = "the test starts the app in its own way")]
#[path = "../crates/client/examples/web.rs"]
mod example;
#[path = "client_web/side.rs"]
mod side;

use doorward_client::web::Web;
use doorward_demo::player::Browser;
use doorward_testkit::API;
use side::{At, Both, person};

/// Sessions on the app's server, and in its cookies.
const KEEPS: [fn(Web) -> Web; 2] = [|web| web, Web::sessions_in_cookies];

#[rocket::async_test]
async fn somebody_logs_in_at_the_server_and_comes_back_to_the_page_they_wanted() {
    for keep in KEEPS {
        let both = Both::start(keep).await;
        let page = both.browse(|at, browser| person(browser, &at.app("/me"))).await;
        assert_eq!((page.status, page.url.path()), (200, "/me"), "{}", page.body);
        // The name is told by userinfo, the rest by the ID token.
        for told in ["sub-ada", "ada Example", "Access to: openid profile"] {
            assert!(page.body.contains(told), "{told}: {}", page.body);
        }
        both.stop().await;
    }
}

#[rocket::async_test]
async fn an_app_with_access_to_the_photos_learns_the_name_too_and_renews_both() {
    for keep in KEEPS {
        let both = Both::start_with(|login| login.scopes(["profile", "photos:read"]).resource(API), keep).await;
        let page = both.browse(|at, browser| person(browser, &at.app("/me"))).await;
        assert!(page.body.contains("ada Example") && page.body.contains("photos:read"), "{}", page.body);
        both.server.clock.advance(3600);
        // Law: the token for the name spent no right to the photos.
        let later = both.browse(|at, browser| side::open(browser, &at.app("/me"))).await;
        assert_eq!((later.status, later.url.path()), (200, "/me"), "{}", later.body);
        both.stop().await;
    }
}

#[rocket::async_test]
async fn who_logs_out_at_the_app_is_out_at_the_server_too_without_a_question() {
    for keep in KEEPS {
        let both = Both::start(keep).await;
        let (home, again) = both
            .browse(|at, browser| {
                person(browser, &at.app("/login"));
                let home = side::open(browser, &at.app("/"));
                let form = side::form(&home, "/logout");
                let gone = browser.submit(&home, &form).expect("an answer");
                let home = browser.follow(gone, |_| false).expect("a way back").last;
                (home, side::open(browser, &at.app("/me")))
            })
            .await;
        assert_eq!((home.status, home.url.path()), (200, "/"));
        assert!(home.body.contains("Log in"), "{}", home.body);
        // Law: the next login asks for the password again.
        assert!(again.url.port() == Some(both.port) && again.body.contains("type=\"password\""), "{}", again.url);
        both.stop().await;
    }
}

#[rocket::async_test]
async fn who_logs_out_at_the_server_is_out_at_the_app_too() {
    for keep in KEEPS {
        let both = Both::start(keep).await;
        both.browse(|at, browser| {
            assert_eq!(person(browser, &at.app("/me")).status, 200);
            let asked = side::open(browser, &at.server("/logout"));
            let form = side::form(&asked, "/logout").press("decision", "logout").expect("a button");
            assert!(browser.submit(&asked, &form).expect("an answer").status < 400);
        })
        .await;
        // The server tells the app behind the person's back; it is on its way.
        let out = both.browse(|at, browser| side::until(|| side::open(browser, &at.app("/")).body.contains("Log in"))).await;
        // Law: a session at the app ends with the one it came from.
        assert!(out);
        both.stop().await;
    }
}

#[rocket::async_test]
async fn who_declines_is_told_so_by_the_app_and_nobody_is_logged_in() {
    let both = Both::start(KEEPS[0]).await;
    let page = both.browse(|at, browser| side::walk(browser, &at.app("/login?return_to=/me"), "deny")).await;
    assert_eq!((page.status, page.url.path()), (403, "/callback"));
    assert!(page.body.contains("<code>access_denied</code>") && page.body.contains("/login?return_to=%2Fme"), "{}", page.body);
    both.stop().await;
}

#[rocket::async_test]
async fn fifty_threads_with_ended_access_renew_it_once_and_the_server_sees_no_theft() {
    for keep in KEEPS {
        let both = Both::start(keep).await;
        let person = |at: At, browser: &mut Browser<'_>| (person(browser, &at.app("/me")).status, At::cookies(browser));
        let mut cookies = both.browse(person).await.1;
        for _ in 0..3 {
            both.server.clock.advance(3600);
            let answers = both.crowd("/me", &cookies).await;
            // Law: a refresh token that is used twice ends the family (RFC 9700 section 4.14.2); this one lives.
            assert!(answers.iter().all(|answer| answer.starts_with("HTTP/1.1 200") && answer.contains("sub-ada")), "{answers:?}");
            cookies = side::set_cookies(&answers[0]).unwrap_or(cookies);
        }
        both.stop().await;
    }
}

#[rocket::async_test]
async fn who_takes_the_apps_access_away_at_the_server_is_logged_out_when_it_would_be_renewed() {
    for keep in KEEPS {
        let both = Both::start(keep).await;
        both.browse(|at, browser| {
            assert_eq!(person(browser, &at.app("/me")).status, 200);
            let account = side::open(browser, &at.server("/account"));
            let form = side::form(&account, "revoke");
            let taken = browser.submit(&account, &form).expect("an answer");
            assert!(browser.follow(taken, |_| false).expect("a page").last.status == 200);
        })
        .await;
        both.server.clock.advance(3600);
        let page = both.browse(|at, browser| side::open(browser, &at.app("/me"))).await;
        // Law: nobody goes on as somebody whose access is gone: they are asked to log in, or to agree.
        assert!(page.url.port() == Some(both.port), "{} {}", page.url, page.status);
        both.stop().await;
    }
}
