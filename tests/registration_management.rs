//! A client's own registration, over HTTP: RFC 7592.
#![allow(clippy::expect_used, missing_docs)]

use doorward::store::clients;
use doorward_protocol::client::Metadata;
use doorward_protocol::values::ClientId;
use doorward_testkit::{Page, World, app, photos};
use rocket::http::Method;
use serde_json::{Value, json};

async fn world() -> World {
    World::new().set("REGISTRATION", "open").client(app("shop")).user("ada").start().await
}

async fn register(world: &World) -> Value {
    let asked = json!({"client_name": "Prints", "redirect_uris": ["https://prints.example/cb"], "grant_types": ["authorization_code", "refresh_token"]});
    let page = world.send(Method::Post, "/register", &[("Content-Type", "application/json")], asked.to_string().as_bytes()).await;
    assert_eq!(page.status, 201, "{}", page.body);
    page.json()
}

fn text<'j>(json: &'j Value, member: &str) -> &'j str {
    json[member].as_str().expect("a text")
}

/// Asks at a client's address with a token.
async fn at(world: &World, method: Method, id: &str, token: &str, body: Option<&Value>) -> Page {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("Authorization", bearer.as_str())];
    headers.extend(body.map(|_| ("Content-Type", "application/json")));
    let body = body.map(ToString::to_string).unwrap_or_default();
    world.send(method, &format!("/register/{id}"), &headers, body.as_bytes()).await
}

async fn own(world: &World, method: Method, client: &Value, body: Option<&Value>) -> Page {
    at(world, method, text(client, "client_id"), text(client, "registration_access_token"), body).await
}

/// What was answered, as it may be sent back.
fn back(client: &Value) -> Value {
    let mut members = client.as_object().expect("members").clone();
    for member in
        ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at", "client_secret"]
    {
        members.remove(member);
    }
    members.into()
}

#[rocket::async_test]
async fn rfc_7592_2_1_a_client_reads_what_it_registered_and_no_secret_twice() {
    let world = world().await;
    let client = register(&world).await;
    let page = own(&world, Method::Get, &client, None).await;
    assert_eq!((page.status, page.header("Cache-Control")), (200, Some("no-store")));
    let mut expected = client.clone();
    expected.as_object_mut().expect("members").remove("client_secret");
    // Law: section 3, the same token and address; what is stored of a secret can't be shown.
    assert_eq!(page.json(), expected);
}

#[rocket::async_test]
async fn rfc_7592_2_2_an_update_replaces_all_of_it() {
    let world = world().await;
    let client = register(&world).await;
    let mut asked = back(&client);
    asked["redirect_uris"] = json!(["https://prints.example/new"]);
    asked.as_object_mut().expect("members").remove("client_name");
    let told = own(&world, Method::Put, &client, Some(&asked)).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let now = told.json();
    assert_eq!((&now["redirect_uris"], now.get("client_name")), (&json!(["https://prints.example/new"]), None));
    assert_eq!((&now["client_id"], &now["registration_access_token"]), (&client["client_id"], &client["registration_access_token"]));
    assert!(now.get("client_secret").is_none());
    let old = world.registered(&client);
    assert_eq!(world.browser().get(&old.request().path()).await.status, 400);
    let mut moved = client.clone();
    moved["redirect_uris"] = now["redirect_uris"].clone();
    let app = world.registered(&moved);
    let code = world.browser().allow(&app.request()).await.code();
    // Law: the secret stays what it was.
    assert_eq!(app.redeem(&code).await.status, 200);
}

#[rocket::async_test]
async fn rfc_7592_2_2_an_update_takes_no_more_than_a_registration_does() {
    let world = world().await;
    let client = register(&world).await;
    for (member, value, code) in [
        ("client_id", json!("shop"), "invalid_request"),
        ("client_id", json!(null), "invalid_request"),
        ("client_secret", json!("not the secret, though of 43 characters in all"), "invalid_request"),
        ("registration_access_token", client["registration_access_token"].clone(), "invalid_request"),
        ("client_id_issued_at", json!(1), "invalid_request"),
        ("redirect_uris", json!(["https://prints.example/#x"]), "invalid_redirect_uri"),
        ("redirect_uris", json!([]), "invalid_redirect_uri"),
        ("require_consent", json!(false), "invalid_client_metadata"),
        ("resource", json!("https://photos.example"), "invalid_client_metadata"),
        ("scope", json!("photos:read"), "invalid_client_metadata"),
        ("grant_types", json!(["client_credentials"]), "invalid_client_metadata"),
    ] {
        let mut asked = back(&client);
        asked[member] = value;
        assert_eq!(own(&world, Method::Put, &client, Some(&asked)).await.refusal(), (400, code.to_owned()), "{member}");
    }
    let mut expected = client.clone();
    expected.as_object_mut().expect("members").remove("client_secret");
    // Law: a refused update changes nothing.
    assert_eq!(own(&world, Method::Get, &client, None).await.json(), expected);
}

