//! After client and redirect URI are proven every error goes to the client, with its state.

use super::*;

/// Each request is refused by the rule named beside it, by redirect.
fn assert_refused(metadata: &Value, rows: &[(&[(&str, &str)], Check)]) {
    for (changes, check) in rows {
        let repeated = changes.iter().any(|(name, _)| *name == "+state");
        let state = changes.iter().find(|(name, _)| *name == "state").map_or(GOOD[4].1, |(_, value)| *value);
        match changed(metadata.clone(), changes) {
            Err(Failure::Redirect(by, target)) => {
                assert_eq!(by, *check, "{changes:?}");
                assert_eq!(target.uri.as_str(), CALLBACK, "{changes:?}");
                assert_eq!(target.state.as_deref(), (!repeated).then_some(state), "{changes:?}");
            }
            other => panic!("{changes:?} must be refused by {check:?}: {other:?}"),
        }
    }
}

#[test]
fn a_repeated_parameter_is_refused_by_redirect() {
    let mut names: Vec<String> = GOOD.iter().skip(2).map(|(name, _)| format!("+{name}")).collect();
    names.extend(["unheard_of".to_owned(), "prompt".to_owned(), "nonce".to_owned()]);
    for name in &names {
        let plain = name.strip_prefix('+').unwrap_or(name);
        let twice = format!("+{plain}");
        let once = GOOD.iter().any(|(known, _)| *known == plain);
        let row: &[(&str, &str)] = if once { &[(&twice, "x")] } else { &[(plain, "login"), (&twice, "login")] };
        assert_refused(&json!({}), &[(row, Check::ParamNotRepeated)]);
    }
}

#[test]
fn each_rule_refuses_by_its_own_name() {
    let long_state = "s".repeat(4097);
    let long_nonce = "n".repeat(513);
    assert_refused(
        &json!({}),
        &[
            (&[("state", &long_state)], Check::StateBounded),
            (&[("nonce", &long_nonce)], Check::NonceBounded),
            (&[("registration", "{}")], Check::RegistrationAbsent),
            (&[("response_mode", "fragment")], Check::ResponseModeKnown),
            (&[("response_mode", "web_message")], Check::ResponseModeKnown),
            (&[("response_mode", "Query")], Check::ResponseModeKnown),
            (&[("response_type", "")], Check::ResponseTypePresent),
            (&[("response_type", "token")], Check::ResponseTypeCode),
            (&[("response_type", "id_token")], Check::ResponseTypeCode),
            (&[("response_type", "code id_token")], Check::ResponseTypeCode),
            (&[("response_type", "code ")], Check::ResponseTypeCode),
            (&[("response_type", "none")], Check::ResponseTypeCode),
            (&[("prompt", "create")], Check::PromptKnown),
            (&[("prompt", "None")], Check::PromptKnown),
            (&[("prompt", "login,consent")], Check::PromptKnown),
            (&[("prompt", "none login")], Check::PromptNoneAlone),
            (&[("prompt", "consent none")], Check::PromptNoneAlone),
            (&[("prompt", "none select_account")], Check::PromptNoneAlone),
            (&[("prompt", "none none")], Check::PromptNoneAlone),
            (&[("max_age", "-1")], Check::MaxAgeWellFormed),
            (&[("max_age", "+1")], Check::MaxAgeWellFormed),
            (&[("max_age", "1.5")], Check::MaxAgeWellFormed),
            (&[("max_age", "1e3")], Check::MaxAgeWellFormed),
            (&[("max_age", " 1")], Check::MaxAgeWellFormed),
            (&[("max_age", "0x10")], Check::MaxAgeWellFormed),
            (&[("max_age", "１")], Check::MaxAgeWellFormed),
            (&[("max_age", "99999999999999999999")], Check::MaxAgeWellFormed),
        ],
    );
    let machine_too = json!({"grant_types": ["client_credentials"]});
    assert_refused(&machine_too, &[(&[], Check::ClientMayAuthorize)]);
}

