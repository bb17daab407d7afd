//! A device polls, and people enter its code, side by side (RFC 8628).

use super::support::*;
use super::{MANY, on_each};
use doorward::flows::device::{self, Outcome};
use doorward::flows::{Ctx, FlowError};
use doorward::store::{StoreError, consents};
use doorward_protocol::authorize::Answer;
use doorward_protocol::check::Check;
use doorward_protocol::claims_request::Names;
use doorward_protocol::params::Params;
use doorward_protocol::scopes::Scopes;
use doorward_protocol::secret::Secret;
use doorward_protocol::throttle::{CODES, CODES_OF_NETWORK};
use doorward_protocol::values::{InteractionId, Subject};
use serde_json::json;

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The client `app` as one of devices.
async fn populated(ctx: &Ctx) {
    populate(ctx, json!({"grant_types": [DEVICE, "refresh_token"]})).await;
}

/// Device code and user code.
async fn asked_by_device(ctx: &Ctx) -> (String, String) {
    let params = Params::parse(b"scope=openid", &[]).expect("parameters");
    let answer = device::authorize(ctx, &credentials(), params, origin()).await.expect("codes");
    let answer = serde_json::to_value(&answer).expect("JSON");
    let text = |name: &str| answer[name].as_str().expect("a text").to_owned();
    (text("device_code"), text("user_code"))
}

/// A code typed in the browser and network of these numbers.
fn typed(code: &str, browser: usize, network: usize) -> device::Attempt {
    device::Attempt {
        typed: code.to_owned(),
        browser: Secret::shown(format!("browser {browser}")).digest(),
        address: format!("192.0.2.{network}"),
        subject: None,
    }
}

/// A device whose code was entered in [`browser`].
async fn entered(ctx: &Ctx) -> (String, InteractionId) {
    let (secret, code) = asked_by_device(ctx).await;
    let attempt = device::Attempt { browser: browser(), ..typed(&code, 0, 0) };
    match device::enter(ctx, attempt).await {
        Ok(Outcome::On(page)) => (secret, page),
        other => panic!("no page: {other:?}"),
    }
}

async fn poll(ctx: &Ctx, secret: &str) -> Result<Tokens, FlowError> {
    exchange(ctx, format!("grant_type={DEVICE}&device_code={secret}")).await
}

#[test]
fn a_device_code_polled_with_by_many_at_once_gives_one_token_set() {
    on_each(async |ctx| {
        populated(&ctx).await;
        let who = ada(&ctx).await;
        let (secret, page) = entered(&ctx).await;
        device::decided(&ctx, page, Some(browser()), Some(who), Answer::Allow(Scopes::default(), Names::new())).await.expect("an answer");
        let outcomes = at_once(MANY, |_| {
            let (ctx, secret) = (ctx.clone(), secret.clone());
            async move { poll(&ctx, &secret).await }
        })
        .await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        for outcome in &lost {
            assert_eq!(refused_by(outcome), Some(Check::DeviceCodeUnspent), "{outcome:?}");
        }
        // Law: one token set, and the losers take nothing from it.
        for tokens in won.into_iter().flatten() {
            userinfo(&ctx, &tokens.access).await.expect("the tokens to live");
            refresh(&ctx, &tokens.refresh).await.expect("the family to live");
        }
    });
}

#[test]
fn of_many_polls_at_once_one_is_in_time() {
    on_each(async |ctx| {
        populated(&ctx).await;
        let (secret, _) = asked_by_device(&ctx).await;
        let outcomes = at_once(MANY, |_| {
            let (ctx, secret) = (ctx.clone(), secret.clone());
            async move { poll(&ctx, &secret).await }
        })
        .await;
        let by = |check| outcomes.iter().filter(|outcome| refused_by(outcome) == Some(check)).count();
        // Law: the pace is data: no node and no thread has one of its own.
        assert_eq!((by(Check::DeviceAnswered), by(Check::DevicePollPaced)), (1, MANY - 1));
    });
}

#[test]
fn a_code_entered_in_many_browsers_at_once_is_one_browsers() {
    on_each(async |ctx| {
        populated(&ctx).await;
        let (_, code) = asked_by_device(&ctx).await;
        let outcomes = at_once(MANY, |number| {
            let (ctx, attempt) = (ctx.clone(), typed(&code, number, number));
            async move { device::enter(&ctx, attempt).await.expect("an outcome") }
        })
        .await;
        let pages = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::On(_))).count();
        // Law: RFC 10027 §6.1.3: to every other browser it is as good as unknown.
        assert_eq!((pages, outcomes.iter().filter(|outcome| **outcome == Outcome::Wrong).count()), (1, MANY - 1));
    });
}

#[test]
fn an_answer_given_by_many_at_once_is_one_answer() {
    on_each(async |ctx| {
        populated(&ctx).await;
        let who = ada(&ctx).await;
        let (secret, page) = entered(&ctx).await;
        at_once(MANY, |number| {
            let (ctx, page, who) = (ctx.clone(), page.clone(), who.clone());
            let answer = if number % 2 == 0 { Answer::Deny } else { Answer::Allow(Scopes::default(), Names::new()) };
            async move { device::decided(&ctx, page, Some(browser()), Some(who), answer).await.expect("an answer") }
        })
        .await;
        let ledger = |conn: &mut _| Ok::<_, StoreError>(consents::ledger(conn, &Subject::new("sub-ada"), NOW)?.len());
        let begun = ctx.store.read(ledger).await.expect("a ledger");
        let fetched = poll(&ctx, &secret).await;
        // Law: whichever came first stands, and something was begun exactly when that was the yes.
        match refused_by(&fetched) {
            None => assert_eq!((fetched.is_ok(), begun), (true, 1), "{fetched:?}"),
            Some(check) => assert_eq!((check, begun), (Check::DeviceAllowed, 0)),
        }
    });
}

#[test]
fn codes_guessed_at_once_are_all_counted() {
    on_each(async |ctx| {
        populated(&ctx).await;
        for (one_browser, free) in [(true, CODES.free), (false, CODES_OF_NETWORK.free)] {
            let outcomes = at_once(MANY, |number| {
                let (ctx, (browser, network)) = (ctx.clone(), if one_browser { (0, number + 1) } else { (number + 1, 0) });
                async move { device::enter(&ctx, typed("BBBB-BBBB", browser, network)).await.expect("an outcome") }
            })
            .await;
            let looked_at = outcomes.iter().filter(|outcome| **outcome == Outcome::Wrong).count();
            // Law: guessing side by side gives no guess more (RFC 8628 §5.1).
            assert_eq!(i64::try_from(looked_at).expect("a small number"), free);
        }
    });
}
