//! When a proof was made: by its own clock, or by a nonce of ours.

use super::*;

fn at(iat: i64) -> Option<Check> {
    refused(&proof(&with(&json!({"iat": iat}))))
}

#[test]
fn a_proof_is_good_for_five_minutes_and_its_clock_may_be_one_minute_ahead() {
    for (shift, refusal) in [
        (0, None),
        (-300, None),
        (-301, Some(Check::DpopIat)),
        (-3600, Some(Check::DpopIat)),
        (10, None),
        (60, None),
        (61, Some(Check::DpopIat)),
        (3600, Some(Check::DpopIat)),
    ] {
        assert_eq!(at(NOW.0 + shift), refusal, "{shift}");
    }
}

#[test]
fn it_is_remembered_for_as_long_as_it_would_be_accepted() {
    for shift in [-300, -1, 0, 60] {
        let text = proof(&with(&json!({"iat": NOW.0 + shift})));
        let until = verified(&text, OPTIONAL, NOW).expect("it holds").expires_at;
        assert!(verified(&text, OPTIONAL, Timestamp(until.0 - 1)).is_ok(), "{shift}");
        assert_eq!(verified(&text, OPTIONAL, until).err(), Some(Check::DpopIat), "{shift}");
    }
}

#[test]
fn an_iat_that_is_no_date_is_refused() {
    assert_eq!(refused(&proof(&without("iat"))), Some(Check::DpopIat));
    for iat in [json!(null), json!("1800000000"), json!(-1), json!(1e300), json!([NOW.0]), json!(i64::MAX)] {
        assert_eq!(refused(&proof(&with(&json!({"iat": iat})))), Some(Check::DpopIat), "{iat}");
        let nonced = with(&json!({"iat": iat, "nonce": make_nonce(&NONCES, NOW)}));
        assert_eq!(refused(&proof(&nonced)), Some(Check::DpopIat), "{iat}");
    }
}

#[test]
fn exp_and_nbf_count_where_they_are() {
    for (claims, refusal) in [
        (json!({"nbf": NOW.0, "exp": NOW.0 + 300}), None),
        (json!({"exp": NOW.0 - 60}), Some(Check::DpopIat)),
        (json!({"exp": "soon"}), Some(Check::DpopIat)),
        (json!({"nbf": NOW.0 + 61}), Some(Check::DpopIat)),
        (json!({"nbf": []}), Some(Check::DpopIat)),
    ] {
        assert_eq!(refused(&proof(&with(&claims))), refusal, "{claims}");
    }
}

#[test]
fn a_nonce_that_is_asked_for_must_be_one_of_ours_and_fresh() {
    let sent = |nonce: &Value| proof(&with(&json!({"nonce": nonce})));
    let fresh = json!(make_nonce(&NONCES, NOW));
    for mode in [OPTIONAL, REQUIRED] {
        assert!(verified(&sent(&fresh), mode, NOW).is_ok());
        let stale = make_nonce(&NONCES, NOW.minus(Seconds::minutes(10)));
        let foreign = make_nonce(&[8; 32], NOW);
        for bad in [json!(stale), json!(foreign), json!(""), json!("x"), json!(1), json!(null), json!([fresh])] {
            assert_eq!(verified(&sent(&bad), mode, NOW).err(), Some(Check::DpopNonce), "{bad}");
        }
    }
    assert_eq!(verified(&proof(&claims()), REQUIRED, NOW).err(), Some(Check::DpopNonce));
    assert!(verified(&proof(&claims()), OPTIONAL, NOW).is_ok());
}

#[test]
fn a_nonce_dates_the_proof_of_a_client_whose_clock_is_wrong() {
    for shift in [-86_400, -3600, 3600, 86_400] {
        let text = proof(&with(&json!({"iat": NOW.0 + shift, "nonce": make_nonce(&NONCES, NOW)})));
        let until = verified(&text, REQUIRED, NOW).expect("the nonce dates it").expires_at;
        // Remembered until the nonce is dead whatever the iat says.
        for later in [0, 1, 3600] {
            assert_eq!(verified(&text, OPTIONAL, until.plus(Seconds(later))).err(), Some(Check::DpopNonce), "{shift}");
        }
    }
}
