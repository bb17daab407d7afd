//! A bounded load on a running server over real connections, for figures of one's own machine.
//!
//! ```text
//! cargo run --release --example load -- client_credentials --client ID --secret SECRET [--callers 32] [--requests 20000] [--at 127.0.0.1:8000]
//! ```
//!
//! What to ask: `client_credentials`, `introspect` (of one token it gets first), `login-page`, `discovery`. It prints requests a second and
//! latencies; anything but a 200 ends it. Loopback addresses only.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods, clippy::cast_precision_loss)]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::{Parser, ValueEnum};
use rocket::tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use rocket::tokio::net::TcpStream;
use rocket::tokio::task::JoinSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A bounded load on a running server.
#[derive(Parser)]
struct Load {
    /// What to ask.
    what: What,
    /// A client registered for `client_credentials` with `client_secret_basic`.
    #[arg(long, default_value = "")]
    client: String,
    /// Its secret.
    #[arg(long, default_value = "")]
    secret: String,
    /// Connections at once.
    #[arg(long, default_value_t = 32)]
    callers: usize,
    /// Requests in all; at most a million.
    #[arg(long, default_value_t = 20_000)]
    requests: usize,
    /// Where the server listens.
    #[arg(long, default_value = "127.0.0.1:8000")]
    at: SocketAddr,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum What {
    #[value(name = "client_credentials")]
    ClientCredentials,
    Introspect,
    LoginPage,
    Discovery,
}

fn main() {
    let load = Load::parse();
    assert!(load.at.ip().is_loopback(), "the load is for this machine only");
    assert!(load.requests <= 1_000_000 && load.callers <= 1_000, "that is more than a measurement needs");
    rocket::execute(run(load));
}

async fn run(load: Load) {
    let token_body = "grant_type=client_credentials".to_owned();
    let request = match load.what {
        What::ClientCredentials => post(&load, "/token", &token_body),
        What::LoginPage => get(&load, "/login"),
        What::Discovery => get(&load, "/.well-known/openid-configuration"),
        What::Introspect => {
            let mut connection = TcpStream::connect(load.at).await.unwrap();
            let answer = exchange(&mut connection, &post(&load, "/token", &token_body), &mut Vec::new()).await;
            let token = answer.split("\"access_token\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
            post(&load, "/introspect", &format!("token={token}"))
        }
    };
    let request = Arc::new(request);
    let started = Instant::now();
    let mut callers = JoinSet::new();
    for caller in 0..load.callers {
        let (request, at) = (Arc::clone(&request), load.at);
        let times = load.requests / load.callers + usize::from(caller < load.requests % load.callers);
        callers.spawn(async move {
            let mut connection = TcpStream::connect(at).await.unwrap();
            connection.set_nodelay(true).unwrap();
            let (mut buffer, mut took) = (Vec::with_capacity(16 * 1024), Vec::with_capacity(times));
            for _ in 0..times {
                let sent = Instant::now();
                exchange(&mut connection, &request, &mut buffer).await;
                took.push(sent.elapsed());
            }
            took
        });
    }
    let mut took: Vec<Duration> = callers.join_all().await.concat();
    let seconds = started.elapsed().as_secs_f64();
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 100].as_secs_f64() * 1e3;
    println!(
        "{:.0} requests/s, {} callers; ms: p50 {:.2}, p99 {:.2}, max {:.2}",
        took.len() as f64 / seconds,
        load.callers,
        at(50),
        at(99),
        at(100)
    );
}

fn get(load: &Load, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", load.at)
}

fn post(load: &Load, path: &str, body: &str) -> String {
    let credentials = STANDARD.encode(format!("{}:{}", load.client, load.secret));
    let (at, length) = (load.at, body.len());
    format!(
        "POST {path} HTTP/1.1\r\nHost: {at}\r\nAuthorization: Basic {credentials}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// One request and its whole answer on a kept connection.
async fn exchange(connection: &mut TcpStream, request: &str, buffer: &mut Vec<u8>) -> String {
    connection.write_all(request.as_bytes()).await.unwrap();
    buffer.clear();
    loop {
        assert!(connection.read_buf(buffer).await.unwrap() > 0, "the server closed the connection");
        let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        let length: usize =
            head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()).map_or(0, |n| n.parse().unwrap());
        if buffer.len() >= end + 4 + length {
            let body = String::from_utf8_lossy(&buffer[end + 4..]).into_owned();
            assert!(head.starts_with("http/1.1 200"), "{head}\n{body}");
            return body;
        }
    }
}
