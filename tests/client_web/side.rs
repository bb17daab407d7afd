//! The server and an app, each on a port of its own, and the browser of a person who has an account at the one and uses the other.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Barrier, Mutex, PoisonError};
use std::time::Duration;

use doorward_client::time::{Clock, Timestamp};
use doorward_client::web::Web;
use doorward_client::{Client, Login, Provider};
use doorward_demo::player::{Answer, Browser, Form, Jar, Limits, Origin, Player, forms};
use doorward_testkit::{FakeClock, Listening, PASSWORD, SECRET, World, photos};
use rocket::tokio;
use serde_json::json;
use url::Url;

/// As many as come at the same moment.
const CROWD: usize = 50;

pub struct Both {
    pub server: Listening,
    pub port: u16,
    app_port: u16,
    end: rocket::Shutdown,
    serving: tokio::task::JoinHandle<()>,
    jar: Arc<Mutex<Jar>>,
}

/// Where things are.
#[derive(Clone, Copy)]
pub struct At {
    server: u16,
    app: u16,
}

impl At {
    pub fn server(self, path: &str) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}{path}", self.server)).expect("a URL")
    }

    pub fn app(self, path: &str) -> Url {
        Url::parse(&format!("http://localhost:{}{path}", self.app)).expect("a URL")
    }

    /// The browser's cookies at the app, as it sends them.
    pub fn cookies(browser: &Browser<'_>) -> String {
        let all: Vec<String> = browser.jar.of("localhost").iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        all.join("; ")
    }
}

/// The world's time, for the library.
#[derive(Debug)]
struct Shared(Arc<FakeClock>);

impl Clock for Shared {
    fn now(&self) -> Timestamp {
        doorward::clock::Clock::now(&*self.0)
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

impl Both {
    pub async fn start(how: impl FnOnce(Web) -> Web) -> Self {
        Self::start_with(|login| login, how).await
    }

    /// The same with other wishes at the login.
    pub async fn start_with(wish: impl FnOnce(Login) -> Login, how: impl FnOnce(Web) -> Web) -> Self {
        let (port, app_port) = (free_port(), free_port());
        let (issuer, base) = (format!("http://127.0.0.1:{port}"), format!("http://localhost:{app_port}"));
        let registration = json!({
            "redirect_uris": [format!("{base}/callback")],
            "post_logout_redirect_uris": [format!("{base}/")],
            "backchannel_logout_uri": format!("{base}/backchannel-logout"),
            "scope": "openid profile photos:read",
        });
        let server = World::new().issuer(&issuer).app("shop", registration).api(photos()).user("ada").listen_on(port).await;

        let provider = Provider::builder(&issuer).clock(Arc::new(Shared(Arc::clone(&server.clock)))).build().expect("a provider");
        let login = Login::new(provider, Client::new("shop").secret(SECRET), &format!("{base}/callback")).expect("a login");
        let login = login.scopes(["profile"]).after_logout(&format!("{base}/")).expect("an address");
        let app = crate::example::app(how(Web::new(wish(login))).fairing());
        let figment = app.figment().clone().merge(("port", app_port)).merge(("log_level", "off"));
        let figment = figment.merge(("shutdown.ctrlc", false)).merge(("address", "127.0.0.1"));
        let (tell, told) = tokio::sync::oneshot::channel();
        let tell = Mutex::new(Some(tell));
        let app = app.configure(figment).attach(rocket::fairing::AdHoc::on_liftoff("up", move |_| {
            let tell = tell.lock().unwrap_or_else(PoisonError::into_inner).take();
            Box::pin(async move { tell.expect("one start").send(()).expect("somebody to wait") })
        }));
        let app = app.ignite().await.expect("an app");
        let end = app.shutdown();
        let serving = tokio::spawn(async move { app.launch().await.map(drop).expect("a good end") });
        told.await.expect("the app to listen");
        Self { server, port, app_port, end, serving, jar: Arc::default() }
    }

    /// The person goes on where they were.
    pub async fn browse<T: Send + 'static>(&self, go: impl FnOnce(At, &mut Browser<'_>) -> T + Send + 'static) -> T {
        let (at, jar) = (At { server: self.port, app: self.app_port }, Arc::clone(&self.jar));
        let work = move || {
            // One who waits for a logout asks often.
            let limits = Limits { requests: 100_000, whole: Duration::from_secs(120), ..Limits::default() };
            let origin = |url: &Url| Origin::parse(&url.origin().ascii_serialization()).expect("an origin");
            let player = Player::new(&[origin(&at.server("/")), origin(&at.app("/"))], limits);
            let mut browser = player.browser();
            let mut jar = jar.lock().expect("no panic before");
            browser.jar = std::mem::take(&mut jar);
            let outcome = go(at, &mut browser);
            *jar = browser.jar;
            outcome
        };
        tokio::task::spawn_blocking(work).await.expect("no panic")
    }

