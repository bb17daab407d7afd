//! Redeeming a code: each rule refuses by its own name.

use super::authorization_code::{CodeRecord, redeem};
use super::*;
use crate::pkce::Challenge;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn code() -> CodeRecord {
    CodeRecord {
        grant: grant(),
        redirect_uri: Some(CALLBACK.to_owned()),
        challenge: Some(Challenge::of(VERIFIER)),
        dpop_jkt: None,
        expires_at: NOW.plus(Seconds(1)),
        spent: false,
    }
}

type Change = fn(&mut CodeRecord);

/// The code with a change.
fn with(change: Change) -> CodeRecord {
    let mut code = code();
    change(&mut code);
    code
}

fn outcome(by: &Authenticated, code: Option<&CodeRecord>, pairs: &[(&str, &str)]) -> Result<Grantee, Check> {
    let req = read(&[&[("grant_type", "authorization_code")], pairs].concat(), by)?;
    redeem(&req, by, code, &apis(), &policy(), NOW, &mut Checks::silent()).map_err(|refusal| refusal.check)
}

const GOOD: [(&str, &str); 2] = [("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];

#[test]
fn each_rule_of_a_code_refuses_by_its_own_name() {
    assert_eq!(outcome(&app(), None, &GOOD).err(), Some(Check::CodeKnown));
    let rows: [(Change, Check); 8] = [
        (|c| c.grant.client_id = ClientId::new("other"), Check::CodeOfClient),
        (|c| c.spent = true, Check::CodeUnspent),
        (|c| c.expires_at = NOW, Check::CodeInTime),
        (|c| c.expires_at = Timestamp(0), Check::CodeInTime),
        (|c| c.grant.alive = false, Check::GrantAlive),
        (|c| c.grant.expires_at = NOW, Check::GrantAlive),
        (|c| c.grant.person_active = false, Check::PersonActive),
        (|c| c.challenge = None, Check::PkceVerifierUnasked),
    ];
    for (change, check) in rows {
        assert_eq!(outcome(&app(), Some(&with(change)), &GOOD).err(), Some(check));
    }
    assert!(outcome(&app(), Some(&code()), &GOOD).is_ok());
}

#[test]
fn a_replay_ends_the_family_only_when_its_own_client_replays() {
    // CodeUnspent obliges to revoke: it must not be asked about a stranger's code, nor be hidden by anything asked later.
    let spent = with(|c| c.spent = true);
    assert_eq!(outcome(&by("thief", json!({})), Some(&spent), &GOOD).err(), Some(Check::CodeOfClient));
    assert_eq!(outcome(&by("thief", json!({})), Some(&spent), &[]).err(), Some(Check::CodeOfClient));
    let late = with(|c| {
        c.spent = true;
        c.expires_at = Timestamp(0);
    });
    assert_eq!(outcome(&app(), Some(&late), &GOOD).err(), Some(Check::CodeUnspent));
    assert_eq!(outcome(&app(), Some(&spent), &[]).err(), Some(Check::CodeUnspent));
}

#[test]
fn the_redirect_uri_is_the_one_of_the_request() {
    let unsent = with(|c| c.redirect_uri = None);
    let unprotected = with(|c| c.challenge = None);
    for (code, pairs) in [
        (&code(), &[("redirect_uri", "https://app.example/cb/"), GOOD[1]][..]),
        (&code(), &[("redirect_uri", "https://evil.example/"), GOOD[1]]),
        // The request named none: now one is named.
        (&unsent, &GOOD),
        // Nothing else binds the code to who asked for it.
        (&unprotected, &[]),
        (&unprotected, &[("redirect_uri", "https://evil.example/")]),
    ] {
        assert_eq!(outcome(&app(), Some(code), pairs).err(), Some(Check::CodeRedirectUri), "{pairs:?}");
    }
    // OAuth 2.1 §4.1.3: where PKCE binds the code, it may be left out.
    assert!(outcome(&app(), Some(&code()), &[GOOD[1]]).is_ok());
    assert!(outcome(&app(), Some(&unsent), &[GOOD[1]]).is_ok());
    assert!(outcome(&app(), Some(&unprotected), &[GOOD[0]]).is_ok());
}

#[test]
fn a_challenge_is_always_enforced() {
    let challenge = Challenge::of(VERIFIER);
    let longer = format!("{VERIFIER}a");
    for client in [app(), public(), by("app", json!({"require_pkce": false}))] {
        for absent in [&[GOOD[0]][..], &[GOOD[0], ("code_verifier", "")]] {
            assert_eq!(outcome(&client, Some(&code()), absent).err(), Some(Check::PkceVerifierPresent));
        }
        for wrong in [challenge.as_str(), &longer, "x", &"a".repeat(43), &VERIFIER.to_uppercase()] {
            let pairs = [GOOD[0], ("code_verifier", wrong)];
            assert_eq!(outcome(&client, Some(&code()), &pairs).err(), Some(Check::PkceVerifier), "{wrong}");
        }
    }
}

#[test]
fn a_refresh_token_lives_no_longer_than_idle_or_the_grant() {
    let until = |change: Change, by: &Authenticated| outcome(by, Some(&with(change)), &GOOD).map(|given| given.refresh_until);
    assert_eq!(until(|_| {}, &app()), Ok(Some(NOW.plus(policy().refresh_idle))));
    assert_eq!(until(|c| c.grant.expires_at = NOW.plus(Seconds(5)), &app()), Ok(Some(NOW.plus(Seconds(5)))));
    assert_eq!(until(|_| {}, &by("app", json!({"grant_types": ["authorization_code"]}))), Ok(None));
}

#[test]
fn a_code_gives_what_was_granted_or_less() {
    let both = with(|c| c.grant.scopes = scopes("openid photos:read mail:read"));
    for (code, more, expected) in [
        (&code(), &[][..], Ok(is(PHOTOS, "photos:read photos:write"))),
        (&code(), &[("scope", "photos:read")], Ok(is(PHOTOS, "photos:read"))),
        (&code(), &[("scope", "openid")], Ok(is(ISSUER, "openid"))),
        (&code(), &[("resource", ISSUER)], Ok(is(ISSUER, "email openid"))),
        (&code(), &[("scope", "photos:read mail:read")], Err(Check::ScopeNotWidened)),
        (&code(), &[("scope", "offline_access")], Err(Check::ScopeNotWidened)),
        (&code(), &[("resource", MAIL)], Err(Check::ResourceGranted)),
        (&code(), &[("resource", PHOTOS), ("resource", PHOTOS)], Err(Check::OneResource)),
        (&both, &[], Err(Check::OneAudience)),
        (&both, &[("resource", MAIL)], Ok(is(MAIL, "mail:read"))),
    ] {
        assert_eq!(shape(outcome(&app(), Some(code), &[&GOOD, more].concat())), expected, "{more:?}");
    }
}

#[test]
fn an_id_token_comes_with_openid_whatever_the_access_token_is_for() {
    assert!(outcome(&app(), Some(&code()), &GOOD).is_ok_and(|given| given.id_token));
    let impersonal = with(|c| c.grant.scopes = scopes("photos:read"));
    assert!(outcome(&app(), Some(&impersonal), &GOOD).is_ok_and(|given| !given.id_token));
}

#[test]
fn a_code_bound_to_a_key_is_worthless_without_it() {
    let bound = with(|c| c.dpop_jkt = Some("k".to_owned()));
    let given = |code: &CodeRecord, proven: Proven| {
        let req = read_with(&[&[("grant_type", "authorization_code")], &GOOD[..]].concat(), &app(), proven)?;
        redeem(&req, &app(), Some(code), &apis(), &policy(), NOW, &mut Checks::silent()).map_err(|refusal| refusal.check)
    };
    let key = |jkt: &str| Proven { jkt: Some(jkt.to_owned()), certificate: None };
    let certificate = Proven { jkt: None, certificate: Some("k".to_owned()) };
    for proven in [Proven::default(), key("x"), key("K"), certificate] {
        assert_eq!(given(&bound, proven).err(), Some(Check::DpopGrantKey));
    }
    assert!(given(&bound, key("k")).is_ok());
    // RFC 9449 §5: without dpop_jkt, the first proof decides to what the tokens are bound.
    assert!(given(&code(), key("k")).is_ok() && given(&code(), Proven::default()).is_ok());
}
