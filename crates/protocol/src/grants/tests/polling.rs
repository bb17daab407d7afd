//! Polling with a device code (RFC 8628 §3.5): each rule refuses by its own name.

use super::device_code::{DeviceRecord, DeviceState, INTERVAL, redeem};
use super::*;
use crate::error::ErrorCode;
use crate::pkce::Challenge;

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn tv() -> Authenticated {
    by("app", json!({"grant_types": [DEVICE, "refresh_token"], "redirect_uris": []}))
}

fn allowed(change: fn(&mut Grant)) -> DeviceState {
    let mut grant = grant();
    change(&mut grant);
    DeviceState::Allowed(Box::new(grant))
}

/// A code of `app` that was polled with just long enough ago.
fn code(state: DeviceState) -> DeviceRecord {
    DeviceRecord {
        client_id: ClientId::new("app"),
        state,
        challenge: None,
        interval: INTERVAL,
        polled_at: Timestamp(NOW.0 - 5),
        expires_at: NOW.plus(Seconds(1)),
    }
}

fn outcome(by: &Authenticated, code: Option<&DeviceRecord>, pairs: &[(&str, &str)]) -> Result<Grantee, Check> {
    let req = read(&[&[("grant_type", DEVICE), ("device_code", "dwd_x")], pairs].concat(), by)?;
    redeem(&req, by, code, &apis(), &policy(), NOW, &mut Checks::silent()).map_err(|refusal| refusal.check)
}

#[test]
fn rfc_8628_3_5_each_state_has_its_own_answer() {
    let (soon, late) = (Timestamp(NOW.0 - 3), Timestamp(NOW.0 - 4));
    let rows = [
        (None, Check::DeviceCodeKnown, ErrorCode::InvalidGrant),
        (Some(code(DeviceState::Pending)), Check::DeviceAnswered, ErrorCode::AuthorizationPending),
        (Some(DeviceRecord { polled_at: late, ..code(DeviceState::Pending) }), Check::DeviceAnswered, ErrorCode::AuthorizationPending),
        (Some(DeviceRecord { polled_at: soon, ..code(DeviceState::Pending) }), Check::DevicePollPaced, ErrorCode::SlowDown),
        (Some(DeviceRecord { polled_at: NOW, ..code(DeviceState::Pending) }), Check::DevicePollPaced, ErrorCode::SlowDown),
        (Some(DeviceRecord { interval: Seconds(10), ..code(DeviceState::Pending) }), Check::DevicePollPaced, ErrorCode::SlowDown),
        (Some(DeviceRecord { expires_at: NOW, ..code(DeviceState::Pending) }), Check::DeviceCodeInTime, ErrorCode::ExpiredToken),
        (Some(DeviceRecord { expires_at: NOW, ..code(allowed(|_| {})) }), Check::DeviceCodeInTime, ErrorCode::ExpiredToken),
        (Some(code(DeviceState::Denied)), Check::DeviceAllowed, ErrorCode::AccessDenied),
        (Some(code(DeviceState::Spent)), Check::DeviceCodeUnspent, ErrorCode::InvalidGrant),
        (Some(DeviceRecord { expires_at: NOW, ..code(DeviceState::Spent) }), Check::DeviceCodeUnspent, ErrorCode::InvalidGrant),
        (Some(code(allowed(|grant| grant.alive = false))), Check::GrantAlive, ErrorCode::InvalidGrant),
        (Some(code(allowed(|grant| grant.expires_at = NOW))), Check::GrantAlive, ErrorCode::InvalidGrant),
        (Some(code(allowed(|grant| grant.person_active = false))), Check::PersonActive, ErrorCode::InvalidGrant),
    ];
    for (code, check, error) in rows {
        assert_eq!(outcome(&tv(), code.as_ref(), &[]).err(), Some(check), "{code:?}");
        assert_eq!((check.rule().error, error.status()), (error, 400));
    }
}

