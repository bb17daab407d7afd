//! Request parameters: decoded strictly, repeats poisoned.

use crate::check::{Check, Checks, Evidence};
use crate::error::Refusal;
use percent_encoding::percent_decode;
use std::borrow::Cow;

/// At most so many parameters in one request.
const MOST: usize = 64;
/// At most so many bytes in one value: ID tokens as hints are the longest in practice.
const LONGEST: usize = 16 * 1024;

/// The parameters of one request, from a query or a form body.
#[derive(Clone, Debug, Default)]
pub struct Params {
    pairs: Vec<(String, String)>,
    /// The first name that came twice although its endpoint doesn't allow it.
    repeated: Option<String>,
}

impl Params {
    /// Decodes `application/x-www-form-urlencoded` bytes. Names in `may_repeat` may come several times (RFC 8707 §2).
    ///
    /// A parameter without a value counts as absent (RFC 6749 §3.1).
    ///
    /// # Errors
    /// [`Check::ParamsWellFormed`] for bad escapes, bytes that are no UTF-8, or NUL; [`Check::ParamsBounded`] for too many or too long ones.
    /// Repeats are reported by [`Self::no_repeats`], since an authorization request may still answer them by redirect.
    pub fn parse(raw: &[u8], may_repeat: &[&str]) -> Result<Self, Refusal> {
        let mut params = Self::default();
        for piece in raw.split(|b| *b == b'&').filter(|piece| !piece.is_empty()) {
            if params.pairs.len() >= MOST || piece.len() > LONGEST {
                return Err(Refusal::by(Check::ParamsBounded));
            }
            let mut halves = piece.splitn(2, |b| *b == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            params.push(name, value, may_repeat);
        }
        Ok(params)
    }

    /// Takes parameters that came by another way than a form, such as the claims of a request object, within the same bounds
    /// and by the same rules as [`Self::parse`].
    ///
    /// # Errors
    /// [`Check::ParamsWellFormed`] for NUL; [`Check::ParamsBounded`].
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>, may_repeat: &[&str]) -> Result<Self, Refusal> {
        let mut params = Self::default();
        for (name, value) in pairs {
            if name.contains('\0') || value.contains('\0') {
                return Err(Refusal::by(Check::ParamsWellFormed));
            }
            if params.pairs.len() >= MOST || name.len() + value.len() > LONGEST {
                return Err(Refusal::by(Check::ParamsBounded));
            }
            params.push(name, value, may_repeat);
        }
        Ok(params)
    }

    /// A parameter without a value counts as absent (RFC 6749 §3.1); a second one poisons.
    fn push(&mut self, name: String, value: String, may_repeat: &[&str]) {
        if value.is_empty() {
            return;
        }
        if self.pairs.iter().any(|(n, _)| *n == name) && !may_repeat.contains(&name.as_str()) {
            self.repeated.get_or_insert_with(|| name.clone());
        }
        self.pairs.push((name, value));
    }

    /// The value of a parameter; the first, should it have come twice.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The value of a parameter that came exactly once.
    pub fn unambiguous(&self, name: &str) -> Option<&str> {
        let mut values = self.pairs.iter().filter(|(n, _)| n == name);
        let first = values.next().map(|(_, v)| v.as_str());
        if values.next().is_some() { None } else { first }
    }

    /// The first parameter of all, with its value.
    pub fn first(&self) -> Option<(&str, &str)> {
        self.pairs.first().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// All values of a parameter, in order.
    pub fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> + 'p {
        self.pairs.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The names of all parameters, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }

    /// RFC 6749 §3.1: "parameters MUST NOT be included more than once".
    ///
    /// # Errors
    /// [`Check::ParamNotRepeated`] names the parameter.
    pub fn no_repeats(&self, checks: &mut Checks<'_>) -> Result<(), Refusal> {
        checks.require(Check::ParamNotRepeated, self.repeated.is_none(), || {
            Evidence::new("each parameter once", self.repeated.clone().unwrap_or_default())
        })
    }
}