#[rocket::async_test]
async fn a_secret_comes_and_goes_with_the_method_that_needs_it() {
    let world = world().await;
    let client = register(&world).await;
    let mut asked = back(&client);
    asked["token_endpoint_auth_method"] = json!("none");
    let public = own(&world, Method::Put, &client, Some(&asked)).await.json();
    assert!(public.get("client_secret_expires_at").is_none());
    asked["token_endpoint_auth_method"] = json!("client_secret_post");
    let again = own(&world, Method::Put, &client, Some(&asked)).await.json();
    // Law: a secret that was given up doesn't come back.
    assert!(again["client_secret"].is_string() && again["client_secret"] != client["client_secret"]);
    let app = world.registered(&again);
    let code = world.browser().allow(&app.request()).await.code();
    assert_eq!(app.redeem(&code).await.status, 200);
}

#[rocket::async_test]
async fn rfc_7592_2_3_a_deleted_client_is_gone_with_all_it_was_given() {
    let world = world().await;
    let client = register(&world).await;
    let app = world.registered(&client);
    let code = world.browser().allow(&app.request()).await.code();
    let tokens = app.redeem(&code).await;
    let pending = world.browser().allow(&app.request()).await.code();
    let gone = own(&world, Method::Delete, &client, None).await;
    assert_eq!((gone.status, gone.body.as_str()), (204, ""));
    assert_eq!(app.userinfo(&tokens.text("access_token")).await.status, 401);
    assert_eq!(app.refresh(&tokens.text("refresh_token")).await.refusal(), (401, "invalid_client".to_owned()));
    assert_eq!(app.redeem(&pending).await.refusal(), (401, "invalid_client".to_owned()));
    assert_eq!(world.browser().get(&app.request().path()).await.status, 400);
    // Law: section 2.3, "the registration access token" ends with it.
    for method in [Method::Get, Method::Delete] {
        assert_eq!(own(&world, method, &client, None).await.refusal(), (401, "invalid_token".to_owned()));
    }
}

#[rocket::async_test]
async fn an_unknown_client_and_a_wrong_token_look_alike() {
    let world = world().await;
    let (client, other) = (register(&world).await, register(&world).await);
    let (id, token, others) =
        (text(&client, "client_id"), text(&client, "registration_access_token"), text(&other, "registration_access_token"));
    let body = back(&client);
    let mut answers = Vec::new();
    for (id, token) in [
        (id, others),
        (id, text(&client, "client_secret")),
        (id, ""),
        (id, "x"),
        ("shop", token),
        ("nobody", token),
        ("%00", token),
        ("..%2fshop", token),
    ] {
        for (method, body) in [(Method::Get, None), (Method::Put, Some(&body)), (Method::Delete, None)] {
            let page = at(&world, method, id, token, body).await;
            assert_eq!(page.refusal(), (401, "invalid_token".to_owned()), "{method} {id} {token}");
            answers.push((page.body, page.headers.into_iter().find(|(name, _)| name == "WWW-Authenticate")));
        }
    }
    let alone = world.get(&format!("/register/{id}")).await;
    assert_eq!(alone.status, 401);
    // Law: nothing tells which clients exist.
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]) && answers[0].1.is_some());
    assert_eq!(own(&world, Method::Get, &client, None).await.status, 200);
}

#[rocket::async_test]
async fn what_the_operator_registered_has_no_registration_of_its_own() {
    let world = world().await;
    let client = register(&world).await;
    let page = at(&world, Method::Delete, "shop", text(&client, "registration_access_token"), None).await;
    assert_eq!(page.refusal(), (401, "invalid_token".to_owned()));
    // Law: one client's token is worth nothing at another's address.
    assert!(world.browser().allow(&world.app("shop").request()).await.get("code").is_some());
}

#[rocket::async_test]
async fn updates_are_bounded_and_other_methods_refused() {
    let world = world().await;
    let client = register(&world).await;
    let body = back(&client);
    let mut last = 200;
    for _ in 0..31 {
        last = own(&world, Method::Put, &client, Some(&body)).await.status;
    }
    assert_eq!(last, 429);
    let page = world.send(Method::Post, &format!("/register/{}", text(&client, "client_id")), &[], &[]).await;
    // Law: a wrong method is 405.
    assert_eq!((page.status, page.header("Allow")), (405, Some("DELETE, GET, PUT")));
}

