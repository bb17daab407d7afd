//! "Check me" against apps that mean harm: it ends, stays where it may be, and is ready for the next.
#![cfg(feature = "demo")]
#![allow(clippy::expect_used, dead_code, missing_docs)]

#[path = "check_me/clumsy.rs"]
mod clumsy;
mod demo;
#[path = "check_me/http.rs"]
mod http;
#[path = "check_me/provider.rs"]
mod provider;
#[path = "check_me/stand.rs"]
mod stand;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use demo::Demo;
use stand::Learner;

/// What a page of the app does to whoever asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Harm {
    /// It leads to itself.
    Circles,
    /// It leads there.
    Leads(String),
    /// Its body has no end.
    Endless,
    /// Its head has no end.
    EndlessHead,
    /// So many cookies.
    Cookies(usize),
    /// This page.
    Says(&'static str),
    /// This instead of HTTP.
    Raw(&'static str),
    /// It takes the question and says nothing.
    Silence,
}

const BROKEN_FORMS: &str = "<form method=post action='//elsewhere.example/x<form><input name=\"a value=\0<button name=decision value=allow \
     <form action=\"javascript:alert(1)\" method=\"post\"><input type=password name=password><input name=username value='>\"<</form\
     <form method=post action=\"http://[::1\"><input name><input =><textarea name=x><select></form></form><form><form><form action=\\\\>";

/// An app all of whose pages are fine, but for one.
struct Hostile {
    base: String,
    harm: Arc<Mutex<(&'static str, Harm)>>,
    id: Arc<Mutex<String>>,
    heard: Receiver<()>,
}

impl Hostile {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let harm = Arc::new(Mutex::new(("", Harm::Circles)));
        let (tell, heard) = channel();
        let id = Arc::new(Mutex::new(String::new()));
        let (own, known) = (Arc::clone(&harm), Arc::clone(&id));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (harm, id, tell) = (own.lock().expect("it").clone(), known.lock().expect("it").clone(), tell.clone());
                std::thread::spawn(move || answer(stream, &id, harm, &tell));
            }
        });
        Self { base: format!("http://127.0.0.1:{port}"), harm, id, heard }
    }

    fn does(&self, path: &'static str, harm: Harm) {
        *self.harm.lock().expect("it") = (path, harm);
    }
}

fn answer(mut stream: TcpStream, id: &str, (hostile, harm): (&str, Harm), tell: &Sender<()>) {
    let mut bytes = [0; 8192];
    let read = stream.read(&mut bytes).unwrap_or(0);
    let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
    let path = text.split(' ').nth(1).and_then(|target| target.split('?').next()).unwrap_or_default();
    // Who waits for nothing has gone.
    tell.send(()).unwrap_or_default();
    let manifest =
        r#"{"client_id":"ID","home":"/","login":"/login","callback":"/callback","account":"/me","photos":"/photos","logout":"/logout"}"#;
    let told = match path {
        _ if path == hostile => return hurt(&mut stream, path, &harm),
        "/doorward-learn.json" => page("200", &manifest.replace("ID", id)),
        "/me" => page("401", "nobody"),
        _ => page("200", "fine"),
    };
    drop(stream.write_all(told.as_bytes()));
}

