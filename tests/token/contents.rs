//! Tokens of machines, and what tokens and answers hold.

use super::*;

#[rocket::async_test]
async fn rfc_6749_4_4_a_machine_gets_tokens_of_its_own_and_nothing_of_a_person() {
    let world = World::new()
        .app("job", json!({"grant_types": ["client_credentials"], "redirect_uris": null, "scope": "photos:read photos:write"}))
        .app("both", json!({"grant_types": ["client_credentials"], "redirect_uris": null, "scope": "photos:read mail:read openid"}))
        .client(app("shop"))
        .api(photos())
        .api(mail())
        .start()
        .await;
    let (job, both) = (world.app("job"), world.app("both"));
    let page = job.machine(&[]).await;
    let told = verified(&world, &page.text("access_token"), API).await;
    assert_eq!(
        (told["sub"].as_str(), told["client_id"].as_str(), told["scope"].as_str()),
        (Some("job"), Some("job"), Some("photos:read photos:write"))
    );
    assert_eq!(
        (page.json().get("refresh_token"), page.json().get("id_token"), told.get("auth_time"), told.get("sid")),
        (None, None, None, None)
    );
    assert_eq!(job.machine(&[("scope", "photos:read")]).await.text("scope"), "photos:read");
    let opaque = both.machine(&[("resource", MAIL)]).await.text("access_token");
    assert!(opaque.starts_with("dwa_") && both.is_active(&opaque).await);
    for (client, more, error) in [
        (&job, vec![("scope", "mail:read")], "invalid_scope"),
        (&job, vec![("scope", "openid")], "invalid_scope"),
        (&both, vec![("scope", "openid photos:read")], "invalid_scope"),
        (&both, vec![], "invalid_target"),
        (&job, vec![("resource", MAIL)], "invalid_target"),
        (&job, vec![("resource", "https://nowhere.example")], "invalid_target"),
        (&world.app("shop"), vec![], "unauthorized_client"),
    ] {
        assert_eq!(client.machine(&more).await.refusal(), (400, error.to_owned()), "{} {more:?}", client.id);
    }
    // Law: a machine's token opens nothing of a person's (RFC 9700 §4.15).
    assert_eq!(job.userinfo(&page.text("access_token")).await.status, 401);
}

#[rocket::async_test]
async fn rfc_9068_2_access_tokens_say_for_whom_and_by_whom_in_the_apis_algorithm() {
    for (alg, typ) in [("ES256", "at+jwt"), ("EdDSA", "at+jwt"), ("RS256", "JWT"), ("PS256", "at+jwt")] {
        let mut api = photos();
        api["signing_alg"] = json!(alg);
        api["token_typ"] = json!(typ);
        let world = World::new().client(app("shop")).api(api).user("ada").start().await;
        let page = given(&world, "openid photos:read").await;
        let token = page.text("access_token");
        assert_eq!((header(&token)["alg"].as_str(), header(&token)["typ"].as_str()), (Some(alg), Some(typ)));
        let told = verified(&world, &token, API).await;
        let known = json!({"iss": ISSUER, "sub": "sub-ada", "aud": API, "client_id": "shop", "scope": "photos:read", "iat": START, "exp": START + 600, "auth_time": START});
        for (claim, value) in known.as_object().expect("claims") {
            assert_eq!(&told[claim], value, "{claim}");
        }
        assert!(told["jti"].as_str().is_some_and(|jti| jti.len() >= 22));
        // Law: nothing personal travels in it.
        let mut names: Vec<&str> = told.as_object().expect("claims").keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["acr", "aud", "auth_time", "client_id", "exp", "iat", "iss", "jti", "scope", "sid", "sub"]);
    }
}

#[rocket::async_test]
async fn oidc_core_2_id_tokens_hold_what_was_asked_in_the_registered_algorithm() {
    for alg in ["RS256", "ES256", "EdDSA", "PS256"] {
        let world = World::new().app("shop", json!({"id_token_signed_response_alg": alg})).api(photos()).user("ada").start().await;
        let shop = world.app("shop");
        let nonce = "n-0S6_Wz A2Mj +%\u{72b6}";
        let mut browser = world.browser();
        browser.log_in("ada").await;
        world.clock.advance(50);
        let page = shop.redeem(&browser.allow(&shop.request().with("scope", "openid profile").with("nonce", nonce)).await.code()).await;
        let told = verified(&world, &page.text("id_token"), "shop").await;
        assert_eq!(header(&page.text("id_token"))["alg"], alg);
        assert_eq!((told["nonce"].as_str(), told["sub"].as_str(), told["aud"].as_str()), (Some(nonce), Some("sub-ada"), Some("shop")));
        assert_eq!(
            (told["auth_time"].as_i64(), told["iat"].as_i64(), told["exp"].as_i64()),
            (Some(START), Some(START + 50), Some(START + 3650))
        );
        assert_eq!((told["amr"].clone(), told["sid"].is_string()), (json!(["pwd"]), true));
        // §3.1.3.6: the left half of the digest of the access token; Ed25519 hashes by SHA-512.
        let access = page.text("access_token");
        let (kind, half) = if alg == "EdDSA" { (&aws_lc_rs::digest::SHA512, 32) } else { (&aws_lc_rs::digest::SHA256, 16) };
        let digest = aws_lc_rs::digest::digest(kind, access.as_bytes());
        assert_eq!(told["at_hash"], base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&digest.as_ref()[..half]));
        // Claims are fetched at userinfo, where the token is for it; a refreshed ID token repeats no nonce (§12.2).
        assert_eq!(told.get("name"), None);
        let again = shop.refresh(&page.text("refresh_token")).await;
        let again = verified(&world, &again.text("id_token"), "shop").await;
        assert_eq!(
            (again.get("nonce"), &again["auth_time"], &again["sid"], &again["sub"]),
            (None, &told["auth_time"], &told["sid"], &told["sub"])
        );
        // Law: without openid there is no ID token.
        let page = shop.redeem(&browser.allow(&shop.request().with("scope", "photos:read")).await.code()).await;
        assert_eq!(page.json().get("id_token"), None);
    }
}