fn decode(raw: &[u8]) -> Result<String, Refusal> {
    let malformed = || Refusal::by(Check::ParamsWellFormed);
    let spaced: Cow<'_, [u8]> =
        if raw.contains(&b'+') { raw.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect::<Vec<_>>().into() } else { raw.into() };
    // WHATWG decoding lets a stray % through; a request with one is broken, and guessing helps nobody.
    let escapes_whole = spaced
        .iter()
        .enumerate()
        .filter(|(_, b)| **b == b'%')
        .all(|(at, _)| spaced.get(at + 1).is_some_and(u8::is_ascii_hexdigit) && spaced.get(at + 2).is_some_and(u8::is_ascii_hexdigit));
    if !escapes_whole {
        return Err(malformed());
    }
    let text = percent_decode(&spaced).decode_utf8().map_err(|_| malformed())?.into_owned();
    if text.contains('\0') { Err(malformed()) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(raw: &[u8]) -> Option<Check> {
        Params::parse(raw, &[]).err().map(|refusal| refusal.check)
    }

    #[test]
    fn broken_escapes_foreign_bytes_and_nul_are_refused() {
        for raw in [&b"a=%"[..], b"a=%4", b"a=%zz", b"a=%ff", b"a=\xff\xfe", b"a=%00", b"%00=a", b"a=%C0%AF"] {
            assert_eq!(refused(raw), Some(Check::ParamsWellFormed), "{raw:?}");
        }
    }

    #[test]
    fn too_many_or_too_long_parameters_are_refused() {
        assert_eq!(refused("a=1&".repeat(65).as_bytes()), Some(Check::ParamsBounded));
        assert_eq!(refused(format!("a={}", "x".repeat(20_000)).as_bytes()), Some(Check::ParamsBounded));
    }

    #[test]
    fn a_repeat_poisons_all_but_the_parameters_that_may_repeat() -> Result<(), Refusal> {
        let params = Params::parse(b"resource=a&resource=b&x=1", &["resource"])?;
        assert!(params.no_repeats(&mut Checks::silent()).is_ok());
        assert_eq!(params.all("resource").collect::<Vec<_>>(), ["a", "b"]);
        let params = Params::parse(b"x=1&resource=b&x=1", &["resource"])?;
        assert_eq!(params.no_repeats(&mut Checks::silent()).map_err(|r| r.check), Err(Check::ParamNotRepeated));
        assert_eq!(params.unambiguous("x"), None);
        Ok(())
    }

    #[test]
    fn pairs_are_held_to_the_same_bounds_and_rules() -> Result<(), Refusal> {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let refused = |pairs: Vec<(String, String)>| Params::from_pairs(pairs, &[]).err().map(|refusal| refusal.check);
        assert_eq!(refused(vec![pair("a", "\0")]), Some(Check::ParamsWellFormed));
        assert_eq!(refused(vec![pair("\0", "a")]), Some(Check::ParamsWellFormed));
        assert_eq!(refused(vec![pair("a", &"x".repeat(20_000))]), Some(Check::ParamsBounded));
        assert_eq!(refused((0..65).map(|n| pair(&n.to_string(), "x")).collect()), Some(Check::ParamsBounded));
        let params = Params::from_pairs([pair("x", "1"), pair("y", ""), pair("x", "2")], &[])?;
        assert_eq!((params.unambiguous("x"), params.get("y")), (None, None));
        assert_eq!(params.no_repeats(&mut Checks::silent()).map_err(|r| r.check), Err(Check::ParamNotRepeated));
        Ok(())
    }

    #[test]
    fn a_parameter_without_a_value_counts_as_absent() -> Result<(), Refusal> {
        let params = Params::parse(b"a=&b&c=1", &[])?;
        assert_eq!((params.get("a"), params.get("b"), params.get("c")), (None, None, Some("1")));
        Ok(())
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_read_back(pairs in prop::collection::vec(("[a-z]{1,8}[0-9]{3}", "[^\0]{1,40}"), 0..20)) {
            let raw = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
            let params = Params::parse(raw.as_bytes(), &[]).map_err(|e| TestCaseError::fail(e.to_string()))?;
            for (name, value) in &pairs {
                prop_assert!(params.all(name).any(|v| v == value));
            }
        }

        #[test]
        fn no_bytes_make_it_panic(raw in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Params::parse(&raw, &["resource"]);
        }
    }
}
