//! Errors that explain themselves: what `error_uri` (RFC 6749 §4.1.2.1, §5.2) leads the owner of a client to.
//!
//! The address itself holds the explanation, encrypted by the caller and of one length whatever happened, so that it says nothing to
//! anybody else, needs no memory, and any node can open it.

use crate::check::Check;
use crate::error::{ErrorCode, Refusal};
use crate::values::{ClientId, Seconds, Timestamp};
use serde_json::json;

/// How long an explanation can be read.
pub const LIFETIME: Seconds = Seconds::minutes(15);

/// Bytes of every explanation, before it is encrypted.
const SIZE: usize = 384;

/// Characters that stay before the first difference where two values are too long to be kept whole.
const BEFORE: usize = 24;

/// What one refusal was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The rule.
    pub check: Check,
    /// The client that the request named, whether it is that client or not.
    pub client: Option<ClientId>,
    /// What was expected and what came, where the rule shows it.
    pub sides: Option<Sides>,
    /// The last moment at which it can be read.
    pub until: Timestamp,
}

/// Two values that should have fitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sides {
    /// What would have passed, perhaps a part of it.
    pub expected: String,
    /// What came, perhaps a part of it.
    pub received: String,
    /// The first character that differs, counted from 1, where they begin alike and it says something.
    pub differs_at: Option<usize>,
}

/// Whether a refusal has anything to explain: a device that is told to go on polling (RFC 8628 §3.5) has done nothing wrong.
pub fn is_explained(code: ErrorCode) -> bool {
    !matches!(code, ErrorCode::AuthorizationPending | ErrorCode::SlowDown | ErrorCode::UseDpopNonce)
}

impl Explanation {
    /// Of a refusal.
    pub fn of(refusal: &Refusal, client: Option<&ClientId>, now: Timestamp) -> Self {
        let sides = refusal.evidence.as_ref().map(|evidence| Sides::of(&evidence.expected, &evidence.received));
        Self { check: refusal.check, client: client.cloned(), sides, until: now.plus(LIFETIME) }
    }

    /// As bytes, always equally many. What is too long is cut where it says least.
    pub fn to_bytes(&self) -> Vec<u8> {
        let cuts = [usize::MAX, 200, 160, 120, 100, 80, 64, 48, 32, 16, 0];
        let mut bytes = cuts.into_iter().map(|most| self.to_json(most)).find(|json| json.len() <= SIZE).unwrap_or_default().into_bytes();
        bytes.resize(SIZE, b' ');
        bytes
    }

    fn to_json(&self, most: usize) -> String {
        let sides = self.sides.as_ref().map(|sides| sides.cut(most));
        let client = self.client.as_ref().map(ClientId::as_str).filter(|id| id.len() <= 100.min(most));
        let sides = sides.map(|sides| json!([sides.expected, sides.received, sides.differs_at]));
        json!([self.check.rule().name, client, self.until.0, sides]).to_string()
    }

    /// Reads what [`Self::to_bytes`] wrote; none when it is over.
    pub fn from_bytes(bytes: &[u8], now: Timestamp) -> Option<Self> {
        let (name, client, until, sides): Written = serde_json::from_slice(bytes).ok()?;
        let check = Check::ALL.iter().copied().find(|check| check.rule().name == name)?;
        let sides = sides.map(|(expected, received, differs_at)| Sides { expected, received, differs_at });
        let read = Self { check, client: client.map(ClientId::new), sides, until: Timestamp(until) };
        (now <= read.until).then_some(read)
    }
}

/// Name of the check, client, end, and both sides with the place where they differ.
type Written = (String, Option<String>, i64, Option<(String, String, Option<usize>)>);

impl Sides {
    /// Of two values.
    pub fn of(expected: &str, received: &str) -> Self {
        Self { expected: expected.to_owned(), received: received.to_owned(), differs_at: difference(expected, received) }
    }

    /// At most so many characters of each, around the first that differs.
    fn cut(&self, most: usize) -> Self {
        let from = self.differs_at.map_or(0, |at| at.saturating_sub(BEFORE.min(most / 2) + 1));
        let long = |text: &str| text.chars().count() > most;
        if !long(&self.expected) && !long(&self.received) {
            return self.clone();
        }
        let part = |text: &str| {
            let kept: String = text.chars().skip(from).take(most).collect();
            let (before, after) =
                (if from > 0 { "…" } else { "" }, if text.chars().count() > from.saturating_add(most) { "…" } else { "" });
            format!("{before}{kept}{after}")
        };
        Self { expected: part(&self.expected), received: part(&self.received), differs_at: self.differs_at }
    }
}

