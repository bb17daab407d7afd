use super::*;
use crate::values::Subject;
use proptest::prelude::*;
use serde_json::{Map, json};

fn read(json: &str) -> Result<ClaimsRequest, Check> {
    ClaimsRequest::read(json, &Scopes::openid(), &mut Checks::silent()).map_err(|refusal| refusal.check)
}

fn asked(json: &Value) -> ClaimsRequest {
    read(&json.to_string()).expect("it holds")
}

fn names(text: &str) -> Names {
    text.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn scopes(text: &str) -> Scopes {
    Scopes::parse(text).expect("scopes")
}

fn ada() -> Person {
    let claims = json!({
        "name": "Ada Lovelace", "name#zh-CN": "阿达", "name#fr": "Ada (fr)", "locale": "en", "department": "Engines", "phone_number": "+44 20",
    });
    Person {
        subject: Subject::new("s"),
        username: "ada".to_owned(),
        email: Some("ada@example.org".to_owned()),
        email_verified: true,
        claims: claims.as_object().cloned().expect("an object"),
    }
}

#[test]
fn core_5_5_the_example_of_the_specification_is_read() {
    let example = r#"{
        "userinfo": {
            "given_name": {"essential": true},
            "nickname": null,
            "email": {"essential": true},
            "email_verified": {"essential": true},
            "picture": null,
            "http://example.info/claims/groups": null
        },
        "id_token": {
            "auth_time": {"essential": true},
            "acr": {"values": ["urn:mace:incommon:iap:silver"]}
        }
    }"#;
    let request = read(example).expect("it holds");
    assert!(request.userinfo["given_name"].essential && !request.userinfo["nickname"].essential);
    assert_eq!(request.own(&scopes("openid"), None), names("given_name nickname email email_verified picture"));
    // The scopes of a request speak for their claims; what is left needs words of its own.
    assert_eq!(request.own(&scopes("openid profile"), None), names("email email_verified"));
    // §3.1.2.1: a voluntary acr is no condition.
    assert_eq!(request.id_token["acr"].values, Some(vec![json!("urn:mace:incommon:iap:silver")]));
}

