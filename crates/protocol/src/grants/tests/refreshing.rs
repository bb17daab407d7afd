//! Refreshing: which token may be used, for how long, and for what.

use super::refresh_token::{RefreshRecord, RefreshState, Rotation, refresh};
use super::*;

fn token(state: RefreshState) -> RefreshRecord {
    RefreshRecord { grant: grant(), expires_at: NOW.plus(Seconds(1)), state }
}

type Change = fn(&mut RefreshRecord);

/// An unspent token with a change.
fn with(change: Change) -> RefreshRecord {
    let mut token = token(RefreshState::Unspent);
    change(&mut token);
    token
}

fn spent(ago: i64, successor_used: bool) -> RefreshRecord {
    token(RefreshState::Spent { at: NOW.minus(Seconds(ago)), successor_used })
}

fn outcome(by: &Authenticated, token: Option<&RefreshRecord>, pairs: &[(&str, &str)]) -> Result<(Grantee, Rotation), Check> {
    let req = read(&[&[("grant_type", "refresh_token")], pairs].concat(), by)?;
    refresh(&req, by, token, &apis(), &policy(), NOW, &mut Checks::silent()).map_err(|refusal| refusal.check)
}

fn lenient() -> Authenticated {
    by("app", json!({"refresh_retry_window": 10}))
}

#[test]
fn each_rule_of_a_refresh_token_refuses_by_its_own_name() {
    assert_eq!(outcome(&app(), None, &[]).err(), Some(Check::RefreshKnown));
    let rows: [(Change, Check); 6] = [
        (|t| t.grant.client_id = ClientId::new("other"), Check::RefreshOfClient),
        (|t| t.expires_at = NOW, Check::RefreshInTime),
        (|t| t.expires_at = Timestamp(0), Check::RefreshInTime),
        (|t| t.grant.alive = false, Check::GrantAlive),
        (|t| t.grant.expires_at = NOW, Check::GrantAlive),
        (|t| t.grant.person_active = false, Check::PersonActive),
    ];
    for (change, check) in rows {
        for client in [app(), public(), lenient()] {
            assert_eq!(outcome(&client, Some(&with(change)), &[]).err(), Some(check));
        }
    }
}

#[test]
fn a_replay_is_answered_only_within_the_window_and_while_the_successor_is_unused() {
    let rotation = |by: &Authenticated, token: &RefreshRecord| outcome(by, Some(token), &[]).map(|(_, rotation)| rotation);
    for client in [app(), public(), lenient()] {
        assert_eq!(rotation(&client, &token(RefreshState::Unspent)), Ok(Rotation::Spend));
    }
    for (client, ago, successor_used, expected) in [
        (app(), 0, false, Err(Check::RefreshUnspent)),
        (app(), 0, true, Err(Check::RefreshUnspent)),
        (app(), -5, false, Err(Check::RefreshUnspent)),
        (public(), 0, false, Err(Check::RefreshUnspent)),
        (lenient(), 0, false, Ok(Rotation::ReplaceSuccessor)),
        (lenient(), 10, false, Ok(Rotation::ReplaceSuccessor)),
        (lenient(), -5, false, Ok(Rotation::ReplaceSuccessor)),
        (lenient(), 11, false, Err(Check::RefreshUnspent)),
        (lenient(), 0, true, Err(Check::RefreshReplayTolerated)),
        (lenient(), 10, true, Err(Check::RefreshReplayTolerated)),
        (lenient(), 11, true, Err(Check::RefreshUnspent)),
    ] {
        assert_eq!(rotation(&client, &spent(ago, successor_used)), expected, "{ago} s ago, successor used: {successor_used}");
    }
}

#[test]
fn a_replay_ends_the_family_only_when_its_own_client_replays() {
    let thief = by("thief", json!({}));
    assert_eq!(outcome(&thief, Some(&spent(0, false)), &[]).err(), Some(Check::RefreshOfClient));
    // Nothing that is asked later hides a replay.
    for change in [|t: &mut RefreshRecord| t.expires_at = NOW, |t: &mut RefreshRecord| t.grant.person_active = false] {
        let mut replayed = spent(0, true);
        change(&mut replayed);
        assert_eq!(outcome(&app(), Some(&replayed), &[("scope", "admin")]).err(), Some(Check::RefreshUnspent));
    }
}

#[test]
fn the_window_revives_nothing_that_is_over() {
    let rows: [(Change, Check); 3] = [
        (|t| t.expires_at = NOW, Check::RefreshInTime),
        (|t| t.grant.alive = false, Check::GrantAlive),
        (|t| t.grant.person_active = false, Check::PersonActive),
    ];
    for (change, check) in rows {
        let mut replayed = spent(1, false);
        change(&mut replayed);
        assert_eq!(outcome(&lenient(), Some(&replayed), &[]).err(), Some(check));
    }
}

