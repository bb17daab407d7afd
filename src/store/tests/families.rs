//! Grants, codes and tokens: what may happen once happens once, and what a family depends on ends it.

use super::*;
use crate::store::{codes, tokens};
use doorward_protocol::grants::refresh_token::RefreshState;
use doorward_protocol::pkce::Challenge;
use doorward_protocol::secret::{Code, Refresh};

fn refresh_state(conn: &mut Conn, token: &str) -> (RefreshState, Option<String>) {
    let found = tokens::find_refresh(conn, &digest(token), LATER).expect("to find").expect("a refresh token");
    (found.0.state, found.1)
}

fn text(token: &str) -> String {
    digest::<Refresh>(token).to_text()
}

fn accepted(conn: &mut Conn, now: Timestamp) -> bool {
    let found = tokens::find_access(conn, &TokenId::new("token"), now).expect("to find");
    found.expect("an access token").is_active(now)
}

#[test]
fn a_code_comes_back_as_it_went_in() {
    on_each(|conn| {
        ada_at_app(conn);
        let grant = family(conn, "grant", "openid");
        let challenge = Challenge::of("verifier-verifier-verifier-verifier-verifier");
        let stored =
            CodeRecord { redirect_uri: Some("https://app.example/callback".to_owned()), challenge: Some(challenge), ..code(&grant) };
        codes::insert(conn, &digest("code"), &stored).expect("a code");
        let found = codes::find(conn, &digest("code"), NOW).expect("to find").expect("a code");
        assert_eq!(format!("{found:?}"), format!("{stored:?}"));
        // Law: only the digest of this very code finds it.
        assert!(codes::find(conn, &digest("Code"), NOW).expect("to find").is_none());
    });
}

#[test]
fn a_code_is_spent_once() {
    on_each(|conn| {
        ada_at_app(conn);
        let grant = family(conn, "grant", "openid");
        codes::insert(conn, &digest("code"), &code(&grant)).expect("a code");
        let spent: Vec<bool> = (0..3).map(|_| codes::spend(conn, &digest("code"), NOW).expect("to spend")).collect();
        assert_eq!(spent, [true, false, false]);
        assert!(codes::find(conn, &digest("code"), NOW).expect("to find").is_some_and(|code| code.spent));
        // Law: what isn't there can't be spent.
        assert!(!codes::spend(conn, &digest::<Code>("other"), NOW).expect("to spend"));
    });
}

#[test]
fn a_refresh_token_is_spent_once_in_favour_of_one_successor() {
    on_each(|conn| {
        ada_at_app(conn);
        let grant = family(conn, "grant", "openid");
        tokens::insert_refresh(conn, &digest("one"), &grant.id, grant.expires_at).expect("a token");
        assert_eq!(refresh_state(conn, "one"), (RefreshState::Unspent, None));
        assert!(tokens::spend_refresh(conn, &digest("one"), &digest("two"), NOW).expect("to spend"));
        assert!(!tokens::spend_refresh(conn, &digest("one"), &digest("three"), LATER).expect("to spend"));
        // A successor that is nowhere counts as used.
        assert_eq!(refresh_state(conn, "one"), (RefreshState::Spent { at: NOW, successor_used: true }, Some(text("two"))));
        tokens::insert_refresh(conn, &digest("two"), &grant.id, grant.expires_at).expect("a token");
        assert_eq!(refresh_state(conn, "one"), (RefreshState::Spent { at: NOW, successor_used: false }, Some(text("two"))));
        assert!(tokens::spend_refresh(conn, &digest("two"), &digest("three"), LATER).expect("to spend"));
        // Law: the first spender is remembered, and whether its successor was used.
        assert_eq!(refresh_state(conn, "one"), (RefreshState::Spent { at: NOW, successor_used: true }, Some(text("two"))));
    });
}

#[test]
fn an_unused_successor_is_replaced_once_and_a_used_one_never() {
    on_each(|conn| {
        ada_at_app(conn);
        let grant = family(conn, "grant", "openid");
        for token in ["one", "two", "three"] {
            tokens::insert_refresh(conn, &digest(token), &grant.id, grant.expires_at).expect("a token");
        }
        assert!(tokens::spend_refresh(conn, &digest("one"), &digest("two"), NOW).expect("to spend"));
        assert!(tokens::replace_successor(conn, &digest("one"), &text("two"), &digest("three")).expect("to replace"));
        assert_eq!(refresh_state(conn, "one"), (RefreshState::Spent { at: NOW, successor_used: false }, Some(text("three"))));
        assert!(tokens::find_refresh(conn, &digest("two"), LATER).expect("to find").is_none());
        // Somebody who read the old successor comes too late.
        assert!(!tokens::replace_successor(conn, &digest("one"), &text("two"), &digest("four")).expect("to replace"));
        assert!(tokens::spend_refresh(conn, &digest("three"), &digest("five"), LATER).expect("to spend"));
        assert!(!tokens::replace_successor(conn, &digest("one"), &text("three"), &digest("six")).expect("to replace"));
        // Law: a family has one live leaf, and who lost the race changed nothing.
        assert_eq!(refresh_state(conn, "one"), (RefreshState::Spent { at: NOW, successor_used: true }, Some(text("three"))));
    });
}

