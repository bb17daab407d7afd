//! A redirect is a URL that a stranger gave us: it goes by all rules again.

use super::super::journey;
use super::server::{answer, redirect};
use super::*;

#[rocket::async_test]
async fn a_few_redirects_are_followed() {
    for status in [301, 302, 303, 307, 308] {
        let server = Server::start(move |request| match request.split(' ').nth(1) {
            Some("/a/0") => redirect(status, "1"),
            Some("/a/1") => redirect(status, "/a/2#fragment"),
            Some("/a/2") => redirect(status, "/end?x=y"),
            _ => answer(200, "", "end"),
        });
        let fetched = get(&Fetcher::new(development()), &server.url("/a/0")).await.expect("a document");
        // Law: relative ones, too, and the last one's body counts.
        assert_eq!((fetched.body.as_slice(), server.seen().len()), (&b"end"[..], 4));
    }
}

#[rocket::async_test]
async fn a_loop_ends() {
    let server = Server::start(|_| redirect(302, "/"));
    assert_eq!(get(&Fetcher::new(development()), &server.url("/")).await, Err(FetchError::Redirects));
    // Law: three are followed.
    assert_eq!(server.seen().len(), 4);
}

#[rocket::async_test]
async fn a_document_that_must_not_be_elsewhere_is_not_sought_there() {
    let server = Server::start(|_| redirect(302, "/there"));
    let asked = Fetcher::new(development()).get(&url(&server.url("/")), &Document::CLIENT_METADATA, NOW).await;
    assert_eq!(asked, Err(FetchError::Redirects));
    // Law: no second request was made.
    assert_eq!(server.seen().len(), 1);
}

#[rocket::async_test]
async fn a_redirect_leads_nowhere_a_url_may_not_lead() {
    for (to, expected) in [
        ("http://10.0.0.1/", None),
        ("https://10.0.0.1/", None),
        ("//169.254.169.254/latest/meta-data/", None),
        ("http://private.example/", None),
        ("https://0xa9fea9fe/", None),
        ("http://[::ffff:192.168.0.1]/", None),
        ("http://8.8.8.8/", Some(FetchError::PlainHttp)),
        ("http://user:pass@127.0.0.1/", Some(FetchError::Userinfo)),
        ("file:///etc/passwd", Some(FetchError::Url)),
        ("data:application/json,{}", Some(FetchError::Url)),
        ("http://", Some(FetchError::BadRedirect)),
    ] {
        let server = Server::start(move |_| redirect(302, to));
        let fetcher = Fetcher::with_resolver(development(), Told::new(&[("private.example", &[&["10.1.1.1"]])]));
        let refused = get(&fetcher, &server.url("/")).await;
        match expected {
            // Law: each hop is judged anew.
            None => assert!(matches!(refused, Err(FetchError::Address { .. })), "{to}: {refused:?}"),
            Some(why) => assert_eq!(refused, Err(why), "{to}"),
        }
    }
    let server = Server::start(|_| answer(302, "", ""));
    assert_eq!(get(&Fetcher::new(development()), &server.url("/")).await, Err(FetchError::BadRedirect));
}

#[test]
fn https_is_never_left() {
    let from = url("https://client.example/a");
    for to in ["http://client.example/", "HTTP://127.0.0.1/"] {
        assert_eq!(journey::next(&from, Some(to)), Err(FetchError::Downgrade), "{to}");
    }
    // Law: the other way round is fine.
    assert_eq!(journey::next(&url("http://localhost/a"), Some("https://client.example/")), Ok(url("https://client.example/")));
}