#[test]
fn the_first_rule_decides_when_several_are_broken() {
    let worst = [("registration", "x"), ("response_type", "token"), ("code_challenge", ""), ("prompt", "x"), ("scope", "a\"b")];
    for skip in 0..worst.len() {
        let first = [
            Check::RegistrationAbsent,
            Check::ResponseTypeCode,
            Check::PkceChallengePresent,
            Check::ScopeWellFormed,
            Check::ScopeWellFormed,
        ];
        assert_refused(&json!({}), &[(&worst[skip..], first[skip])]);
    }
}

#[test]
fn pkce_is_s256_or_nothing_and_never_silently_nothing() {
    let none = [("code_challenge", ""), ("code_challenge_method", "")];
    let padded = format!("{CHALLENGE}=");
    let foreign = format!("{}+", &CHALLENGE[..42]);
    let rows: &[(&[(&str, &str)], Check)] = &[
        (&[("code_challenge_method", "plain")], Check::PkceMethodS256),
        (&[("code_challenge_method", "")], Check::PkceMethodS256),
        (&[("code_challenge_method", "s256")], Check::PkceMethodS256),
        (&[("code_challenge_method", "S512")], Check::PkceMethodS256),
        (&[("code_challenge", "")], Check::PkceChallengePresent),
        (&[("code_challenge", "short")], Check::PkceChallengeWellFormed),
        (&[("code_challenge", &padded)], Check::PkceChallengeWellFormed),
        (&[("code_challenge", &foreign)], Check::PkceChallengeWellFormed),
    ];
    // The operator's exception lets it be left out whole; whatever is sent of it is held to the rules.
    for metadata in [json!({}), json!({"token_endpoint_auth_method": "none"}), json!({"require_pkce": false})] {
        assert_refused(&metadata, rows);
    }
    assert_refused(&json!({}), &[(&none, Check::PkceChallengePresent)]);
    assert_refused(&json!({"token_endpoint_auth_method": "none"}), &[(&none, Check::PkceChallengePresent)]);

    let lenient = || json!({"require_pkce": false});
    assert_eq!(changed(lenient(), &none).expect("it holds").challenge, None);
    let kept = changed(lenient(), &[]).expect("it holds").challenge;
    assert_eq!(kept.as_ref().map(crate::pkce::Challenge::as_str), Some(CHALLENGE));
}

#[test]
fn scopes_beyond_the_registration_or_the_named_resources_are_refused() {
    assert_refused(
        &json!({}),
        &[
            (&[("scope", "openid a\"b")], Check::ScopeWellFormed),
            (&[("scope", "openid a\\b")], Check::ScopeWellFormed),
            (&[("scope", "openid\tprofile")], Check::ScopeWellFormed),
            (&[("scope", "öpenid")], Check::ScopeWellFormed),
            (&[("scope", "openid mail:read")], Check::ScopeRegistered),
            (&[("scope", "openid phone")], Check::ScopeRegistered),
            (&[("scope", "unheard:of")], Check::ScopePresent),
            (&[("scope", "profile email")], Check::ScopePresent),
            (&[("scope", " ")], Check::ScopePresent),
            (&[("scope", "photos:read"), ("resource", BARE)], Check::ScopeOfNamedResource),
        ],
    );
    // Without a scope member a client may ask for the OpenID scopes alone.
    let plain = json!({"scope": null});
    assert_refused(&plain, &[(&[], Check::ScopeRegistered), (&[("scope", "")], Check::ScopePresent)]);
    let both = json!({"scope": "openid photos:read mail:read"});
    assert_refused(&both, &[(&[("scope", "photos:read mail:read"), ("resource", PHOTOS)], Check::ScopeOfNamedResource)]);
}

#[test]
fn what_is_asked_becomes_the_known_and_possible_part_of_it() {
    let code_only = || json!({"grant_types": ["authorization_code"]});
    for (metadata, scope, expected) in [
        (json!({}), "openid", "openid"),
        (json!({}), "openid unheard:of photos:read", "openid photos:read"),
        (json!({}), "photos:read photos:read  openid", "openid photos:read"),
        (json!({}), "openid offline_access", "openid offline_access"),
        (code_only(), "openid offline_access", "openid"),
        // Without openid there is nobody to tell of.
        (json!({}), "profile photos:read", "photos:read"),
        // Left out: every API scope of the registration, and nothing of a person.
        (json!({}), "", "photos:read photos:write photos:list"),
        (json!({"scope": "openid mail:read gone:scope"}), "", "mail:read"),
    ] {
        let req = changed(metadata, &[("scope", scope)]).expect("it holds");
        assert_eq!(req.scopes, scopes(expected), "{scope}");
    }
}