#[test]
fn an_access_token_works_until_its_end() {
    on_each(|conn| {
        ada_at_app(conn);
        let grant = family(conn, "grant", "openid");
        let stored = access("token", Some(&grant));
        tokens::insert_access(conn, &stored).expect("a token");
        let found = tokens::find_access(conn, &TokenId::new("token"), NOW).expect("to find").expect("a token");
        assert_eq!(format!("{found:?}"), format!("{stored:?}"));
        assert!(tokens::find_access(conn, &TokenId::new("Token"), NOW).expect("to find").is_none());
        assert_eq!(tokens::last_expiry(conn, &ada(), &app()).expect("to ask"), Some(stored.expires_at));
        assert_eq!(tokens::last_expiry(conn, &ada(), &ClientId::new("other")).expect("to ask"), None);
        // Law: a second before its end, not at it.
        assert!(accepted(conn, stored.expires_at.minus(Seconds(1))) && !accepted(conn, stored.expires_at));
    });
}

/// What ends a family, and whether `offline_access` protects it.
#[test]
fn a_token_is_dead_with_whatever_its_family_depends_on() {
    type End = fn(&mut Conn);
    let ends: [(&str, bool, End); 6] = [
        ("the token itself", false, |conn| tokens::revoke_access(conn, &TokenId::new("token"), NOW).expect("to revoke")),
        ("its grant", false, |conn| grants::revoke(conn, &GrantId::new("grant"), NOW).expect("to revoke")),
        ("its session", true, |conn| assert!(sessions::end(conn, &SessionId::new("session"), NOW).expect("to end"))),
        ("its person", false, |conn| assert!(users::set_disabled(conn, &ada(), true, NOW).expect("to disable"))),
        ("the password", false, |conn| assert!(users::set_password(conn, &ada(), "new", NOW).expect("to set"))),
        ("consent", false, |conn| crate::store::consents::withdraw(conn, &ada(), &app(), NOW).expect("to withdraw")),
    ];
    for (what, offline_survives, end) in ends {
        for granted in ["openid", "offline_access openid"] {
            on_each(|conn| {
                ada_at_app(conn);
                let grant = family(conn, "grant", granted);
                tokens::insert_access(conn, &access("token", Some(&grant))).expect("a token");
                assert!(accepted(conn, NOW), "{what}");
                end(conn);
                // Law: from the commit on, but what was given for use offline outlives the session.
                assert_eq!(accepted(conn, NOW), offline_survives && granted.contains("offline"), "{what} {granted}");
            });
        }
    }
}

#[test]
fn an_enabled_person_gets_nothing_back() {
    on_each(|conn| {
        ada_at_app(conn);
        let grant = family(conn, "grant", "offline_access openid");
        tokens::insert_access(conn, &access("token", Some(&grant))).expect("a token");
        assert!(users::set_disabled(conn, &ada(), true, NOW).expect("to disable"));
        assert!(users::set_disabled(conn, &ada(), false, LATER).expect("to enable"));
        // Law: disabling ends things; it doesn't pause them.
        assert!(!accepted(conn, LATER) && !is_alive(conn, &grant, LATER));
    });
}

#[test]
fn a_session_that_runs_out_ends_what_it_gave() {
    on_each(|conn| {
        let session = ada_at_app(conn);
        let (online, offline) = (family(conn, "online", "openid"), family(conn, "offline", "offline_access openid"));
        let idle = NOW.plus(HOUR);
        assert!(is_alive(conn, &online, idle.minus(Seconds(1))) && !is_alive(conn, &online, idle));
        sessions::touch(conn, &session.id, HOUR, idle.minus(Seconds(1))).expect("to touch");
        assert!(is_alive(conn, &online, idle));
        sessions::touch(conn, &session.id, Seconds::days(30), idle).expect("to touch");
        let absolute = NOW.plus(Seconds::days(1));
        // Law: unused or too old alike; offline_access is for afterwards.
        assert!(!is_alive(conn, &online, absolute) && is_alive(conn, &offline, absolute));
    });
}

#[test]
fn a_machine_s_token_depends_on_nobody() {
    on_each(|conn| {
        ada_at_app(conn);
        tokens::insert_access(conn, &access("token", None)).expect("a token");
        assert!(users::delete(conn, &ada(), NOW).expect("to delete"));
        assert!(accepted(conn, NOW));
        tokens::revoke_access(conn, &TokenId::new("token"), NOW).expect("to revoke");
        tokens::revoke_access(conn, &TokenId::new("token"), LATER).expect("to revoke again");
        // Law: but it can be revoked.
        assert!(!accepted(conn, NOW));
    });
}