    /// Fifty threads that ask the app for one page at the same moment, as one browser.
    pub async fn crowd(&self, path: &str, cookies: &str) -> Vec<String> {
        let port = self.app_port;
        let head = format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: text/html\r\n");
        let request = format!("{head}Cookie: {cookies}\r\nConnection: close\r\n\r\n");
        let work = move || {
            let together = Barrier::new(CROWD);
            std::thread::scope(|scope| {
                let ask = || {
                    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("to connect");
                    together.wait();
                    stream.write_all(request.as_bytes()).expect("to be heard");
                    let mut answer = String::new();
                    stream.read_to_string(&mut answer).expect("an answer");
                    answer
                };
                let all: Vec<_> = (0..CROWD).map(|_| scope.spawn(ask)).collect();
                all.into_iter().map(|one| one.join().expect("no panic")).collect()
            })
        };
        tokio::task::spawn_blocking(work).await.expect("no panic")
    }

    pub async fn stop(self) {
        self.end.notify();
        self.serving.await.expect("the app to end");
        self.server.stop().await;
    }
}

/// What a browser that got this answer sends afterwards, if the answer says anything of it.
pub fn set_cookies(answer: &str) -> Option<String> {
    let lines = answer.lines().filter_map(|line| line.split_once(": ")).filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
    let all: Vec<&str> = lines.filter_map(|(_, cookie)| cookie.split(';').next()).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// Opens an address and follows wherever it leads.
pub fn open(browser: &mut Browser<'_>, url: &Url) -> Answer {
    let first = browser.get(url).expect("an answer");
    browser.follow(first, |_| false).expect("a page").last
}

/// The form of a page whose action holds this.
pub fn form(page: &Answer, action: &str) -> Form {
    let found =
        forms(&page.body).into_iter().find(|form| form.action.contains(action) || (form.action.is_empty() && page.url.path() == action));
    found.unwrap_or_else(|| panic!("no form for {action} at {} {}: {}", page.url, page.status, page.body))
}

/// Goes there as Ada, who logs in and presses this button where she is asked for her consent.
pub fn walk(browser: &mut Browser<'_>, url: &Url, decision: &str) -> Answer {
    let mut page = open(browser, url);
    for _ in 0..4 {
        let all = forms(&page.body);
        let sent = if let Some(form) = all.iter().find(|form| form.has("password")) {
            browser.submit(&page, &form.clone().fill("username", "ada").fill("password", PASSWORD))
        } else if let Some(form) = all.iter().find_map(|form| form.clone().press("decision", decision)) {
            browser.submit(&page, &form)
        } else {
            return page;
        };
        page = browser.follow(sent.expect("an answer"), |_| false).expect("a page").last;
    }
    panic!("no way through: {}", page.url)
}

/// Goes there as Ada, who agrees to everything.
pub fn person(browser: &mut Browser<'_>, url: &Url) -> Answer {
    walk(browser, url, "allow")
}

/// Asks again until it holds; the player's own limits end what never does.
pub fn until(mut holds: impl FnMut() -> bool) -> bool {
    (0..50_000).any(|_| holds())
}
