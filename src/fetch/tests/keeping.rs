//! What is kept, how long, and who asks.

use super::super::cache::{Bounds, Cache, FAILED, INSISTED, Key, Next};
use super::super::freshness::{Freshness, UNSAID};
use super::server::answer;
use super::*;
use doorward_protocol::values::Seconds;
use rocket::tokio::{spawn, sync::mpsc};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU16, Ordering};
use std::task::Poll;
use std::thread;

fn later(seconds: i64) -> Timestamp {
    NOW.plus(Seconds(seconds))
}

/// A server whose answers are numbered from 1, with further header lines; and a fetcher.
fn numbered(more: &'static str) -> (Server, Fetcher, Url) {
    let count = AtomicU16::new(0);
    let server = Server::start(move |_| answer(200, more, &(count.fetch_add(1, Ordering::SeqCst) + 1).to_string()));
    let from = url(&server.url("/"));
    (server, Fetcher::new(development()), from)
}

fn number(fetched: &Result<Arc<Fetched>, FetchError>) -> &str {
    std::str::from_utf8(&fetched.as_ref().expect("a document").body).expect("a text")
}

#[rocket::async_test]
async fn a_document_is_kept_until_its_time_is_over() {
    let (server, fetcher, from) = numbered("cache-control: max-age=100\r\n");
    for (after, expected) in [(0, "1"), (50, "1"), (99, "1"), (100, "2"), (199, "2"), (200, "3")] {
        assert_eq!(number(&fetcher.get(&from, &Document::JSON, later(after)).await), expected, "{after}");
    }
    // Law: by the clock that was passed in.
    assert_eq!(server.seen().len(), 3);
}

#[rocket::async_test]
async fn a_clock_set_back_makes_nothing_last_longer() {
    let (_server, fetcher, from) = numbered("cache-control: max-age=100\r\n");
    assert_eq!(number(&fetcher.get(&from, &Document::JSON, NOW).await), "1");
    assert_eq!(number(&fetcher.get(&from, &Document::JSON, later(-2)).await), "1");
    // Law: an hour back isn't an hour more.
    assert_eq!(number(&fetcher.get(&from, &Document::JSON, later(-3600)).await), "2");
}

#[rocket::async_test]
async fn what_must_not_be_stored_is_not() {
    let (_server, fetcher, from) = numbered("cache-control: no-store\r\n");
    for expected in ["1", "2", "3"] {
        // Law: asked each time.
        assert_eq!(number(&fetcher.get(&from, &Document::JSON, NOW).await), expected);
    }
}

#[rocket::async_test]
async fn documents_are_told_apart_by_url_and_type_and_not_by_fragment() {
    let (server, fetcher, from) = numbered("");
    assert_eq!(number(&fetcher.get(&from, &Document::JSON, NOW).await), "1");
    assert_eq!(number(&fetcher.get(&from.join("#f").expect("a URL"), &Document::JSON, NOW).await), "1");
    assert_eq!(number(&fetcher.get(&from, &Document::KEYS, NOW).await), "2");
    assert_eq!(number(&fetcher.get(&from.join("?a").expect("a URL"), &Document::JSON, NOW).await), "3");
    // Law: each is kept beside the others.
    assert_eq!(number(&fetcher.get(&from, &Document::JSON, later(UNSAID.0 - 1)).await), "1");
    assert_eq!(server.seen().len(), 3);
}

#[rocket::async_test]
async fn a_host_that_failed_is_left_alone_for_a_while() {
    let server = Server::start(|_| answer(500, "", ""));
    let (fetcher, from) = (Fetcher::new(development()), url(&server.url("/")));
    for after in [0, 1, FAILED.0 - 1] {
        assert_eq!(fetcher.get(&from, &Document::JSON, later(after)).await, Err(FetchError::Status(500)));
        assert_eq!(fetcher.refresh(&from, &Document::JSON, later(after)).await, Err(FetchError::Status(500)));
    }
    assert_eq!(server.seen().len(), 1);
    assert!(fetcher.get(&from, &Document::JSON, later(FAILED.0)).await.is_err());
    // Law: a dead address doesn't make us hammer it.
    assert_eq!(server.seen().len(), 2);
}