fn page(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} So\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn hurt(stream: &mut TcpStream, path: &str, harm: &Harm) {
    let to = |place: &str| format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let endless = |stream: &mut TcpStream, begin: &str, chunk: &str| {
        drop(stream.write_all(begin.as_bytes()));
        while stream.write_all(chunk.as_bytes()).is_ok() {}
    };
    let told = match harm {
        Harm::Circles => to(path),
        Harm::Leads(place) => to(place),
        Harm::Endless => return endless(stream, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", &"<p>".repeat(4096)),
        Harm::EndlessHead => return endless(stream, "HTTP/1.1 200 OK\r\n", &format!("X-More: {}\r\n", "x".repeat(4096))),
        Harm::Cookies(many) => {
            let cookies: Vec<String> = (0..*many).map(|n| format!("Set-Cookie: c{n}={n}; Path=/\r\n")).collect();
            page("200", "fine").replacen("\r\n", &format!("\r\n{}", cookies.concat()), 1)
        }
        Harm::Says(body) => page("200", body),
        Harm::Raw(text) => (*text).to_owned(),
        Harm::Silence => {
            // Until the other side gives up.
            drop(stream.read_to_end(&mut Vec::new()));
            return;
        }
    };
    drop(stream.write_all(told.as_bytes()));
}

/// A port at which nobody has any business.
fn trap() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = format!("127.0.0.1:{}", listener.local_addr().expect("an address").port());
    let calls = Arc::new(AtomicUsize::new(0));
    let own = Arc::clone(&calls);
    std::thread::spawn(move || {
        for _ in listener.incoming() {
            own.fetch_add(1, Ordering::SeqCst);
        }
    });
    (at, calls)
}

#[test]
fn nothing_that_an_app_does_leads_the_check_away_or_keeps_it() {
    let demo = Demo::start();
    let player = demo.player();
    let mut learner = Learner::new(&demo, &player);
    let app = Hostile::start();
    let (at, calls) = trap();
    let port = at.rsplit(':').next().expect("a port").to_owned();
    let deep = Box::leak("[".repeat(100_000).into_boxed_str());
    app.id.lock().expect("it").clone_from(&learner.register(&demo, &app.base).client_id);
    let mut harms = vec![
        Harm::Circles,
        Harm::Endless,
        Harm::EndlessHead,
        Harm::Cookies(60),
        Harm::Cookies(10_000),
        Harm::Says(BROKEN_FORMS),
        Harm::Says("\u{0}\u{1}<"),
        Harm::Says(deep),
        Harm::Raw(""),
        Harm::Raw("no HTTP at all\r\n\r\n"),
        Harm::Raw("HTTP/1.1 302 Found\r\nLocation: \r\n\r\n"),
        Harm::Raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx"),
        Harm::Raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nx"),
        Harm::Raw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nxyz"),
        Harm::Leads("javascript:alert(1)".to_owned()),
        Harm::Leads("file:///etc/passwd".to_owned()),
        Harm::Leads("http://elsewhere.example/".to_owned()),
        Harm::Leads("http://169.254.169.254/latest/meta-data/".to_owned()),
    ];
    for host in ["127.0.0.1", "localhost", "[::1]", "127.0.0.2", "0.0.0.0", "2130706433", "user@127.0.0.1", "localhost."] {
        harms.push(Harm::Leads(format!("http://{host}:{port}/")));
        harms.push(Harm::Leads(format!("//{host}:{port}/")));
    }
    for path in ["/doorward-learn.json", "/", "/me", "/login"] {
        for harm in &harms {
            app.does(path, harm.clone());
            let page = learner.check("all");
            // Law: the app is at fault, or has more to do; the server never is.
            assert!(matches!(page.outcome(), "mistake" | "next"), "{path} {harm:?}: {} {}", page.outcome(), page.told());
        }
    }
    // Law: nobody else was called, whatever an app said.
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[test]
fn one_is_checked_at_a_time_and_silence_ends_too() {
    let demo = Demo::start();
    let app = Hostile::start();
    app.does("/doorward-learn.json", Harm::Silence);
    std::thread::scope(|scope| {
        let silent = scope.spawn(|| {
            let player = demo.player();
            let mut learner = Learner::new(&demo, &player);
            learner.register(&demo, &app.base);
            learner.check("1").mistake().map(str::to_owned)
        });
        app.heard.recv().expect("the check to have begun");
        let player = demo.player();
        let mut other = Learner::new(&demo, &player);
        other.register(&demo, "http://127.0.0.1:1024");
        let page = other.check("1");
        assert!(page.0.contains("id=\"notice\"") && page.outcome() == "nothing", "{}", page.told());
        assert_eq!(silent.join().expect("its end").as_deref(), Some("app-silent"));
        // Law: the turn is given back.
        assert_eq!(other.check("1").mistake(), Some("app-silent"));
    });
}
