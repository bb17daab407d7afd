//! The player goes where it may, and takes no more than it said.
#![allow(clippy::expect_used, missing_docs)]

#[allow(dead_code, reason = "each test has its part of it")]
#[path = "common/site.rs"]
mod site;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use doorward_demo::player::{Limits, Origin, Player, Trouble, forms};
use site::{Reply, Site};
use url::Url;

fn origin(name: &str, port: u16) -> Origin {
    Origin::parse(&format!("http://{name}:{port}")).expect("an origin")
}

fn at(name: &str, site: &Site, path: &str) -> Url {
    origin(name, site.port).at(path).expect("a path")
}

#[test]
fn a_login_form_is_filled_and_its_redirects_are_followed_one_by_one() {
    let site = Site::new(|asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", "/") => Reply::html(
            r#"<form method="post" action="/login"><input name="csrf" value="a&amp;b" type="hidden"><input name="user"></form>"#,
        )
        .with("Set-Cookie", "before=1; Path=/; HttpOnly"),
        ("POST", "/login") => {
            let fine =
                asked.body == "csrf=a%26b&user=checker" && asked.headers["cookie"] == "before=1" && asked.headers.contains_key("origin");
            assert!(fine, "{} {:?}", asked.body, asked.headers);
            Reply::to("/welcome").with("Set-Cookie", "id=7; Path=/; HttpOnly; SameSite=Lax")
        }
        ("GET", "/welcome") => Reply::html(asked.headers["cookie"].clone()),
        _ => Reply::new(404, ""),
    });
    let player = Player::new(&[origin("localhost", site.port)], Limits::default());
    let mut browser = player.browser();
    let page = browser.get(&at("localhost", &site, "/")).expect("the page");
    let form = forms(&page.body).first().cloned().expect("a form").fill("user", "checker");
    let answer = browser.submit(&page, &form).expect("an answer");
    let arrived = browser.follow(answer, |_| false).expect("the end");
    assert_eq!(arrived.trail.iter().map(|hop| hop.status).collect::<Vec<_>>(), [303, 200]);
    assert_eq!(arrived.last.body, "before=1; id=7");
    // Law: each browser has its own cookies.
    assert!(player.browser().jar.of("localhost").is_empty());
    assert_eq!(browser.jar.of("localhost").len(), 2);
}

#[test]
fn another_origin_is_recorded_and_never_called() {
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    let other = Site::new(move |_| {
        seen.fetch_add(1, Ordering::SeqCst);
        Reply::html("")
    });
    let there = format!("http://localhost:{}/", other.port);
    let leads = there.clone();
    let site = Site::new(move |asked| match asked.path.as_str() {
        "/other-port" => Reply::to(leads.clone()),
        "/other-name" => Reply::to(format!("http://127.0.0.1:{}/", asked.headers["host"].rsplit(':').next().expect("a port"))),
        "/form" => Reply::html(format!("<form method=post action='{leads}'></form>")),
        "/far" => Reply::to("http://evil.example/"),
        "/tricks" => Reply::to("http://user@localhost:1/"),
        _ => Reply::new(404, ""),
    });
    let player = Player::new(&[origin("localhost", site.port)], Limits::default());
    let mut browser = player.browser();
    for path in ["/other-port", "/other-name", "/far", "/tricks"] {
        let answer = browser.get(&at("localhost", &site, path)).expect("an answer");
        let arrived = browser.follow(answer.clone(), |_| false).expect("the end");
        assert!(arrived.stopped.is_some(), "{path}");
        assert!(matches!(browser.step(&answer), Some(Err(Trouble::Elsewhere(_)))), "{path}");
    }
    let page = browser.get(&at("localhost", &site, "/form")).expect("a page");
    let form = forms(&page.body).first().cloned().expect("a form");
    assert!(matches!(browser.submit(&page, &form), Err(Trouble::Elsewhere(_))));
    for url in [there.as_str(), "http://2130706433:80/", "http://[::1]:80/", "http://0.0.0.0/", "file:///etc/passwd", "https://localhost/"]
    {
        assert!(matches!(browser.get(&Url::parse(url).expect("a URL")), Err(Trouble::Elsewhere(_))), "{url}");
    }
    // Law: what isn't in the list hears nothing.
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[test]
fn a_player_takes_no_more_than_it_said() {
    let site = Site::new(|asked| match asked.path.as_str() {
        "/circle" => Reply::to("/circle"),
        "/flood" => Reply::new(200, "x".repeat(5000)),
        _ => Reply::new(200, ""),
    });
    let limits = Limits { body: 4096, requests: 20, hops: 5, ..Limits::default() };
    let player = Player::new(&[origin("localhost", site.port)], limits);
    let mut browser = player.browser();
    assert!(matches!(browser.get(&at("localhost", &site, "/flood")), Err(Trouble::TooLarge(_))));
    let first = browser.get(&at("localhost", &site, "/circle")).expect("an answer");
    assert!(matches!(browser.follow(first, |_| false), Err(Trouble::TooMany)));
    while player.asked() < 20 {
        assert!(browser.get(&at("localhost", &site, "/")).is_ok());
    }
    // Law: requests are counted over all its browsers.
    assert!(matches!(player.browser().get(&at("localhost", &site, "/")), Err(Trouble::TooMany)));
}

#[test]
fn silence_and_closed_doors_have_their_names() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let silent = listener.local_addr().expect("an address").port();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address").port();
    let limits = Limits { wait: std::time::Duration::from_millis(300), ..Limits::default() };
    let player = Player::new(&[origin("127.0.0.1", silent), origin("localhost", closed)], limits);
    let slow = player.browser().get(&origin("127.0.0.1", silent).at("/").expect("a path"));
    assert!(matches!(slow, Err(Trouble::TooSlow(_))), "{slow:?}");
    let nobody = player.browser().get(&origin("localhost", closed).at("/").expect("a path"));
    assert!(matches!(nobody, Err(Trouble::NobodyThere(_))), "{nobody:?}");
    let over = Player::new(&[origin("localhost", closed)], Limits { whole: std::time::Duration::ZERO, ..Limits::default() });
    let late = over.browser().get(&origin("localhost", closed).at("/").expect("a path"));
    // Law: each way to fail can be told from the others.
    assert!(matches!(late, Err(Trouble::TooSlow(_))), "{late:?}");
}
