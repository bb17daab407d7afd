//! A client traced for its owner: redacted, for a time, and for nobody else.
#![allow(clippy::expect_used, missing_docs)]

use doorward::flows::traced;
use doorward::store::StoreError;
use doorward::store::client_traces;
use doorward_protocol::values::{ClientId, Seconds};
use doorward_testkit::{Captured, PASSWORD, SECRET, World, app, photos};
use serde_json::json;

/// Ada owns `shop`; `other` is nobody's.
async fn world(seed: u64) -> World {
    let grants = ["authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code"];
    let shop = json!({"owner": "ada", "grant_types": grants});
    World::new().seed(seed).app("shop", shop).client(app("other")).api(photos()).user("ada").user("ben").start().await
}

/// What `doorward client trace` does, as the next look of the server finds it.
async fn trace(world: &World, id: &str, span: Option<Seconds>) {
    let (id, until) = (ClientId::new(id), span.map(|span| world.ctx.now().plus(span)));
    let change = move |conn: &mut doorward::store::Conn| -> Result<(), StoreError> {
        match until {
            Some(until) => client_traces::put(conn, &id, until),
            None => client_traces::end(conn, &id).map(drop),
        }
    };
    world.ctx.store.write(change).await.expect("it is kept");
    traced::follow(&world.ctx, &world.traces).await.expect("the catalog");
}

#[rocket::async_test]
async fn canaries_of_every_grant_are_in_no_page_no_log_and_nothing_kept() {
    let log = Captured::everything();
    let world = world(77).await;
    trace(&world, "shop", Some(Seconds::minutes(30))).await;
    let (mut browser, shop) = (world.browser(), world.app("shop"));
    let mut canaries: Vec<String> =
        ["a-canary-state", "a-canary-nonce", "canary@hint.example", "ada@example.org"].map(str::to_owned).into();
    canaries.extend([PASSWORD.to_owned(), SECRET.to_owned()]);
    let request = shop.request().with("scope", "openid email offline_access").with("state", "a-canary-state");
    let code = browser.allow(&request.with("nonce", "a-canary-nonce").with("login_hint", "canary@hint.example")).await.code();
    canaries.extend(browser.jar.header().expect("cookies").split("; ").map(|pair| pair[pair.find('=').expect("a value") + 1..].to_owned()));
    let tokens = shop.redeem(&code).await.json();
    canaries.push(code.clone());
    let text = |json: &serde_json::Value, name: &str| json[name].as_str().unwrap_or_else(|| panic!("no {name}: {json}")).to_owned();
    let again = shop.refresh(&text(&tokens, "refresh_token")).await.json();
    for answer in [&tokens, &again] {
        canaries.extend(["access_token", "refresh_token", "id_token"].map(|name| text(answer, name)));
    }
    let access = text(&again, "access_token");
    let sub = text(&shop.userinfo(&access).await.json(), "sub");
    assert_eq!(shop.introspect(&access).await.status, 200);
    let machine = shop.machine(&[("scope", "photos:read")]).await.json();
    canaries.push(text(&machine, "access_token"));
    let device = shop.post("/device_authorization", &[("scope", "openid")]).await.json();
    canaries.extend(["device_code", "user_code"].map(|name| text(&device, name)));
    let poll = [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", canaries[canaries.len() - 2].as_str())];
    assert_eq!(shop.token(&poll).await.status, 400);
    // Wrong on purpose: what is refused shows evidence.
    for wrong in [("code", "a-canary-that-is-no-code"), ("a-canary-where-a-name-should-be%20", "")] {
        shop.token(&[("grant_type", "authorization_code"), wrong]).await;
    }
    canaries.extend(["a-canary-that-is-no-code", "a-canary-where-a-name"].map(str::to_owned));
    assert_eq!(shop.redeem(&code).await.status, 400);
    shop.revoke(&access).await;
    let list = browser.get("/learn/trace").await;
    assert!(list.body.contains("/learn/trace/") && list.body.contains("CodeUnspent"), "{}", list.body);
    let logged = log.text();
    let mut seen = vec![list.body, format!("{:?}", world.traces.flows()), logged.clone()];
    for flow in world.traces.flows() {
        let page = browser.get(&format!("/learn/trace/{}", flow.id)).await;
        assert_eq!(page.status, 200);
        seen.push(page.body);
    }
    assert!(seen.iter().any(|text| text.contains("ClientAuthentic")));
    // The log names people by their sub, for the operator; a client's owner isn't told.
    assert!(seen.iter().filter(|text| **text != logged).all(|text| !text.contains(&sub)));
    for (place, text) in seen.iter().enumerate() {
        for canary in &canaries {
            // Law: outside of the demo no secret and nothing personal is kept.
            assert!(!text.contains(canary.as_str()), "{canary} in {place}");
        }
    }
}

#[rocket::async_test]
async fn only_the_owner_who_logged_in_of_late_sees_it_and_an_unknown_flow_looks_like_a_foreign_one() {
    let world = world(1).await;
    trace(&world, "shop", Some(Seconds::minutes(30))).await;
    trace(&world, "other", Some(Seconds::minutes(30))).await;
    for name in ["shop", "other"] {
        world.app(name).redeem("no code").await;
    }
    let of = |name: &str| {
        let id = ClientId::new(name);
        world.traces.flows().into_iter().find(|flow| flow.is_of(&id)).expect("it is kept").id
    };
    let (mine, foreign) = (of("shop"), of("other"));
    let (mut ada, mut ben, mut nobody) = (world.browser(), world.browser(), world.browser());
    ada.log_in("ada").await;
    ben.log_in("ben").await;
    assert_eq!(ada.get(&format!("/learn/trace/{mine}")).await.status, 200);
    assert_eq!(ada.get(&format!("/learn/trace/{mine}?ui_locales=zh-CN")).await.status, 200);
    for (browser, id) in [(&mut ada, foreign.as_str()), (&mut ben, mine.as_str()), (&mut nobody, mine.as_str())] {
        assert_eq!(browser.get(&format!("/learn/trace/{id}")).await.status, 404);
        assert_eq!(browser.get(&format!("/learn/trace/{id}/mark")).await.body.trim(), "0");
    }
    assert_eq!(nobody.get("/learn/trace/none").await.status, 404);
    assert!(!ben.get("/learn/trace").await.body.contains(&mine));
    world.clock.advance(2 * 3600);
    // Law: an old login isn't enough.
    assert_eq!(ada.get(&format!("/learn/trace/{mine}")).await.status, 404);
}

#[rocket::async_test]
async fn it_ends_by_itself_and_by_the_operator_and_before_nothing_is_kept() {
    let world = world(1).await;
    let shop = world.app("shop");
    shop.redeem("before").await;
    assert!(world.traces.flows().is_empty());
    trace(&world, "shop", Some(Seconds::minutes(30))).await;
    shop.redeem("while it is traced").await;
    world.app("other").redeem("of somebody else").await;
    assert_eq!(world.traces.flows().len(), 1);
    world.clock.advance(30 * 60);
    shop.redeem("after").await;
    assert_eq!(world.traces.flows().len(), 1);
    trace(&world, "shop", None).await;
    // Law: what the operator ends is gone.
    assert!(world.traces.flows().is_empty());
}
