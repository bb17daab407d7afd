//! How long and how large: the bound holds while reading, not after.

use super::server::answer;
use super::*;

fn small() -> Document {
    Document { most_bytes: 1000, ..Document::JSON }
}

#[rocket::async_test]
async fn a_document_up_to_the_bound_is_taken_and_one_byte_more_is_not() {
    for (length, taken) in [(0, true), (999, true), (1000, true), (1001, false), (100_000, false)] {
        let body = "x".repeat(length);
        let chunk = if length == 0 { String::new() } else { format!("{length:x}\r\n{body}\r\n") };
        let chunked = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunk}0\r\n\r\n").into_bytes();
        for bytes in [answer(200, "", &body), chunked] {
            let server = Server::start(move |_| bytes.clone());
            let fetched = Fetcher::new(development()).get(&url(&server.url("/")), &small(), NOW).await.map(|fetched| fetched.body.len());
            // Law: to the byte, however the length is told.
            assert_eq!(fetched, if taken { Ok(length) } else { Err(FetchError::TooLarge(1000)) }, "{length}");
        }
    }
}

#[rocket::async_test]
async fn a_body_without_end_is_left_when_it_is_too_long() {
    let piece = format!("3e8\r\n{}\r\n", "x".repeat(1000));
    // The end never comes: only who counts while reading gets away.
    let bytes = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{piece}{piece}").into_bytes();
    let server = Server::start(move |_| bytes.clone());
    let fetched = Fetcher::new(development()).get(&url(&server.url("/")), &small(), NOW).await;
    // Law: no memory jump.
    assert_eq!(fetched, Err(FetchError::TooLarge(1000)));
}

#[rocket::async_test]
async fn a_length_that_is_announced_is_believed_when_it_is_too_long() {
    let server = Server::start(|_| b"HTTP/1.1 200 OK\r\ncontent-length: 1099511627776\r\n\r\n".to_vec());
    let huge = Fetcher::new(development()).get(&url(&server.url("/")), &small(), NOW).await;
    // Law: nothing is read of what can't be taken.
    assert_eq!(huge, Err(FetchError::TooLarge(1000)));
}

#[rocket::async_test]
async fn who_never_answers_is_left() {
    for bytes in [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n123456789",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n",
    ] {
        let server = Server::start(move |_| bytes.as_bytes().to_vec());
        let fetcher = Fetcher::new(hasty(development()));
        // Law: the time is over for the whole, however far it came.
        assert_eq!(get(&fetcher, &server.url("/")).await, Err(FetchError::Timeout), "{bytes:?}");
    }
    let server = Server::start(|_| Vec::new());
    let posted = Fetcher::new(hasty(development())).post_form(&url(&server.url("/")), &[]).await;
    assert_eq!(posted, Err(FetchError::Timeout));
}

#[rocket::async_test]
async fn a_head_has_an_end() {
    let line = format!("x: {}\r\n", "x".repeat(1000));
    for bytes in [format!("HTTP/1.1 200 OK\r\n{}", line.repeat(100)), format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(500))] {
        let server = Server::start(move |_| bytes.clone().into_bytes());
        // Law: headers are bounded in bytes and in number.
        assert_eq!(get(&Fetcher::new(development()), &server.url("/")).await, Err(FetchError::Protocol));
    }
}

#[rocket::async_test]
async fn what_is_compressed_is_refused_and_identity_is_not() {
    for coding in ["gzip", "br", "deflate", "zstd", "identity, gzip", "identity\r\ncontent-encoding: gzip"] {
        let more = format!("content-encoding: {coding}\r\n");
        let server = Server::start(move |_| answer(200, &more, "{}"));
        assert_eq!(get(&Fetcher::new(development()), &server.url("/")).await, Err(FetchError::Encoding), "{coding}");
    }
    let server = Server::start(|_| answer(200, "content-encoding: Identity\r\n", "{}"));
    // Law: nothing is unpacked, so nothing swells.
    assert!(get(&Fetcher::new(development()), &server.url("/")).await.is_ok());
}

#[rocket::async_test]
async fn only_200_is_a_document() {
    for status in [201, 204, 206, 300, 304, 400, 401, 404, 410, 500, 503] {
        let server = Server::start(move |_| answer(status, "", ""));
        assert_eq!(get(&Fetcher::new(development()), &server.url("/")).await, Err(FetchError::Status(status)));
    }
    for bytes in ["SSH-2.0-OpenSSH_9.6\r\n", "+PONG\r\n", "HTTP/1.1 2000 OK\r\n\r\n"] {
        let server = Server::start(move |_| bytes.as_bytes().to_vec());
        // Law: what isn't HTTP is no answer.
        assert_eq!(get(&Fetcher::new(development()), &server.url("/")).await, Err(FetchError::Protocol), "{bytes:?}");
    }
}
