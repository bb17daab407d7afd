//! A signed token taken apart: nothing is verified here, only shown.

use super::field::{Field, Kind, Shown, View};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// A longer one is kept as a text.
const LONGEST: usize = 16 * 1024;

/// The three parts of a JWS in its compact form (RFC 7515 §7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// As it came, where that may be seen.
    pub compact: Option<String>,
    /// Its header.
    pub header: Vec<Field>,
    /// Its claims.
    pub claims: Vec<Field>,
    /// The signature.
    pub signature: Shown,
}

impl Token {
    /// Takes a token apart; none when it isn't one.
    pub(super) fn read(view: &View, compact: &str) -> Option<Self> {
        if compact.len() > LONGEST {
            return None;
        }
        let mut parts = compact.split('.');
        let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let part = |text: &str| -> Option<Map<String, Value>> { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok() };
        let (header, claims) = (part(header)?, part(claims)?);
        let signature = if view.is_whole() { Shown::Clear(signature.to_owned()) } else { view.hide(Kind::Token, signature) };
        Some(Self {
            compact: view.is_whole().then(|| compact.to_owned()),
            header: view.members(&header),
            claims: view.members(&claims),
            signature,
        })
    }

    pub(super) fn weight(&self) -> usize {
        let fields = self.header.iter().chain(&self.claims).map(|field| field.name.len() + field.value.weight()).sum::<usize>();
        fields + self.compact.as_ref().map_or(0, String::len) + self.signature.weight()
    }
}
