//! What may be declared of a trusted issuer, and what may not.
#![allow(clippy::expect_used)]

mod assertions;

use super::*;
use serde_json::json;

/// RFC 7515 appendix A.3's key.
fn jwks() -> Value {
    json!({"keys": [{
        "kty": "EC", "crv": "P-256", "kid": "a",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }]})
}

fn read(changes: &Value) -> Result<TrustedIssuer, String> {
    let mut all = json!({"issuer": "https://ci.example", "jwks": jwks(), "algs": ["ES256"], "use": ["client_auth"]});
    for (name, value) in changes.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    let issuer: TrustedIssuer = serde_json::from_value(all).map_err(|why| why.to_string())?;
    issuer.validate().map(|()| issuer)
}

#[test]
fn an_issuer_is_declared_for_clients_for_grants_or_for_both() {
    let workloads =
        read(&json!({"issuer": "https://kubernetes.default.svc", "jwks": null, "jwks_uri": "https://cluster.example/openid/v1/jwks",
        "algs": ["RS256"], "subjects": ["system:serviceaccount:shop:orders"], "max_lifetime": 7200}));
    let workloads = workloads.expect("an issuer");
    assert_eq!((workloads.max_lifetime, workloads.require_jti, workloads.keys()), (Seconds(7200), true, None));
    let both = json!({"use": ["client_auth", "grant"], "users": {"claim": "email"}, "clients": ["orders"]});
    let all = TrustedIssuers::new(vec![workloads, read(&both).expect("an issuer")]);
    assert!(all.get("https://ci.example", TrustedFor::Grant).is_some_and(|issuer| issuer.keys().is_some()));
    assert!(all.get("https://kubernetes.default.svc", TrustedFor::ClientAuth).is_some());
    for (iss, purpose) in [
        ("https://kubernetes.default.svc", TrustedFor::Grant),
        ("https://ci.example/", TrustedFor::Grant),
        ("HTTPS://ci.example", TrustedFor::ClientAuth),
        ("", TrustedFor::ClientAuth),
    ] {
        // Law: trusted by this very name, for what was declared, and for nothing else.
        assert!(all.get(iss, purpose).is_none(), "{iss} {purpose:?}");
    }
}

#[test]
fn what_is_wrong_with_an_issuer_is_named() {
    let grant = |changes: Value| {
        let mut all = json!({"use": ["grant"], "users": {"claim": "sub"}, "clients": ["orders"]});
        for (name, value) in changes.as_object().into_iter().flatten() {
            all[name] = value.clone();
        }
        all
    };
    let mut private = jwks();
    private["keys"][0]["d"] = json!("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI");
    for (changes, says) in [
        (json!({"issuer": ""}), "issuer"),
        (json!({"issuer": "https://a.example b"}), "issuer"),
        (json!({"name": " "}), "name"),
        (json!({"jwks": null}), "jwks"),
        (json!({"jwks_uri": "https://ci.example/jwks"}), "not both"),
        (json!({"jwks": null, "jwks_uri": "http://ci.example/jwks"}), "jwks_uri"),
        (json!({"jwks": null, "jwks_uri": "https://ci.example/jwks#a"}), "jwks_uri"),
        (json!({"jwks": {"keys": "none"}}), "jwks"),
        (json!({"jwks": private}), "private"),
        (json!({"algs": ["RS256"]}), "goes with the algs"),
        (json!({"algs": []}), "algs"),
        (json!({"algs": ["ES256", "ES256"]}), "algs"),
        (json!({"algs": ["none"]}), "signature algorithm"),
        (json!({"algs": ["HS256"]}), "signature algorithm"),
        (json!({"use": []}), "use"),
        (json!({"use": ["grant", "grant"]}), "use"),
        (json!({"use": ["login"]}), "login"),
        (json!({"max_lifetime": 0}), "max_lifetime"),
        (json!({"max_lifetime": 86_401}), "max_lifetime"),
        (json!({"subjects": ["a", "a"]}), "subjects"),
        (json!({"subjects": ["a b"]}), "subjects"),
        (json!({"users": {"claim": "sub"}}), "users"),
        (json!({"clients": ["orders"]}), "clients"),
        (grant(json!({"users": null})), "users"),
        (grant(json!({"users": {"claim": "name"}})), "name"),
        (grant(json!({"users": {"claim": "sub", "to": "email"}})), "to"),
        (grant(json!({"clients": []})), "clients"),
        (grant(json!({"clients": ["orders", "orders"]})), "clients"),
        (json!({"audience": "https://login.example"}), "audience"),
    ] {
        let why = read(&changes).expect_err("to be refused");
        // Law: nothing is trusted by a slip of the pen.
        assert!(why.contains(says), "{changes}: {why}");
    }
}