#[test]
fn resources_are_the_registered_ones_that_the_client_can_reach() {
    assert_refused(
        &json!({}),
        &[
            (&[("resource", "https://unheard.example")], Check::ResourceKnown),
            (&[("resource", "https://photos.example/")], Check::ResourceKnown),
            (&[("resource", "photos")], Check::ResourceKnown),
            (&[("resource", PHOTOS), ("+resource", "https://unheard.example")], Check::ResourceKnown),
            // Nothing of it is registered for this client.
            (&[("resource", MAIL)], Check::ResourceKnown),
        ],
    );
    let both = || json!({"scope": "openid photos:read mail:read"});
    for (changes, expected_scopes, expected) in [
        (&[][..], "openid photos:read", &[][..]),
        (&[("resource", ISSUER), ("scope", "openid")], "openid", &[]),
        (&[("resource", PHOTOS)], "openid photos:read", &[PHOTOS]),
        (&[("resource", PHOTOS), ("+resource", PHOTOS)], "openid photos:read", &[PHOTOS]),
        (&[("resource", ISSUER), ("+resource", PHOTOS)], "openid photos:read", &[PHOTOS]),
        (&[("resource", PHOTOS), ("+resource", MAIL), ("scope", "")], "photos:read mail:read", &[PHOTOS, MAIL]),
        (&[("resource", MAIL), ("scope", "")], "mail:read", &[MAIL]),
        (&[("resource", BARE), ("scope", "")], "", &[BARE]),
        (&[("resource", BARE), ("scope", "openid")], "openid", &[BARE]),
    ] {
        let req = changed(both(), changes).expect("it holds");
        let named: Vec<&str> = req.resources.iter().map(crate::values::ResourceUri::as_str).collect();
        assert_eq!((req.scopes, named.as_slice()), (scopes(expected_scopes), expected), "{changes:?}");
    }
}

#[test]
fn a_hint_that_is_not_valid_is_refused_and_a_valid_one_is_kept() {
    let asked = |hinted| request(&query(&[("id_token_hint", "x")]), Some(client(json!({}))), hinted);
    assert!(matches!(asked(Err(())), Err(Failure::Redirect(Check::IdTokenHintValid, _))));
    assert_eq!(asked(Ok(Some(Subject::new("ada")))).expect("it holds").hinted, Some(Subject::new("ada")));
}

#[test]
fn what_is_stored_is_what_was_asked() {
    let hint = "h".repeat(300);
    let req = changed(
        json!({"default_max_age": 600}),
        &[("nonce", " n\u{301}&="), ("prompt", "login  consent"), ("login_hint", &hint), ("ui_locales", "zh-CN en")],
    )
    .expect("it holds");
    assert_eq!(req.nonce.as_deref(), Some(" n\u{301}&="));
    assert!(req.prompts.has(Prompt::Login) && req.prompts.has(Prompt::Consent) && !req.prompts.has(Prompt::None));
    assert_eq!(req.max_age, Some(Seconds(600)));
    assert_eq!(req.login_hint.map(|hint| hint.len()), Some(200));
    assert_eq!(req.ui_locales.as_deref(), Some("zh-CN en"));
    let max_age = |text| changed(json!({"default_max_age": 600}), &[("max_age", text)]).expect("it holds").max_age;
    assert_eq!((max_age("0"), max_age("007"), max_age("")), (Some(Seconds(0)), Some(Seconds(7)), Some(Seconds(600))));
}

#[test]
fn bounds_take_their_last_value() {
    for (name, longest) in [("state", 4096), ("nonce", 512)] {
        assert!(changed(json!({}), &[(name, &"x".repeat(longest))]).is_ok(), "{name}");
    }
}

#[test]
fn a_stored_request_is_read_back_the_same() {
    let req = changed(json!({}), &[("resource", PHOTOS), ("prompt", "login"), ("response_mode", "form_post")]).expect("it holds");
    let text = serde_json::to_string(&req).expect("it is JSON");
    assert_eq!(serde_json::from_str::<Request>(&text).expect("it is read"), req);
}
