//! Keys at an address: what a `jwks_uri` names.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// A server of keys: its address, what it serves, and how often it was asked.
pub fn key_server(jwks: Value) -> (String, Arc<Mutex<(Value, usize)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let uri = format!("http://{}/jwks", listener.local_addr().expect("an address"));
    let state = Arc::new(Mutex::new((jwks, 0)));
    let served = Arc::clone(&state);
    // Ends with the process.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut lines = BufReader::new(&stream).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let mut state = served.lock().expect("the state");
            state.1 += 1;
            let body = state.0.to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: max-age=600\r\nContent-Length: {}",
                body.len()
            );
            let _ = write!(stream, "{head}\r\nConnection: close\r\n\r\n{body}");
        }
    });
    (uri, state)
}
