//! Which URLs may be called, which names are believed, and what the operator allows.

use super::server::answer;
use super::*;

#[rocket::async_test]
async fn a_document_comes_with_its_type_and_nothing_is_told_but_the_path() {
    let server = Server::start(|_| answer(200, "", "{\"keys\":[]}"));
    let fetcher = Fetcher::new(development());
    let keys = get(&fetcher, &server.url("/keys?a=b%20c#fragment")).await.expect("a document");
    assert_eq!((keys.body.as_slice(), keys.is_json()), (&b"{\"keys\":[]}"[..], true));
    let seen = server.seen();
    assert!(seen[0].starts_with("GET /keys?a=b%20c HTTP/1.1\r\n"), "{seen:?}");
    assert!(seen[0].contains(&format!("host: {}\r\n", server.address)), "{seen:?}");
    let lower = seen[0].to_ascii_lowercase();
    assert!(lower.contains("accept: application/json\r\n") && lower.contains("accept-encoding: identity\r\n"), "{lower}");
    for word in ["fragment", "cookie", "referer", "authorization"] {
        // Law: a host learns which document is asked for, and nothing else.
        assert!(!lower.contains(word), "{word}: {lower}");
    }
}

#[test]
fn what_says_that_it_is_json() {
    for (content_type, expected) in [
        (Some("application/json"), true),
        (Some("Application/JSON ; charset=utf-8"), true),
        (Some("application/jwk-set+json"), true),
        (Some("text/html"), false),
        (Some("application/jsonp"), false),
        (Some("text/x+json"), false),
        (Some(""), false),
        (None, false),
    ] {
        let fetched = Fetched { body: Vec::new(), content_type: content_type.map(str::to_owned) };
        // Law: the type, not the parameters, and not what it resembles.
        assert_eq!(fetched.is_json(), expected, "{content_type:?}");
    }
}

#[rocket::async_test]
async fn urls_that_are_not_called() {
    let fetcher = Fetcher::with_resolver(development(), Told::new(&[]));
    let long = format!("https://client.example/{}", "a".repeat(2048));
    for (bad, why) in [
        ("ftp://client.example/", FetchError::Url),
        ("file:///etc/passwd", FetchError::Url),
        ("data:application/json,{}", FetchError::Url),
        ("javascript:alert(1)", FetchError::Url),
        ("ws://client.example/", FetchError::Url),
        ("gopher://127.0.0.1:6379/_FLUSHALL", FetchError::Url),
        ("https://client.example:0/", FetchError::Url),
        (long.as_str(), FetchError::Url),
        ("https://user@client.example/", FetchError::Userinfo),
        ("https://:pass@client.example/", FetchError::Userinfo),
        ("http://127.0.0.1:80@client.example/", FetchError::Userinfo),
        ("https://nobody.example/", FetchError::Resolve),
    ] {
        // Law: one kind of URL, spelled without tricks.
        assert_eq!(get(&fetcher, bad).await, Err(why), "{bad}");
    }
}

#[rocket::async_test]
async fn without_tls_only_a_development_server_calls_and_only_its_own_machine() {
    let server = Server::start(|_| answer(200, "", "{}"));
    let names: &[(&str, &[&[&str]])] = &[("localhost", &[&["127.0.0.1"]]), ("client.example", &[&["8.8.8.8"]])];
    let fetcher = |options| Fetcher::with_resolver(options, Told::new(names));
    let local = format!("http://localhost:{}/", server.address.port());
    assert!(get(&fetcher(development()), &local).await.is_ok());
    assert_eq!(get(&fetcher(development()), "http://client.example/").await, Err(FetchError::PlainHttp));
    assert_eq!(get(&fetcher(development()), "http://8.8.8.8/").await, Err(FetchError::PlainHttp));
    assert_eq!(get(&fetcher(production(&[])), &local).await, Err(FetchError::PlainHttp));
    // Law: an allowed target is allowed, not unprotected.
    assert_eq!(get(&fetcher(production(&["localhost", "127.0.0.1"])), &local).await, Err(FetchError::PlainHttp));
    assert_eq!(server.seen().len(), 1);
}

