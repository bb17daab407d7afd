//! Nonces that need no memory (RFC 9449 §8): a time and a tag over it, so that every node that has the key accepts them.

use crate::values::Timestamp;
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// For so many seconds all nonces are the same one: their life is measured in this unit.
const BUCKET: i64 = 300;

/// Separates these tags from others made with the same key.
const PURPOSE: &[u8] = b"dpop nonce\0";

/// The nonce to hand out at `now`.
///
/// RFC 9449 §8 asks that nobody can predict it, not that it is used once: the replay of a proof is stopped by its `jti`.
pub fn make_nonce(key: &[u8; 32], now: Timestamp) -> String {
    let bucket = bucket(now);
    let mut bytes = bucket.to_be_bytes().to_vec();
    bytes.extend_from_slice(hmac::sign(&self::key(key), &message(bucket)).as_ref());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether a nonce is one that [`make_nonce`] gave five to ten minutes ago at the most.
///
/// One of the next bucket holds too: the node that gave it may be a little ahead.
pub fn nonce_holds(key: &[u8; 32], nonce: &str, now: Timestamp) -> bool {
    let Some(bytes) = (nonce.len() <= 64).then(|| URL_SAFE_NO_PAD.decode(nonce).ok()).flatten() else { return false };
    let Some((stated, tag)) = bytes.split_first_chunk::<8>() else { return false };
    let stated = i64::from_be_bytes(*stated);
    let near = bucket(now).checked_sub(stated).is_some_and(|age| (-1..=1).contains(&age));
    // In constant time.
    near && hmac::verify(&self::key(key), &message(stated), tag).is_ok()
}

/// From when on no nonce that holds at `now` holds any more.
pub(super) fn all_dead(now: Timestamp) -> Timestamp {
    Timestamp(bucket(now).saturating_add(3).saturating_mul(BUCKET))
}

fn bucket(now: Timestamp) -> i64 {
    now.0.div_euclid(BUCKET)
}

fn key(key: &[u8; 32]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key)
}

fn message(bucket: i64) -> Vec<u8> {
    [PURPOSE, &bucket.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: [u8; 32] = [7; 32];
    const NOW: Timestamp = Timestamp(1_800_000_000);

    #[test]
    fn a_nonce_holds_in_its_own_and_the_next_five_minutes() {
        assert_eq!(NOW.0 % BUCKET, 0);
        let nonce = make_nonce(&KEY, NOW);
        for (later, holds) in [(0, true), (299, true), (300, true), (599, true), (600, false), (3600, false), (-300, true), (-301, false)] {
            assert_eq!(nonce_holds(&KEY, &nonce, Timestamp(NOW.0 + later)), holds, "{later}");
        }
        assert!(!nonce_holds(&KEY, &make_nonce(&KEY, Timestamp(NOW.0 + 300)), all_dead(NOW)));
    }

    #[test]
    fn a_nonce_of_another_key_cut_bent_or_padded_does_not_hold() {
        let nonce = make_nonce(&KEY, NOW);
        assert_ne!(nonce, make_nonce(&[8; 32], NOW));
        assert!(!nonce_holds(&[8; 32], &nonce, NOW));
        for at in 0..nonce.len() {
            let bent = format!("{}{}{}", &nonce[..at], if &nonce[at..=at] == "A" { "B" } else { "A" }, &nonce[at + 1..]);
            assert!(!nonce_holds(&KEY, &bent, NOW), "{at}");
            assert!(!nonce_holds(&KEY, &nonce[..at], NOW), "{at}");
        }
        for bad in [format!("{nonce}="), format!("{nonce}A"), format!(" {nonce}"), String::new(), "x".repeat(100_000)] {
            assert!(!nonce_holds(&KEY, &bad, NOW));
        }
        let moved = [&(bucket(NOW) + 1).to_be_bytes()[..], hmac::sign(&key(&KEY), &message(bucket(NOW))).as_ref()].concat();
        assert!(!nonce_holds(&KEY, &URL_SAFE_NO_PAD.encode(moved), NOW));
    }

    proptest! {
        #[test]
        fn no_text_and_no_clock_makes_it_panic_or_hold(text in "\\PC{0,80}", now in any::<i64>()) {
            prop_assert!(!nonce_holds(&KEY, &text, Timestamp(now)));
            prop_assert!(nonce_holds(&KEY, &make_nonce(&KEY, Timestamp(now)), Timestamp(now)));
        }
    }
}