#[rocket::async_test]
async fn rfc_6749_5_answers_have_their_shape_and_are_never_cached() {
    let world = World::usual().await;
    let shop = world.app("shop");
    let page = given(&world, "openid").await;
    let mut members: Vec<String> = page.json().as_object().expect("members").keys().cloned().collect();
    members.sort();
    assert_eq!(members, ["access_token", "expires_in", "id_token", "refresh_token", "scope", "token_type"]);
    assert_eq!((page.text("token_type").as_str(), page.json()["expires_in"].as_i64()), ("Bearer", Some(600)));
    assert_eq!((page.header("Cache-Control"), page.header("Pragma")), (Some("no-store"), Some("no-cache")));
    assert_eq!((page.header("Content-Type"), page.header("Set-Cookie")), (Some("application/json"), None));
    for (pairs, error) in [
        (vec![], "invalid_request"),
        (vec![("grant_type", "")], "invalid_request"),
        (vec![("grant_type", "password"), ("username", "ada"), ("password", PASSWORD)], "unsupported_grant_type"),
        (vec![("grant_type", "implicit")], "unsupported_grant_type"),
        (vec![("grant_type", "AUTHORIZATION_CODE")], "unsupported_grant_type"),
        (vec![("grant_type", "authorization_code")], "invalid_request"),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (vec![("grant_type", "refresh_token"), ("grant_type", "refresh_token")], "invalid_request"),
        (vec![("grant_type", "client_credentials")], "unauthorized_client"),
        (vec![("grant_type", "refresh_token"), ("refresh_token", "dwr_x"), ("x", "1"), ("x", "2")], "invalid_request"),
    ] {
        let page = shop.token(&pairs).await;
        assert_eq!(page.refusal(), (400, error.to_owned()), "{pairs:?}");
        assert_eq!((page.header("Cache-Control"), page.header("Content-Type")), (Some("no-store"), Some("application/json")), "{pairs:?}");
        // Law: RFC 6749 §5.2: printable ASCII without quotes and backslashes.
        assert!(page.text("error_description").bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)));
    }
}

#[rocket::async_test]
async fn rfc_6749_3_2_the_token_endpoint_takes_a_form_by_post_and_nothing_else() {
    let world = World::usual().await;
    let authorization = basic("shop", SECRET);
    let auth = ("Authorization", authorization.as_str());
    let body = b"grant_type=client_credentials";
    for method in [Method::Get, Method::Put, Method::Delete, Method::Patch, Method::Head] {
        let page = world.send(method, "/token", &[auth], &[]).await;
        assert_eq!((page.status, page.header("Allow")), (405, Some("POST")), "{method}");
    }
    for kind in ["application/json", "multipart/form-data; boundary=x", "text/plain", "application/x-www-form-urlencodedx", "*/*"] {
        let page = world.send(Method::Post, "/token", &[auth, ("Content-Type", kind)], body).await;
        assert_eq!(page.refusal(), (400, "invalid_request".to_owned()), "{kind}");
    }
    assert_eq!(world.send(Method::Post, "/token", &[auth], body).await.refusal(), (400, "invalid_request".to_owned()));
    // A parameter of the type changes nothing.
    let form = ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8");
    assert_eq!(world.send(Method::Post, "/token", &[auth, form], body).await.refusal(), (400, "unauthorized_client".to_owned()));
    // Law: nothing is taken from the query (RFC 6749 §2.3.1).
    for path in ["/token?client_id=shop", "/token?grant_type=client_credentials", "/token?code=dwc_x", "/token?x"] {
        assert_eq!(world.send(Method::Post, path, &[auth, form], body).await.refusal(), (400, "invalid_request".to_owned()), "{path}");
    }
}

#[rocket::async_test]
async fn refusals_tell_a_stranger_less_than_the_client() {
    let world = World::usual().await;
    let shop = world.app("shop");
    let unknown = shop.raw("/token", &[("Authorization", &basic("nobody", SECRET))], "grant_type=client_credentials").await;
    let wrong = shop.raw("/token", &[("Authorization", &basic("shop", "wrong"))], "grant_type=client_credentials").await;
    // Law: unknown and wrong look alike (RFC 6819 §5.1.4.2); the client itself is told which rule refused.
    assert_eq!(unknown.body, wrong.body);
    let told = shop.redeem("dwc_unknown").await.text("error_description");
    assert!(told.contains("unknown here"), "{told}");
}