#[test]
fn a_successor_lives_no_longer_than_idle_or_the_grant() {
    let until = |change: Change| outcome(&app(), Some(&with(change)), &[]).map(|(given, _)| given.refresh_until);
    let idle = policy().refresh_idle;
    assert_eq!(until(|_| {}), Ok(Some(NOW.plus(idle))));
    assert_eq!(until(|t| t.grant.expires_at = NOW.plus(Seconds(1))), Ok(Some(NOW.plus(Seconds(1)))));
}

#[test]
fn a_refresh_narrows_and_never_widens() {
    let both = with(|t| t.grant.scopes = scopes("openid photos:read mail:read"));
    let named = with(|t| t.grant.resources = ResourceUri::parse(PHOTOS).into_iter().collect());
    let bare = with(|t| {
        t.grant.resources = ResourceUri::parse(BARE).into_iter().collect();
        t.grant.scopes = scopes("openid");
    });
    let all = with(|_| {});
    for (token, pairs, expected) in [
        (&all, &[][..], Ok(is(PHOTOS, "photos:read photos:write"))),
        (&all, &[("scope", "photos:write")], Ok(is(PHOTOS, "photos:write"))),
        (&all, &[("scope", "openid email")], Ok(is(ISSUER, "email openid"))),
        (&all, &[("scope", "openid photos:read"), ("resource", ISSUER)], Ok(is(ISSUER, "openid"))),
        (&all, &[("scope", "mail:read")], Err(Check::ScopeNotWidened)),
        (&all, &[("scope", "photos:read unheard:of")], Err(Check::ScopeNotWidened)),
        (&all, &[("scope", "offline_access")], Err(Check::ScopeNotWidened)),
        (&all, &[("resource", MAIL)], Err(Check::ResourceGranted)),
        (&all, &[("resource", BARE)], Err(Check::ResourceGranted)),
        (&all, &[("resource", "https://unheard.example")], Err(Check::ResourceGranted)),
        (&all, &[("resource", PHOTOS), ("resource", ISSUER)], Err(Check::OneResource)),
        (&both, &[], Err(Check::OneAudience)),
        (&both, &[("scope", "mail:read")], Ok(is(MAIL, "mail:read"))),
        (&both, &[("resource", PHOTOS)], Ok(is(PHOTOS, "photos:read"))),
        (&named, &[("resource", PHOTOS)], Ok(is(PHOTOS, "photos:read photos:write"))),
        (&named, &[("resource", MAIL)], Err(Check::ResourceGranted)),
        (&bare, &[("resource", BARE)], Ok(is(BARE, ""))),
        (&bare, &[], Ok(is(ISSUER, "openid"))),
    ] {
        assert_eq!(shape(outcome(&app(), Some(token), pairs).map(|(given, _)| given)), expected, "{pairs:?}");
    }
}

#[test]
fn narrowing_once_takes_nothing_from_the_grant() {
    let req = with(|_| {});
    let narrowed = outcome(&app(), Some(&req), &[("scope", "openid")]).expect("it is given").0;
    assert!(narrowed.id_token && narrowed.refresh_until.is_some());
    assert_eq!(shape(outcome(&app(), Some(&req), &[]).map(|(given, _)| given)), Ok(is(PHOTOS, "photos:read photos:write")));
}

#[test]
fn a_family_bound_to_a_key_is_renewed_by_its_holder_alone() {
    let key = |jkt: &str| Proven { jkt: Some(jkt.to_owned()), certificate: None };
    let bound = with(|t| t.grant.confirmation = Some(Confirmation::Jkt("k".to_owned())));
    let renewed = |proven: Proven| {
        let req = read_with(&[("grant_type", "refresh_token")], &public(), proven)?;
        refresh(&req, &public(), Some(&bound), &apis(), &policy(), NOW, &mut Checks::silent()).map_err(|refusal| refusal.check)
    };
    for proven in [Proven::default(), key("x"), Proven { jkt: None, certificate: Some("k".to_owned()) }] {
        // Law: RFC 9449 §5, a stolen refresh token of a public client is of no use.
        assert_eq!(renewed(proven).err(), Some(Check::DpopGrantKey));
    }
    assert!(renewed(key("k")).is_ok());
}

#[test]
fn details_of_a_type_that_the_client_lost_are_renewed_no_longer() {
    let detail = |name: &str| json!({"type": name}).as_object().cloned().expect("an object");
    let token = with(|token| {
        let of = |name: &str| json!({"type": name}).as_object().cloned().unwrap_or_default();
        token.grant.details = Details(vec![of("payment"), of("refund")]);
    });
    let refunds = by("app", json!({"authorization_details_types": ["refund"]}));
    assert_eq!(token.grant.details_of(refunds.client()), Details(vec![detail("refund")]));
    // Law: an operator who takes a type away takes it from living grants, too, as with scopes.
    let asked = [("authorization_details", r#"[{"type":"payment"}]"#)];
    assert_eq!(outcome(&refunds, Some(&token), &asked).err(), Some(Check::DetailsNotWidened));
    assert!(token.grant.details_of(app().client()).is_empty());
}