/// The first character in which two values differ, counted from 1; none for values that are equal, or have too little in common for a
/// place to say anything.
pub fn difference(expected: &str, received: &str) -> Option<usize> {
    let alike = expected.chars().zip(received.chars()).take_while(|(one, other)| one == other).count();
    (alike >= 4 && expected != received).then_some(alike + 1)
}

/// Of several values that would have passed, the one that is most like what came.
pub(crate) fn nearest<'v>(candidates: impl IntoIterator<Item = &'v str>, received: &str) -> Option<&'v str> {
    let alike = |text: &str| text.chars().zip(received.chars()).take_while(|(one, other)| one == other).count();
    // Of two that begin alike, the one that ends alike: `http://127.0.0.1:8080/callback` for `http://localhost:8080/callback`.
    let ends = |text: &str| text.chars().rev().zip(received.chars().rev()).take_while(|(one, other)| one == other).count();
    candidates.into_iter().max_by_key(|text| (alike(text) + ends(text), alike(text)))
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;
    use crate::check::Evidence;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn refused(expected: &str, received: &str) -> Explanation {
        let evidence = Some(Evidence::new(expected.to_owned(), received.to_owned()));
        let refusal = Refusal { evidence, ..Refusal::by(Check::RedirectUriExact) };
        Explanation::of(&refusal, Some(&ClientId::new("papercrane")), NOW)
    }

    #[test]
    fn the_place_of_the_first_difference_is_counted_from_one() {
        for (expected, received, at) in [
            ("http://localhost:8080/callback", "http://localhost:8080/callback/", Some(31)),
            ("http://localhost:8080/callback", "http://localhost:8081/callback", Some(21)),
            ("http://localhost:8080/callback", "http://127.0.0.1:8080/callback", Some(8)),
            ("https://a.example/你好", "https://a.example/你们", Some(20)),
            ("same", "same", None),
            ("S256", "plain", None),
            ("", "anything", None),
        ] {
            assert_eq!(difference(expected, received), at, "{received}");
        }
    }

    #[test]
    fn of_several_registered_addresses_the_likest_is_shown() {
        let registered = ["https://app.example/cb", "http://localhost:8080/callback", "com.example.app:/cb"];
        for (asked, likest) in [
            ("http://127.0.0.1:8080/callback", "http://localhost:8080/callback"),
            ("https://app.example/cb2", "https://app.example/cb"),
            ("com.example.app:/callback", "com.example.app:/cb"),
        ] {
            assert_eq!(nearest(registered, asked), Some(likest));
        }
        assert_eq!(nearest([], "https://app.example"), None);
    }

    #[test]
    fn what_is_too_long_is_cut_around_the_difference() {
        let (expected, received) = (format!("https://app.example/{}X{}", "a".repeat(900), "b".repeat(900)), "a".repeat(900));
        let read = Explanation::from_bytes(&refused(&expected, &format!("https://app.example/{received}Y")).to_bytes(), NOW);
        let sides = read.and_then(|read| read.sides).expect("two sides");
        assert_eq!(sides.differs_at, Some(921));
        assert!(sides.expected.contains("aX") && sides.expected.starts_with('…') && sides.expected.ends_with('…'), "{sides:?}");
        // Law: the character that is wrong is never cut away.
        assert!(sides.received.ends_with("aY"), "{sides:?}");
    }

    #[test]
    fn an_explanation_ends() {
        let bytes = refused("one", "other").to_bytes();
        assert!(Explanation::from_bytes(&bytes, NOW.plus(LIFETIME)).is_some());
        assert_eq!(Explanation::from_bytes(&bytes, NOW.plus(LIFETIME).plus(Seconds(1))), None);
    }

    #[test]
    fn bytes_of_others_are_no_explanation() {
        for bytes in ["", "null", "[]", r#"["NoSuchCheck",null,1900000000,null]"#, r#"["CodeKnown",null,"soon",null]"#, "\u{0}"] {
            assert_eq!(Explanation::from_bytes(bytes.as_bytes(), NOW), None, "{bytes}");
        }
    }

    proptest! {
        #[test]
        fn whatever_happened_the_bytes_are_equally_many_and_read_back(
            expected in ".{0,700}", received in ".{0,700}", client in "[!-~]{1,2048}", check in 0..Check::ALL.len(), shown in any::<bool>(),
        ) {
            let evidence = shown.then(|| Evidence::new(expected, received));
            let refusal = Refusal { evidence, ..Refusal::by(Check::ALL[check]) };
            let bytes = Explanation::of(&refusal, Some(&ClientId::new(client)), NOW).to_bytes();
            prop_assert_eq!(bytes.len(), SIZE);
            let read = Explanation::from_bytes(&bytes, NOW);
            prop_assert_eq!(read.as_ref().map(|read| read.check), Some(refusal.check));
            prop_assert_eq!(read.and_then(|read| read.sides).is_some(), shown);
        }
    }
}
