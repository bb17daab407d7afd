//! Laws over arbitrary input.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;

use super::{b64, key, token};
use crate::jose::{Alg, Jwk, JwkSet, Rules, SigningKey, Typ, verify};

static KEYS: LazyLock<Vec<SigningKey>> = LazyLock::new(|| Alg::ALL.into_iter().map(key).collect());
static SET: LazyLock<JwkSet> = LazyLock::new(|| JwkSet::new(KEYS.iter().map(|key| key.public().clone()).collect()));
const ALL: Rules<'static> = Rules::new(&Alg::ALL, Typ::Any);

#[test]
fn no_bit_of_a_signature_can_be_flipped() {
    for key in KEYS.iter() {
        let good = token(key);
        let (input, _) = good.rsplit_once('.').expect("a token has dots");
        let signature = key.signature(input.as_bytes()).expect("it signs");
        let step = if signature.len() > 64 { 17 } else { 1 };
        for bit in (0..signature.len() * 8).step_by(step) {
            let mut bent = signature.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert!(verify(&format!("{input}.{}", b64(bent)), &ALL, &*SET).is_err(), "{key:?} bit {bit}");
        }
        for longer in [[&signature[..], &[0]].concat(), [&[0], &signature[..]].concat()] {
            assert!(verify(&format!("{input}.{}", b64(longer)), &ALL, &*SET).is_err());
        }
        assert!(verify(&format!("{input}.{}", b64(signature)), &ALL, &*SET).is_ok());
    }
}

#[test]
fn no_character_of_a_token_can_be_changed() {
    let good = token(&KEYS[1]);
    for at in 0..good.len() {
        for other in ["A", "B", "_", "-", ".", "=", " ", "\n"] {
            let bent = format!("{}{other}{}", &good[..at], &good[at + 1..]);
            assert_eq!(verify(&bent, &ALL, &*SET).is_ok(), bent == good, "{bent}");
        }
    }
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[A-Za-z0-9_-]{43}".prop_map(Value::from),
        prop::sample::select(vec!["RSA", "EC", "OKP", "P-256", "Ed25519", "AQAB", "sig", "ES256"]).prop_map(Value::from),
    ];
    let name = prop_oneof![
        prop::sample::select(vec!["kty", "crv", "x", "y", "n", "e", "use", "alg", "kid", "key_ops", "typ", "crit", "exp"])
            .prop_map(str::to_owned),
        ".{0,6}",
    ];
    leaf.prop_recursive(3, 32, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..8).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_text_is_refused_without_a_panic(text in ".*") {
        prop_assert!(verify(&text, &ALL, &*SET).is_err());
        prop_assert!(JwkSet::from_json(text.as_bytes()).is_err());
    }

    #[test]
    fn arbitrary_parts_are_refused_without_a_panic(
        header in json(),
        payload in prop::collection::vec(any::<u8>(), 0..64),
        signature in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let token = format!("{}.{}.{}", b64(header.to_string()), b64(payload), b64(signature));
        prop_assert!(verify(&token, &ALL, &*SET).is_err());
    }

    #[test]
    fn a_key_that_is_read_is_written_and_read_again_the_same(value in json()) {
        if let Ok(key) = Jwk::from_value(&value) {
            let written = serde_json::to_value(&key).expect("a key is JSON");
            prop_assert_eq!(Jwk::from_value(&written), Ok(key));
        }
    }

    #[test]
    fn what_was_signed_is_what_is_read(members in prop::collection::btree_map(".{0,8}", ".{0,20}", 0..6)) {
        let token = KEYS[1].sign("JWT", &members).expect("an object is signed");
        let verified = verify(&token, &ALL, &*SET).expect("it verifies");
        let read: Value = Value::Object(verified.into_claims());
        prop_assert_eq!(read, serde_json::json!(members));
    }
}
