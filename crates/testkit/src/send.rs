//! One request to the server in this process.

use crate::Page;
use rocket::http::{Header, Method};
use rocket::local::asynchronous::Client;
use std::net::SocketAddr;

/// A request as it goes out.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// GET, POST and so on.
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
    /// Where it comes from.
    pub from: SocketAddr,
}

/// Where requests come from, unless a test says otherwise.
pub const NEAR: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 54_321);

/// Sends it and reads the answer whole.
pub async fn send(client: &Client, request: Outgoing) -> Page {
    let mut local = client.req(request.method, request.path.clone()).remote(request.from).body(request.body);
    for (name, value) in request.headers {
        if name.eq_ignore_ascii_case("cookie") {
            // A local request takes its cookies one by one.
            for (name, value) in value.split(';').filter_map(|pair| pair.trim().split_once('=')) {
                local = local.cookie((name.to_owned(), value.to_owned()));
            }
        } else {
            local.add_header(Header::new(name, value));
        }
    }
    let answer = local.dispatch().await;
    let status = answer.status().code;
    let headers = answer.headers().iter().map(|header| (header.name().to_string(), header.value().to_owned())).collect();
    let body = String::from_utf8_lossy(&answer.into_bytes().await.unwrap_or_default()).into_owned();
    Page { status, headers, body, path: request.path }
}
