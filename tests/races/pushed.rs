//! Many browsers bring one pushed request (RFC 9126 §4).

use super::support::*;
use super::{MANY, on_each};
use doorward::flows::authorize::{Begun, Who, begin};
use doorward::flows::{Ctx, FlowError, par};
use doorward_protocol::authorize::{MAY_REPEAT, Raw};
use doorward_protocol::check::Check;
use doorward_protocol::params::Params;
use serde_json::json;
use std::collections::BTreeSet;

async fn reference(ctx: &Ctx, scope: &str) -> String {
    let params = Params::parse(query(scope).as_bytes(), MAY_REPEAT).expect("parameters");
    let answer = par::push(ctx, &credentials(), params).await.expect("a reference");
    serde_json::to_value(&answer).expect("JSON")["request_uri"].as_str().expect("a text").to_owned()
}

async fn bring(ctx: &Ctx, uri: &str, who: &Who) -> Result<Begun, FlowError> {
    let params = Params::parse(format!("client_id=app&request_uri={uri}").as_bytes(), MAY_REPEAT).expect("parameters");
    begin(ctx, Raw::new(params), browser(), Some(who.clone()), false).await
}

#[test]
fn a_pushed_request_brought_by_many_at_once_gives_one_code() {
    on_each(async |ctx| {
        populate(&ctx, json!({})).await;
        let who = ada(&ctx).await;
        let uri = reference(&ctx, "openid").await;
        let outcomes = at_once(MANY, |_| {
            let (ctx, uri, who) = (ctx.clone(), uri.clone(), who.clone());
            async move { bring(&ctx, &uri, &who).await }
        })
        .await;
        let mut codes = 0;
        for outcome in outcomes {
            match outcome.expect("an answer") {
                Begun::Respond(response) => codes += usize::from(code_in(&response).is_some()),
                Begun::Page(page) => assert_eq!(page.0.check, Check::PushedRequestUnused),
                Begun::Interact(id) => panic!("a page: {id}"),
            }
        }
        // Law: a reference is answered once, on one node or on many.
        assert_eq!(codes, 1);
    });
}

#[test]
fn a_pushed_request_with_questions_brought_by_many_at_once_has_one_page() {
    on_each(async |ctx| {
        populate(&ctx, json!({"require_consent": true})).await;
        let who = ada(&ctx).await;
        let uri = reference(&ctx, "openid email").await;
        let outcomes = at_once(MANY, |_| {
            let (ctx, uri, who) = (ctx.clone(), uri.clone(), who.clone());
            async move { bring(&ctx, &uri, &who).await }
        })
        .await;
        let pages: BTreeSet<String> = outcomes
            .into_iter()
            .map(|outcome| match outcome.expect("an answer") {
                Begun::Interact(id) => id.as_str().to_owned(),
                other => panic!("no page: {other:?}"),
            })
            .collect();
        // Law: one stored request, and it is answered once.
        assert_eq!(pages.len(), 1);
    });
}
