//! People, their sessions and their consents.

use super::*;
use crate::store::{codes, consents, tokens};
use doorward_protocol::consent::Consent;
use doorward_protocol::secret::KnownBrowser;

fn by_key(conn: &mut Conn, key: &str, now: Timestamp) -> Option<String> {
    let found = sessions::by_key(conn, &digest(key), now).expect("to find");
    found.map(|record| record.session.id.into())
}

fn consent(granted: &str, declined: &str, given_at: Timestamp) -> Consent {
    let expires_at = given_at.plus(Seconds::days(1));
    let (claims, claims_declined) = (["address".to_owned()].into(), ["name".to_owned()].into());
    Consent { granted: scopes(granted), declined: scopes(declined), claims, claims_declined, given_at, expires_at }
}

fn ledger(conn: &mut Conn, now: Timestamp) -> Vec<String> {
    let apps = consents::ledger(conn, &ada(), now).expect("to read");
    apps.into_iter().map(|app| format!("{} {}", app.client_id, app.scopes)).collect()
}

#[test]
fn a_name_belongs_to_one_person_whatever_its_case() {
    on_each(|conn| {
        ada_at_app(conn);
        for taken in ["ada", "ADA", " Ada "] {
            let other =
                User { person: Person { subject: Subject::new("other"), username: taken.to_owned(), ..user("x").person }, ..user("x") };
            assert!(!users::insert(conn, &other).expect("to try"), "{taken:?}");
        }
        assert_eq!(users::by_name(conn, " aDa").expect("to find").map(|user| user.person.subject), Some(ada()));
        for unknown in ["", "ad", "ada2", "a%", "ad_"] {
            assert!(users::by_name(conn, unknown).expect("to find").is_none(), "{unknown:?}");
        }
        // Law: the transaction goes on after a conflict.
        assert!(users::insert(conn, &user("bob")).expect("to insert"));
        assert_eq!(users::list(conn).expect("to list").len(), 2);
    });
}

#[test]
fn a_password_hash_is_renewed_only_in_place_of_the_one_that_was_verified() {
    on_each(|conn| {
        ada_at_app(conn);
        assert!(users::rehash(conn, &ada(), "hash of ada", "better").expect("to rehash"));
        assert!(!users::rehash(conn, &ada(), "hash of ada", "worse").expect("to rehash"));
        // Law: a password that was changed meanwhile stays changed.
        assert_eq!(users::find(conn, &ada()).expect("to find").map(|user| user.password).as_deref(), Some("better"));
    });
}

#[test]
fn a_new_password_or_disabling_ends_everything_of_this_person_alone() {
    type End = fn(&mut Conn) -> bool;
    let ends: [End; 2] = [
        |conn| users::set_password(conn, &ada(), "new", NOW).expect("to set"),
        |conn| users::set_disabled(conn, &ada(), true, NOW).expect("to disable"),
    ];
    for end in ends {
        on_each(|conn| {
            ada_at_app(conn);
            let bob = user("bob").person.subject;
            assert!(users::insert(conn, &user("bob")).expect("to insert"));
            sessions::log_in(conn, &login("bobs", "bobs key", &bob), None, NOW).expect("to log in");
            let hers = family(conn, "hers", "offline_access openid");
            let his = Grant { subject: bob.clone(), session: SessionId::new("bobs"), ..grant("his", "openid") };
            grants::insert(conn, &his, NOW).expect("a grant");
            for (browser, sub) in [("hers", &ada()), ("his", &bob)] {
                sessions::remember_browser(conn, &digest(browser), sub, LATER).expect("to remember");
            }
            assert!(end(conn));
            assert_eq!((by_key(conn, "key", NOW), is_alive(conn, &hers, NOW)), (None, false));
            assert!(!sessions::is_known_browser(conn, &digest("hers"), &ada(), NOW).expect("to ask"));
            assert_eq!((by_key(conn, "bobs key", NOW).as_deref(), is_alive(conn, &his, NOW)), (Some("bobs"), true));
            // Law: what is another's is not touched.
            assert!(sessions::is_known_browser(conn, &digest("his"), &bob, NOW).expect("to ask"));
        });
    }
}

