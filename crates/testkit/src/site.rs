//! A site on the loopback with a few documents: what a server fetches from an app.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Default)]
struct Shared {
    documents: BTreeMap<String, (String, Vec<u8>)>,
    asked: Vec<String>,
}

/// The site.
#[derive(Clone)]
pub struct Site {
    port: u16,
    shared: Arc<Mutex<Shared>>,
}

impl Site {
    /// An empty one: it answers 404.
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let site = Self { port, shared: Arc::default() };
        let shared = Arc::clone(&site.shared);
        // Ends with the process: a listener has no other way to be woken.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || answer(stream, &shared));
            }
        });
        site
    }

    /// Puts a document at a path.
    pub fn put(&self, path: &str, media_type: &str, body: impl Into<Vec<u8>>) {
        self.lock().documents.insert(path.to_owned(), (media_type.to_owned(), body.into()));
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The paths asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.lock().asked.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer(mut stream: TcpStream, shared: &Mutex<Shared>) {
    let mut reader = BufReader::new(&stream);
    let mut first = String::new();
    if reader.read_line(&mut first).is_err() {
        return;
    }
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        line.clear();
    }
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let found = {
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.asked.push(path.clone());
        shared.documents.get(&path).cloned()
    };
    let (status, (media_type, body)) = found.map_or(("404 Not Found", ("text/plain".to_owned(), Vec::new())), |found| ("200 OK", found));
    // Whoever asked may have gone.
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nCache-Control: max-age=300\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .and_then(|()| stream.write_all(&body));
}
