//! Who takes part in a session, and whom its end is told.

use super::*;
use crate::store::deliveries::{self, Delivery, Standing};
use crate::store::participants;
use crate::store::sweep::sweep;
use doorward_protocol::logout::retry;

const MINUTE: Seconds = Seconds::minutes(1);

/// Ada's session, in which `app` (which wants to be told) and `plain` (which doesn't) take part.
fn ada_at_two_apps(conn: &mut Conn) -> Session {
    let session = ada_at_app(conn);
    told_at(conn, "app", Some("https://app.example/told"));
    assert!(clients::insert(conn, &client("plain")).expect("to insert a client"));
    family(conn, "grant", "openid");
    grants::insert(conn, &Grant { client_id: ClientId::new("plain"), ..grant("other", "openid") }, LATER).expect("a grant");
    session
}

/// Registers where a client is told of logouts.
fn told_at(conn: &mut Conn, id: &str, uri: Option<&str>) {
    let mut changed = client(id);
    changed.metadata.backchannel_logout_uri = uri.map(str::to_owned);
    assert!(clients::update(conn, &changed).expect("to update a client"));
}

fn due(conn: &mut Conn, now: Timestamp) -> Vec<Delivery> {
    deliveries::due(conn, &[], 100, now).expect("to ask")
}

fn taken(conn: &mut Conn, now: Timestamp) -> Delivery {
    let due = due(conn, now).pop().expect("something due");
    assert!(deliveries::lease(conn, &due, now.plus(MINUTE), now).expect("to lease"));
    Delivery { tries: due.tries + 1, ..due }
}

#[test]
fn backchannel_2_3_whoever_is_given_a_grant_takes_part_in_its_session() {
    on_each(|conn| {
        ada_at_two_apps(conn);
        // Given again, and in a session that is none.
        family(conn, "again", "openid");
        grants::insert(conn, &Grant { session: SessionId::new("none"), ..grant("machine", "openid") }, NOW).expect("a grant");
        let took_part = |conn: &mut Conn, id: &str| participants::of_session(conn, &SessionId::new(id)).expect("to ask");
        assert_eq!(took_part(conn, "session"), [app(), ClientId::new("plain")]);
        assert_eq!(took_part(conn, "none"), []);
        assert!(clients::delete(conn, &ClientId::new("plain")).expect("to delete"));
        // Law: a client that is gone is nobody to be told.
        assert_eq!(took_part(conn, "session"), [app()]);
    });
}

#[test]
fn each_way_a_session_ends_queues_whom_it_is_to_be_told() {
    type End = fn(&mut Conn);
    let ends: [(&str, End); 6] = [
        ("logging out", |conn| assert!(sessions::end(conn, &SessionId::new("session"), LATER).expect("to end"))),
        ("everywhere", |conn| assert_eq!(sessions::end_all(conn, &ada(), None, LATER).expect("to end"), 1)),
        ("a new password", |conn| assert!(users::set_password(conn, &ada(), "new", LATER).expect("to set"))),
        ("disabling", |conn| assert!(users::set_disabled(conn, &ada(), true, LATER).expect("to set"))),
        ("deleting", |conn| assert!(users::delete(conn, &ada(), LATER).expect("to delete"))),
        ("another account", |conn| {
            assert!(users::insert(conn, &user("eve")).expect("to insert a person"));
            let current = Session { id: SessionId::new("session"), subject: ada(), auth_time: NOW };
            sessions::log_in(conn, &login("second", "key 2", &Subject::new("sub-eve")), Some(&current), LATER).expect("to log in");
        }),
    ];
    for (what, end) in ends {
        on_each(|conn| {
            ada_at_two_apps(conn);
            assert_eq!(due(conn, LATER), []);
            end(conn);
            let queued = Delivery { session: SessionId::new("session"), client: app(), subject: ada(), tries: 0 };
            // Law: once, for those that want it, and not for the others.
            assert_eq!(due(conn, LATER), [queued], "{what}");
            sessions::end(conn, &SessionId::new("session"), LATER).expect("to try again");
            users::delete(conn, &ada(), LATER).expect("to delete");
            assert_eq!(due(conn, LATER).len(), 1, "{what}");
        });
    }
}

#[test]
fn what_stays_or_ends_by_time_tells_nobody() {
    on_each(|conn| {
        ada_at_two_apps(conn);
        sessions::end_all(conn, &ada(), Some(&SessionId::new("session")), LATER).expect("to end the others");
        users::set_disabled(conn, &ada(), false, LATER).expect("to enable");
        let over = NOW.plus(Seconds::days(2));
        while sweep(conn, over).expect("to sweep") > 0 {}
        // Law: an app's own session has an end of its own; that ours ran out is no news.
        assert_eq!(due(conn, over), []);
        assert_eq!(participants::of_session(conn, &SessionId::new("session")).expect("to ask"), []);
    });
}

