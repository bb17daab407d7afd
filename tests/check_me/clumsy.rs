//! An app that does everything right, but for the mistakes it is told to make.

use std::collections::{HashMap, HashSet};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::http::{Asked, Told};
use super::provider::{Pending, Provider, random};

/// A person who is logged in.
#[derive(Clone, Default)]
pub struct Session {
    pub name: String,
    pub id_token: String,
    pub access_token: String,
}

#[derive(Default)]
struct Kept {
    /// Mistakes to make, by the keys of the table.
    mistakes: HashSet<String>,
    provider: Provider,
    pending: HashMap<String, Pending>,
    sessions: HashMap<String, Session>,
    everybody: Option<Session>,
    /// How many of login, photos and logout there are not yet.
    missing: usize,
}

/// The running app.
#[derive(Clone)]
pub struct Clumsy {
    pub base: String,
    kept: Arc<Mutex<Kept>>,
}

impl Clumsy {
    /// Listens at a free port; runs until the test ends.
    pub fn start() -> Self {
        Self::listen(TcpListener::bind("127.0.0.1:0").expect("a port"), "localhost")
    }

    /// The same where it is known by another name.
    pub fn listen(listener: TcpListener, host: &str) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let app = Self { base: format!("http://{host}:{port}"), kept: Arc::default() };
        let own = app.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let app = own.clone();
                std::thread::spawn(move || app.serve(stream));
            }
        });
        app
    }

    fn open(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells it who it is at its provider.
    pub fn knows(&self, provider: Provider) {
        self.open().provider = provider;
    }

    /// Starts anew, and makes these mistakes from now on.
    pub fn makes(&self, mistakes: &[&str]) {
        let mut kept = self.open();
        let provider = kept.provider.clone();
        *kept = Kept { mistakes: mistakes.iter().map(|key| (*key).to_owned()).collect(), provider, ..Kept::default() };
    }

    /// Without mistakes, as far as after this many pages: home, login with account, photos, logout.
    pub fn has(&self, pages: usize) {
        self.makes(&[]);
        self.open().missing = 4 - pages;
    }

    fn errs(&self, key: &str) -> bool {
        self.open().mistakes.contains(key)
    }

    fn serve(&self, mut stream: TcpStream) {
        let Some(asked) = Asked::read(&mut stream) else { return };
        let told = match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/doorward-learn.json") => self.manifest(),
            ("GET", "/") => self.home(&asked),
            ("GET", "/login") => self.login(&asked),
            ("GET", "/callback") => match self.callback(&asked) {
                Some(told) => told,
                None => return,
            },
            ("GET", "/me") => self.account(&asked),
            ("GET", "/photos") => self.photos(&asked),
            ("POST", "/logout") => self.logout(&asked),
            ("GET", "/logout") if self.errs("logout-by-get") => self.logout(&asked),
            _ => Told::new(404, "not here"),
        };
        told.send(&mut stream);
    }

    fn manifest(&self) -> Told {
        if self.errs("manifest-missing") {
            return Told::new(404, "not here");
        }
        if self.errs("manifest-not-json") {
            return Told::new(200, "{client_id: me, home: '/'}");
        }
        let login = if self.errs("manifest-foreign") { "//elsewhere.example/login" } else { "/login" };
        let id = self.open().provider.client_id.clone();
        let id = if self.errs("client-id-typo") { format!("{id}x") } else { id };
        let pages = [
            format!(r#""login":"{login}","callback":"/callback","account":"/me""#),
            r#""photos":"/photos""#.to_owned(),
            r#""logout":"/logout""#.to_owned(),
        ];
        let there = pages.len() - self.open().missing;
        let members: Vec<String> = std::iter::once(String::new()).chain(pages.into_iter().take(there)).collect();
        let members = members.join(",");
        Told::new(200, &format!(r#"{{"client_id":"{id}","home":"/"{members}}}"#))
    }

    fn session(&self, asked: &Asked) -> Option<Session> {
        let kept = self.open();
        let own = asked.cookie("session").and_then(|id| kept.sessions.get(&id).cloned());
        own.or_else(|| kept.everybody.clone().filter(|_| kept.mistakes.contains("session-global")))
    }

    fn home(&self, asked: &Asked) -> Told {
        if self.errs("home-fails") {
            return Told::new(500, "oh");
        }
        let form =
            if self.errs("logout-form-missing") { "" } else { r#"<form method="post" action="/logout"><button>Log out</button></form>"# };
        let told = Told::new(200, &format!("<a href=/login>Log in</a> by {}/authorize{form}", self.open().provider.issuer));
        // Who gives a session to everybody, and keeps its id at the login.
        if self.errs("session-fixed") && asked.cookie("session").is_none() {
            return told.with("Set-Cookie", &self.cookie("session", &random()));
        }
        told
    }

    fn cookie(&self, name: &str, value: &str) -> String {
        let path = if name == "session" && self.errs("session-lost") { "/callback" } else { "/" };
        let scripts = if name == "session" && self.errs("cookie-scripts") { "" } else { "; HttpOnly" };
        let sites = match name {
            "login" if self.errs("cookie-strict") => "; SameSite=Strict",
            "session" if self.errs("cookie-sites") => "",
            _ => "; SameSite=Lax",
        };
        format!("{name}={value}; Path={path}{scripts}{sites}")
    }

    fn login(&self, asked: &Asked) -> Told {
        if self.errs("login-stays") {
            return Told::new(200, "<form><input name=password type=password></form>");
        }
        let provider = self.open().provider.clone();
        let (url, mut pending) = provider.begin(&self.base, &|key| self.errs(key));
        pending.next = asked.get("next").filter(|_| self.errs("open-redirect")).map(str::to_owned);
        let key = if self.errs("state-unbound") { pending.state.clone() } else { random() };
        self.open().pending.insert(key.clone(), pending);
        if self.errs("login-logs-out") {
            asked.cookie("session").map(|id| self.open().sessions.remove(&id));
        }
        Told::to(&url).with("Set-Cookie", &self.cookie("login", &key))
    }

    /// `None`: it dies.
    fn callback(&self, asked: &Asked) -> Option<Told> {
        if self.errs("callback-missing") {
            return Some(Told::new(404, "not here"));
        }
        if let Some(error) = asked.get("error") {
            return self.refused(asked, error);
        }
        let no = |why: &str| Some(Told::new(400, why));
        let key = if self.errs("state-unbound") { asked.get("state").map(str::to_owned) } else { asked.cookie("login") };
        let again = self.errs("code-twice");
        let taken = key.and_then(|key| {
            let mut kept = self.open();
            if again { kept.pending.get(&key).cloned() } else { kept.pending.remove(&key) }
        });
        let Some(pending) = taken else { return no("no login began here") };
        let provider = self.open().provider.clone();
        let fits = |name: &str, expected: &str, unchecked: &str, optional: &str| match asked.get(name) {
            Some(value) => value == expected || self.errs(unchecked),
            None => self.errs(optional),
        };
        if !fits("state", &pending.state, "state-unchecked", "state-optional") {
            return no("another state");
        }
        if !fits("iss", &provider.issuer, "iss-unchecked", "iss-optional") {
            return no("another issuer");
        }
        if self.errs("clock-wrong") {
            // What an app sees whose clock stands still: every token is of the future.
            return Some(Told::new(400, "issued in the future").with("Date", "Tue, 24 Nov 2020 00:00:00 GMT"));
        }
        let code = asked.get("code").unwrap_or_default();
        let session = match provider.redeem(&self.base, code, &pending, &|key| self.errs(key)) {
            Ok(session) => session,
            Err(why) => return no(&why),
        };
        if self.errs("callback-fails") {
            return Some(Told::new(500, "oh"));
        }
        Some(self.welcome(asked, session, pending.next.as_deref()))
    }

    /// Logs somebody in.
    fn welcome(&self, asked: &Asked, session: Session, next: Option<&str>) -> Told {
        let known = asked.cookie("session").filter(|_| self.errs("session-fixed"));
        let id = known.unwrap_or_else(random);
        let on =
            if self.errs("token-in-url") { format!("/?access_token={}", session.access_token) } else { next.unwrap_or("/").to_owned() };
        let mut kept = self.open();
        kept.everybody = Some(session.clone());
        kept.sessions.insert(id.clone(), session);
        drop(kept);
        Told::to(&on).with("Set-Cookie", &self.cookie("session", &id))
    }

    fn refused(&self, asked: &Asked, error: &str) -> Option<Told> {
        if self.errs("denied-crashes") {
            return None;
        }
        if self.errs("denied-welcomed") {
            return Some(self.welcome(asked, Session::default(), None));
        }
        if self.errs("error-unescaped") {
            return Some(Told::new(400, asked.get("error_description").unwrap_or(error)));
        }
        Some(Told::new(400, "Nobody was logged in."))
    }

    fn account(&self, asked: &Asked) -> Told {
        match self.session(asked) {
            Some(_) if self.errs("account-empty") => Told::new(200, "You are logged in."),
            Some(session) => Told::new(200, &format!("You are {}.", session.name)),
            None if self.errs("account-open") => Told::new(200, "You are nobody."),
            None => Told::new(401, "Log in first."),
        }
    }

    fn photos(&self, asked: &Asked) -> Told {
        let Some(session) = self.session(asked) else { return Told::new(401, "Log in first.") };
        if self.errs("photos-uncalled") {
            return Told::new(200, "no photos yet");
        }
        let provider = self.open().provider.clone();
        let status = provider.photos(&session, &|key| self.errs(key));
        if status == 200 && !self.errs("photos-fail") { Told::new(200, "photos") } else { Told::new(500, "oh") }
    }

    fn logout(&self, asked: &Asked) -> Told {
        let Some(session) = self.session(asked) else { return Told::to("/") };
        if !self.errs("logout-kept") {
            asked.cookie("session").map(|id| self.open().sessions.remove(&id));
        }
        if self.errs("logout-local") {
            return Told::to("/");
        }
        let provider = self.open().provider.clone();
        Told::to(&provider.leave(&self.base, &session, &|key| self.errs(key)))
    }
}
