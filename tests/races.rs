//! Many at once, on each database, by threads that really run beside each other: what may happen once happens once.
#![allow(clippy::expect_used)]

#[path = "races/assertions.rs"]
mod assertions;
#[path = "races/devices.rs"]
mod devices;
#[path = "races/pushed.rs"]
mod pushed;
#[path = "races/registrations.rs"]
mod registrations;
mod support;
#[cfg(feature = "postgres")]
#[path = "races/two_nodes.rs"]
mod two_nodes;

use doorward::flows::authorize::{Begun, Who};
use doorward::flows::consent::{self, Answered};
use doorward::flows::login::{self, Attempt, Outcome};
use doorward::flows::{Ctx, FlowError, account, revoke, session};
use doorward::store::sessions::Origin;
use doorward::store::{StoreError, clients, consents, sessions, users};
use doorward_protocol::authorize::Answer;
use doorward_protocol::check::Check;
use doorward_protocol::claims_request::Names;
use doorward_protocol::params::Params;
use doorward_protocol::scopes::Scopes;
use doorward_protocol::secret::{Digest, KnownBrowser, Secret};
use doorward_protocol::throttle::ACCOUNT;
use doorward_protocol::values::{ClientId, Seconds, Subject};
use serde_json::json;
use support::*;
use zeroize::Zeroizing;

const MANY: usize = 50;

/// Runs a test body on each database.
fn on_each<F: Future<Output = ()>>(body: impl Fn(Ctx) -> F) {
    for place in Place::all() {
        let setup = place.open();
        runtime().block_on(body(setup.ctx().clone()));
    }
}

async fn assert_dead(ctx: &Ctx, tokens: &Tokens) {
    let answer = support::userinfo(ctx, &tokens.access).await;
    assert_eq!(refused_by(&answer), Some(Check::TokenActive), "{answer:?}");
    let answer = refresh(ctx, &tokens.refresh).await;
    let dead = matches!(refused_by(&answer), Some(Check::GrantAlive | Check::RefreshUnspent | Check::RefreshKnown | Check::PersonActive));
    assert!(dead, "{answer:?}");
}

#[test]
fn a_code_redeemed_by_many_at_once_gives_one_answer_and_nothing_that_lives() {
    on_each(async |ctx| {
        populate(&ctx, json!({})).await;
        let who = ada(&ctx).await;
        let code = code(&ctx, &who, "openid offline_access").await;
        let outcomes = at_once(MANY, |_| {
            let (ctx, code) = (ctx.clone(), code.clone());
            async move { redeem(&ctx, &code).await }
        })
        .await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        for outcome in &lost {
            assert!(matches!(refused_by(outcome), Some(Check::CodeUnspent | Check::GrantAlive)), "{outcome:?}");
        }
        // Law: whoever was first may have been the thief (RFC 6749 §4.1.2).
        for tokens in won.into_iter().flatten() {
            assert_dead(&ctx, &tokens).await;
        }
    });
}

#[test]
fn a_refresh_token_used_by_many_at_once_ends_its_family() {
    on_each(async |ctx| {
        populate(&ctx, json!({})).await;
        let who = ada(&ctx).await;
        let (first, other) = (tokens(&ctx, &who, "openid").await, tokens(&ctx, &who, "openid").await);
        let outcomes = at_once(MANY, |_| {
            let (ctx, token) = (ctx.clone(), first.refresh.clone());
            async move { refresh(&ctx, &token).await }
        })
        .await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        for outcome in &lost {
            assert!(matches!(refused_by(outcome), Some(Check::RefreshUnspent | Check::GrantAlive)), "{outcome:?}");
        }
        for tokens in won.into_iter().flatten().chain([first]) {
            assert_dead(&ctx, &tokens).await;
        }
        // Law: this family and no other (RFC 9700 §4.14.2).
        support::userinfo(&ctx, &other.access).await.expect("the other family to live");
        refresh(&ctx, &other.refresh).await.expect("the other family to be renewed");
    });
}

