//! Time claims at their borders.

use serde_json::{Map, Value, json};

use crate::jose::{JwsError, TimeRules, check_times, numeric_date};
use crate::values::{Seconds, Timestamp};

const NOW: i64 = 1_700_000_000;
const STRICT: TimeRules = TimeRules { leeway: Seconds(0), exp_required: true, iat_required: true };
const LENIENT: TimeRules = TimeRules { leeway: Seconds(60), exp_required: false, iat_required: false };

fn map(claims: Value) -> Map<String, Value> {
    match claims {
        Value::Object(map) => map,
        other => panic!("no object: {other}"),
    }
}

fn verdict(claims: Value, rules: TimeRules) -> Result<(), JwsError> {
    check_times(&map(claims), Timestamp(NOW), rules)
}

#[test]
fn a_token_dies_in_the_very_second_of_its_exp() {
    assert_eq!(verdict(json!({"exp": NOW + 1, "iat": NOW}), STRICT), Ok(()));
    assert_eq!(verdict(json!({"exp": NOW, "iat": NOW}), STRICT), Err(JwsError::Expired));
    assert_eq!(verdict(json!({"exp": NOW - 59}), LENIENT), Ok(()));
    assert_eq!(verdict(json!({"exp": NOW - 60}), LENIENT), Err(JwsError::Expired));
    assert_eq!(verdict(json!({"exp": 0}), LENIENT), Err(JwsError::Expired));
}

#[test]
fn a_token_is_not_used_before_its_nbf_or_its_iat() {
    assert_eq!(verdict(json!({"nbf": NOW + 60, "iat": NOW + 60}), LENIENT), Ok(()));
    assert_eq!(verdict(json!({"nbf": NOW + 61}), LENIENT), Err(JwsError::NotYetValid));
    assert_eq!(verdict(json!({"iat": NOW + 61}), LENIENT), Err(JwsError::IssuedInFuture));
}

#[test]
fn a_fraction_counts_without_being_cut_off() {
    let at = |name: &str, seconds: f64| json!({ name: seconds });
    let strict = TimeRules { exp_required: false, iat_required: false, ..STRICT };
    assert_eq!(verdict(at("exp", 1_700_000_000.5), strict), Ok(()));
    assert_eq!(verdict(at("exp", 1_699_999_999.5), strict), Err(JwsError::Expired));
    assert_eq!(verdict(at("nbf", 1_700_000_000.5), strict), Err(JwsError::NotYetValid));
    assert_eq!(verdict(at("iat", 1.7e9), strict), Ok(()));
}

#[test]
fn a_required_claim_cannot_be_left_out() {
    assert_eq!(verdict(json!({"iat": NOW}), STRICT), Err(JwsError::MissingClaim("exp")));
    assert_eq!(verdict(json!({"exp": NOW + 9}), STRICT), Err(JwsError::MissingClaim("iat")));
    assert_eq!(verdict(json!({}), LENIENT), Ok(()));
}

#[test]
fn a_date_that_is_no_moment_between_1970_and_9999_is_refused() {
    for bad in [
        json!("1700000000"),
        json!(null),
        json!(true),
        json!([NOW]),
        json!({}),
        json!(-1),
        json!(-0.5),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e300),
        json!(-1e300),
        json!(253_402_300_800_i64),
    ] {
        for name in ["exp", "nbf", "iat"] {
            let mut claims = map(json!({}));
            claims.insert(name.to_owned(), bad.clone());
            assert_eq!(check_times(&claims, Timestamp(NOW), LENIENT), Err(JwsError::BadDate(name)), "{name} {bad}");
        }
    }
    let last = map(json!({"exp": 253_402_300_799_i64}));
    assert_eq!(numeric_date(&last, "exp"), Ok(Some(Timestamp(253_402_300_799))));
    assert_eq!(numeric_date(&last, "iat"), Ok(None));
}

#[test]
fn an_extreme_clock_overflows_nothing() {
    for now in [i64::MIN, -1, 0, i64::MAX] {
        let claims = map(json!({"exp": 1, "nbf": 1, "iat": 1}));
        let rules = TimeRules { leeway: Seconds(1 << 40), ..STRICT };
        let verdict = check_times(&claims, Timestamp(now), rules);
        assert_eq!(verdict.is_ok(), now == 0 || now == -1, "{now}");
    }
}
