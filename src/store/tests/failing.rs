//! Counted login attempts.

use super::*;
use crate::store::failures;
use doorward_protocol::throttle::{ACCOUNT, Verdict};

fn let_through(conn: &mut Conn, key: &str, tries: usize, now: Timestamp) -> usize {
    (0..tries).filter(|_| matches!(failures::count(conn, key, ACCOUNT, now).expect("to count"), Verdict::Go(_))).count()
}

#[test]
fn a_key_s_free_tries_are_counted_and_then_it_waits() {
    on_each(|conn| {
        assert_eq!(let_through(conn, "account ada", 20, NOW), 5);
        assert_eq!(let_through(conn, "account bob", 20, NOW), 5);
        assert_eq!(let_through(conn, "account ada", 20, NOW.plus(ACCOUNT.pause)), 1);
        // Law: a refused attempt isn't counted, or an owner could be kept out for ever.
        assert_eq!(let_through(conn, "account ada", 20, NOW.plus(Seconds::hours(2))), 5);
    });
}

#[test]
fn the_owner_of_a_key_starts_afresh() {
    on_each(|conn| {
        assert_eq!(let_through(conn, "account ada", 9, NOW), 5);
        failures::forgive(conn, "account ada").expect("to forgive");
        failures::forgive(conn, "account ada").expect("to forgive nothing");
        // Law: a success forgets what came before it.
        assert_eq!(let_through(conn, "account ada", 9, NOW), 5);
    });
}

#[test]
fn one_attempt_is_taken_back_and_no_more_than_there_were() {
    on_each(|conn| {
        failures::take_back(conn, "address x").expect("to take back nothing");
        assert_eq!(let_through(conn, "address x", 5, NOW), 5);
        failures::take_back(conn, "address x").expect("to take back");
        assert_eq!(let_through(conn, "address x", 5, NOW), 1);
        for _ in 0..20 {
            failures::take_back(conn, "address x").expect("to take back");
        }
        // Law: a count never falls below nothing.
        assert_eq!(let_through(conn, "address x", 9, NOW), 5);
    });
}
