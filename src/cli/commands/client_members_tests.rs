//! What a client's JSON comes to.

#![allow(clippy::expect_used)]

use serde_json::json;

use super::*;

struct Seed;

impl Entropy for Seed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

const SECRET: &str = "0123456789 abcdefghijklmnopqrstuv";

fn object(json: Value) -> Object {
    json.as_object().cloned().expect("an object")
}

fn added(json: Value) -> Result<(Client, Option<Secret<ClientSecret>>), CliError> {
    let mut members = object(json!({"redirect_uris": ["https://app.example/callback"]}));
    members.extend(object(json));
    new_client(members, &Seed, Timestamp(5))
}

fn app() -> Client {
    added(json!({"client_id": "app", "client_secret": SECRET})).expect("a client").0
}

#[test]
fn what_is_given_is_taken_and_what_is_missing_is_made() {
    let (client, secret) = added(json!({"client_id": "app", "client_secret": SECRET})).expect("a client");
    assert_eq!((client.id.as_str(), client.created_at), ("app", Timestamp(5)));
    assert_eq!(secret.expect("a secret").expose(), SECRET);
    let (client, secret) = added(json!({})).expect("a client");
    let secret = secret.expect("a secret");
    assert!(client.id.as_str().len() == 22 && secret.expose().len() > 40);
    // Law: only the digest stays.
    assert_eq!(client.secret, Some(secret.digest()));
}

#[test]
fn a_public_client_gets_no_secret() {
    let (client, secret) = added(json!({"token_endpoint_auth_method": "none"})).expect("a client");
    // Law: what can't keep a secret has none.
    assert!(client.secret.is_none() && secret.is_none());
}

#[test]
fn what_was_shown_can_be_read_again() {
    let members = json!({"client_id": "app", "client_id_issued_at": 1, "client_secret_expires_at": 0, "client_name": null,
        "registration_access_token": "secret", "registration_client_uri": "https://x"});
    let (client, _) = added(members).expect("a client");
    // Law: no secret hides among the metadata.
    assert!(client.metadata.other.is_empty(), "{:?}", client.metadata.other);
}

#[test]
fn what_is_wrong_is_named_and_no_secret_is_repeated() {
    for (members, says) in [
        (json!({"client_id": ""}), "client_id: "),
        (json!({"client_id": "a b"}), "client_id: "),
        (json!({"client_id": "应用"}), "client_id: "),
        (json!({"client_id": "x".repeat(201)}), "client_id: "),
        (json!({"client_id": 7}), "client_id: "),
        (json!({"client_secret": "hunter2"}), "32"),
        (json!({"client_secret": "hunter2\u{7f}hunter2hunter2hunter2hunter2hunter2"}), "client_secret: "),
        (json!({"client_secret": ["hunter2"]}), "client_secret: "),
        (json!({"client_secret": SECRET, "token_endpoint_auth_method": "none"}), "\"none\""),
        (json!({"client_secret_expires_at": 1}), "client_secret_expires_at: "),
        (json!({"redirect_uris": "https://app.example/"}), "redirect_uris: "),
        (json!({"redirect_uris": []}), "redirect_uris"),
        (json!({"require_pkce": "no"}), "require_pkce: "),
        (json!({"grant_types": ["password"]}), "grant_types: "),
        (json!({"token_endpoint_auth_method": "private_key_jwt"}), "token_endpoint_auth_method: "),
        (json!({"refresh_retry_window": -1}), "refresh_retry_window: "),
        (json!({"profile": "fapi2"}), "profile: "),
        (json!({"resource": "photos"}), "resource: "),
        (json!({"jwks": {"keys": [{"kty": "EC", "d": "hunter2"}]}}), "jwks: "),
    ] {
        let why = added(members.clone()).expect_err("to be refused");
        assert!(["invalid_client_metadata", "invalid_redirect_uri"].contains(&why.code()), "{members}: {}", why.code());
        // Law: the member is told, what it held stays out of logs.
        assert!(why.message().contains(says) && !why.message().contains("hunter2"), "{members}: {why}");
    }
}

#[test]
fn a_wrong_redirect_uri_has_its_own_code() {
    // Law: RFC 7591 section 3.2.2.
    assert_eq!(added(json!({"redirect_uris": ["javascript:alert(1)"]})).expect_err("to be refused").code(), "invalid_redirect_uri");
}

#[test]
fn a_change_keeps_what_it_does_not_name() {
    let old = added(json!({"client_id": "app", "client_name": "App", "client_uri": "https://app.example", "x_y": 1})).expect("a client").0;
    let new = changed(&old, object(json!({"client_id": "app", "client_uri": null, "client_name": "New"}))).expect("a client");
    assert_eq!((new.metadata.client_name.as_deref(), new.metadata.client_uri), (Some("New"), None));
    assert_eq!(new.metadata.other["x_y"], 1);
    // Law: the secret stays when nothing is said of it.
    assert_eq!((new.secret, new.created_at), (old.secret, old.created_at));
}

#[test]
fn a_client_never_changes_its_name_and_never_loses_its_secret_unsaid() {
    for patch in [
        json!({"client_id": "other"}),
        json!({"client_id": null}),
        json!({"client_secret": null}),
        json!({"client_secret": "short"}),
        json!({"redirect_uris": null}),
        json!({"token_endpoint_auth_method": "none", "client_secret": SECRET}),
        json!({"token_endpoint_auth_method": "none", "require_pkce": false}),
    ] {
        // Law: what would leave a client unusable or weaker by mistake is refused.
        assert!(changed(&app(), object(patch.clone())).is_err(), "{patch}");
    }
}