#[test]
fn within_the_retry_window_many_at_once_leave_one_live_leaf() {
    on_each(async |ctx| {
        populate(&ctx, json!({"refresh_retry_window": 60})).await;
        let who = ada(&ctx).await;
        let first = tokens(&ctx, &who, "openid").await;
        let outcomes = at_once(MANY, |_| {
            let (ctx, token) = (ctx.clone(), first.refresh.clone());
            async move { refresh(&ctx, &token).await }
        })
        .await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        for outcome in &lost {
            assert_eq!(refused_by(outcome), Some(Check::RefreshReplayTolerated), "{outcome:?}");
        }
        let mut live = 0;
        for tokens in won.iter().flatten() {
            support::userinfo(&ctx, &tokens.access).await.expect("the family to live");
            match refresh(&ctx, &tokens.refresh).await {
                Ok(_) => live += 1,
                refused => assert_eq!(refused_by(&refused), Some(Check::RefreshKnown), "{refused:?}"),
            }
        }
        // Law: an honest client's parallel requests cost it nothing, and don't multiply its tokens.
        assert_eq!(live, 1);
    });
}

#[test]
fn a_consent_given_many_times_at_once_gives_one_code() {
    on_each(async |ctx| {
        populate(&ctx, json!({"require_consent": true})).await;
        let who = ada(&ctx).await;
        let id = interaction(&ctx, &who, "openid email").await;
        let outcomes = at_once(MANY, |number| {
            let (ctx, id, who) = (ctx.clone(), id.clone(), who.clone());
            let given = if number % 5 == 0 { Answer::Deny } else { Answer::Allow(Scopes::openid(), Names::new()) };
            async move { consent::decided(&ctx, id, Some(browser()), Some(who), given).await }
        })
        .await;
        let answers: Vec<_> = outcomes.into_iter().map(|outcome| outcome.expect("an answer")).collect();
        // Law: one answer to the client, be it yes or no.
        assert_eq!(answers.iter().filter(|answer| matches!(answer, Answered::Respond(_))).count(), 1);
    });
}

#[test]
fn a_consent_form_sent_many_times_at_once_gives_one_code() {
    on_each(async |ctx| {
        populate(&ctx, json!({"require_consent": true})).await;
        let who = ada(&ctx).await;
        let id = interaction(&ctx, &who, "openid email").await;
        let outcomes = at_once(MANY, |_| {
            let (ctx, id, who) = (ctx.clone(), id.clone(), who.clone());
            let given = Answer::Allow("openid email".split(' ').collect(), Names::new());
            async move { consent::decided(&ctx, id, Some(browser()), Some(who), given).await }
        })
        .await;
        let answers: Vec<_> = outcomes.into_iter().map(|outcome| outcome.expect("an answer")).collect();
        let codes: Vec<_> =
            answers.iter().filter_map(|answer| if let Answered::Respond(it) = answer { code_in(it) } else { None }).collect();
        assert_eq!(codes.len(), 1);
        // Law: and it is a good one.
        redeem(&ctx, &codes[0]).await.expect("tokens");
    });
}

fn attempt(password: &str, address: &str, known_browser: Option<&str>) -> Attempt {
    Attempt {
        username: "Ada".to_owned(),
        password: Zeroizing::new(password.to_owned()),
        origin: Origin { address: address.to_owned(), ..origin() },
        current: None,
        known_browser: known_browser.map(Secret::<KnownBrowser>::shown),
        interaction: None,
    }
}