/// What `doorward client update` does: these members are the operator's from then on.
async fn by_command(world: &World, client: &Value, members: &Value) {
    let (id, members) = (ClientId::new(text(client, "client_id")), members.as_object().expect("members").clone());
    let work = move |conn: &mut _| {
        let mut client = clients::find(conn, &id)?.expect("the client");
        let mut json = serde_json::to_value(&client.metadata).expect("its members");
        client.fixed.extend(members.keys().cloned());
        json.as_object_mut().expect("members").extend(members.clone());
        client.metadata = Metadata::read(json).expect("metadata");
        clients::update(conn, &client)
    };
    assert!(world.change(work).await);
}

#[rocket::async_test]
async fn an_update_cannot_undo_what_the_operator_narrowed_by_command() {
    let world =
        World::new().set("REGISTRATION", "open").set("REGISTRATION_SCOPES", "openid, email, photos:read").api(photos()).start().await;
    for (member, narrow, wide) in [
        ("require_pushed_authorization_requests", json!(true), json!(false)),
        ("profile", json!("fapi2"), json!("oauth21")),
        ("redirect_uris", json!(["https://prints.example/cb"]), json!(["https://prints.example/other"])),
    ] {
        let key = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "use": "sig"}]});
        let asked = json!({
            "redirect_uris": ["https://prints.example/cb"], "token_endpoint_auth_method": "private_key_jwt", "jwks": key,
            "id_token_signed_response_alg": "PS256", "dpop_bound_access_tokens": true,
        });
        let page = world.send(Method::Post, "/register", &[("Content-Type", "application/json")], asked.to_string().as_bytes()).await;
        assert_eq!(page.status, 201, "{}", page.body);
        let client = page.json();
        by_command(&world, &client, &json!({ member: narrow })).await;
        let mut silent = back(&client);
        silent.as_object_mut().expect("members").remove(member);
        let told = own(&world, Method::Put, &client, Some(&silent)).await;
        assert_eq!((told.status, &told.json()[member]), (200, &narrow), "{member}: {}", told.body);
        silent[member] = wide;
        let told = own(&world, Method::Put, &client, Some(&silent)).await;
        assert_eq!(told.refusal(), (400, "invalid_client_metadata".to_owned()), "{member}: {}", told.body);
        assert_eq!(own(&world, Method::Get, &client, None).await.json()[member], narrow, "{member}");
    }
    let client = register(&world).await;
    by_command(&world, &client, &json!({"scope": "openid email", "grant_types": ["authorization_code"]})).await;
    let (mut asked, mut silent) = (back(&client), back(&client));
    asked["scope"] = json!("openid photos:read");
    asked["grant_types"] = json!(["authorization_code", "refresh_token"]);
    silent.as_object_mut().expect("members").retain(|member, _| !["scope", "grant_types"].contains(&member.as_str()));
    let told = own(&world, Method::Put, &client, Some(&silent)).await.json();
    assert_eq!((&told["scope"], &told["grant_types"]), (&json!("email openid"), &json!(["authorization_code"])));
    let told = own(&world, Method::Put, &client, Some(&asked)).await.json();
    // Law: an app may do with less than its operator left it, and never with more.
    assert_eq!((&told["scope"], &told["grant_types"]), (&json!("openid"), &json!(["authorization_code"])));
}

#[rocket::async_test]
async fn a_client_to_which_the_operator_gave_a_member_of_its_own_can_still_update() {
    let world = world().await;
    for (member, given, other) in [
        ("owner", json!("ada"), json!("bob")),
        ("resource", json!(["https://photos.example/api"]), json!(["https://other.example"])),
        ("require_consent", json!(false), json!(true)),
        ("access_token_format", json!("opaque"), json!("jwt")),
        ("authorization_details_types", json!(["payment"]), json!(["payment", "account"])),
        ("scope", json!("openid photos:read"), json!("photos:write")),
        ("x_department", json!("prints"), json!("sales")),
    ] {
        let client = register(&world).await;
        by_command(&world, &client, &json!({ member: given })).await;
        let now = own(&world, Method::Get, &client, None).await.json();
        assert_eq!(now[member], given);
        let mut asked = back(&now);
        let told = own(&world, Method::Put, &client, Some(&asked)).await;
        assert_eq!((told.status, &told.json()[member]), (200, &given), "{member}: {}", told.body);
        asked.as_object_mut().expect("members").remove(member);
        let told = own(&world, Method::Put, &client, Some(&asked)).await;
        assert_eq!((told.status, &told.json()[member]), (200, &given), "{member}: {}", told.body);
        asked[member] = other;
        let told = own(&world, Method::Put, &client, Some(&asked)).await;
        // Law: what the operator gave is neither lost by an update nor grows by one.
        assert_eq!(told.refusal(), (400, "invalid_client_metadata".to_owned()), "{member}: {}", told.body);
    }
}