#[test]
fn a_deletion_takes_along_what_was_given() {
    type Delete = fn(&mut Conn) -> bool;
    let deletions: [(Delete, Option<&str>); 2] = [
        (|conn| users::delete(conn, &ada(), NOW).expect("to delete"), None),
        (|conn| clients::delete(conn, &app()).expect("to delete"), Some("session")),
    ];
    for (delete, session) in deletions {
        on_each(|conn| {
            ada_at_app(conn);
            let grant = family(conn, "grant", "offline_access openid");
            codes::insert(conn, &digest("code"), &code(&grant)).expect("a code");
            tokens::insert_refresh(conn, &digest("refresh"), &grant.id, grant.expires_at).expect("a refresh token");
            tokens::insert_access(conn, &access("token", Some(&grant))).expect("an access token");
            consents::put(conn, &ada(), &app(), &consent("openid", "", NOW)).expect("a consent");
            assert!(delete(conn));
            assert!(codes::find(conn, &digest("code"), NOW).expect("to find").is_none());
            assert!(tokens::find_refresh(conn, &digest("refresh"), NOW).expect("to find").is_none());
            assert!(tokens::find_access(conn, &TokenId::new("token"), NOW).expect("to find").is_none());
            assert!(consents::find(conn, &ada(), &app()).expect("to find").is_none());
            assert_eq!(by_key(conn, "key", NOW).as_deref(), session);
            // Law: and a second deletion finds nothing.
            assert!(!delete(conn));
        });
    }
}

#[test]
fn nobody_that_is_not_there_is_changed() {
    on_each(|conn| {
        let nobody = Subject::new("nobody");
        assert!(!users::set_password(conn, &nobody, "x", NOW).expect("to try"));
        assert!(!users::set_disabled(conn, &nobody, true, NOW).expect("to try"));
        assert!(!users::rehash(conn, &nobody, "", "x").expect("to try"));
        assert!(!sessions::end(conn, &SessionId::new("none"), NOW).expect("to try"));
        // Law: false, not an error.
        assert!(!users::delete(conn, &nobody, NOW).expect("to try"));
    });
}

#[test]
fn the_same_person_again_keeps_the_session_and_the_old_key_is_dead() {
    on_each(|conn| {
        let first = ada_at_app(conn);
        let again = sessions::log_in(conn, &login("unused", "new key", &ada()), Some(&first), LATER).expect("to log in");
        assert_eq!((again.id.as_str(), again.auth_time), ("session", LATER));
        // Law: a stolen or fixed key is worth nothing after a login.
        assert_eq!((by_key(conn, "key", LATER), by_key(conn, "new key", LATER).as_deref()), (None, Some("session")));
    });
}

#[test]
fn another_person_in_the_same_browser_ends_the_old_session() {
    on_each(|conn| {
        let first = ada_at_app(conn);
        assert!(users::insert(conn, &user("bob")).expect("to insert"));
        let bobs = sessions::log_in(conn, &login("bobs", "bobs key", &user("bob").person.subject), Some(&first), LATER).expect("to log in");
        assert_eq!(bobs.id.as_str(), "bobs");
        // Law: nobody inherits a session.
        assert_eq!((by_key(conn, "key", LATER), by_key(conn, "bobs key", LATER).as_deref()), (None, Some("bobs")));
    });
}

#[test]
fn a_login_over_a_session_that_ended_meanwhile_begins_a_new_one() {
    on_each(|conn| {
        let first = ada_at_app(conn);
        assert!(sessions::end(conn, &first.id, NOW).expect("to end"));
        assert!(!sessions::end(conn, &first.id, LATER).expect("to end"));
        let second = sessions::log_in(conn, &login("second", "second key", &ada()), Some(&first), LATER).expect("to log in");
        // Law: what has ended never lives again.
        assert_eq!((second.id.as_str(), by_key(conn, "key", LATER)), ("second", None));
    });
}

