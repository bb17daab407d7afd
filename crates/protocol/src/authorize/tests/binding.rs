//! Before client and redirect URI are proven an error is a page; with them, the target of every later answer is fixed.

use super::*;

#[test]
fn what_is_wrong_before_the_redirect_uri_is_proven_is_a_page() {
    let two = json!({"redirect_uris": [CALLBACK, "https://app.example/other"]});
    for (metadata, changes, check) in [
        (json!({}), &[("client_id", "")][..], Check::ClientIdPresent),
        (json!({}), &[("+client_id", "app")], Check::ParamNotRepeated),
        (json!({}), &[("+client_id", "other")], Check::ParamNotRepeated),
        (json!({}), &[("+redirect_uri", CALLBACK)], Check::ParamNotRepeated),
        (json!({}), &[("+redirect_uri", "https://evil.example/")], Check::ParamNotRepeated),
        (json!({}), &[("redirect_uri", "https://evil.example/")], Check::RedirectUriExact),
        (json!({}), &[("redirect_uri", "https://app.example/cb")], Check::RedirectUriExact),
        (json!({}), &[("redirect_uri", "https://app.example/cb?keep=1&more=1")], Check::RedirectUriExact),
        (json!({}), &[("redirect_uri", "https://app.example/cb?keep=1#f")], Check::RedirectUriExact),
        (json!({}), &[("redirect_uri", "HTTPS://app.example/cb?keep=1")], Check::RedirectUriExact),
        (json!({}), &[("redirect_uri", "javascript:alert(1)")], Check::RedirectUriExact),
        (json!({}), &[("redirect_uri", "")], Check::RedirectUriPresent),
        (two.clone(), &[("redirect_uri", "")], Check::RedirectUriPresent),
        (two, &[("redirect_uri", ""), ("scope", "photos:read")], Check::RedirectUriPresent),
        // A machine has no redirect URI, so nothing can be sent to it.
        (json!({"redirect_uris": [], "grant_types": ["client_credentials"]}), &[], Check::RedirectUriExact),
        (
            json!({"redirect_uris": [], "grant_types": ["client_credentials"]}),
            &[("redirect_uri", ""), ("scope", "a")],
            Check::RedirectUriPresent,
        ),
    ] {
        assert_eq!(changed(metadata, changes).err(), Some(Failure::Page(check)), "{changes:?}");
    }
}

#[test]
fn an_unknown_client_is_a_page_whatever_else_is_wrong() {
    for changes in [&[][..], &[("response_type", "token")], &[("state", "a"), ("+state", "b")], &[("redirect_uri", "")]] {
        assert_eq!(request(&query(changes), None, Ok(None)).err(), Some(Failure::Page(Check::ClientKnown)), "{changes:?}");
    }
}

#[test]
fn a_wrong_redirect_uri_is_a_page_whatever_else_is_wrong() {
    for also in [("response_type", "token"), ("prompt", "all"), ("+state", "x"), ("request", "x"), ("response_mode", "fragment")] {
        let failure = changed(json!({}), &[("redirect_uri", "https://evil.example/"), also]).err();
        assert_eq!(failure, Some(Failure::Page(Check::RedirectUriExact)), "{also:?}");
    }
}

#[test]
fn the_redirect_uri_may_be_left_out_where_one_is_registered_and_openid_is_not_asked() {
    let req = changed(json!({}), &[("redirect_uri", ""), ("scope", "photos:read")]).expect("it holds");
    assert_eq!((req.target.uri.as_str(), req.redirect_uri_sent), (CALLBACK, false));
    let req = changed(json!({}), &[("scope", "photos:read")]).expect("it holds");
    assert_eq!((req.target.uri.as_str(), req.redirect_uri_sent), (CALLBACK, true));
}

#[test]
fn the_target_is_the_address_asked_with_its_port() {
    let native = json!({"redirect_uris": ["http://127.0.0.1/cb"], "token_endpoint_auth_method": "none"});
    let asked = "http://127.0.0.1:51004/cb";
    let req = changed(native, &[("redirect_uri", asked)]).expect("it holds");
    assert_eq!(req.target.uri.as_str(), asked);
    let web = json!({"redirect_uris": ["http://127.0.0.1/cb"]});
    assert_eq!(changed(web, &[("redirect_uri", asked)]).err(), Some(Failure::Page(Check::RedirectUriExact)));
}

#[test]
fn state_and_mode_go_back_unless_they_came_twice() {
    let target = |changes: &[(&str, &str)]| match changed(json!({}), changes) {
        Ok(req) => req.target,
        Err(Failure::Redirect(_, target)) => target,
        Err(Failure::Page(check)) => panic!("{check:?} as a page"),
    };
    let good = target(&[]);
    assert_eq!((good.state.as_deref(), good.mode), (Some("s t&a=t%\"é"), ResponseMode::Query));
    assert_eq!(target(&[("response_mode", "form_post")]).mode, ResponseMode::FormPost);
    // A mode that isn't known can't be used to answer; the answer goes by the default one.
    assert_eq!(target(&[("response_mode", "fragment")]).mode, ResponseMode::Query);
    assert_eq!(target(&[("response_mode", "form_post"), ("+response_mode", "query")]).mode, ResponseMode::Query);
    assert_eq!(target(&[("response_mode", "form_post"), ("+scope", "email")]).mode, ResponseMode::FormPost);
    assert_eq!(target(&[("+state", "two")]).state, None);
    assert_eq!(target(&[("state", "")]).state, None);
}
