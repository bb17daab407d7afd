//! What is no token at all: its parts, its header, its claims, its length.

use serde_json::json;

use super::{b64, key, refusal, signed, token};
use crate::jose::{Alg, JwsError, MAX_COMPACT_LEN, Rules, Typ, verify};

const ES256: Rules<'static> = Rules::new(&[Alg::Es256], Typ::Any);
const ALL: Rules<'static> = Rules::new(&Alg::ALL, Typ::Any);

fn headed(header: &str) -> String {
    format!("{}.{}.{}", b64(header), b64("{}"), b64([1; 64]))
}

#[test]
fn a_header_that_is_not_a_plain_object_is_refused() {
    let key = key(Alg::Es256);
    for header in [
        "",
        "{",
        "[]",
        "null",
        r#""ES256""#,
        "{}",
        r#"{"alg":1}"#,
        r#"{"alg":null}"#,
        r#"{"alg":["ES256"]}"#,
        r#"{"alg":"ES256"} "x""#,
        r#"{"alg":"ES256"}{}"#,
        r#"{"alg":"none","alg":"ES256"}"#,
        r#"{"alg":"ES256","\u0061lg":"ES256"}"#,
        r#"{"alg":"ES256","x":1,"x":1}"#,
        r#"{"alg":"ES256","kid":1}"#,
        r#"{"alg":"ES256","typ":null}"#,
        r#"{"alg":"ES256","n":1e999}"#,
        "\u{feff}{\"alg\":\"ES256\"}",
    ] {
        assert_eq!(refusal(&headed(header), &ES256, &key), JwsError::Malformed("its header"), "{header}");
    }
    let deep = format!(r#"{{"alg":"ES256","x":{}{}}}"#, "[".repeat(500), "]".repeat(500));
    assert_eq!(refusal(&headed(&deep), &ES256, &key), JwsError::Malformed("its header"));
}

#[test]
fn claims_that_are_not_an_object_with_unique_names_are_refused_even_when_signed() {
    let key = key(Alg::EdDsa);
    for payload in [
        "",
        "x",
        "[]",
        "null",
        "{}{}",
        r#"{"sub":"ada","sub":"eve"}"#,
        r#"{"exp":1,"\u0065xp":2}"#,
        r#"{"exp":NaN}"#,
        r#"{"exp":1e400}"#,
        "{\"a\":\"\u{0}\"}",
    ] {
        let token = signed(&key, r#"{"alg":"EdDSA"}"#, payload);
        assert_eq!(refusal(&token, &ALL, &key), JwsError::Malformed("its claims"), "{payload:?}");
    }
}

#[test]
fn a_token_that_is_not_three_strict_parts_is_refused() {
    let key = key(Alg::Es256);
    let good = token(&key);
    let parts: Vec<&str> = good.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("three parts") };
    let bad = [
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        header.into(),
        format!("{header}.{payload}"),
        format!("{good}."),
        format!(".{good}"),
        format!("{good}.x"),
        format!("{header}..{payload}.{signature}"),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}=.{signature}"),
        format!("{good}="),
        format!("{good}=="),
        format!(" {good}"),
        format!("{good} "),
        format!("{good}\n"),
        format!("{header}.{payload} .{signature}"),
        format!("{header}\t.{payload}.{signature}"),
        format!("{header}.{payload}.{signature}+/"),
        format!("{header}.{payload}é.{signature}"),
        format!("{header}.{payload}\0.{signature}"),
        format!("{header},{payload},{signature}"),
    ];
    for token in bad {
        let error = refusal(&token, &ALL, &key);
        assert!(matches!(error, JwsError::Malformed(_)), "{token:?}: {error:?}");
    }
    // A JWE has five parts (RFC 7516 section 7.1).
    for token in [format!("{good}.x"), format!("{good}.x.y"), header.to_owned()] {
        assert_eq!(refusal(&token, &ALL, &key), JwsError::Malformed("its number of parts"));
    }
    for cut in 1..signature.len() {
        assert!(verify(&good[..good.len() - cut], &ALL, &key).is_err());
    }
    assert!(verify(&good, &ALL, &key).is_ok());
}

#[test]
fn an_oversized_token_is_refused_before_it_is_read() {
    let key = key(Alg::Es256);
    assert_eq!(refusal(&"x".repeat(MAX_COMPACT_LEN + 1), &ALL, &key), JwsError::TooLarge);
    let long = key.sign("JWT", &json!({"x": "x".repeat(MAX_COMPACT_LEN)})).expect("it is signed");
    assert_eq!(refusal(&long, &ALL, &key), JwsError::TooLarge);
    let roomier = Rules { max_len: long.len(), ..ALL };
    assert!(verify(&long, &roomier, &key).is_ok());
    let tighter = Rules { max_len: long.len() - 1, ..ALL };
    assert_eq!(refusal(&long, &tighter, &key), JwsError::TooLarge);
}
