//! The glass box: what was said and checked, for who may watch.
#![allow(clippy::expect_used, missing_docs)]

use doorward::trace::{Endpoint, Flow, Mark, Shown};
use doorward_protocol::check::Check;
use doorward_protocol::values::ClientId;
use doorward_testkit::{PASSWORD, World, app, photos};

async fn demo() -> World {
    World::new().demo().client(app("shop")).client(app("other")).api(photos()).user("ada").start().await
}

fn endpoints(flow: &Flow) -> Vec<&'static str> {
    flow.exchanges.iter().map(|(_, exchange)| exchange.endpoint.name()).collect()
}

fn checks_at(flow: &Flow, endpoint: Endpoint) -> Vec<Check> {
    let of_it = flow.exchanges.iter().filter(|(_, exchange)| exchange.endpoint == endpoint);
    of_it.flat_map(|(_, exchange)| &exchange.checks).map(|note| note.check).collect()
}

#[rocket::async_test]
async fn a_login_from_authorize_to_logout_is_one_flow_with_its_checks_in_order() {
    let world = demo().await;
    let (mut browser, shop) = (world.browser(), world.app("shop"));
    let code = browser.allow(&shop.request().with("scope", "openid email")).await.code();
    let tokens = shop.redeem(&code).await.json();
    let (access, id_token) = (tokens["access_token"].as_str().expect("one"), tokens["id_token"].as_str().expect("one"));
    assert_eq!(shop.userinfo(access).await.status, 200);
    let again = shop.refresh(tokens["refresh_token"].as_str().expect("one")).await.json();
    assert!(shop.is_active(again["access_token"].as_str().expect("one")).await);
    browser.get(&format!("/logout?id_token_hint={id_token}")).await;
    let flows = world.traces.flows();
    assert_eq!(flows.len(), 1, "{:?}", flows.iter().map(endpoints).collect::<Vec<_>>());
    let flow = &flows[0];
    let seen = endpoints(flow);
    assert_eq!(seen.first(), Some(&"authorize"));
    for step in ["page", "login", "consent", "token", "userinfo", "introspect", "logout"] {
        assert!(seen.contains(&step), "{step} of {seen:?}");
    }
    assert_eq!(flow.client(), Some(&ClientId::new("shop")));
    let redeeming = checks_at(flow, Endpoint::Token);
    let order = [Check::ClientAuthentic, Check::CodeKnown, Check::CodeUnspent, Check::PkceVerifier];
    let at = order.map(|check| redeeming.iter().position(|known| *known == check).unwrap_or_else(|| panic!("{check:?} of {redeeming:?}")));
    // Law: what was checked is seen, in the order in which it was.
    assert!(at.is_sorted(), "{redeeming:?}");
}

#[rocket::async_test]
async fn a_refusal_is_found_by_its_request_id_with_what_was_expected_and_what_came() {
    let world = demo().await;
    let (mut browser, shop) = (world.browser(), world.app("shop"));
    let code = browser.allow(&shop.request()).await.code();
    let mark = world.traces.mark();
    let wrong = shop.redeem_with(&code, &[]).await;
    assert_eq!(wrong.status, 200);
    let replayed = shop.redeem(&code).await;
    let id = replayed.header("X-Request-Id").expect("a request id").to_owned();
    let exchange = world.traces.exchange(&id).expect("it was kept");
    assert_eq!(exchange.refused().map(|note| note.check), Some(Check::CodeUnspent));
    let refusals = world.traces.refusals(&ClientId::new("shop"), mark);
    assert_eq!(
        refusals.iter().map(|refused| (refused.check, refused.request_id.as_str())).collect::<Vec<_>>(),
        [(Check::CodeUnspent, id.as_str())]
    );
    assert!(world.traces.refusals(&ClientId::new("other"), Mark::default()).is_empty());
    // Law: a mark tells what came after it from what was before.
    assert!(world.traces.refusals(&ClientId::new("shop"), world.traces.mark()).is_empty());
}

#[rocket::async_test]
async fn what_is_refused_before_anybody_is_known_is_seen_with_its_evidence() {
    let world = demo().await;
    let (mut browser, shop) = (world.browser(), world.app("shop"));
    let page = browser.get(&shop.request().with("redirect_uri", "https://shop.example/cb/").path()).await;
    let id = page.header("X-Request-Id").expect("a request id").to_owned();
    let exchange = world.traces.exchange(&id).expect("it was kept");
    let refused = exchange.refused().expect("a refusal");
    assert_eq!(refused.check, Check::RedirectUriExact);
    // Law: the evidence says what came.
    assert!(refused.evidence.as_ref().expect("evidence").received.contains("https://shop.example/cb/"));
}