#[test]
fn an_answered_code_is_not_held_back() {
    let record = DeviceRecord { polled_at: NOW, ..code(allowed(|_| {})) };
    assert!(outcome(&tv(), Some(&record), &[]).is_ok());
    let record = DeviceRecord { polled_at: NOW, ..code(DeviceState::Denied) };
    assert_eq!(outcome(&tv(), Some(&record), &[]).err(), Some(Check::DeviceAllowed));
}

#[test]
fn another_client_learns_nothing_of_a_code() {
    let thief = by("thief", json!({"grant_types": [DEVICE], "redirect_uris": []}));
    for state in [DeviceState::Pending, DeviceState::Denied, DeviceState::Spent, allowed(|_| {})] {
        let late = DeviceRecord { expires_at: Timestamp(0), ..code(state.clone()) };
        for code in [code(state), late] {
            assert_eq!(outcome(&thief, Some(&code), &[]).err(), Some(Check::DeviceCodeOfClient));
        }
    }
    // Law: to a stranger a foreign code and none are the same error.
    assert_eq!(Check::DeviceCodeOfClient.rule().error, Check::DeviceCodeKnown.rule().error);
}

#[test]
fn a_client_that_is_not_registered_for_the_grant_gets_nowhere() {
    assert_eq!(outcome(&app(), Some(&code(allowed(|_| {}))), &[]).err(), Some(Check::GrantTypeRegistered));
}

#[test]
fn a_challenge_that_was_sent_is_enforced_in_every_state() {
    for state in [DeviceState::Pending, DeviceState::Denied, allowed(|_| {})] {
        let bound = DeviceRecord { challenge: Some(Challenge::of(VERIFIER)), ..code(state.clone()) };
        assert_eq!(outcome(&tv(), Some(&bound), &[]).err(), Some(Check::PkceVerifierPresent));
        assert_eq!(outcome(&tv(), Some(&bound), &[("code_verifier", "x")]).err(), Some(Check::PkceVerifier));
        assert_eq!(outcome(&tv(), Some(&code(state)), &[("code_verifier", VERIFIER)]).err(), Some(Check::PkceVerifierUnasked));
    }
    let bound = DeviceRecord { challenge: Some(Challenge::of(VERIFIER)), ..code(allowed(|_| {})) };
    assert!(outcome(&tv(), Some(&bound), &[("code_verifier", VERIFIER)]).is_ok());
}

#[test]
fn a_device_gets_what_was_granted_or_less_by_the_rules_of_a_code() {
    let code = code(allowed(|_| {}));
    for (more, expected) in [
        (&[][..], Ok(is(PHOTOS, "photos:read photos:write"))),
        (&[("scope", "openid")], Ok(is(ISSUER, "openid"))),
        (&[("resource", ISSUER)], Ok(is(ISSUER, "email openid"))),
        (&[("scope", "mail:read")], Err(Check::ScopeNotWidened)),
        (&[("resource", MAIL)], Err(Check::ResourceGranted)),
    ] {
        assert_eq!(shape(outcome(&tv(), Some(&code), more)), expected, "{more:?}");
    }
    let given = outcome(&tv(), Some(&code), &[]).expect("tokens");
    assert_eq!((given.id_token, given.refresh_until), (true, Some(NOW.plus(policy().refresh_idle))));
    let once = by("app", json!({"grant_types": [DEVICE], "redirect_uris": []}));
    assert_eq!(outcome(&once, Some(&code), &[]).map(|given| given.refresh_until), Ok(None));
}

#[test]
fn a_clock_set_back_slows_a_device_down_and_gives_nothing_away() {
    let ahead = DeviceRecord { polled_at: NOW.plus(Seconds(60)), ..code(DeviceState::Pending) };
    assert_eq!(outcome(&tv(), Some(&ahead), &[]).err(), Some(Check::DevicePollPaced));
}