#[test]
fn a_session_ends_unused_or_too_old() {
    on_each(|conn| {
        let session = ada_at_app(conn);
        let (idle, absolute) = (NOW.plus(HOUR), NOW.plus(Seconds::days(1)));
        assert!(by_key(conn, "key", idle.minus(Seconds(1))).is_some() && by_key(conn, "key", idle).is_none());
        sessions::touch(conn, &session.id, Seconds::days(30), LATER).expect("to touch");
        assert!(by_key(conn, "key", idle).is_some());
        assert!(by_key(conn, "key", absolute.minus(Seconds(1))).is_some());
        // Law: no use lengthens it beyond its absolute end.
        assert!(by_key(conn, "key", absolute).is_none() && sessions::of_user(conn, &ada(), absolute).expect("to list").is_empty());
    });
}

#[test]
fn all_sessions_but_one_end() {
    on_each(|conn| {
        ada_at_app(conn);
        for other in ["second", "third"] {
            sessions::log_in(conn, &login(other, other, &ada()), None, LATER).expect("to log in");
        }
        assert_eq!(sessions::of_user(conn, &ada(), LATER).expect("to list").len(), 3);
        assert_eq!(sessions::end_all(conn, &ada(), Some(&SessionId::new("second")), LATER).expect("to end"), 2);
        assert_eq!((by_key(conn, "key", LATER), by_key(conn, "second", LATER).as_deref()), (None, Some("second")));
        assert_eq!(sessions::end_all(conn, &ada(), None, LATER).expect("to end"), 1);
        // Law: a second call ends nothing.
        assert_eq!(sessions::end_all(conn, &ada(), None, LATER).expect("to end"), 0);
    });
}

#[test]
fn a_browser_is_known_to_one_person_until_its_end() {
    on_each(|conn| {
        ada_at_app(conn);
        sessions::remember_browser(conn, &digest::<KnownBrowser>("browser"), &ada(), LATER).expect("to remember");
        let known = |conn: &mut Conn, browser: &str, sub: &str, now| {
            sessions::is_known_browser(conn, &digest(browser), &Subject::new(sub), now).expect("to ask")
        };
        assert!(known(conn, "browser", "sub-ada", NOW));
        assert!(!known(conn, "browser", "sub-bob", NOW) && !known(conn, "other", "sub-ada", NOW));
        // Law: not for ever.
        assert!(!known(conn, "browser", "sub-ada", LATER));
    });
}

#[test]
fn the_later_answer_stands_in_place_of_the_one_before() {
    on_each(|conn| {
        ada_at_app(conn);
        assert!(consents::find(conn, &ada(), &app()).expect("to find").is_none());
        let (first, second) = (consent("openid email", "profile", NOW), consent("openid profile", "email", LATER));
        consents::put(conn, &ada(), &app(), &first).expect("to put");
        assert_eq!(consents::find(conn, &ada(), &app()).expect("to find"), Some(first.clone()));
        consents::put(conn, &ada(), &app(), &first.amended(&second)).expect("to put");
        // Law: where both speak, the newer decides.
        assert_eq!(consents::find(conn, &ada(), &app()).expect("to find"), Some(second));
    });
}

#[test]
fn the_ledger_shows_what_is_remembered_or_held_and_nothing_that_has_ended() {
    on_each(|conn| {
        ada_at_app(conn);
        assert!(ledger(conn, NOW).is_empty());
        consents::put(conn, &ada(), &app(), &consent("openid", "email", NOW)).expect("to put");
        assert_eq!(ledger(conn, NOW), ["app openid"]);
        family(conn, "grant", "email offline_access openid");
        assert_eq!(ledger(conn, NOW), ["app email offline_access openid"]);
        let consent_over = NOW.plus(Seconds::days(2));
        assert_eq!(ledger(conn, consent_over), ["app email offline_access openid"]);
        assert!(ledger(conn, NOW.plus(Seconds::days(91))).is_empty());
        grants::revoke(conn, &GrantId::new("grant"), NOW).expect("to revoke");
        assert_eq!(ledger(conn, NOW), ["app openid"]);
        // Law: what was declined altogether is no access.
        consents::put(conn, &ada(), &app(), &consent("", "openid", NOW)).expect("to put");
        assert!(ledger(conn, NOW).is_empty());
    });
}