#[test]
fn what_is_no_claims_parameter_is_refused() {
    let many = |n: usize| json!({"userinfo": (0..n).map(|i| (format!("c{i}"), Value::Null)).collect::<Map<_, _>>()}).to_string();
    assert!(read(&many(MOST_CLAIMS)).is_ok());
    let padded = |n: usize| format!("{{{}}}", " ".repeat(n - 2));
    assert!(read(&padded(MOST_BYTES)).is_ok());
    for bad in [
        "",
        "null",
        "[]",
        "\"x\"",
        "1",
        "{",
        "{} {}",
        r#"{"userinfo": []}"#,
        r#"{"userinfo": "name"}"#,
        r#"{"id_token": true}"#,
        r#"{"userinfo": {"name": true}}"#,
        r#"{"userinfo": {"name": "x"}}"#,
        r#"{"userinfo": {"name": []}}"#,
        r#"{"userinfo": {"name": {"essential": "yes"}}}"#,
        r#"{"userinfo": {"name": {"values": "x"}}}"#,
        r#"{"userinfo": {}, "userinfo": {}}"#,
        &many(MOST_CLAIMS + 1),
        &padded(MOST_BYTES + 1),
        &"[".repeat(2000),
        &format!(r#"{{"userinfo": {{"name": {{"value": {}1{}}}}}}}"#, "[".repeat(1000), "]".repeat(1000)),
    ] {
        assert_eq!(read(bad).err(), Some(Check::ClaimsWellFormed), "{bad:.60}");
    }
}

#[test]
fn what_is_unknown_or_out_of_bounds_is_left_out() {
    for (json, left) in [
        (json!({}), json!({})),
        (json!({"userinfo": null, "id_token": null, "verified_claims": {"x": 1}, "x": [1]}), json!({})),
        (
            json!({"userinfo": {"name": {"essential": true, "purpose": "x", "max_age": 5}}}),
            json!({"userinfo": {"name": {"essential": true}}}),
        ),
        (json!({"id_token": {"iss": null, "aud": {"value": "x"}, "exp": null, "cnf": null, "scope": null, "sid#x": null}}), json!({})),
        (json!({"id_token": {"name#zh-CN": null, "sub": {"value": "s"}}}), json!({"id_token": {"name#zh-CN": {}, "sub": {"value": "s"}}})),
    ] {
        assert_eq!(serde_json::to_value(asked(&json)).ok(), Some(left), "{json}");
    }
    // A client that may not ask for a scope may not ask for its claims either; what the operator added goes with `profile`.
    let bounded = |allowed: &str| {
        let all = json!({"userinfo": {"email": null, "name#fr": null, "department": null, "address": null}}).to_string();
        let request = ClaimsRequest::read(&all, &scopes(allowed), &mut Checks::silent()).expect("it holds");
        request.userinfo.into_keys().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(bounded("openid email"), "email");
    assert_eq!(bounded("openid profile"), "department name#fr");
    assert_eq!(bounded("openid"), "");
}

#[test]
fn core_5_5_1_1_an_essential_acr_that_no_login_reaches_is_refused() {
    let password = Acr::Password.as_str();
    for (wish, holds) in [
        (json!({"essential": true, "values": ["phr", "urn:x"]}), false),
        (json!({"essential": true, "value": "phr"}), false),
        (json!({"essential": true, "values": []}), false),
        (json!({"essential": true, "value": 1}), false),
        (json!({"essential": true, "values": ["phr", password]}), true),
        (json!({"essential": true, "value": password}), true),
        (json!({"essential": true}), true),
        (json!({"values": ["phr"]}), true),
        (json!({"essential": false, "value": "phr"}), true),
        (json!(null), true),
    ] {
        let outcome = read(&json!({"id_token": {"acr": wish}}).to_string());
        assert_eq!(outcome.err(), (!holds).then_some(Check::AcrReachable), "{wish}");
        // §5.5.1.1 speaks of the ID token.
        assert!(read(&json!({"userinfo": {"acr": wish}}).to_string()).is_ok());
    }
}

#[test]
fn a_sub_with_a_value_names_the_person() {
    for (json, ada, bob) in [
        (json!({}), true, true),
        (json!({"id_token": {"sub": null}}), true, true),
        (json!({"id_token": {"sub": {"essential": true}}}), true, true),
        (json!({"id_token": {"sub": {"value": "ada"}}}), true, false),
        (json!({"userinfo": {"sub": {"value": "ada"}}}), true, false),
        (json!({"id_token": {"sub": {"values": ["ada", "bob"]}}}), true, true),
        (json!({"id_token": {"sub": {"value": "ada"}}, "userinfo": {"sub": {"value": "bob"}}}), false, false),
        (json!({"id_token": {"sub": {"value": ["ada"]}}}), false, false),
        (json!({"id_token": {"sub": {"values": []}}}), false, false),
    ] {
        let request = asked(&json);
        assert_eq!((request.takes_subject("ada"), request.takes_subject("bob")), (ada, bob), "{json}");
    }
}

#[test]
fn a_name_that_is_no_standard_claim_is_asked_only_if_the_person_has_it() {
    let request = asked(&json!({"userinfo": {"department": null, "Click Allow, you have won": null, "phone_number_verified": null}}));
    assert_eq!(request.own(&scopes("openid profile"), None), names("phone_number_verified"));
    assert_eq!(request.own(&scopes("openid profile"), Some(&ada())), names("department phone_number_verified"));
}

#[test]
fn core_5_2_a_claim_comes_in_the_languages_that_were_asked_for() {
    let told = |wishes: Value, locales: &str| {
        let request = asked(&json!({"userinfo": wishes}));
        ada().told_by_name(&request.userinfo, &super::locales(locales)).into_iter().map(|(key, _)| key).collect::<Vec<_>>().join(" ")
    };
    for (asked, locales, keys) in [
        (json!({"name": null}), "", "name name#fr name#zh-CN"),
        (json!({"name": null}), "zh-CN", "name name#zh-CN"),
        (json!({"name": null}), "zh de", "name name#zh-CN"),
        (json!({"name": null}), "ZH-cn-x", "name name#zh-CN"),
        (json!({"name": null}), "z zhc", "name"),
        (json!({"name#ZH-cn": null}), "fr", "name#zh-CN"),
        (json!({"name#de": null}), "", ""),
        (json!({"name#": null}), "", ""),
        (json!({"name": {"value": "阿达"}}), "", "name#zh-CN"),
        (json!({"locale": {"values": ["de", "fr"]}}), "", ""),
        (json!({"locale": {"values": ["de", "en"]}}), "", "locale"),
        (json!({"email": null, "email_verified": {"value": true}}), "", "email email_verified"),
        (json!({"email_verified": {"value": "true"}}), "", ""),
        (json!({"nickname": null, "department": null}), "", "department"),
    ] {
        assert_eq!(told(asked.clone(), locales), keys, "{asked} {locales}");
    }
    let told = ada().told(&scopes("profile"), &super::locales("fr"));
    assert_eq!(told.keys().map(String::as_str).collect::<Vec<_>>(), ["locale", "name", "name#fr", "preferred_username"]);
    assert!(super::locales("a_b \u{e9} en;q=1 \"").is_empty());
    // Law: bounded, whatever comes.
    assert_eq!(super::locales(&"en ".repeat(1000)).len(), 10);
}

const SOME: [&str; 10] =
    ["name", "name#fr", "email", "email_verified", "phone_number", "department", "sub", "acr", "iss", "something else"];

fn some_wishes() -> impl Strategy<Value = Value> {
    let wish = prop::sample::select(vec![json!(null), json!({"essential": true}), json!({"value": "ada"})]);
    prop::collection::btree_map(prop::sample::select(SOME.to_vec()), wish, 0..6).prop_map(|wishes| json!(wishes))
}

proptest! {
    #[test]
    fn nothing_outside_of_what_was_allowed_is_ever_told(
        (userinfo, id_token) in (some_wishes(), some_wishes()),
        asked_scopes in prop::sample::subsequence(vec!["openid", "profile", "email", "phone"], 0..=4),
        granted in prop::sample::subsequence(vec!["openid", "profile", "email", "phone"], 0..=4),
        ticked in prop::sample::subsequence(vec!["name", "email", "email_verified", "phone_number", "department"], 0..=5),
    ) {
        let (json, no_acr) = (json!({"userinfo": userinfo, "id_token": id_token}), |c: &Check| *c == Check::AcrReachable);
        let request = match read(&json.to_string()) {
            Ok(request) => request,
            Err(check) => { prop_assert!(no_acr(&check)); return Ok(()) }
        };
        let asked_scopes: Scopes = asked_scopes.into_iter().collect();
        let granted = asked_scopes.and(&granted.into_iter().collect());
        let ticked: Names = ticked.into_iter().map(str::to_owned).collect();
        let own = request.own(&asked_scopes, Some(&ada()));
        let left = request.granted(&granted, &(&own & &ticked));
        for wishes in [&left.userinfo, &left.id_token] {
            for key in ada().told_by_name(wishes, &[]).keys() {
                let name = base(key);
                prop_assert!(covers(&granted, name) || own.contains(name) && ticked.contains(name), "{}", key);
                prop_assert!(ada().claims.contains_key(key) || key.starts_with("email"));
            }
        }
        // No scope of the request speaks of what is asked for by name.
        prop_assert!(own.iter().all(|name| !covers(&asked_scopes, name)));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        let _ = read(&text);
    }
}
