//! Only what has ended goes, and never much at once.

use diesel::prelude::*;

use super::*;
use crate::store::schema::{access_tokens, codes as code_rows, failures, grants as grant_rows, interactions, refresh_tokens};
use crate::store::sweep::sweep;
use crate::store::{StoreError, codes, tokens};

fn failed(conn: &mut Conn, count: usize, ends: Timestamp) {
    for number in 0..count {
        let row = (
            failures::subject.eq(format!("address {} {number}", ends.0)),
            failures::count.eq(1),
            failures::last.eq(0),
            failures::expires_at.eq(ends.0),
        );
        diesel::insert_into(failures::table).values(row).execute(conn).expect("a row");
    }
}

fn count_failures(conn: &mut Conn) -> i64 {
    failures::table.count().get_result(conn).expect("a count")
}

#[test]
fn what_has_ended_goes_in_batches_until_nothing_is_left() {
    on_each(|conn| {
        conn.transaction::<(), StoreError, _>(|conn| {
            failed(conn, 450, NOW.minus(Seconds(1)));
            failed(conn, 3, NOW);
            failed(conn, 2, LATER);
            Ok(())
        })
        .expect("rows");
        let gone: Vec<usize> = (0..4).map(|_| sweep(conn, NOW).expect("to sweep")).collect();
        assert_eq!(gone, [200, 200, 50, 0]);
        // Law: what ends now or later stays.
        assert_eq!(count_failures(conn), 5);
    });
}

#[test]
fn an_empty_database_has_nothing_to_sweep() {
    on_each(|conn| {
        assert_eq!(sweep(conn, NOW).expect("to sweep"), 0);
        ada_at_app(conn);
        family(conn, "grant", "openid");
        // Law: what lives is not touched.
        assert_eq!(sweep(conn, NOW).expect("to sweep"), 0);
    });
}

#[test]
fn a_family_that_has_ended_goes_with_all_that_is_its() {
    on_each(|conn| {
        ada_at_app(conn);
        let old = family(conn, "old", "openid offline_access");
        let new = Grant { expires_at: NOW.plus(Seconds::days(200)), ..grant("new", "openid offline_access") };
        grants::insert(conn, &new, NOW).expect("a grant");
        for grant in [&old, &new] {
            let name = grant.id.as_str();
            codes::insert(conn, &digest(name), &code(grant)).expect("a code");
            tokens::insert_refresh(conn, &digest(name), &grant.id, grant.expires_at).expect("a refresh token");
            let token = AccessRecord { expires_at: grant.expires_at, ..access(name, Some(grant)) };
            tokens::insert_access(conn, &token).expect("an access token");
        }
        let end = old.expires_at.plus(Seconds(1));
        // Both codes, the session and Ada's consent-less family: one code row each, a refresh and an access token, the grant, the session and who took part.
        assert_eq!(sweep(conn, end).expect("to sweep"), 7);
        assert_eq!(sweep(conn, end).expect("to sweep"), 0);
        let left: (i64, i64, i64, i64) = (
            grant_rows::table.count().get_result(conn).expect("a count"),
            refresh_tokens::table.count().get_result(conn).expect("a count"),
            access_tokens::table.count().get_result(conn).expect("a count"),
            code_rows::table.count().get_result(conn).expect("a count"),
        );
        // Law: the other family keeps its tokens; only its code, a day old and useless, went.
        assert_eq!(left, (1, 1, 1, 0));
    });
}

#[test]
fn an_access_token_that_lives_is_not_swept_with_its_grant() {
    on_each(|conn| {
        ada_at_app(conn);
        let grant = Grant { expires_at: LATER, ..grant("grant", "openid offline_access") };
        grants::insert(conn, &grant, NOW).expect("a grant");
        // Given in the grant's last minute, for an hour.
        tokens::insert_access(conn, &access("token", Some(&grant))).expect("an access token");
        let after_grant = LATER.plus(Seconds(1));
        sweep(conn, after_grant).expect("to sweep");
        let found = tokens::find_access(conn, &TokenId::new("token"), after_grant).expect("to find");
        // Law: a sweep changes no answer: a token is accepted until its own end.
        assert!(found.is_some_and(|token| token.is_active(after_grant)));
    });
}

#[test]
fn a_batch_of_a_table_with_many_ended_children_takes_no_more_than_a_batch_with_it() {
    on_each(|conn| {
        ada_at_app(conn);
        let old = family(conn, "old", "openid");
        conn.transaction::<(), StoreError, _>(|conn| {
            for number in 0..250 {
                tokens::insert_access(conn, &access(&format!("token {number}"), Some(&old)))?;
            }
            Ok(())
        })
        .expect("rows");
        sweep(conn, old.expires_at.plus(Seconds(1))).expect("to sweep");
        let left: i64 = access_tokens::table.count().get_result(conn).expect("a count");
        // Law: no cascade makes a batch larger than it is.
        assert_eq!(left, 50);
    });
}

#[test]
fn a_second_sweeper_finds_nothing_to_do_twice() {
    on_each(|conn| {
        failed(conn, 10, NOW.minus(HOUR));
        let row = (
            interactions::id.eq("old"),
            interactions::browser_digest.eq("x"),
            interactions::request.eq("{}"),
            interactions::progress.eq("{}"),
            interactions::done.eq(false),
            interactions::expires_at.eq(0),
        );
        diesel::insert_into(interactions::table).values(row).execute(conn).expect("a row");
        assert_eq!(sweep(conn, NOW).expect("to sweep"), 11);
        // Law: sweeping is idempotent.
        assert_eq!(sweep(conn, NOW).expect("to sweep"), 0);
    });
}
