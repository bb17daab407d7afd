//! A provider that says whatever a test wants it to say: real HTTP on the loopback, keys of its own, every answer replaceable.
#![allow(dead_code, unused_imports, clippy::expect_used, missing_docs)]

#[cfg(feature = "service")]
pub mod api;
#[cfg(feature = "web")]
pub mod app;
pub mod hostile;
mod key;
pub mod story;

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use doorward_client::time::{Clock, Timestamp};
use serde_json::{Value, json};

pub use key::{Key, part};

/// When every story begins.
pub const START: i64 = 1_800_000_000;

/// A clock that a test sets.
#[derive(Debug)]
pub struct Hands(AtomicI64);

impl Hands {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(START)))
    }

    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// How long it takes to come.
    pub after: Duration,
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", &body.to_string())
    }

    pub fn text(status: u16, media_type: &str, body: &str) -> Self {
        let headers = vec![("Content-Type".to_owned(), media_type.to_owned())];
        Self { status, headers, body: body.as_bytes().to_vec(), after: Duration::ZERO }
    }

    pub fn redirect(to: &str) -> Self {
        Self { status: 302, headers: vec![("Location".to_owned(), to.to_owned())], body: Vec::new(), after: Duration::ZERO }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn slow(mut self, millis: u64) -> Self {
        self.after = Duration::from_millis(millis);
        self
    }
}

/// One request that came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub form: BTreeMap<String, String>,
}

#[derive(Default)]
struct Desk {
    always: BTreeMap<String, Reply>,
    next: BTreeMap<String, VecDeque<Reply>>,
    seen: Vec<Seen>,
}

/// The provider.
pub struct Rogue {
    pub issuer: String,
    pub key: Key,
    desk: Arc<Mutex<Desk>>,
}

impl Rogue {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let desk = Arc::<Mutex<Desk>>::default();
        let shared = Arc::clone(&desk);
        // Ends with the process: a listener has no other way to be woken.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || {
                    // A client that hangs up early is its own affair.
                    let _ = serve(stream, &shared);
                });
            }
        });
        let rogue = Self { issuer, key: Key::new("key-1"), desk };
        rogue.says(&json!({}));
        rogue.serves_keys(&[&rogue.key.public()]);
        rogue
    }

    /// Its metadata with these changes.
    pub fn says(&self, changes: &Value) {
        self.always("/.well-known/openid-configuration", Reply::json(200, &self.metadata(changes)));
    }

    pub fn metadata(&self, changes: &Value) -> Value {
        let at = |path: &str| format!("{}{path}", self.issuer);
        let mut all = json!({
            "issuer": self.issuer,
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "userinfo_endpoint": at("/userinfo"),
            "end_session_endpoint": at("/end"),
            "jwks_uri": at("/jwks"),
            "authorization_response_iss_parameter_supported": true,
        });
        merge(&mut all, changes);
        all
    }

    pub fn serves_keys(&self, keys: &[&Value]) {
        self.always("/jwks", Reply::json(200, &json!({ "keys": keys })));
    }

    /// Every answer at this path that isn't said otherwise.
    pub fn always(&self, path: &str, reply: Reply) {
        self.lock().always.insert(path.to_owned(), reply);
    }

    /// The next answer at this path.
    pub fn next(&self, path: &str, reply: Reply) {
        self.lock().next.entry(path.to_owned()).or_default().push_back(reply);
    }

    /// What came to this path.
    pub fn seen(&self, path: &str) -> Vec<Seen> {
        self.lock().seen.iter().filter(|seen| seen.path.split('?').next() == Some(path)).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Changes members; `null` takes one out.
pub fn merge(into: &mut Value, changes: &Value) {
    let members = into.as_object_mut().expect("an object");
    for (name, value) in changes.as_object().expect("an object") {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
}

fn serve(stream: TcpStream, desk: &Mutex<Desk>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ');
    let (method, path) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
        if let Some((name, value)) = line.trim_end().split_once(':') {
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    let mut body = vec![0; headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let form = url::form_urlencoded::parse(&body).into_owned().collect();
    let reply = {
        let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
        let at = path.split('?').next().unwrap_or_default().to_owned();
        desk.seen.push(Seen { method, path, headers, form });
        let next = desk.next.get_mut(&at).and_then(VecDeque::pop_front);
        next.or_else(|| desk.always.get(&at).cloned()).unwrap_or_else(|| Reply::text(404, "text/plain", "nothing here"))
    };
    std::thread::sleep(reply.after);
    let stream = reader.get_mut();
    write!(stream, "HTTP/1.1 {} X\r\nConnection: close\r\n", reply.status)?;
    let chunked = reply.headers.iter().any(|(name, _)| name == "Transfer-Encoding" || name == "Content-Length");
    if !chunked {
        write!(stream, "Content-Length: {}\r\n", reply.body.len())?;
    }
    for (name, value) in &reply.headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    stream.write_all(b"\r\n")?;
    stream.write_all(&reply.body)
}
