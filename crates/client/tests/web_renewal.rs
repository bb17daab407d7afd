//! Access is renewed once, however many threads need it, and who is refused is logged out.
#![cfg(feature = "web")]
#![allow(clippy::expect_used)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Barrier;

use doorward_client::web::Web;
use rocket::fairing::AdHoc;
use serde_json::json;
use support::Reply;
use support::app::{App, rocket};

const CROWD: usize = 50;

/// The same app on a port of its own, and fifty threads that ask it for one page at the same moment, as one browser.
async fn crowd(app: &App, how: impl FnOnce(Web) -> Web, cookies: &str) -> Vec<String> {
    let (tell, told) = rocket::tokio::sync::oneshot::channel();
    let tell = std::sync::Mutex::new(Some(tell));
    let here = rocket(how(Web::new(app.story.login.clone()))).attach(AdHoc::on_liftoff("port", move |rocket| {
        let (port, tell) = (rocket.config().port, tell.lock().expect("no panic before").take());
        Box::pin(async move { tell.expect("one start").send(port).expect("somebody to wait") })
    }));
    let figment = here.figment().clone().merge(("port", 0)).merge(("shutdown.ctrlc", false));
    let here = here.configure(figment).ignite().await.expect("an app");
    let end = here.shutdown();
    let serving = rocket::tokio::spawn(here.launch());
    let port = told.await.expect("a port");
    let request = format!("GET /me HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nCookie: {cookies}\r\nConnection: close\r\n\r\n");
    let answers = rocket::tokio::task::spawn_blocking(move || {
        let together = Barrier::new(CROWD);
        std::thread::scope(|scope| {
            let ask = || {
                let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("to connect");
                together.wait();
                stream.write_all(request.as_bytes()).expect("to be heard");
                let mut answer = String::new();
                stream.read_to_string(&mut answer).expect("an answer");
                answer
            };
            let all: Vec<_> = (0..CROWD).map(|_| scope.spawn(ask)).collect();
            all.into_iter().map(|one| one.join().expect("no panic")).collect::<Vec<_>>()
        })
    });
    let answers = answers.await.expect("answers");
    end.notify();
    serving.await.expect("an end").expect("a good one");
    answers
}

/// Somebody who is logged in, with access that has ended; and their cookies.
async fn late(how: impl FnOnce(Web) -> Web) -> (App, String) {
    let app = App::start(how).await;
    app.log_in().await;
    let cookies: Vec<String> = app.cookies("session").into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    app.story.clock.advance(600);
    (app, cookies.join("; "))
}

fn renewals(app: &App) -> usize {
    app.story.rogue.seen("/token").iter().filter(|seen| seen.form["grant_type"] == "refresh_token").count()
}

fn keyed(web: Web) -> Web {
    web.sessions_in_cookies().key(support::app::KEY).expect("a key")
}

#[rocket::async_test]
async fn fifty_threads_with_an_ended_token_renew_it_once_with_sessions_in_cookies() {
    let (app, cookies) = late(keyed).await;
    let renewed = json!({"access_token": "renewed", "token_type": "Bearer", "expires_in": 600, "refresh_token": "second"});
    app.story.rogue.next("/token", Reply::json(200, &renewed).slow(50));
    let answers = crowd(&app, keyed, &cookies).await;
    assert!(answers.iter().all(|answer| answer.ends_with("ada renewed") && answer.contains("_session=")), "{answers:?}");
    // Law: a refresh token is used once.
    assert_eq!(renewals(&app), 1);
}

#[rocket::async_test]
async fn fifty_threads_with_an_ended_token_renew_it_once_with_sessions_on_the_server() {
    let store = std::sync::Arc::new(doorward_client::web::MemorySessions::with_clock(10, support::Hands::new()));
    let (app, cookies) = late(|web| web.sessions(store.clone())).await;
    let renewed = json!({"access_token": "renewed", "token_type": "Bearer", "expires_in": 600, "refresh_token": "second"});
    app.story.rogue.next("/token", Reply::json(200, &renewed).slow(50));
    let answers = crowd(&app, |web| web.sessions(store), &cookies).await;
    assert!(answers.iter().all(|answer| answer.ends_with("ada renewed")), "{answers:?}");
    // Law: a refresh token is used once.
    assert_eq!(renewals(&app), 1);
}

#[rocket::async_test]
async fn when_the_provider_refuses_all_fifty_are_sent_to_the_login_by_one_request() {
    let (app, cookies) = late(keyed).await;
    app.story.rogue.next("/token", Reply::json(400, &json!({"error": "invalid_grant"})).slow(50));
    let answers = crowd(&app, keyed, &cookies).await;
    for answer in &answers {
        assert!(answer.starts_with("HTTP/1.1 303") && answer.to_ascii_lowercase().contains("location: /login?return_to=%2fme"), "{answer}");
        // The browser forgets the session, too.
        assert!(answer.contains("_session=; ") && answer.contains("Max-Age=0"), "{answer}");
    }
    // Law: nobody stays logged in whose access the provider has ended, and it is asked once.
    assert_eq!(renewals(&app), 1);
}