#[test]
fn a_login_that_goes_on_prolongs_the_memory_of_who_took_part() {
    on_each(|conn| {
        let current = ada_at_two_apps(conn);
        let later = NOW.plus(Seconds::hours(20));
        sessions::log_in(conn, &login("unused", "key 2", &ada()), Some(&current), later).expect("to log in again");
        let past = NOW.plus(Seconds::days(1)).plus(MINUTE);
        sweep(conn, past).expect("to sweep");
        sessions::end(conn, &current.id, past).expect("to end");
        // Law: who joined before the second password is told as well.
        assert_eq!(due(conn, past).len(), 1);
    });
}

#[test]
fn one_node_at_a_time_has_a_delivery_and_loses_it_with_its_lease() {
    on_each(|conn| {
        ada_at_two_apps(conn);
        sessions::end(conn, &SessionId::new("session"), NOW).expect("to end");
        let seen = due(conn, NOW).pop().expect("something due");
        let first = taken(conn, NOW);
        assert_eq!(first.tries, 1);
        assert!(!deliveries::lease(conn, &seen, NOW.plus(MINUTE), NOW).expect("to try"));
        assert_eq!(due(conn, NOW.plus(Seconds(59))), []);
        let again = taken(conn, NOW.plus(MINUTE));
        assert_eq!(again.tries, 2);
        // Who was too slow has nothing to say any more.
        assert!(!deliveries::failed(conn, &first, "late", None, NOW.plus(MINUTE)).expect("to try"));
        assert_eq!(deliveries::standing(conn, &app()).expect("to ask"), Standing { waiting: 1, ..Standing::default() });
        deliveries::done(conn, &again).expect("to end");
        // Law: told is told.
        assert_eq!(deliveries::standing(conn, &app()).expect("to ask"), Standing::default());
    });
}

#[test]
fn a_failing_app_is_tried_eight_times_and_then_remembered_for_a_week() {
    on_each(|conn| {
        ada_at_two_apps(conn);
        sessions::end(conn, &SessionId::new("session"), NOW).expect("to end");
        let mut now = NOW;
        let tries = loop {
            let mine = taken(conn, now);
            let next = retry::next(mine.tries, now, 255);
            assert!(deliveries::failed(conn, &mine, "it answered 500", next, now).expect("to note"));
            let Some(next) = next else { break mine.tries };
            assert_eq!(due(conn, next.minus(Seconds(1))), []);
            let standing = deliveries::standing(conn, &app()).expect("to ask");
            assert_eq!(standing, Standing { waiting: 1, failed: 0, problem: Some((now, "it answered 500".to_owned())) });
            now = next;
        };
        assert_eq!((tries, due(conn, now.plus(Seconds::days(6)))), (retry::TRIES, vec![]));
        let given_up = Standing { waiting: 0, failed: 1, problem: Some((now, "it answered 500".to_owned())) };
        while sweep(conn, now.plus(Seconds::days(7))).expect("to sweep") > 0 {}
        assert_eq!(deliveries::standing(conn, &app()).expect("to ask"), given_up);
        while sweep(conn, now.plus(Seconds::days(7)).plus(Seconds(1))).expect("to sweep") > 0 {}
        // Law: it is seen for a week, and then it is gone.
        assert_eq!(deliveries::standing(conn, &app()).expect("to ask"), Standing::default());
    });
}

#[test]
fn busy_apps_are_passed_over_and_a_deleted_one_is_told_nothing() {
    on_each(|conn| {
        ada_at_two_apps(conn);
        told_at(conn, "plain", Some("https://plain.example/told"));
        sessions::end(conn, &SessionId::new("session"), NOW).expect("to end");
        let of = |conn: &mut Conn, but: &[ClientId], limit| {
            let due = deliveries::due(conn, but, limit, NOW).expect("to ask");
            due.into_iter().map(|due| due.client).collect::<Vec<_>>()
        };
        assert_eq!(of(conn, &[], 1).len(), 1);
        assert_eq!(of(conn, &[app()], 9), [ClientId::new("plain")]);
        assert!(clients::delete(conn, &ClientId::new("plain")).expect("to delete"));
        // Law: the queue goes with its client.
        assert_eq!(of(conn, &[], 9), [app()]);
    });
}
