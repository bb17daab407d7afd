#![allow(clippy::expect_used)]

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;

const NOW: Timestamp = Timestamp(1_000);

fn held(value: usize, renew_at: i64, until: i64) -> Held<usize> {
    Held { value, renew_at: Timestamp(renew_at), until: Timestamp(until) }
}

#[tokio::test]
async fn an_answer_is_used_until_it_ends_and_no_longer() {
    let memory = Memory::<usize, ()>::new(8);
    assert_eq!(memory.get("k", NOW, async { Ok(held(1, 1_010, 1_010)) }).await, Ok(1));
    assert_eq!(memory.get("k", Timestamp(1_009), async { Ok(held(2, 1_010, 1_010)) }).await, Ok(1));
    assert_eq!(memory.get("k", Timestamp(1_010), async { Ok(held(3, 1_020, 1_020)) }).await, Ok(3));
    // Law: keys don't share.
    assert_eq!(memory.get("other", NOW, async { Ok(held(4, 1_010, 1_010)) }).await, Ok(4));
}

#[tokio::test]
async fn many_who_ask_at_once_make_one_request_and_share_its_failure() {
    for outcome in [Ok(held(7, 2_000, 2_000)), Err("away")] {
        let memory = Arc::new(Memory::<usize, &'static str>::new(8));
        let (asked, go) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let ask = || {
            let (memory, asked, go, outcome) = (Arc::clone(&memory), Arc::clone(&asked), Arc::clone(&go), outcome.clone());
            tokio::spawn(async move {
                let fetch = async move {
                    asked.fetch_add(1, Ordering::SeqCst);
                    go.notified().await;
                    outcome
                };
                memory.get("k", NOW, fetch).await
            })
        };
        let all: Vec<_> = (0..20).map(|_| ask()).collect();
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        go.notify_one();
        for one in all {
            assert_eq!(one.await.expect("no panic"), outcome.as_ref().map(|held| held.value).map_err(|why| *why));
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn who_leaves_early_takes_nothing_from_those_who_wait() {
    let memory = Arc::new(Memory::<usize, ()>::new(8));
    let go = Arc::new(Notify::new());
    let (own, gate) = (Arc::clone(&memory), Arc::clone(&go));
    let first = tokio::spawn(async move {
        own.get("k", NOW, async move {
            gate.notified().await;
            Ok(held(1, 2_000, 2_000))
        })
        .await
    });
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    first.abort();
    go.notify_one();
    assert_eq!(memory.get("k", NOW, async { Ok(held(2, 2_000, 2_000)) }).await, Ok(1));
}

#[tokio::test]
async fn one_is_renewed_early_while_the_old_one_is_still_given_out() {
    let memory = Memory::<usize, ()>::new(8);
    assert_eq!(memory.get("k", NOW, async { Ok(held(1, 1_050, 1_060)) }).await, Ok(1));
    let at = Timestamp(1_055);
    assert_eq!(memory.get("k", at, async { Ok(held(2, 2_000, 2_000)) }).await, Ok(1), "nobody waits for the renewal");
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(memory.get("k", at, async { Err(()) }).await, Ok(2));
}

#[tokio::test]
async fn a_renewal_that_fails_is_not_tried_again_at_once_and_harms_nobody() {
    let memory = Memory::<usize, ()>::new(8);
    let asked = Arc::new(AtomicUsize::new(0));
    let fail = || {
        let asked = Arc::clone(&asked);
        async move {
            asked.fetch_add(1, Ordering::SeqCst);
            Err(())
        }
    };
    assert_eq!(memory.get("k", NOW, async { Ok(held(1, 1_050, 1_060)) }).await, Ok(1));
    for at in [1_050, 1_051, 1_054, 1_055] {
        assert_eq!(memory.get("k", Timestamp(at), fail()).await, Ok(1));
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2, "at 1050, and after the pause");
    assert_eq!(memory.get("k", Timestamp(1_060), fail()).await, Err(()));
}

#[tokio::test]
async fn a_failure_is_not_kept() {
    let memory = Memory::<usize, &'static str>::new(8);
    assert_eq!(memory.get("k", NOW, async { Err("away") }).await, Err("away"));
    assert_eq!(memory.get("k", NOW, async { Ok(held(1, 2_000, 2_000)) }).await, Ok(1));
}

#[tokio::test]
async fn memory_is_bounded_and_what_ends_soonest_goes_first() {
    let memory = Memory::<usize, ()>::new(16);
    for at in 0..200 {
        let until = 1_000 + i64::try_from(at).expect("small") + 1;
        assert_eq!(memory.get(&format!("k{at}"), NOW, async move { Ok(held(at, until, until)) }).await, Ok(at));
        assert!(memory.len() <= 16);
    }
    assert_eq!(memory.get("k199", NOW, async { Err(()) }).await, Ok(199));
    // Law: what was put out is fetched anew, never made up.
    assert_eq!(memory.get("k0", NOW, async { Err(()) }).await, Err(()));
}