#[rocket::async_test]
async fn a_clients_metadata_leaves_no_error_and_nothing_malformed_behind() {
    let count = AtomicU16::new(0);
    let server = Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => answer(404, "", ""),
        1 => answer(200, "", "malformed"),
        _ => answer(200, "", "good"),
    });
    let (fetcher, from) = (Fetcher::new(development()), url(&server.url("/")));
    let what = Document::CLIENT_METADATA;
    assert_eq!(fetcher.get(&from, &what, NOW).await, Err(FetchError::Status(404)));
    assert_eq!(number(&fetcher.get(&from, &what, NOW).await), "malformed");
    fetcher.forget(&from, &what);
    assert_eq!(number(&fetcher.get(&from, &what, NOW).await), "good");
    assert_eq!(number(&fetcher.get(&from, &what, NOW).await), "good");
    // Law: an author who mends a document isn't held to the old one.
    assert_eq!(server.seen().len(), 3);
}

#[rocket::async_test]
async fn who_insists_gets_a_new_document_once_in_a_while() {
    let (server, fetcher, from) = numbered("cache-control: max-age=1000\r\n");
    assert_eq!(number(&fetcher.get(&from, &Document::JSON, NOW).await), "1");
    assert_eq!(number(&fetcher.refresh(&from, &Document::JSON, NOW).await), "2");
    for after in [0, 1, INSISTED.0 - 1] {
        assert_eq!(number(&fetcher.refresh(&from, &Document::JSON, later(after)).await), "2", "{after}");
    }
    assert_eq!(number(&fetcher.get(&from, &Document::JSON, later(INSISTED.0)).await), "2");
    assert_eq!(number(&fetcher.refresh(&from, &Document::JSON, later(INSISTED.0)).await), "3");
    // Law: made-up key names don't turn us against the client's host.
    assert_eq!(server.seen().len(), 3);
}

#[rocket::async_test]
async fn a_refresh_that_fails_takes_nothing_away() {
    let count = AtomicU16::new(0);
    let server = Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => answer(200, "cache-control: max-age=1000\r\n", "1"),
        _ => answer(503, "", ""),
    });
    let (fetcher, from) = (Fetcher::new(development()), url(&server.url("/")));
    assert_eq!(number(&fetcher.get(&from, &Document::JSON, NOW).await), "1");
    assert_eq!(fetcher.refresh(&from, &Document::JSON, later(60)).await, Err(FetchError::Status(503)));
    // Law: what is still fresh stays.
    assert_eq!(number(&fetcher.get(&from, &Document::JSON, later(61)).await), "1");
}

/// Runs a future until it first waits.
async fn begun<F: Future + Unpin>(future: &mut F) -> bool {
    poll_fn(|task| Poll::Ready(Pin::new(&mut *future).poll(task).is_pending())).await
}

/// A server that answers when it is told to; says when a request has come.
fn held() -> (Server, std::sync::mpsc::Sender<()>, mpsc::UnboundedReceiver<()>) {
    let (release, released) = std::sync::mpsc::channel();
    let (arrived, arrivals) = mpsc::unbounded_channel();
    let released = Mutex::new(released);
    let server = Server::start(move |_| {
        arrived.send(()).expect("a listener");
        released.lock().expect("a lock").recv().expect("a word");
        answer(200, "cache-control: no-store\r\n", "{}")
    });
    (server, release, arrivals)
}

#[rocket::async_test]
async fn those_who_ask_at_once_share_one_request() {
    let (server, release, _arrivals) = held();
    let (fetcher, from) = (Fetcher::new(development()), url(&server.url("/")));
    let mut callers: Vec<_> = (0..50)
        .map(|_| {
            let (fetcher, from) = (fetcher.clone(), from.clone());
            Box::pin(async move { fetcher.get(&from, &Document::JSON, NOW).await })
        })
        .collect();
    for caller in &mut callers {
        assert!(begun(caller).await);
    }
    release.send(()).expect("a server");
    for caller in callers {
        assert!(spawn(caller).await.expect("an end").is_ok());
    }
    // Law: one request, fifty answers.
    assert_eq!(server.seen().len(), 1);
}