#[test]
fn guesses_made_at_once_are_counted_before_they_are_looked_at() {
    on_each(async |ctx| {
        populate(&ctx, json!({})).await;
        let hers = Secret::<KnownBrowser>::shown("hers");
        let known: Digest<KnownBrowser> = hers.digest();
        let remember = move |conn: &mut _| sessions::remember_browser(conn, &known, &Subject::new("sub-ada"), NOW.plus(login::KNOWN_FOR));
        ctx.store.write(remember).await.expect("a known browser");
        let outcomes = at_once(MANY, |_| {
            let ctx = ctx.clone();
            async move { login::log_in(&ctx, attempt("a wrong password", "192.0.2.66", None)).await }
        })
        .await;
        let outcomes: Vec<_> = outcomes.into_iter().map(|outcome| outcome.expect("an answer")).collect();
        let looked_at = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Wrong)).count();
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Wrong | Outcome::Wait(_))), "{outcomes:?}");
        assert!(i64::try_from(looked_at).is_ok_and(|count| (1..=ACCOUNT.free).contains(&count)), "{looked_at}");
        let right = login::log_in(&ctx, attempt(PASSWORD, "192.0.2.1", None)).await.expect("an answer");
        // Law: a guesser can't use what is counted later; the owner's browser is not kept out by strangers.
        if i64::try_from(looked_at) == Ok(ACCOUNT.free) {
            assert!(matches!(right, Outcome::Wait(_)), "{right:?}");
        }
        let owner = login::log_in(&ctx, attempt(PASSWORD, "192.0.2.1", Some(hers.expose()))).await.expect("an answer");
        assert!(matches!(owner, Outcome::In { .. }), "{owner:?}");
    });
}

/// How a family may end, beside its owner's refreshing.
#[derive(Clone, Copy, Debug)]
enum End {
    Revoke,
    Withdraw,
    Disable,
    NewPassword,
    Logout,
    DeletedClient,
}

async fn end(ctx: &Ctx, end: End, who: &Who, token: &str) {
    let sub = who.session.subject.clone();
    let outcome: Result<(), FlowError> = match end {
        End::Revoke => {
            let params = Params::parse(format!("token={token}").as_bytes(), &[]).expect("parameters");
            revoke::revoke(ctx, &credentials(), &params).await
        }
        End::Withdraw => {
            let work = move |conn: &mut _| Ok(doorward::store::consents::withdraw(conn, &sub, &ClientId::new("app"), NOW)?);
            ctx.store.write(work).await
        }
        End::Disable => ctx.store.write(move |conn| Ok(users::set_disabled(conn, &sub, true, NOW).map(drop)?)).await,
        End::NewPassword => ctx.store.write(move |conn| Ok(users::set_password(conn, &sub, "x", NOW).map(drop)?)).await,
        End::Logout => {
            let id = who.session.id.clone();
            ctx.store.write(move |conn| Ok(sessions::end(conn, &id, NOW).map(drop)?)).await
        }
        End::DeletedClient => {
            ctx.store.write(move |conn| Ok(doorward::store::clients::delete(conn, &ClientId::new("app")).map(drop)?)).await
        }
    };
    outcome.expect("to end it");
}

#[test]
fn nothing_that_was_refreshed_beside_its_end_outlives_the_end() {
    for how in [End::Revoke, End::Withdraw, End::Disable, End::NewPassword, End::Logout, End::DeletedClient] {
        on_each(async |ctx| {
            populate(&ctx, json!({})).await;
            let who = ada(&ctx).await;
            let mut families = Vec::new();
            for _ in 0..6 {
                families.push(tokens(&ctx, &who, "openid").await);
            }
            let given: Vec<Vec<Tokens>> = at_once(12, |number| {
                let (ctx, who, first) = (ctx.clone(), who.clone(), families[number / 2].clone());
                async move {
                    let mut given = vec![first];
                    if number % 2 == 1 {
                        end(&ctx, how, &who, &given[0].refresh).await;
                        return given;
                    }
                    // It rotates until it is refused, which the end beside it must bring about.
                    for _ in 0..2_000 {
                        match refresh(&ctx, &given[given.len() - 1].refresh).await {
                            Ok(next) => given.push(next),
                            Err(FlowError::Refused(_)) => return given,
                            // The client's rows went between two statements of this transaction.
                            Err(FlowError::Store(StoreError::Query(_))) if matches!(how, End::DeletedClient) => return given,
                            Err(other) => panic!("{how:?}: {other:?}"),
                        }
                    }
                    panic!("{how:?}: never refused")
                }
            })
            .await;
            for tokens in given.iter().flatten() {
                let answer = support::userinfo(&ctx, &tokens.access).await;
                assert_eq!(refused_by(&answer), Some(Check::TokenActive), "{how:?} {answer:?}");
            }
            // Law: from the answer on, whatever was under way.
            for tokens in given.iter().filter_map(|given| given.last()) {
                assert!(refused_by(&refresh(&ctx, &tokens.refresh).await).is_some(), "{how:?}");
            }
        });
    }
}

