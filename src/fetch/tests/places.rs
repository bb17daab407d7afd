//! So many at once, and no more.

use super::super::gate::Gate;
use super::server::answer;
use super::*;
use rocket::tokio::{spawn, sync::mpsc};

#[test]
fn places_are_counted_altogether_and_by_host_and_given_back() {
    let gate = Arc::new(Gate::new(2, 1));
    let (first, _second) = (gate.enter().expect("a place"), gate.enter().expect("a place"));
    assert_eq!(gate.enter().map(drop), Err(FetchError::Busy));
    drop(first);
    assert!(gate.enter().is_ok());
    let host = gate.at("a.example").expect("a place");
    assert_eq!(gate.at("a.example").map(drop), Err(FetchError::Busy));
    assert!(gate.at("b.example").is_ok());
    drop(host);
    // Law: a place that was left is free.
    assert!(gate.at("a.example").is_ok());
}

#[rocket::async_test]
async fn a_slow_host_takes_its_own_places_only() {
    let (arrived, mut arrivals) = mpsc::unbounded_channel();
    let slow = Server::start(move |request| {
        arrived.send(()).expect("a listener");
        if request.contains("/quick") { answer(200, "", "{}") } else { Vec::new() }
    });
    let quick = Server::start(|_| answer(200, "", "{}"));
    let options = development();
    let fetcher = Fetcher::with_resolver(
        Options { limits: Limits { per_host: 1, at_once: 2, ..options.limits }, ..options },
        Told::new(&[("slow.example", &[&["127.0.0.1"]]), ("quick.example", &[&["127.0.0.1"]])]),
    );
    let slow_at = |path: &str| format!("http://slow.example:{}{path}", slow.address.port());
    let waiting = {
        let (fetcher, from) = (fetcher.clone(), url(&slow_at("/hangs")));
        spawn(async move { fetcher.post_form(&from, &[]).await })
    };
    arrivals.recv().await.expect("a request");
    assert_eq!(get(&fetcher, &slow_at("/quick")).await, Err(FetchError::Busy));
    assert!(get(&fetcher, &format!("http://quick.example:{}/", quick.address.port())).await.is_ok());
    waiting.abort();
    assert!(waiting.await.is_err());
    // Law: having no place is said at once, and not remembered as the host's fault.
    assert!(get(&fetcher, &slow_at("/quick")).await.is_ok());
}

#[rocket::async_test]
async fn a_host_that_never_ends_its_body_takes_its_own_places_only() {
    let (arrived, mut arrivals) = mpsc::unbounded_channel();
    let slow = Server::start(move |request| {
        arrived.send(()).expect("a listener");
        if request.contains("/quick") { answer(200, "", "{}") } else { b"HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\n{".to_vec() }
    });
    let quick = Server::start(|_| answer(200, "", "{}"));
    let options = development();
    let fetcher = Fetcher::with_resolver(
        Options { limits: Limits { per_host: 1, at_once: 2, ..options.limits }, ..options },
        Told::new(&[("slow.example", &[&["127.0.0.1"]]), ("quick.example", &[&["127.0.0.1"]])]),
    );
    let slow_at = |path: &str| format!("http://slow.example:{}{path}", slow.address.port());
    let waiting = {
        let (fetcher, from) = (fetcher.clone(), slow_at("/drips"));
        spawn(async move { get(&fetcher, &from).await })
    };
    arrivals.recv().await.expect("a request");
    // A whole request of another host lies between: the head of the slow answer was read meanwhile.
    assert!(get(&fetcher, &format!("http://quick.example:{}/", quick.address.port())).await.is_ok());
    // Law: a host has its place until its last byte.
    assert_eq!(get(&fetcher, &slow_at("/quick")).await, Err(FetchError::Busy));
    waiting.abort();
}
