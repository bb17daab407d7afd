//! A tiny issuer for the tests: real HTTP on loopback, one ES256 key, answers as a test sets them.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(crate) const KID: &str = "key-1";

/// One request that the issuer saw.
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) authorization: String,
    pub(crate) body: String,
}

#[derive(Default)]
struct Desk {
    tokens: VecDeque<(u16, Value)>,
    userinfo: Value,
    seen: Vec<Seen>,
    closed: bool,
}

pub(crate) struct Provider {
    pub(crate) issuer: String,
    key: EcdsaKeyPair,
    desk: Arc<Mutex<Desk>>,
}

impl Provider {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let issuer = format!("http://{}", listener.local_addr().expect("a bound address"));
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let point = key.public_key().as_ref();
        let jwks = json!({ "keys": [{
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": KID,
            "x": URL_SAFE_NO_PAD.encode(&point[1..33]), "y": URL_SAFE_NO_PAD.encode(&point[33..]),
        }] });
        let discovery = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
            "end_session_endpoint": format!("{issuer}/logout"),
            "jwks_uri": format!("{issuer}/jwks"),
            "authorization_response_iss_parameter_supported": true,
        });
        let desk = Arc::new(Mutex::new(Desk::default()));
        let shared = Arc::clone(&desk);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if lock(&shared).closed {
                    break;
                }
                // A client that hangs up early is its own affair.
                let _ = serve(stream, &shared, &discovery, &jwks);
            }
        });
        Self { issuer, key, desk }
    }

    /// The next answer of the token endpoint. Without one it refuses.
    pub(crate) fn answers(&self, status: u16, body: Value) {
        lock(&self.desk).tokens.push_back((status, body));
    }

    pub(crate) fn knows(&self, person: Value) {
        lock(&self.desk).userinfo = person;
    }

    /// What came to this path: header and body.
    pub(crate) fn saw(&self, path: &str) -> Vec<(String, String)> {
        let desk = lock(&self.desk);
        let here = desk.seen.iter().filter(|seen| seen.path == path);
        here.map(|seen| (seen.authorization.clone(), seen.body.clone())).collect()
    }

    /// A token signed with the issuer's key, whatever its header and claims say.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.key.sign(&SystemRandom::new(), message.as_bytes()).expect("a signature");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    /// The public key as bytes: what an attacker would take for an HMAC secret.
    pub(crate) fn public_point(&self) -> Vec<u8> {
        self.key.public_key().as_ref().to_vec()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        lock(&self.desk).closed = true;
        // Wakes the thread, so that it sees that it is over.
        let _ = TcpStream::connect(self.issuer.trim_start_matches("http://"));
    }
}

pub(crate) fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn lock(desk: &Mutex<Desk>) -> std::sync::MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: TcpStream, desk: &Mutex<Desk>, discovery: &Value, jwks: &Value) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let (mut length, mut authorization) = (0, String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
        let (name, value) = line.trim_end().split_once(": ").unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap_or(0),
            "authorization" => value.clone_into(&mut authorization),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let (status, answer) = {
        let mut desk = lock(desk);
        desk.seen.push(Seen { path: path.clone(), authorization, body: String::from_utf8_lossy(&body).into_owned() });
        match path.as_str() {
            "/.well-known/openid-configuration" => (200, discovery.clone()),
            "/jwks" => (200, jwks.clone()),
            "/token" => desk.tokens.pop_front().unwrap_or((400, json!({ "error": "invalid_grant" }))),
            "/userinfo" => (200, desk.userinfo.clone()),
            _ => (404, Value::Null),
        }
    };
    let answer = answer.to_string();
    write!(
        reader.get_mut(),
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
        answer.len()
    )
}
