//! One family of refresh tokens in memory, driven by arbitrary presentations and committed as [`refresh`] says.

use super::refresh_token::{RefreshRecord, RefreshState, Rotation, refresh};
use super::*;
use proptest::prelude::*;

/// One token of the family as a store keeps it.
#[derive(Clone, Debug)]
struct Row {
    parent: Option<usize>,
    expires_at: Timestamp,
    spent_at: Option<Timestamp>,
    /// A replay of its parent put another in its place: no longer known.
    replaced: bool,
}

/// A family, in the order in which its tokens were given out.
#[derive(Debug)]
struct Family {
    rows: Vec<Row>,
    grant: Grant,
}

impl Family {
    fn new() -> Self {
        let first = Row { parent: None, expires_at: NOW.plus(Seconds(100)), spent_at: None, replaced: false };
        Self { rows: vec![first], grant: Grant { expires_at: NOW.plus(Seconds(300)), ..grant() } }
    }

    fn successor(&self, of: usize) -> Option<usize> {
        self.rows.iter().position(|row| row.parent == Some(of) && !row.replaced)
    }

    fn record(&self, at: usize) -> Option<RefreshRecord> {
        let row = &self.rows[at];
        let successor_used = self.successor(at).is_some_and(|next| self.rows[next].spent_at.is_some());
        let state = row.spent_at.map_or(RefreshState::Unspent, |at| RefreshState::Spent { at, successor_used });
        (!row.replaced).then(|| RefreshRecord { grant: self.grant.clone(), expires_at: row.expires_at, state })
    }

    /// The tokens that would be answered without any window.
    fn leaves(&self, now: Timestamp) -> usize {
        let usable = |row: &&Row| row.spent_at.is_none() && !row.replaced && now < row.expires_at;
        if self.grant.alive { self.rows.iter().filter(usable).count() } else { 0 }
    }

    /// Presents a token and commits what follows.
    fn present(&mut self, at: usize, client: &Authenticated, policy: &Policy, now: Timestamp) -> Result<Rotation, Check> {
        let req = read(&[("grant_type", "refresh_token")], client)?;
        let record = self.record(at);
        match refresh(&req, client, record.as_ref(), &apis(), policy, now, &mut Checks::silent()) {
            Ok((given, rotation)) => {
                match rotation {
                    Rotation::Spend => self.rows[at].spent_at = Some(now),
                    Rotation::ReplaceSuccessor => {
                        let next = self.successor(at).expect("a spent token has a successor");
                        self.rows[next].replaced = true;
                    }
                    Rotation::Keep => unreachable!("no client of these tests goes without rotation"),
                }
                let expires_at = given.refresh_until.expect("a successor");
                self.rows.push(Row { parent: Some(at), expires_at, spent_at: None, replaced: false });
                Ok(rotation)
            }
            Err(refusal) => {
                if refusal.check == Check::RefreshUnspent {
                    self.grant.alive = false;
                }
                Err(refusal.check)
            }
        }
    }
}

/// Which token is presented, counted from the youngest, and how much later; now and then a clock is set back.
fn steps() -> impl Strategy<Value = Vec<(usize, i64)>> {
    let back = prop_oneof![6 => Just(0_usize), 2 => Just(1), 1 => 2..6_usize];
    let later = prop_oneof![6 => 0..4_i64, 2 => 4..15_i64, 1 => 50..120_i64, 1 => -20..0_i64];
    prop::collection::vec((back, later), 1..40)
}

fn short() -> Policy {
    Policy { refresh_idle: Seconds(100), ..policy() }
}

proptest! {
    #[test]
    fn at_any_time_at_most_one_token_of_a_family_is_live(steps in steps(), window in prop::sample::select(vec![0, 1, 10, 60])) {
        let client = by("app", json!({"refresh_retry_window": window}));
        let (mut family, policy, mut now) = (Family::new(), short(), NOW);
        for (back, later) in steps {
            now = now.plus(Seconds(later));
            let at = family.rows.len().saturating_sub(1 + back);
            let (was_alive, was) = (family.grant.alive, family.rows[at].clone());
            let outcome = family.present(at, &client, &policy, now);

            prop_assert!(family.leaves(now) <= 1, "{:?}", family);
            prop_assert!(family.rows.iter().all(|row| row.expires_at <= family.grant.expires_at));
            match outcome {
                Ok(rotation) => {
                    prop_assert!(was_alive && !was.replaced && now < was.expires_at && now < family.grant.expires_at);
                    prop_assert_eq!(rotation == Rotation::Spend, was.spent_at.is_none());
                    prop_assert!(was.spent_at.is_none_or(|at| window > 0 && now.since(at) <= Seconds(window)));
                    prop_assert_eq!(family.leaves(now), 1);
                }
                Err(check) => {
                    prop_assert_eq!(check == Check::RefreshKnown, was.replaced);
                    prop_assert!(check != Check::RefreshUnspent || was.spent_at.is_some());
                    prop_assert!(check != Check::RefreshReplayTolerated || window > 0);
                    // Only a replay ends a family.
                    prop_assert_eq!(family.grant.alive, was_alive && check != Check::RefreshUnspent);
                }
            }
        }
    }

    #[test]
    fn without_a_window_any_replay_ends_everything(steps in steps(), replays in 0..6_usize, then in steps()) {
        let (client, policy) = (app(), short());
        let (mut family, mut now) = (Family::new(), NOW);
        // Only the youngest token is used.
        for (_, later) in steps {
            now = now.plus(Seconds(later));
            let youngest = family.rows.len() - 1;
            let _ = family.present(youngest, &client, &policy, now);
        }
        prop_assert!(family.grant.alive);
        let spent: Vec<usize> = (0..family.rows.len()).filter(|at| family.rows[*at].spent_at.is_some()).collect();
        let Some(&replayed) = spent.get(replays.min(spent.len().saturating_sub(1))) else { return Ok(()) };
        prop_assert_eq!(family.present(replayed, &client, &policy, now), Err(Check::RefreshUnspent));

        let dead = family.rows.len();
        for (back, later) in then {
            now = now.plus(Seconds(later));
            let at = dead.saturating_sub(1 + back);
            prop_assert!(family.present(at, &client, &policy, now).is_err());
        }
        prop_assert_eq!(family.rows.len(), dead);
    }

    #[test]
    fn a_family_ends_at_its_date_however_often_it_is_used(gaps in prop::collection::vec(1..99_i64, 10..60)) {
        let (client, policy) = (app(), short());
        let (mut family, mut now) = (Family::new(), NOW);
        for gap in gaps {
            now = now.plus(Seconds(gap));
            let youngest = family.rows.len() - 1;
            prop_assert_eq!(family.present(youngest, &client, &policy, now).is_ok(), now < family.grant.expires_at);
        }
    }
}
