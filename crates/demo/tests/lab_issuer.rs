//! Every issuer of the lab makes the one mistake that its row says, and no other.
#![allow(clippy::expect_used)]

#[allow(dead_code, reason = "each test has its part of it")]
mod lab;

use doorward_demo::lab::rows;
use lab::reader::{Check, Without, now, part};
use lab::{World, firsts};
use serde_json::json;

/// Which check of an app stops which issuer.
const APPS: [(&str, Check); 28] = [
    ("wrong-state", Check::State),
    ("missing-state", Check::State),
    ("replayed-state", Check::StateOnce),
    ("wrong-iss", Check::Iss),
    ("missing-iss", Check::Iss),
    ("repeated-code", Check::NotRepeated),
    ("error-with-code", Check::ErrorFirst),
    ("other-issuer", Check::DiscoveryIssuer),
    ("other-person", Check::Person),
    ("wrong-at-hash", Check::AtHash),
    ("wrong-nonce", Check::Nonce),
    ("missing-nonce", Check::Nonce),
    ("expired", Check::Expiry),
    ("missing-expiry", Check::Expiry),
    ("issued-in-the-future", Check::IssuedAt),
    ("wrong-audience", Check::Audience),
    ("extra-audience", Check::OneAudience),
    ("wrong-azp", Check::Azp),
    ("wrong-issuer", Check::Issuer),
    ("alg-none", Check::Alg),
    ("hs256-public-key", Check::Alg),
    ("unknown-key", Check::KeyOfIssuer),
    ("foreign-key", Check::Signature),
    ("embedded-jwk", Check::KeyOfIssuer),
    ("edited", Check::Signature),
    ("critical-header", Check::Crit),
    ("wrong-kind", Check::Typ),
    ("correct", Check::Typ),
];

/// Which check of a service stops which token.
const SERVICES: [(&str, &[Check]); 17] = [
    ("not-yet-valid", &[Check::NotBefore]),
    ("expired", &[Check::Expiry]),
    ("missing-expiry", &[Check::Expiry]),
    ("wrong-audience", &[Check::Audience]),
    ("wrong-issuer", &[Check::Issuer]),
    ("missing-scope", &[Check::Scope]),
    ("alg-none", &[Check::Alg]),
    ("hs256-public-key", &[Check::Alg]),
    ("unknown-key", &[Check::KeyOfIssuer]),
    ("foreign-key", &[Check::Signature]),
    ("embedded-jwk", &[Check::KeyOfIssuer]),
    ("embedded-jku", &[Check::KeyOfIssuer]),
    ("edited", &[Check::Signature]),
    ("critical-header", &[Check::Crit]),
    // An ID token carries no scope either.
    ("wrong-kind", &[Check::Typ, Check::Scope]),
    ("wrong-type", &[Check::Typ]),
    ("correct", &[]),
];

#[test]
fn the_table_is_tested_whole() {
    for row in rows() {
        assert_eq!(row.side.has_app(), APPS.iter().any(|(name, _)| *name == row.name), "{}", row.name);
        assert_eq!(row.side.has_service(), SERVICES.iter().any(|(name, _)| *name == row.name), "{}", row.name);
        for words in [row.does, row.must] {
            assert!(words.en.ends_with('.') && words.zh.ends_with('。'), "{}", row.name);
        }
        assert!(row.source.contains('§'), "{}", row.name);
    }
    let mut names: Vec<_> = rows().iter().map(|row| row.name).collect();
    names.sort_unstable();
    names.dedup();
    // Law: a name is one issuer.
    assert_eq!(names.len(), rows().len());
}

#[test]
fn the_correct_issuer_passes_every_check() {
    let world = World::new();
    assert_eq!(Without(&[]).log_in(&world, "correct", "app"), Ok("lab-mira".to_owned()));
    assert_eq!(Without(&[]).log_in(&world, "correct", "es256-app"), Ok("lab-mira".to_owned()));
    assert_eq!(Without(&[]).serve(&world, "correct", &world.access_token("correct")), Ok("lab-mira".to_owned()));
}

#[test]
fn every_faulty_issuer_is_stopped_by_one_check_of_an_app_and_by_no_other() {
    let world = World::new();
    for (fault, check) in APPS.into_iter().filter(|(name, _)| *name != "correct") {
        for client in ["app", "es256-app"] {
            assert_eq!(Without(&[]).log_in(&world, fault, client), Err(check), "{fault}");
            // Law: who leaves that one check out falls for it.
            assert!(Without(&[check]).log_in(&world, fault, client).is_ok(), "{fault} is stopped by another check, too");
        }
    }
}

