//! A flow for the samples of the pages.

use std::sync::Arc;

use doorward_protocol::check::{Check, Evidence};
use doorward_protocol::values::{ClientId, Timestamp};

use crate::trace::{Answer, Endpoint, Exchange, Field, Flow, Kind, Mark, Note, Redirect, Shown, Token};

const BEGAN: Timestamp = Timestamp(1_795_529_100);

fn clear(pairs: &[(&str, &str)]) -> Vec<Field> {
    pairs.iter().map(|(name, value)| Field { name: (*name).to_owned(), value: Shown::Clear((*value).to_owned()) }).collect()
}

fn hidden(name: &str, kind: Kind, length: usize, digest: Option<&str>) -> Field {
    Field { name: name.to_owned(), value: Shown::Hidden { kind, length, digest: digest.map(str::to_owned) } }
}

fn held(check: Check) -> Note {
    Note { check, holds: true, evidence: None }
}

fn exchange(number: i64, endpoint: Endpoint, method: &str, path: &str, status: u16) -> Exchange {
    Exchange {
        request_id: format!("req-{number}"),
        at: Timestamp(BEGAN.0 + number),
        micros: 1_840,
        client: Some(ClientId::new("papercrane")),
        endpoint,
        method: method.to_owned(),
        path: path.to_owned(),
        query: Vec::new(),
        body: Vec::new(),
        headers: Vec::new(),
        status,
        answer_headers: Vec::new(),
        redirect: None,
        answer: Answer::Empty,
        checks: Vec::new(),
    }
}

fn token(redacted: bool) -> Field {
    let claims = clear(&[("iss", "http://127.0.0.1:8000"), ("aud", "papercrane"), ("exp", "1795532700"), ("seat", "14C")]);
    let sub = if redacted { hidden("sub", Kind::Personal, 22, Some("4fQa")) } else { clear(&[("sub", "9Qe2pZl0")]).remove(0) };
    let token = Token {
        compact: (!redacted).then(|| "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwOi8vMTI3LjAuMC4xOjgwMDAifQ.c2lnbmF0dXJl".to_owned()),
        header: clear(&[("alg", "RS256"), ("kid", "k1"), ("typ", "JWT")]),
        claims: claims.into_iter().chain([sub]).collect(),
        signature: Shown::Clear("c2lnbmF0dXJl".to_owned()),
    };
    Field { name: "id_token".to_owned(), value: Shown::Token(Box::new(token)) }
}

/// A login whose code was used twice.
pub(super) fn login(redacted: bool) -> Flow {
    let code = |value: &str| if redacted { hidden("code", Kind::Code, 43, Some("x8Rt")) } else { clear(&[("code", value)]).remove(0) };
    let asked = Exchange {
        query: clear(&[("client_id", "papercrane"), ("response_type", "code"), ("redirect_uri", "https://papercrane.example/cb")]),
        headers: clear(&[("Cookie", "doorward_browser=••••")]),
        redirect: Some(Redirect { to: "/interaction/…".to_owned(), params: Vec::new(), away: false }),
        checks: vec![held(Check::ClientKnown), held(Check::RedirectUriExact)],
        ..exchange(0, Endpoint::Authorize, "GET", "/authorize", 303)
    };
    let page = Exchange { answer: Answer::Page(4_210), client: None, ..exchange(1, Endpoint::Page, "GET", "/interaction/…", 200) };
    let typed = Exchange {
        body: vec![hidden("password", Kind::Password, 0, None), hidden("csrf", Kind::FormToken, 43, None)],
        redirect: Some(Redirect { to: "https://papercrane.example/cb".to_owned(), params: vec![code("c-7Rt")], away: true }),
        ..exchange(9, Endpoint::Login, "POST", "/interaction/…/login", 303)
    };
    let redeemed = Exchange {
        body: vec![code("c-7Rt")],
        headers: clear(&[("Authorization", "Basic papercrane:••••••••")]),
        answer: Answer::Json(clear(&[("token_type", "Bearer")]).into_iter().chain([token(redacted)]).collect()),
        checks: vec![held(Check::ClientAuthentic), held(Check::CodeUnspent)],
        ..exchange(10, Endpoint::Token, "POST", "/token", 200)
    };
    let asked_about = Exchange { client: None, ..exchange(11, Endpoint::Introspect, "POST", "/introspect", 200) };
    let evidence = Some(Evidence::new("first use", "used at 1795529110"));
    let again = Exchange {
        body: vec![code("c-7Rt")],
        answer: Answer::Json(clear(&[("error", "invalid_grant")])),
        checks: vec![held(Check::ClientAuthentic), Note { check: Check::CodeUnspent, holds: false, evidence }],
        ..exchange(12, Endpoint::Token, "POST", "/token", 400)
    };
    let exchanges = [asked, page, typed, redeemed, asked_about, again];
    Flow {
        id: "req-0".to_owned(),
        exchanges: exchanges.into_iter().zip(1..).map(|(exchange, mark)| (Mark(mark), Arc::new(exchange))).collect(),
        shortened: false,
    }
}