#[test]
fn what_a_session_held_leaves_the_ledger_with_it() {
    on_each(|conn| {
        let session = ada_at_app(conn);
        family(conn, "grant", "openid");
        assert_eq!(ledger(conn, NOW), ["app openid"]);
        assert!(sessions::end(conn, &session.id, NOW).expect("to end"));
        // Law: a dead grant is not shown as access.
        assert!(ledger(conn, NOW).is_empty());
    });
}

#[test]
fn withdrawing_takes_away_consent_and_every_grant_of_this_app_alone() {
    on_each(|conn| {
        ada_at_app(conn);
        assert!(clients::insert(conn, &client("other")).expect("to insert"));
        let other = ClientId::new("other");
        let (first, second) = (family(conn, "first", "openid"), family(conn, "second", "offline_access openid"));
        let kept = Grant { client_id: other.clone(), ..grant("kept", "openid") };
        grants::insert(conn, &kept, NOW).expect("a grant");
        for client in [&app(), &other] {
            consents::put(conn, &ada(), client, &consent("openid", "", NOW)).expect("to put");
        }
        consents::withdraw(conn, &ada(), &app(), NOW).expect("to withdraw");
        consents::withdraw(conn, &ada(), &app(), LATER).expect("to withdraw again");
        assert_eq!(ledger(conn, NOW), ["other openid"]);
        // Law: from the commit on, and nobody else's.
        assert_eq!([&first, &second, &kept].map(|grant| is_alive(conn, grant, NOW)), [false, false, true]);
    });
}

#[test]
fn what_an_app_holds_without_a_family_is_in_the_ledger_until_it_is_withdrawn_or_over() {
    on_each(|conn| {
        ada_at_app(conn);
        assert!(clients::insert(conn, &client("other")).expect("to insert"));
        let other = ClientId::new("other");
        let hers = |id: &str| AccessRecord { subject: Some(ada()), ..access(id, None) };
        let passed_on = AccessRecord { client_id: other.clone(), app: Some(app()), scopes: scopes("write"), ..hers("passed on") };
        let others = AccessRecord { client_id: other.clone(), ..hers("other's") };
        for token in [hers("own"), passed_on, others, access("a machine's", None)] {
            tokens::insert_access(conn, &token).expect("to insert a token");
        }
        let alive = |conn: &mut Conn| {
            let names = ["own", "passed on", "other's", "a machine's"];
            names.map(|id| tokens::find_access(conn, &TokenId::new(id), NOW).expect("to ask").is_some_and(|token| token.alive))
        };
        assert_eq!((ledger(conn, NOW), alive(conn)), (vec!["other read".to_owned(), "app read write".to_owned()], [true; 4]));
        assert!(ledger(conn, NOW.plus(HOUR)).is_empty());
        consents::withdraw(conn, &ada(), &app(), NOW).expect("to withdraw");
        // Law: with what others got for it, and nobody else's.
        assert_eq!((ledger(conn, NOW), alive(conn)), (vec!["other read".to_owned()], [false, false, true, true]));
    });
}

#[test]
fn a_name_is_one_however_its_letters_were_composed_or_written() {
    let fold = crate::store::users::fold;
    for (one, other) in [("Andr\u{e9}", "andre\u{301}"), (" ADA ", "ada"), ("\u{ff21}da", "ada"), ("林", "林")] {
        assert_eq!(fold(one), fold(other), "{one}");
    }
    // Law: names that differ stay two.
    assert_ne!(fold("andre"), fold("andr\u{e9}"));
}
