//! HTTP as far as the clumsy app needs it: one request a connection.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use url::Url;
use url::form_urlencoded;

/// A request that came.
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    cookies: String,
}

impl Asked {
    pub fn read(stream: &mut TcpStream) -> Option<Self> {
        let (head, body) = message(stream)?;
        let mut words = head.lines().next()?.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = if method == "POST" { body.as_str() } else { query };
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Some(Self { method, path: path.to_owned(), query: pairs, cookies: header(&head, "cookie").unwrap_or_default() })
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        let all = self.cookies.split("; ").filter_map(|pair| pair.split_once('='));
        all.filter(|(known, _)| *known == name).map(|(_, value)| value.to_owned()).next()
    }
}

/// Head and body of a message, up to a megabyte.
fn message(stream: &mut TcpStream) -> Option<(String, String)> {
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = header(head, "content-length").and_then(|text| text.parse::<usize>().ok());
            if length.unwrap_or(0) <= body.len() {
                return Some((head.to_owned(), body.to_owned()));
            }
        }
        let read = stream.read(&mut chunk).ok().filter(|read| *read > 0 && bytes.len() < 1 << 20)?;
        bytes.extend_from_slice(&chunk[..read]);
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned()).next()
}

/// An answer to give.
pub struct Told {
    status: u16,
    head: String,
    body: String,
}

impl Told {
    pub fn new(status: u16, body: &str) -> Self {
        Self { status, head: "Content-Type: text/html\r\n".to_owned(), body: body.to_owned() }
    }

    pub fn to(location: &str) -> Self {
        Self::new(303, "").with("Location", location)
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.head = format!("{}{name}: {value}\r\n", self.head);
        self
    }

    pub fn send(&self, stream: &mut TcpStream) {
        let Self { status, head, body } = self;
        let text = format!("HTTP/1.1 {status} So\r\n{head}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        drop(stream.write_all(text.as_bytes()));
    }
}

/// Calls somebody on the loopback: status and body.
pub fn call(url: &str, authorization: Option<&str>, form: Option<&[(&str, &str)]>) -> (u16, String) {
    let url = Url::parse(url).expect("a URL");
    let (host, port) = (url.host_str().expect("a host"), url.port_or_known_default().expect("a port"));
    let mut stream = TcpStream::connect((host, port)).expect("somebody there");
    let body = form.map(|pairs| form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish());
    let method = if body.is_some() { "POST" } else { "GET" };
    let authorization = authorization.map(|value| format!("Authorization: {value}\r\n")).unwrap_or_default();
    let body = body.unwrap_or_default();
    let target = &url[url::Position::BeforePath..];
    let text = format!(
        "{method} {target} HTTP/1.1\r\nHost: {host}:{port}\r\n{authorization}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes()).expect("to ask");
    let (head, body) = message(&mut stream).expect("an answer");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    (status, body)
}
