//! A JSON object whose member names are unique.

use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// Parses one JSON object, with nothing after it.
///
/// RFC 7515 section 4 and RFC 7519 section 4: names must be unique. Taking the last of two, as JSON parsers
/// do, would let a signer and a verifier read different values out of one token. Within nested values the
/// last one counts; no rule of ours reads those.
///
/// `None` when it is anything else, is not UTF-8, repeats a name, nests deeper than 128 levels or has a
/// number beyond the range of a double.
pub fn unique_object(json: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice::<Unique>(json).ok().map(|Unique(map)| map)
}

struct Unique(Map<String, Value>);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Unique;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with unique names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Unique, A::Error> {
        let mut map = Map::new();
        while let Some((name, value)) = members.next_entry::<String, Value>()? {
            if map.insert(name, value).is_some() {
                return Err(de::Error::custom("a name is repeated"));
            }
        }
        Ok(Unique(map))
    }
}