/// A request that was read while its session lived, and is answered after the end.
#[test]
fn an_answer_under_way_gives_nothing_that_outlives_the_end_of_its_session() {
    for how in [End::Disable, End::NewPassword, End::Logout] {
        on_each(async |ctx| {
            populate(&ctx, json!({"require_consent": true})).await;
            let who = ada(&ctx).await;
            let id = interaction(&ctx, &who, "openid offline_access").await;
            end(&ctx, how, &who, "").await;
            let given = Answer::Allow("openid offline_access".split(' ').collect(), Names::new());
            let answered = consent::decided(&ctx, id, Some(browser()), Some(who.clone()), given).await;
            let code = if let Ok(Answered::Respond(response)) = &answered { code_in(response) } else { None };
            let enable = move |conn: &mut _| users::set_disabled(conn, &who.session.subject, false, NOW);
            ctx.store.write(enable).await.expect("to enable");
            let got = match code {
                Some(code) => redeem(&ctx, &code).await.ok(),
                None => None,
            };
            // Law: a tab that was open when the password changed is worth nothing.
            assert!(got.is_none(), "{how:?}");
        });
    }
}

/// Requests that rest on a remembered answer, beside the click that takes it back.
#[test]
fn no_request_beside_a_withdrawal_gives_what_outlives_it() {
    on_each(async |ctx| {
        populate(&ctx, json!({"require_consent": true})).await;
        let who = ada(&ctx).await;
        let asked_before = interaction(&ctx, &who, "openid offline_access").await;
        let given = Answer::Allow("openid offline_access".split(' ').collect(), Names::new());
        let allowed = consent::decided(&ctx, asked_before, Some(browser()), Some(who.clone()), given).await;
        assert!(matches!(allowed, Ok(Answered::Respond(_))), "{allowed:?}");
        let outcomes = at_once(24, |n| {
            let (ctx, who) = (ctx.clone(), who.clone());
            async move {
                if n == 12 {
                    let (sub, client) = (who.session.subject.clone(), ClientId::new("app"));
                    let withdraw = move |conn: &mut _| consents::withdraw(conn, &sub, &client, NOW);
                    ctx.store.write(withdraw).await.expect("to withdraw");
                    return None;
                }
                match asked(&ctx, &who, "openid offline_access").await {
                    Ok(Begun::Respond(response)) => code_in(&response),
                    Ok(Begun::Interact(_)) | Err(FlowError::Store(_)) => None,
                    other => panic!("{other:?}"),
                }
            }
        })
        .await;
        for code in outcomes.into_iter().flatten() {
            // Law: once the withdrawal was answered, no code of before or beside it is worth anything.
            let redeemed = redeem(&ctx, &code).await.map(drop);
            assert_eq!(refused_by(&redeemed), Some(Check::GrantAlive), "{redeemed:?}");
        }
    });
}

#[test]
fn an_app_removed_twice_at_once_is_removed() {
    on_each(async |ctx| {
        populate(&ctx, json!({})).await;
        let who = ada(&ctx).await;
        let held = tokens(&ctx, &who, "openid offline_access").await;
        let key = Secret::shown("the key");
        let (digest, session) = (key.digest(), who.session.clone());
        let login = move |conn: &mut _| {
            let login = sessions::Login {
                id: session.id.clone(),
                key: digest.clone(),
                subject: session.subject.clone(),
                origin: origin(),
                idle: Seconds::hours(1),
                absolute: Seconds::hours(1),
            };
            sessions::log_in(conn, &login, Some(&session), NOW)
        };
        ctx.store.write(login).await.expect("to log in");
        let signed_in = session::current(&ctx, &key).await.expect("an answer").expect("a session");
        let outcomes = at_once(8, |_| {
            let (ctx, signed_in) = (ctx.clone(), signed_in.clone());
            async move { account::revoke_app(&ctx, &signed_in, ClientId::new("app")).await }
        })
        .await;
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        // Law: removing is idempotent, however often it is clicked.
        assert_dead(&ctx, &held).await;
    });
}
