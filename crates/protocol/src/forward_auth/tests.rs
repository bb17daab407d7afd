#![allow(clippy::expect_used)]

use super::*;
use crate::api::Api;
use crate::binding::Confirmation;
use crate::details::Details;
use crate::values::{ClientId, Subject, TokenId};
use serde_json::json;

const STOCK: &str = "https://stock.example/api";

fn asked(query: &str) -> Result<Asked, Check> {
    Asked::read(query, &mut Checks::silent()).map_err(|refusal| refusal.check)
}

fn token() -> AccessRecord {
    AccessRecord {
        id: TokenId::new("t"),
        grant: None,
        client_id: ClientId::new("orders"),
        subject: Some(Subject::new("sub-ada")),
        machine: None,
        app: None,
        seen_by: None,
        audience: STOCK.to_owned(),
        scopes: ["stock:read", "stock:reserve"].into_iter().collect(),
        issued_at: Timestamp(0),
        expires_at: Timestamp(10),
        auth_time: None,
        confirmation: None,
        details: Details::default(),
        actor: None,
        alive: true,
    }
}

fn passed(token: Option<&AccessRecord>, query: &str, now: i64, with: (Scheme, &Proven)) -> Result<[(&'static str, String); 7], Check> {
    let asked = asked(query)?;
    let checks = &mut Checks::silent();
    let found = meant(token, &asked, Timestamp(now), checks).map_err(|refusal| refusal.check)?;
    accept(found, with, &asked, checks).map(|passed| passed.headers("sub-ada")).map_err(|refusal| refusal.check)
}

const NONE: &Proven = &Proven { jkt: None, certificate: None };
const BEARER: (Scheme, &Proven) = (Scheme::Bearer, NONE);

#[test]
fn a_requirement_that_got_lost_lets_nobody_in() {
    for (query, check) in [
        ("", Check::ForwardResource),
        ("scope=stock:read", Check::ForwardResource),
        ("resource=stock", Check::ForwardResource),
        ("resource=https://stock.example/api%23f", Check::ForwardResource),
        ("resource=", Check::ForwardParams),
        ("resource=https://stock.example/api&scope=", Check::ForwardParams),
        ("resource=https://stock.example/api&scope", Check::ForwardParams),
        ("resource=https://stock.example/api&", Check::ForwardParams),
        ("&resource=https://stock.example/api", Check::ForwardParams),
        ("resource=https://stock.example/api&scopes=stock:read", Check::ForwardParams),
        ("resource=https://stock.example/api&Scope=stock:read", Check::ForwardParams),
        ("resource=https://stock.example/api&scope=+", Check::ForwardScope),
        ("resource=https://stock.example/api&scope=stock:read%22", Check::ForwardScope),
        ("resource=https://stock.example/api&scope=a&scope=b", Check::ParamNotRepeated),
        ("resource=https://a.example&resource=https://b.example", Check::ParamNotRepeated),
        ("resource=%ff", Check::ParamsWellFormed),
        ("resource=https://stock.example/api&origin=https://stock.example/", Check::ForwardParams),
        ("resource=https://stock.example/api&origin=https://me@stock.example", Check::ForwardParams),
        ("resource=https://stock.example/api&origin=ftp://stock.example", Check::ForwardParams),
        ("resource=https://stock.example/api&origin=stock.example", Check::ForwardParams),
    ] {
        assert_eq!(asked(query).err(), Some(check), "{query}");
    }
    // Law: what a location says is understood whole or not at all.
    assert!(asked("resource=https://stock.example/api&scope=a+b&origin=https://edge.example:8443").is_ok());
}

#[test]
fn a_location_asks_for_what_there_is() {
    let api: Api = serde_json::from_value(json!({"resource": STOCK, "scopes": {"stock:read": {}}})).expect("an API");
    let apis = Apis::new(vec![api]);
    let known = |query: &str| asked(query)?.known(&apis, &mut Checks::silent()).map_err(|refusal| refusal.check);
    assert_eq!(known("resource=https://stock.example/api"), Ok(()));
    assert_eq!(known("resource=https://stock.example/api&scope=stock:read"), Ok(()));
    assert_eq!(known("resource=https://stock.example/api/&scope=stock:read"), Err(Check::ForwardResource));
    assert_eq!(known("resource=https://login.example"), Err(Check::ForwardResource));
    // Law: not even this server's own userinfo tokens pass for anybody's.
    assert_eq!(known("resource=https://stock.example/api&scope=openid"), Err(Check::ForwardScope));
}

#[test]
fn a_token_passes_alive_for_this_audience_with_all_scopes() {
    let fine = "resource=https://stock.example/api&scope=stock:read+stock:reserve";
    assert!(passed(Some(&token()), fine, 9, BEARER).is_ok());
    assert!(passed(Some(&AccessRecord { subject: None, ..token() }), fine, 9, BEARER).is_ok());
    for (what, token, query, now, check) in [
        ("none", None, fine, 0, Check::ForwardActive),
        ("expired", Some(token()), fine, 10, Check::ForwardActive),
        ("revoked", Some(AccessRecord { alive: false, ..token() }), fine, 0, Check::ForwardActive),
        ("for orders", Some(AccessRecord { audience: "https://orders.example".to_owned(), ..token() }), fine, 0, Check::ForwardAudience),
        ("for a longer name", Some(AccessRecord { audience: format!("{STOCK}/x"), ..token() }), fine, 0, Check::ForwardAudience),
        ("in capitals", Some(AccessRecord { audience: STOCK.to_uppercase(), ..token() }), fine, 0, Check::ForwardAudience),
        ("without scopes", Some(AccessRecord { scopes: Scopes::default(), ..token() }), fine, 0, Check::ForwardScopeHeld),
        (
            "with one of two",
            Some(AccessRecord { scopes: ["stock:read"].into_iter().collect(), ..token() }),
            fine,
            0,
            Check::ForwardScopeHeld,
        ),
    ] {
        // Law: the first thing that is wrong is named in the log.
        assert_eq!(passed(token.as_ref(), query, now, BEARER).err(), Some(check), "{what}");
    }
}

#[test]
fn a_bound_token_is_worth_nothing_without_its_key_and_a_foreign_one_says_nothing() {
    let query = "resource=https://stock.example/api";
    let bound = AccessRecord { confirmation: Some(Confirmation::Jkt("k".to_owned())), ..token() };
    let proves = |jkt: &str| Proven { jkt: Some(jkt.to_owned()), certificate: None };
    assert_eq!(passed(Some(&bound), query, 0, BEARER).err(), Some(Check::DpopScheme));
    assert_eq!(passed(Some(&bound), query, 0, (Scheme::Dpop, &proves("other"))).err(), Some(Check::DpopKeyMatches));
    assert_eq!(passed(Some(&token()), query, 0, (Scheme::Dpop, &proves("k"))).err(), Some(Check::DpopTokenBound));
    assert!(passed(Some(&bound), query, 0, (Scheme::Dpop, &proves("k"))).is_ok());
    let tls = AccessRecord { confirmation: Some(Confirmation::Certificate("c".to_owned())), ..token() };
    assert_eq!(passed(Some(&tls), query, 0, BEARER).err(), Some(Check::CertificateMatches));
    // Law: how a token for somebody else is bound is nobody's business here.
    let foreign = AccessRecord { audience: "https://orders.example".to_owned(), ..bound };
    assert_eq!(passed(Some(&foreign), query, 0, BEARER).err(), Some(Check::ForwardAudience));
}

#[test]
fn what_is_handed_on_is_one_line_of_ascii_and_never_empty() {
    let query = "resource=https://stock.example/api";
    let told = |token: &AccessRecord| passed(Some(token), query, 0, BEARER).expect("to pass");
    let values = |token: &AccessRecord| told(token).map(|(_, value)| value);
    let here = ["sub-ada", "person", "orders", "-", STOCK, "stock:read stock:reserve", "10"].map(str::to_owned);
    assert_eq!(values(&token()), here);
    let chain = json!({"sub": "stock", "act": {"sub": "orders, \r\nX-Auth-Kind: person", "act": {"sub": "-"}}});
    let odd = AccessRecord {
        client_id: ClientId::new("仓库"),
        actor: serde_json::from_value(chain).ok(),
        scopes: Scopes::default(),
        subject: None,
        ..token()
    };
    let values = values(&odd);
    assert_eq!(values[1..4], ["machine", "%E4%BB%93%E5%BA%93", "stock,orders%2C%20%0D%0AX-Auth-Kind:%20person,%2D"].map(str::to_owned));
    // Law: nothing in it can end a header or look like another.
    assert!(values.iter().all(|value| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')));
}

#[test]
fn a_proof_belongs_to_the_request_that_the_proxy_saw_at_the_origin_the_operator_named() {
    let at = |query: &str, methods: &[&'static str], uris: &[&str]| {
        asked(query)?.address(methods, uris, &mut Checks::silent()).map_err(|refusal| refusal.check)
    };
    let (stock, edge) = ("resource=https://stock.example/api", "resource=https://stock.example/api&origin=http://127.0.0.1:8443");
    assert_eq!(at(stock, &["GET"], &["/items?x=1"]), Ok(("GET", "https://stock.example/items?x=1".to_owned())));
    assert_eq!(at(edge, &["POST"], &["/items"]), Ok(("POST", "http://127.0.0.1:8443/items".to_owned())));
    for (query, methods, uris) in [
        (stock, &[][..], &["/"][..]),
        (stock, &["GET"], &[]),
        (stock, &["GET", "POST"], &["/"]),
        (stock, &["GET"], &["/", "/other"]),
        (stock, &["GET"], &["https://evil.example/"]),
        (stock, &["GET"], &["@evil.example/"]),
        (stock, &["GET"], &[""]),
        (stock, &[""], &["/"]),
        ("resource=urn:example:stock", &["GET"], &["/"]),
    ] {
        // Law: a proof for another address is never taken because the proxy was vague.
        assert_eq!(at(query, methods, uris), Err(Check::ForwardedRequest), "{methods:?} {uris:?}");
    }
}
