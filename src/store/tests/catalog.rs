//! Clients, APIs and keys: each change is seen by whoever caches them.

use super::*;
use crate::store::keys::{self, KeyRow};
use crate::store::{apis, definitions, versions};
use doorward_protocol::api::Api;
use doorward_protocol::exchange_rule::ExchangeRule;
use doorward_protocol::trusted_issuer::TrustedIssuer;
use doorward_protocol::values::ResourceUri;

fn api() -> Api {
    Api::bare(ResourceUri::parse("https://api.example/").expect("a resource"))
}

fn edge(name: &str) -> ExchangeRule {
    serde_json::from_value(serde_json::json!({"name": name, "client": "app", "target": "https://api.example/", "scopes": []}))
        .expect("an edge")
}

fn key(kid: &str, alg: &str) -> KeyRow {
    let (kid, alg) = (kid.to_owned(), alg.to_owned());
    KeyRow { kid, alg, sealed: "sealed".to_owned(), created_at: NOW.0, signs_from: NOW.0, retired_at: None }
}

/// Whether the version is another one after `change`.
fn bumps(conn: &mut Conn, change: impl FnOnce(&mut Conn)) -> bool {
    let before = versions::catalog(conn).expect("a version");
    change(conn);
    let after = versions::catalog(conn).expect("a version");
    assert!(after >= before, "a version falls back");
    after > before
}

#[test]
fn every_change_of_the_catalog_is_a_new_version() {
    on_each(|conn| {
        assert!(bumps(conn, |conn| assert!(clients::insert(conn, &client("app")).expect("to insert"))));
        assert!(bumps(conn, |conn| assert!(clients::update(conn, &client("app")).expect("to update"))));
        assert!(bumps(conn, |conn| assert!(clients::delete(conn, &app()).expect("to delete"))));
        assert!(bumps(conn, |conn| assert!(apis::insert(conn, &api(), NOW).expect("to insert"))));
        assert!(bumps(conn, |conn| assert!(apis::update(conn, &api()).expect("to update"))));
        assert!(bumps(conn, |conn| assert!(apis::delete(conn, "https://api.example/").expect("to delete"))));
        assert!(bumps(conn, |conn| assert!(definitions::insert(conn, &edge("a"), NOW).expect("to insert"))));
        assert!(bumps(conn, |conn| assert!(definitions::update(conn, &edge("a")).expect("to update"))));
        assert!(bumps(conn, |conn| assert!(definitions::delete::<ExchangeRule>(conn, "a").expect("to delete"))));
        assert!(bumps(conn, |conn| keys::insert(conn, &key("a", "ES256")).expect("to insert")));
        assert!(bumps(conn, |conn| keys::retire_others(conn, "ES256", "b", NOW).expect("to retire")));
        // Law: so that no cache outlives a change.
        assert!(bumps(conn, |conn| assert_eq!(keys::remove_retired(conn, LATER).expect("to remove"), 1)));
    });
}

#[test]
fn what_changes_nothing_empties_no_cache() {
    on_each(|conn| {
        ada_at_app(conn);
        assert!(apis::insert(conn, &api(), NOW).expect("to insert"));
        assert!(!bumps(conn, |conn| assert!(!clients::insert(conn, &client("app")).expect("to try"))));
        assert!(!bumps(conn, |conn| assert!(!apis::insert(conn, &api(), NOW).expect("to try"))));
        assert!(definitions::insert(conn, &edge("a"), NOW).expect("to insert"));
        assert!(!bumps(conn, |conn| assert!(!definitions::insert(conn, &edge("a"), NOW).expect("to try"))));
        assert!(!bumps(conn, |conn| assert_eq!(keys::remove_retired(conn, LATER).expect("to remove"), 0)));
        // Law: logins and tokens are not the catalog.
        assert!(!bumps(conn, |conn| drop(family(conn, "grant", "openid"))));
    });
}

#[test]
fn a_client_comes_back_as_it_went_in() {
    on_each(|conn| {
        let mut client = client("app");
        assert!(clients::insert(conn, &client).expect("to insert"));
        assert_eq!(format!("{:?}", clients::find(conn, &app()).expect("to find")), format!("{:?}", Some(&client)));
        client.secret = None;
        client.metadata.client_name = Some("纸 \"鹤\"".to_owned());
        assert!(clients::update(conn, &client).expect("to update"));
        assert_eq!(format!("{:?}", clients::list(conn).expect("to list")), format!("{:?}", [&client]));
        for unknown in ["App", "", "app "] {
            assert!(clients::find(conn, &ClientId::new(unknown)).expect("to find").is_none(), "{unknown:?}");
        }
        // Law: what isn't there is neither changed nor deleted.
        client.id = ClientId::new("other");
        assert!(!clients::update(conn, &client).expect("to try") && !clients::delete(conn, &client.id).expect("to try"));
    });
}

#[test]
fn an_api_comes_back_as_it_went_in() {
    on_each(|conn| {
        let mut api = api();
        assert!(apis::insert(conn, &api, NOW).expect("to insert"));
        api.name = Some("Photos".to_owned());
        assert!(apis::update(conn, &api).expect("to update"));
        assert_eq!(apis::list(conn).expect("to list"), [api]);
        // Law: compared byte for byte.
        assert!(!apis::delete(conn, "https://api.example").expect("to try"));
    });
}

#[test]
fn a_declaration_is_found_by_its_kind_and_name_alone() {
    on_each(|conn| {
        for name in ["b", "a"] {
            assert!(definitions::insert(conn, &edge(name), NOW).expect("to insert"));
        }
        assert_eq!(definitions::list::<ExchangeRule>(conn).expect("to list"), [edge("a"), edge("b")]);
        assert_eq!(definitions::find::<ExchangeRule>(conn, "a").expect("to find"), Some(edge("a")));
        assert!(definitions::find::<ExchangeRule>(conn, "A").expect("to find").is_none());
        assert!(definitions::find::<TrustedIssuer>(conn, "a").expect("to find").is_none());
        assert!(definitions::list::<TrustedIssuer>(conn).expect("to list").is_empty());
        assert!(!definitions::update(conn, &edge("c")).expect("to try"));
        // Law: one kind never stands for another.
        assert!(!definitions::delete::<TrustedIssuer>(conn, "a").expect("to try"));
    });
}

#[test]
fn a_replaced_key_stays_until_its_time_and_others_always() {
    on_each(|conn| {
        for (kid, alg) in [("old", "ES256"), ("new", "ES256"), ("rsa", "RS256")] {
            keys::insert(conn, &key(kid, alg)).expect("to insert");
        }
        keys::retire_others(conn, "ES256", "new", NOW).expect("to retire");
        keys::retire_others(conn, "ES256", "new", LATER).expect("to retire again");
        let kids =
            |conn: &mut Conn| keys::list(conn).expect("to list").into_iter().map(|row| (row.kid, row.retired_at)).collect::<Vec<_>>();
        let (new, rsa) = (("new".to_owned(), None), ("rsa".to_owned(), None));
        assert_eq!(kids(conn), [new.clone(), ("old".to_owned(), Some(NOW.0)), rsa.clone()]);
        assert_eq!(keys::remove_retired(conn, NOW).expect("to remove"), 0);
        assert_eq!(keys::remove_retired(conn, LATER).expect("to remove"), 1);
        // Law: the moment of the first replacement counts.
        assert_eq!(kids(conn), [new, rsa]);
    });
}
