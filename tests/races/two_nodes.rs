//! Two servers on one database.

use super::*;
use doorward::setup;
use doorward::store::keys;
use doorward_protocol::jose::Alg;

#[test]
fn two_nodes_redeem_one_code_once() {
    let Some(place) = Place::postgres() else { return };
    let (first, second) = (place.open(), place.open());
    let nodes = [first.ctx().clone(), second.ctx().clone()];
    runtime().block_on(async {
        populate(&nodes[0], json!({})).await;
        let who = ada(&nodes[0]).await;
        let code = code(&nodes[0], &who, "openid offline_access").await;
        let outcomes = at_once(MANY, |number| {
            let (ctx, code) = (nodes[number % 2].clone(), code.clone());
            async move { redeem(&ctx, &code).await }
        })
        .await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        assert!(lost.iter().all(|outcome| matches!(refused_by(outcome), Some(Check::CodeUnspent | Check::GrantAlive))), "{lost:?}");
        // Law: what one node decided, each other knows.
        for tokens in won.into_iter().flatten() {
            for node in &nodes {
                assert_dead(node, &tokens).await;
            }
        }
    });
}

#[test]
fn two_nodes_that_start_at_once_on_an_empty_database_agree() {
    let Some(place) = Place::postgres() else { return };
    let nodes: Vec<_> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..3).map(|_| scope.spawn(|| place.open())).collect();
        starting.into_iter().map(|node| node.join().expect("no panic")).collect()
    });
    for node in &nodes {
        let kept = node.ctx().store.read_blocking(keys::list).expect("the keys");
        assert_eq!(kept.len(), Alg::ALL.len(), "{kept:?}");
    }
    runtime().block_on(async {
        populate(nodes[0].ctx(), json!({})).await;
        let who = ada(nodes[1].ctx()).await;
        let held = tokens(nodes[1].ctx(), &who, "openid").await;
        // Law: a token of one is a token of all.
        support::userinfo(nodes[2].ctx(), &held.access).await.expect("claims");
    });
}

#[test]
fn two_nodes_that_lack_keys_in_the_same_moment_make_one_of_each() {
    let Some(place) = Place::postgres() else { return };
    let node = place.open();
    let ctx = node.ctx();
    let past = NOW.plus(Seconds(1));
    let empty = move |conn: &mut _| {
        for alg in Alg::ALL {
            keys::retire_others(conn, alg.name(), "none", NOW)?;
        }
        keys::remove_retired(conn, past)
    };
    assert_eq!(ctx.store.write_blocking(empty).expect("to empty the ring"), Alg::ALL.len());
    let mut barrier = Barrier::before(&place, "signing_keys");
    std::thread::scope(|scope| {
        let start = || setup::ensure_keys(&ctx.store, &ctx.seal, &*ctx.clock, &ctx.rng).expect("keys");
        let starting = [scope.spawn(start), scope.spawn(start)];
        barrier.await_waiting(2);
        barrier.open();
        for node in starting {
            node.join().expect("no panic");
        }
    });
    // Law: who comes second sees what the first made.
    let kept = ctx.store.read_blocking(keys::list).expect("the keys");
    assert_eq!(kept.len(), Alg::ALL.len(), "{:?}", kept.iter().map(|row| &row.alg).collect::<Vec<_>>());
}

#[test]
fn a_login_with_the_old_password_does_not_outlive_the_new_one() {
    let Some(place) = Place::postgres() else { return };
    let node = place.open();
    let ctx = node.ctx().clone();
    let runtime = runtime();
    runtime.block_on(populate(&ctx, json!({})));
    // A login passes its last look at the password, and waits to note its browser.
    let mut barrier = Barrier::before(&place, "known_browsers");
    let inner = ctx.clone();
    let login = runtime.spawn(async move { login::log_in(&inner, attempt(PASSWORD, "192.0.2.1", None)).await });
    barrier.await_waiting(1);
    let inner = ctx.clone();
    let change = runtime.spawn(async move {
        let work = |conn: &mut _| users::set_password(conn, &Subject::new("sub-ada"), "new", NOW);
        inner.store.write(work).await
    });
    barrier.await_waiting(2);
    barrier.open();
    let logged_in = runtime.block_on(login).expect("no panic").expect("an answer");
    assert!(runtime.block_on(change).expect("no panic").expect("to change"));
    if let Outcome::In { key, .. } = logged_in {
        let current = runtime.block_on(session::current(&ctx, &key)).expect("an answer");
        // Law: a new password ends every session that the old one began.
        assert!(current.is_none(), "{current:?}");
    }
}