#[rocket::async_test]
async fn a_caller_who_leaves_takes_the_request_from_nobody() {
    let (server, release, mut arrivals) = held();
    let (fetcher, from) = (Fetcher::new(development()), url(&server.url("/")));
    let mut first = Box::pin(fetcher.get(&from, &Document::JSON, NOW));
    assert!(begun(&mut first).await);
    let mut second = Box::pin(fetcher.get(&from, &Document::JSON, NOW));
    assert!(begun(&mut second).await);
    drop(first);
    arrivals.recv().await.expect("a request");
    release.send(()).expect("a server");
    assert!(second.await.is_ok());
    // Law: the request belongs to all who wait.
    assert_eq!(server.seen().len(), 1);
}

fn key(name: usize) -> Key {
    Key::new(&url(&format!("https://client.example/{name:04}")), &Document::JSON)
}

fn fetched(length: usize) -> (Fetched, Freshness) {
    (Fetched { body: vec![b'x'; length], content_type: None }, Freshness::For(Seconds(1000)))
}

#[test]
fn among_threads_exactly_one_is_sent() {
    for round in 0..50 {
        let cache = Arc::new(Cache::new(Bounds { entries: 10, bytes: 1000 }));
        let barrier = Arc::new(Barrier::new(8));
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let (cache, barrier) = (Arc::clone(&cache), Arc::clone(&barrier));
                thread::spawn(move || {
                    barrier.wait();
                    match cache.ask(key(0), NOW, round % 2 == 0) {
                        Next::Fetch(flight, _) => Some(flight),
                        Next::Wait(_) | Next::Have(_) => None,
                    }
                })
            })
            .collect();
        let flights: Vec<_> = threads.into_iter().filter_map(|thread| thread.join().expect("an end")).collect();
        // Law: one request a document at a time.
        assert_eq!(flights.len(), 1);
    }
}

#[rocket::async_test]
async fn a_request_that_breaks_down_leaves_nobody_waiting() {
    let cache = Arc::new(Cache::new(Bounds { entries: 10, bytes: 1000 }));
    let Next::Fetch(flight, _) = cache.ask(key(0), NOW, false) else { panic!("not the first") };
    let Next::Wait(mut listener) = cache.ask(key(0), NOW, false) else { panic!("not the second") };
    drop(flight);
    assert!(listener.wait_for(Option::is_some).await.is_err());
    assert_eq!(cache.size(), (0, 0));
    // Law: the next one may try.
    assert!(matches!(cache.ask(key(0), NOW, false), Next::Fetch(..)));
}

#[test]
fn entries_and_bytes_are_bounded_and_the_least_used_goes_first() {
    let url_bytes = "https://client.example/0000".len();
    let cache = Arc::new(Cache::new(Bounds { entries: 10, bytes: 5 * (100 + url_bytes) }));
    let land = |name: usize, outcome| match cache.ask(key(name), NOW, false) {
        Next::Fetch(flight, _) => flight.land(outcome, NOW),
        Next::Wait(_) | Next::Have(_) => panic!("{name} is known"),
    };
    let has = |name| matches!(cache.ask(key(name), NOW, false), Next::Have(_));
    (0..5).for_each(|name| land(name, Ok(fetched(100))));
    assert!(has(0));
    land(5, Ok(fetched(100)));
    assert_eq!(cache.size(), (5, 5 * (100 + url_bytes)));
    assert!(has(0) && has(5) && !has(1));
    land(6, Ok(fetched(1_000_000)));
    assert!(!has(6));
    (100..200).for_each(|name| land(name, Err(FetchError::Resolve)));
    // Law: failures take places, too, and no more than there are.
    assert!(cache.size().0 <= 10, "{:?}", cache.size());
}