#[rocket::async_test]
async fn elsewhere_nothing_is_kept() {
    let world = World::usual().await;
    let (mut browser, shop) = (world.browser(), world.app("shop"));
    let code = browser.allow(&shop.request()).await.code();
    let answer = shop.redeem(&code).await;
    assert_eq!(answer.status, 200);
    assert!(world.traces.exchange(answer.header("X-Request-Id").expect("a request id")).is_none());
    // Law: off is off.
    assert!(world.traces.flows().is_empty() && world.traces.mark() == Mark::default());
}

#[rocket::async_test]
async fn two_logins_at_the_same_time_are_two_flows() {
    let world = demo().await;
    let (mut one, mut two) = (world.browser(), world.browser());
    let (shop, other) = (world.app("shop"), world.app("other"));
    // The same state on purpose: a client's own value says nothing of what belongs together.
    let (here, there) = (shop.request(), other.request());
    let (first, second) = rocket::tokio::join!(one.allow(&here), two.allow(&there));
    let codes = (first.code(), second.code());
    let (a, b) = rocket::tokio::join!(shop.redeem(&codes.0), other.redeem(&codes.1));
    assert_eq!((a.status, b.status), (200, 200));
    let flows = world.traces.flows();
    assert_eq!(flows.len(), 2);
    for flow in &flows {
        let clients: Vec<_> = flow.exchanges.iter().map(|(_, exchange)| exchange.client.clone()).collect();
        // Law: what didn't lead to it isn't in it.
        assert!(clients.iter().all(|client| client.as_ref() == flow.client()), "{clients:?}");
        assert!(endpoints(flow).contains(&"token"));
    }
}

#[rocket::async_test]
async fn the_last_fifty_flows_are_kept() {
    let world = demo().await;
    let shop = world.app("shop");
    for number in 0..60 {
        world.get(&format!("/authorize?client_id=nobody&state={number}")).await;
    }
    assert_eq!(shop.redeem("dwc_unknown").await.status, 400);
    let flows = world.traces.flows();
    assert_eq!(flows.len(), 50);
    let first = &flows.last().expect("the oldest").exchanges[0].1;
    // Law: the oldest go first.
    assert!(first.query.iter().any(|field| field.name == "state" && field.value == Shown::Clear("11".to_owned())), "{:?}", first.query);
}

#[rocket::async_test]
async fn a_flow_is_shown_with_its_tokens_and_checks_in_both_languages() {
    let world = demo().await;
    let (mut browser, shop) = (world.browser(), world.app("shop"));
    let code = browser.allow(&shop.request().with("scope", "openid email")).await.code();
    let tokens = shop.redeem(&code).await.json();
    assert_eq!(shop.userinfo(tokens["access_token"].as_str().expect("one")).await.status, 200);
    assert_eq!(shop.redeem(&code).await.status, 400);
    let id = world.traces.flows()[0].id.clone();
    let list = world.get("/learn/trace").await;
    assert!(list.body.contains(&format!("/learn/trace/{id}")) && list.body.contains("CodeUnspent"), "{}", list.body);
    let page = world.get(&format!("/learn/trace/{id}")).await;
    for seen in [code.as_str(), "PkceVerifier", "RFC 7636", "at_hash", "Claims: what it says", "From this moment on", "ada@example.org"] {
        assert!(page.body.contains(seen), "{seen}");
    }
    assert!(!page.body.contains(PASSWORD) && page.body.contains("••• a password"));
    let chinese = world.get(&format!("/learn/trace/{id}?ui_locales=zh-CN")).await;
    for seen in ["声明：说了些什么", "从这一刻起不得再接受", "••• 密码"] {
        assert!(chinese.body.contains(seen), "{seen}");
    }
    let mark = world.get(&format!("/learn/trace/{id}/mark")).await;
    // Law: what follows live asks for as much as has passed.
    assert_eq!(mark.body.trim(), world.traces.mark().0.to_string());
}

#[rocket::async_test]
async fn what_is_hostile_is_shown_as_text_and_what_is_huge_is_cut() {
    let world = demo().await;
    let huge = "x".repeat(40_000);
    world.get("/authorize?client_id=shop&state=%3Cscript%3Ealert(1)%3C%2Fscript%3E&%3Cimg%20src=x%3E=1").await;
    world.app("shop").token(&[("grant_type", "refresh_token"), ("refresh_token", &huge)]).await;
    for flow in world.traces.flows() {
        let page = world.get(&format!("/learn/trace/{}", flow.id)).await;
        assert_eq!(page.status, 200);
        assert!(!page.body.contains("<script>") && !page.body.contains("<img"), "{}", page.body);
        // Law: no message makes a page without bounds.
        assert!(page.body.len() < 100_000, "{}", page.body.len());
    }
    assert_eq!(world.get("/learn/trace/nothing").await.status, 404);
    assert_eq!(world.get("/learn/trace/%3Cscript%3E").await.status, 404);
}
