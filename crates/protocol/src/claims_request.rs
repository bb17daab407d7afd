//! The `claims` parameter (OpenID Connect Core §5.5): single claims, asked for by name.

use crate::acr::Acr;
use crate::check::{Check, Checks, Evidence};
use crate::error::Refusal;
use crate::jose::unique_object;
use crate::scopes::Scopes;
use crate::tokens::claims::{Person, base, covers, is_standard, scope_of};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// So long may the parameter be, in bytes.
pub const MOST_BYTES: usize = 4096;
/// So many claims may it name.
pub const MOST_CLAIMS: usize = 50;

/// What is wished of one claim (§5.5.1); `null` in the request is a wish without conditions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    /// The app can't go on well without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
    /// It should have this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// It should have one of these, the most wanted first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Value>>,
}

/// Claims by name, with what is wished of each.
pub type Wishes = BTreeMap<String, Wish>;
/// Names of claims without language tags: what consent speaks of.
pub type Names = BTreeSet<String>;

/// A `claims` parameter that holds, with the languages the claims should be in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// To be told at userinfo.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub userinfo: Wishes,
    /// To be told in the ID token.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: Wishes,
    /// `claims_locales`, the most wanted first (§5.2); none: every language there is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locales: Vec<String>,
}

/// Claims that speak of the login, not of the profile: asked for, they set a condition; told they are always.
const OF_THE_LOGIN: [&str; 3] = ["sub", "acr", "auth_time"];

impl Wish {
    /// §5.5.1: `null`, or an object whose unknown members are ignored.
    fn read(json: Value) -> Option<Self> {
        match json {
            Value::Null => Some(Self::default()),
            Value::Object(_) => serde_json::from_value(json).ok(),
            _ => None,
        }
    }

    /// What the value should be, if that is said.
    fn wanted(&self) -> Option<impl Iterator<Item = &Value>> {
        let said = self.value.is_some() || self.values.is_some();
        said.then(|| self.value.iter().chain(self.values.iter().flatten()))
    }

    /// Whether a value is one that was asked for (§5.5.1: "Requests that the Claim be returned with a particular value").
    pub fn takes(&self, value: &Value) -> bool {
        self.wanted().is_none_or(|mut wanted| wanted.any(|one| one == value))
    }
}

impl ClaimsRequest {
    /// Reads the parameter. Members and claims that aren't known are left out (§5.5, §5.5.1), and so are those whose scope the client may not
    /// ask.
    ///
    /// # Errors
    /// [`Check::ClaimsWellFormed`], [`Check::AcrReachable`].
    pub fn read(text: &str, allowed: &Scopes, checks: &mut Checks<'_>) -> Result<Self, Refusal> {
        let document = Some(text).filter(|text| text.len() <= MOST_BYTES).and_then(|text| unique_object(text.as_bytes()));
        let parsed = document.and_then(|mut members| Some((wishes(members.remove("userinfo"))?, wishes(members.remove("id_token"))?)));
        let bounded = parsed.filter(|(userinfo, id_token)| userinfo.len() + id_token.len() <= MOST_CLAIMS);
        let (userinfo, id_token) = checks.some(Check::ClaimsWellFormed, bounded)?;
        let known = |name: &String| OF_THE_LOGIN.contains(&name.as_str()) || scope_of(base(name)).is_some_and(|scope| allowed.has(scope));
        let mut request = Self { userinfo, id_token, locales: Vec::new() };
        request.userinfo.retain(|name, _| known(name));
        request.id_token.retain(|name, _| known(name));
        request.acr(checks)?;
        Ok(request)
    }

    /// §5.5.1.1: an essential `acr` with values that can't be met "MUST" be treated "as a failed authentication attempt"; told by the code of
    /// OpenID Connect Core Error Code `unmet_authentication_requirements` 1.0.
    fn acr(&self, checks: &mut Checks<'_>) -> Result<(), Refusal> {
        let essential = self.id_token.get("acr").filter(|wish| wish.essential);
        let Some(wanted) = essential.and_then(Wish::wanted) else { return Ok(()) };
        let wanted: Vec<&Value> = wanted.collect();
        checks.require(Check::AcrReachable, Acr::ALL.iter().any(|acr| acr.satisfies(wanted.iter().copied())), || {
            let asked: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            Evidence::new(Acr::ALL.map(Acr::as_str).join(" "), asked.join(" "))
        })
    }

    /// Whether nothing is wished.
    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty() && self.locales.is_empty()
    }

    /// Whether a person may be the one who logs in: a `sub` asked for with a value is that person's (§5.5.1, §3.1.2.2).
    pub fn takes_subject(&self, sub: &str) -> bool {
        let sub = Value::from(sub);
        [&self.userinfo, &self.id_token].iter().all(|wishes| wishes.get("sub").is_none_or(|wish| wish.takes(&sub)))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.userinfo.keys().chain(self.id_token.keys()).map(|name| base(name)).filter(|name| !OF_THE_LOGIN.contains(name))
    }

    /// The claims that none of these scopes hands over.
    pub fn beside(&self, scopes: &Scopes) -> Names {
        self.names().filter(|name| !covers(scopes, name)).map(str::to_owned).collect()
    }

    /// The claims that need a consent of their own: no scope of the request speaks of them. What is no standard claim counts only if this
    /// person has it, so that an app can't put words of its own onto our page.
    pub fn own(&self, scopes: &Scopes, person: Option<&Person>) -> Names {
        let known = |name: &str| is_standard(name) || person.is_some_and(|person| person.has(name));
        self.beside(scopes).into_iter().filter(|name| known(name)).collect()
    }

    /// What is left of it where these scopes and these claims beside them were allowed.
    #[must_use]
    pub fn granted(&self, scopes: &Scopes, names: &Names) -> Self {
        self.only(|name| covers(scopes, name) || names.contains(name))
    }

    /// Those whose name, without its language, is kept; of the login's own none.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&str) -> bool) -> Self {
        let kept = |wishes: &Wishes| -> Wishes {
            let stays = |name: &str| !OF_THE_LOGIN.contains(&name) && keep(name);
            wishes.iter().filter(|(name, _)| stays(base(name))).map(|(name, wish)| (name.clone(), wish.clone())).collect()
        };
        Self { userinfo: kept(&self.userinfo), id_token: kept(&self.id_token), locales: self.locales.clone() }
    }
}

/// One member of the parameter (§5.5): an object of claims; absent like `null`.
fn wishes(member: Option<Value>) -> Option<Wishes> {
    match member {
        None | Some(Value::Null) => Some(Wishes::new()),
        Some(Value::Object(claims)) => claims.into_iter().map(|(name, wish)| Some((name, Wish::read(wish)?))).collect(),
        Some(_) => None,
    }
}

/// Reads `claims_locales` (§5.2): tags that are none are left out, and never an error.
pub fn locales(text: &str) -> Vec<String> {
    let tag = |tag: &&str| !tag.is_empty() && tag.len() <= 35 && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    text.split(' ').filter(tag).take(10).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