#[test]
fn every_faulty_token_is_stopped_by_one_check_of_a_service_and_by_no_other() {
    let world = World::new();
    for (fault, checks) in SERVICES.into_iter().filter(|(name, _)| *name != "correct") {
        let token = world.access_token(fault);
        assert_eq!(Without(&[]).serve(&world, fault, &token), Err(checks[0]), "{fault}");
        assert!(Without(checks).serve(&world, fault, &token).is_ok(), "{fault} is stopped by another check, too");
    }
    let edited = world.access_token("edited");
    // Law: the edit is worth something to who believes it.
    assert_eq!(Without(&[Check::Signature]).serve(&world, "edited", &edited), Ok("lab-somebody-else".to_owned()));
}

#[test]
fn tokens_are_what_their_rows_say() {
    let world = World::new();
    let headers = |fault: &str| part(&world.access_token(fault), 0);
    let claims = |fault: &str| part(&world.access_token(fault), 1);
    assert_eq!(headers("alg-none"), json!({ "alg": "none", "typ": "at+jwt" }));
    assert!(world.access_token("alg-none").ends_with('.'));
    assert_eq!(headers("hs256-public-key")["alg"], "HS256");
    assert_eq!(headers("wrong-type")["typ"], "logout+jwt");
    assert_eq!(headers("wrong-kind")["typ"], "JWT");
    assert!(headers("embedded-jwk")["jwk"]["d"].is_null() && headers("embedded-jwk")["jwk"]["x"].is_string());
    assert!(headers("embedded-jku")["jku"].as_str().expect("an address").ends_with("/embedded-jku/stranger-jwks"));
    assert_eq!(headers("critical-header")["crit"].as_array().map(Vec::len), Some(1));
    assert_eq!(headers("foreign-key"), headers("correct"));
    assert_ne!(headers("unknown-key")["kid"], headers("correct")["kid"]);
    assert!(claims("expired")["exp"].as_u64().is_some_and(|exp| exp + 3000 < now()));
    assert!(claims("not-yet-valid")["nbf"].as_u64().is_some_and(|nbf| nbf > now() + 3000));
    assert!(claims("missing-expiry")["exp"].is_null());
    assert_eq!(claims("correct")["aud"], "https://api.example");
    assert_eq!(claims("correct")["scope"], "notes:read");
    assert_eq!(claims("wrong-issuer")["iss"], World::issuer("correct"));
    // Law: what is not the fault is right.
    assert_eq!(claims("alg-none")["iss"], World::issuer("alg-none"));
}

#[test]
fn a_code_of_the_lab_works_once_for_its_client_at_its_issuer_with_its_verifier() {
    let world = World::new();
    let code = |fault| firsts(&world.authorize(fault, "app", "s"))["code"].to_owned();
    let once = code("correct");
    assert!(world.redeem("correct", "app", &once)["id_token"].is_string());
    assert_eq!(world.redeem("correct", "app", &once)["error"], "invalid_grant");
    assert_eq!(world.redeem("expired", "app", &code("correct"))["error"], "invalid_grant");
    let form = [("grant_type", "authorization_code"), ("redirect_uri", lab::CALLBACK), ("code_verifier", lab::VERIFIER)];
    for (client, verifier) in [("another", lab::VERIFIER), ("app", "another")] {
        let code = code("correct");
        let mut form = form.to_vec();
        form[2].1 = verifier;
        form.extend([("client_id", client), ("code", code.as_str())]);
        // Law: the lab's mistakes are those of its rows.
        assert_eq!(world.post("/correct/token", &form).1["error"], "invalid_grant", "{client}");
    }
}

#[test]
fn the_lab_sends_browsers_to_this_machine_only() {
    let world = World::new();
    for target in [
        "https://evil.example/callback",
        "http://localhost.evil.example/",
        "http://127.0.0.1@evil.example/",
        "http://user@localhost:8080/",
        "//evil.example",
        "javascript:alert(1)",
        "",
    ] {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("response_type", "code"), ("client_id", "app"), ("redirect_uri", target)])
            .finish();
        let answer = world.lab.get(format!("/correct/authorize?{query}")).dispatch();
        // Law: no open redirector, not even for learners.
        assert!(answer.status().code == 400 && answer.headers().get_one("Location").is_none(), "{target}");
    }
}

#[test]
fn what_the_lab_does_not_know_it_refuses() {
    let world = World::new();
    for path in ["/nobody/jwks", "/nobody/.well-known/openid-configuration", "/correct/nothing", "/.well-known/openid-configuration"] {
        assert_eq!(world.get(path, None).0, 404, "{path}");
    }
    assert_eq!(world.get("/correct/userinfo", None).0, 401);
    assert_eq!(world.get("/correct/userinfo", Some("guessed")).0, 401);
    assert_eq!(world.get("/correct/access-token", None).0, 400);
    assert_eq!(world.post("/correct/token", &[("grant_type", "password")]).1["error"], "unsupported_grant_type");
    let long = "x".repeat(20_000);
    assert_eq!(world.post("/correct/access-token", &[("audience", &long)]).0, 413);
    let (status, table) = world.get("/", None);
    // Law: the bare address tells what there is.
    assert!(status == 200 && table["issuers"].as_array().map(Vec::len) == Some(rows().len()));
}