#[test]
fn a_client_can_become_public_and_confidential_again() {
    let public = changed(&app(), object(json!({"token_endpoint_auth_method": "none"}))).expect("a client");
    assert!(public.secret.is_none());
    let back = changed(&public, object(json!({"token_endpoint_auth_method": "client_secret_post"}))).expect("a client");
    assert!(back.secret.is_none() && remarks(&back, &Apis::default()).iter().any(|text| text.contains("rotate-secret app")));
    let given = changed(&public, object(json!({"token_endpoint_auth_method": null, "client_secret": SECRET}))).expect("a client");
    // Law: a secret once dropped never comes back by itself.
    assert_eq!(given.secret, Some(Secret::shown(SECRET).digest()));
}

#[test]
fn what_has_no_effect_is_said() {
    let (client, _) = added(json!({"scope": "openid photos:read", "redirect_urls": [], "client_name#zh-CN": "应用"})).expect("a client");
    let remarks = remarks(&client, &Apis::default()).join("\n");
    assert!(remarks.contains("photos:read") && remarks.contains("redirect_urls"), "{remarks}");
    // Law: what works is not warned of.
    assert!(!remarks.contains("openid") && !remarks.contains("client_name"), "{remarks}");
}

#[test]
fn the_operator_reads_which_logouts_were_not_told() {
    let at = |at: Timestamp| serde_json::Value::from(at.0);
    let said = |waiting, failed, problem: Option<&str>| {
        let problem = problem.map(|why| (Timestamp(7), why.to_owned()));
        logout_remarks(&Standing { waiting, failed, problem }, at)
    };
    let failed = "the last logout that could not be told failed at 7: it answered 500";
    assert_eq!(said(2, 0, None), ["2 logouts still to be told"]);
    assert_eq!(said(1, 3, Some("it answered 500")), ["1 logout still to be told", "3 logouts given up in the last week", failed]);
    assert_eq!(said(0, 1, Some("it answered 500")), ["1 logout given up in the last week", failed]);
    // Law: nothing to say when all were told.
    assert_eq!(said(0, 0, None), Vec::<String>::new());
}

#[test]
fn who_proves_itself_by_a_key_or_a_certificate_has_no_secret() {
    for members in [
        json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.example/jwks"}),
        json!({"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "app.example"}),
        json!({"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks_uri": "https://app.example/jwks"}),
    ] {
        let (client, secret) = added(members.clone()).expect("a client");
        assert!(client.secret.is_none() && secret.is_none() && remarks(&client, &Apis::default()).is_empty(), "{members}");
        let changed = changed(&app(), object(members.clone())).expect("a client");
        assert!(changed.secret.is_none(), "{members}");
        let mut with_secret = object(members);
        with_secret.insert("client_secret".to_owned(), SECRET.into());
        // Law: a secret that nothing is done with is not stored.
        assert!(added(Value::Object(with_secret)).is_err());
    }
}

#[test]
fn a_secret_that_must_be_known_is_asked_for_when_only_its_digest_is() {
    let to = json!({"token_endpoint_auth_method": "client_secret_jwt"});
    let why = changed(&app(), object(to.clone())).expect_err("to be refused");
    assert!(why.message().contains("client_secret"), "{why}");
    let mut with_secret = object(to);
    with_secret.insert("client_secret".to_owned(), SECRET.into());
    assert!(changed(&app(), with_secret).is_ok());
    let kept = Client { sealed_secret: Some("sealed".to_owned()), ..app() };
    let left = changed(&kept, object(json!({"token_endpoint_auth_method": "client_secret_post"}))).expect("a client");
    // Law: a secret that need not be known is not kept.
    assert!(left.sealed_secret.is_none() && left.secret.is_some());
}

#[test]
fn a_client_whose_certificate_nobody_sees_is_remarked() {
    let remarked = |members: Value, sees| certificate_remark(&added(members).expect("a client").0, sees).is_some();
    let by_name = json!({"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "app.example"});
    let own = json!({"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks_uri": "https://app.example/jwks"});
    let bound = json!({"tls_client_certificate_bound_access_tokens": true});
    for (members, expected) in [
        (by_name, [true, false, true, false]),
        (own, [true, true, false, false]),
        (bound, [true, false, false, false]),
        (json!({}), [false; 4]),
    ] {
        let all =
            [MutualTls::Off, MutualTls::Authorities, MutualTls::Unverified, MutualTls::Any].map(|sees| remarked(members.clone(), sees));
        // Law: what can't work is said where it is set up.
        assert_eq!(all, expected, "{members}");
    }
}

#[test]
fn what_the_operator_sets_of_a_client_that_registered_itself_is_no_longer_its_own() {
    let own = Client { origin: Origin::Dynamic, ..app() };
    let names = |client: &Client| client.fixed.iter().cloned().collect::<Vec<_>>().join(" ");
    let narrowed = changed(&own, object(json!({"client_id": "app", "scope": "openid", "client_name": "App", "client_secret": SECRET})));
    let narrowed = narrowed.expect("a client");
    assert_eq!(names(&narrowed), "client_name scope");
    let given_back = changed(&narrowed, object(json!({"scope": null, "owner": "ada"}))).expect("a client");
    assert_eq!(names(&given_back), "client_name owner");
    // Law: of the operator's own clients nothing needs to be remembered.
    assert_eq!(names(&changed(&app(), object(json!({"scope": "openid"}))).expect("a client")), "");
}
