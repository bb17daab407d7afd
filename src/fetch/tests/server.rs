//! A server on the loopback that says what it is told to say, byte by byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Answers a request, of which it is given the head and the body as they came. What it returns is sent as it is.
pub type Handler = dyn Fn(&str) -> Vec<u8> + Send + Sync;

/// A running server; dropped, it takes no more connections.
pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    stopped: Arc<AtomicBool>,
}

impl Server {
    pub fn start(handler: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1", None, handler)
    }

    pub fn tls(config: Arc<ServerConfig>, handler: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1", Some(config), handler)
    }

    pub fn at(host: &str, tls: Option<Arc<ServerConfig>>, handler: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((host, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (seen, stopped) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let handler: Arc<Handler> = Arc::new(handler);
        let server = Self { address, seen: Arc::clone(&seen), stopped: Arc::clone(&stopped) };
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (seen, handler, tls) = (Arc::clone(&seen), Arc::clone(&handler), tls.clone());
                thread::spawn(move || match tls {
                    None => serve(stream, &seen, &*handler),
                    Some(config) => {
                        let connection = ServerConnection::new(config).expect("a connection");
                        serve(StreamOwned::new(connection, stream), &seen, &*handler);
                    }
                });
            }
        });
        server
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("a lock").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(mut stream: impl Read + Write, seen: &Mutex<Vec<String>>, handler: &Handler) {
    let mut read = Vec::new();
    let mut piece = [0; 4096];
    while !whole(&read) {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(n) => read.extend_from_slice(&piece[..n]),
        }
    }
    let request = String::from_utf8_lossy(&read).into_owned();
    seen.lock().expect("a lock").push(request.clone());
    let _ = stream.write_all(&handler(&request)).and_then(|()| stream.flush());
    // The other side hangs up: an answer without an end stays without one.
    let _ = stream.read(&mut piece);
}

fn whole(read: &[u8]) -> bool {
    let text = String::from_utf8_lossy(read);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    length.is_none_or(|length| body.len() >= length.parse().unwrap_or(0))
}

/// An answer with a body and further header lines.
pub fn answer(status: u16, more: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{more}\r\n{body}").into_bytes()
}

/// A redirect.
pub fn redirect(status: u16, to: &str) -> Vec<u8> {
    answer(status, &format!("location: {to}\r\n"), "")
}