#[rocket::async_test]
async fn a_name_that_changes_its_address_changes_nothing() {
    let server = Server::at("127.0.0.2", None, |_| answer(200, "cache-control: no-store\r\n", "{}"));
    let from = format!("http://rebinding.example:{}/", server.address.port());
    let resolver = Told::new(&[("rebinding.example", &[&["127.0.0.2"], &["10.0.0.1"], &["127.0.0.2"]])]);
    let fetcher = Fetcher::with_resolver(development(), resolver.clone());
    assert!(get(&fetcher, &from).await.is_ok());
    // Judged and connected to is one and the same answer.
    assert_eq!(resolver.asked(), 1);
    assert!(matches!(get(&fetcher, &from).await, Err(FetchError::Address { .. })));
    // Law: the name is resolved once a request, and never between the judgement and the connection.
    assert_eq!((resolver.asked(), server.seen().len()), (2, 1));
}

#[rocket::async_test]
async fn a_host_or_a_network_that_is_allowed_is_reached() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let from = |host: &str| format!("https://{host}:{}/", silent.local_addr().expect("an address").port());
    for (entries, host) in [(&["jwks.internal"][..], "jwks.internal"), (&["127.0.0.0/8"], "jwks.internal"), (&["127.0.0.1"], "127.0.0.1")] {
        let fetcher = Fetcher::with_resolver(hasty(production(entries)), Told::new(&[("jwks.internal", &[&["127.0.0.1"]])]));
        // The connection stands; nobody shakes hands.
        assert_eq!(get(&fetcher, &from(host)).await, Err(FetchError::Timeout), "{entries:?}");
    }
    for entries in [&[][..], &["internal"], &["other.internal"], &["10.0.0.0/8"], &["127.0.0.2"], &["::1"]] {
        let fetcher = Fetcher::with_resolver(production(entries), Told::new(&[("jwks.internal", &[&["127.0.0.1"]])]));
        // Law: allowed is what was named, and nothing beside it.
        assert!(matches!(get(&fetcher, &from("jwks.internal")).await, Err(FetchError::Address { .. })), "{entries:?}");
    }
}

#[rocket::async_test]
async fn the_first_address_that_takes_a_connection_is_used() {
    let server = Server::start(|_| answer(200, "", "{}"));
    let resolver = Told::new(&[("client.example", &[&["127.0.0.9", "127.0.0.1"]])]);
    let fetcher = Fetcher::with_resolver(development(), resolver);
    assert!(get(&fetcher, &format!("http://client.example:{}/", server.address.port())).await.is_ok());
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    // Law: nobody there is an answer, too.
    assert_eq!(get(&fetcher, &format!("http://client.example:{port}/")).await, Err(FetchError::Connect));
}

#[rocket::async_test]
async fn a_posted_form_arrives_and_its_status_comes_back() {
    for (status, delivered) in [(200, true), (204, true), (400, false), (302, false), (501, false)] {
        let server = Server::start(move |_| answer(status, "location: /elsewhere\r\n", ""));
        let fetcher = Fetcher::new(development());
        let sent = fetcher.post_form(&url(&server.url("/logout")), &[("logout_token", "a.b+c&d")]).await.expect("an answer");
        assert_eq!((sent.0, sent.is_delivered()), (status, delivered));
        let seen = server.seen();
        assert!(seen[0].starts_with("POST /logout HTTP/1.1\r\n") && seen[0].ends_with("\r\n\r\nlogout_token=a.b%2Bc%26d"), "{seen:?}");
        assert!(seen[0].contains("content-type: application/x-www-form-urlencoded\r\n"), "{seen:?}");
        // Law: a POST goes where it was sent, and nowhere from there.
        assert_eq!(seen.len(), 1);
    }
    let fetcher = Fetcher::with_resolver(production(&[]), Told::new(&[("client.example", &[&["192.168.0.1"]])]));
    let refused = fetcher.post_form(&url("https://client.example/logout"), &[]).await;
    assert!(matches!(refused, Err(FetchError::Address { .. })));
}
