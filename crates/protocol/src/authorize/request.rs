//! From what came to a request that holds.

use super::response::{ResponseMode, Target};
use crate::api::Apis;
use crate::check::{Check, Checks, Evidence};
use crate::client::Client;
use crate::error::Refusal;
use crate::grants::GrantType;
use crate::params::Params;
use crate::pkce::Challenge;
use crate::policy::Policy;
use crate::redirect_uri::RedirectUri;
use crate::scopes::{Scopes, is_openid_scope};
use crate::values::{ClientId, ResourceUri, Seconds, Subject};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The parameters that may come several times (RFC 8707 §2).
pub const MAY_REPEAT: &[&str] = &["resource"];

/// An error before client and redirect URI are proven: shown to the person as a page, never sent anywhere (RFC 9700 §4.11.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageError(pub Refusal);

impl From<Refusal> for PageError {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

/// An error after they are proven: sent to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectError {
    /// The rule that refused.
    pub refusal: Refusal,
    /// Where it goes.
    pub target: Target,
}

/// The parameters as they came.
#[derive(Clone, Debug)]
pub struct Raw {
    params: Params,
}

/// A request whose client and redirect URI are proven.
#[derive(Clone, Debug)]
pub struct Bound {
    params: Params,
    client: Arc<Client>,
    target: Target,
    redirect_uri_sent: bool,
}

/// The values of `prompt` (OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Show no page.
    None,
    /// Ask for the password again.
    Login,
    /// Ask for consent again.
    Consent,
    /// Let the person choose an account.
    SelectAccount,
}

impl Prompt {
    /// Every value, as discovery lists them.
    pub const ALL: [Self; 4] = [Self::None, Self::Login, Self::Consent, Self::SelectAccount];

    /// As it stands in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
        }
    }
}

/// The set of prompts of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prompts(Vec<Prompt>);

impl Prompts {
    /// Whether `prompt` was asked.
    pub fn has(&self, prompt: Prompt) -> bool {
        self.0.contains(&prompt)
    }

    /// A set of these, for tests and for requests of our own.
    pub fn of(prompts: &[Prompt]) -> Self {
        Self(prompts.to_vec())
    }
}

/// An authorization request that holds. It is fixed at the start and stored; no later step reads a parameter again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Who asks.
    pub client_id: ClientId,
    /// Where the answer goes.
    pub target: Target,
    /// Whether the request named its redirect URI: then the token request must, too (RFC 6749 §4.1.3).
    pub redirect_uri_sent: bool,
    /// What is asked: known here and registered for the client.
    pub scopes: Scopes,
    /// For which APIs (RFC 8707).
    pub resources: Vec<ResourceUri>,
    /// The code challenge, S256.
    pub challenge: Option<Challenge>,
    /// Goes into the ID token byte for byte.
    pub nonce: Option<String>,
    /// Which pages must or must not be shown.
    pub prompts: Prompts,
    /// The login may not be older.
    pub max_age: Option<Seconds>,
    /// Fills the login form.
    pub login_hint: Option<String>,
    /// The languages the app would like.
    pub ui_locales: Option<String>,
    /// Whom the ID token hint names.
    pub hinted: Option<Subject>,
}

impl Raw {
    /// Takes the decoded parameters.
    pub fn new(params: Params) -> Self {
        Self { params }
    }

    /// The client to load.
    ///
    /// # Errors
    /// [`Check::ParamNotRepeated`] or [`Check::ClientIdPresent`], as a page.
    pub fn client_id(&self, checks: &mut Checks<'_>) -> Result<ClientId, PageError> {
        let twice = self.params.all("client_id").nth(1).is_some();
        checks.hold(Check::ParamNotRepeated, !twice)?;
        Ok(ClientId::new(checks.some(Check::ClientIdPresent, self.params.get("client_id"))?))
    }

    /// Proves that client and redirect URI are known and belong together.
    ///
    /// # Errors
    /// As a page: a redirect to an address that isn't proven would make this server an open redirector (RFC 9700 §4.11.2).
    pub fn bind(self, client: Option<Arc<Client>>, checks: &mut Checks<'_>) -> Result<Bound, PageError> {
        let client = checks.some(Check::ClientKnown, client)?;
        let twice = self.params.all("redirect_uri").nth(1).is_some();
        checks.hold(Check::ParamNotRepeated, !twice)?;
        let sent = self.params.get("redirect_uri");
        let uri = match (sent, client.metadata.redirect_uris.as_slice()) {
            (Some(asked), registered) => {
                checks.require(Check::RedirectUriExact, client.has_redirect_uri(asked), || {
                    let all: Vec<&str> = registered.iter().map(RedirectUri::as_str).collect();
                    Evidence::new(all.join(" "), asked.to_owned())
                })?;
                RedirectUri::stored(asked)
            }
            // RFC 6749 §3.1.2.3: it may be left out when exactly one is registered; OpenID Connect Core §3.1.2.1 asks for it always.
            (None, [only]) if !self.asks_openid() => only.clone(),
            (None, _) => checks.some(Check::RedirectUriPresent, None)?,
        };
        let target = Target {
            uri,
            // An unknown mode is refused in `validate`; that answer goes by query.
            mode: self.params.unambiguous("response_mode").and_then(ResponseMode::parse).unwrap_or_default(),
            state: self.params.unambiguous("state").map(str::to_owned),
        };
        Ok(Bound { redirect_uri_sent: sent.is_some(), params: self.params, client, target })
    }

    fn asks_openid(&self) -> bool {
        self.params.get("scope").is_some_and(|scope| scope.split(' ').any(|s| s == "openid"))
    }
}

impl Bound {
    /// The ID token hint, to be verified by whoever has the keys.
    pub fn id_token_hint(&self) -> Option<&str> {
        self.params.get("id_token_hint")
    }

    /// The client.
    pub fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// Where an answer goes.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Checks everything else. `hinted` is the person a valid hint names, `Err` when a hint came that isn't valid.
    ///
    /// # Errors
    /// [`RedirectError`] with the first rule that refuses.
    pub fn validate(
        self,
        hinted: Result<Option<Subject>, ()>,
        apis: &Apis,
        policy: &Policy,
        checks: &mut Checks<'_>,
    ) -> Result<Request, RedirectError> {
        self.checked(hinted, apis, policy, checks).map_err(|refusal| RedirectError { refusal, target: self.target.clone() })
    }

    fn checked(
        &self,
        hinted: Result<Option<Subject>, ()>,
        apis: &Apis,
        policy: &Policy,
        checks: &mut Checks<'_>,
    ) -> Result<Request, Refusal> {
        let p = &self.params;
        p.no_repeats(checks)?;
        checks.hold(Check::StateBounded, p.get("state").is_none_or(|state| state.len() <= 4096))?;
        checks.hold(Check::RequestObjectAbsent, p.get("request").is_none())?;
        checks.hold(Check::RequestUriAbsent, p.get("request_uri").is_none())?;
        checks.hold(Check::RegistrationAbsent, p.get("registration").is_none())?;
        checks.hold(Check::ResponseModeKnown, p.get("response_mode").is_none_or(|mode| ResponseMode::parse(mode).is_some()))?;
        let response_type = checks.some(Check::ResponseTypePresent, p.get("response_type"))?;
        checks.require(Check::ResponseTypeCode, response_type == "code", || Evidence::new("code", response_type.to_owned()))?;
        checks.hold(Check::ClientMayAuthorize, self.client.may(GrantType::AuthorizationCode))?;
        let challenge = self.challenge(checks)?;
        let resources = self.resources(apis, policy, checks)?;
        let scopes = self.scopes(&resources, apis, checks)?;
        checks.hold(Check::NonceBounded, p.get("nonce").is_none_or(|nonce| nonce.len() <= 512))?;
        let prompts = self.prompts(checks)?;
        let max_age = match p.get("max_age") {
            None => self.client.metadata.default_max_age,
            Some(text) => {
                let digits = text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
                checks.require(Check::MaxAgeWellFormed, digits, || Evidence::new("a whole number", text.to_owned()))?;
                text.parse().ok().map(Seconds)
            }
        };
        let hinted = checks.some(Check::IdTokenHintValid, hinted.ok())?;
        Ok(Request {
            client_id: self.client.id.clone(),
            target: self.target.clone(),
            redirect_uri_sent: self.redirect_uri_sent,
            scopes,
            resources,
            challenge,
            nonce: p.get("nonce").map(str::to_owned),
            prompts,
            max_age,
            login_hint: p.get("login_hint").map(|hint| hint.chars().take(200).collect()),
            ui_locales: p.get("ui_locales").map(|tags| tags.chars().take(100).collect()),
            hinted,
        })
    }

    fn challenge(&self, checks: &mut Checks<'_>) -> Result<Option<Challenge>, Refusal> {
        let (sent, method) = (self.params.get("code_challenge"), self.params.get("code_challenge_method"));
        // RFC 9700 §2.1.1: "MUST enforce" for public clients; OAuth 2.1 §7.5.1 for all; the one exception is the operator's.
        checks.hold(Check::PkceChallengePresent, sent.is_some() || (!self.client.requires_pkce() && method.is_none()))?;
        let Some(text) = sent else { return Ok(None) };
        // RFC 7636 §4.3: an absent method means plain, which is refused like plain itself.
        checks.require(Check::PkceMethodS256, method == Some("S256"), || {
            Evidence::new("S256", method.unwrap_or("plain (implied)").to_owned())
        })?;
        let challenge = Challenge::parse(text);
        checks.require(Check::PkceChallengeWellFormed, challenge.is_some(), || {
            Evidence::new("43 characters of base64url", format!("{} characters", text.chars().count()))
        })?;
        Ok(challenge)
    }

    fn resources(&self, apis: &Apis, policy: &Policy, checks: &mut Checks<'_>) -> Result<Vec<ResourceUri>, Refusal> {
        let allowed = self.client.allowed_scopes();
        let mut resources = Vec::new();
        for named in self.params.all("resource") {
            if named == policy.issuer.as_str() {
                continue; // userinfo: reached by the OpenID scopes alone
            }
            let api = apis.get(named).filter(|api| api.scopes.is_empty() || !allowed.and(&api.scope_set()).is_empty());
            checks.require(Check::ResourceKnown, api.is_some(), || Evidence::new("a registered API", named.to_owned()))?;
            if let Some(api) = api
                && !resources.contains(&api.resource)
            {
                resources.push(api.resource.clone());
            }
        }
        Ok(resources)
    }

    fn scopes(&self, resources: &[ResourceUri], apis: &Apis, checks: &mut Checks<'_>) -> Result<Scopes, Refusal> {
        let allowed = self.client.allowed_scopes();
        // Naming the issuer alone asks for userinfo alone.
        let unnamed = self.params.get("resource").is_none();
        let reached = |scope: &str| unnamed || apis.owner_of(scope).is_some_and(|api| resources.contains(&api.resource));
        let Some(text) = self.params.get("scope") else {
            // RFC 6749 §3.3: a pre-defined default. Here: all API scopes the client is registered for, of the resources it names.
            let default = allowed.only(|scope| !is_openid_scope(scope) && apis.knows(scope) && reached(scope));
            let unscoped = resources.iter().any(|r| apis.get(r.as_str()).is_some_and(|api| api.scopes.is_empty()));
            checks.hold(Check::ScopePresent, !default.is_empty() || unscoped)?;
            return Ok(default);
        };
        let parsed = checks.some(Check::ScopeWellFormed, Scopes::parse(text))?;
        // OpenID Connect Core §3.1.2.1: scope values that are not understood SHOULD be ignored.
        let mut scopes = parsed.only(|scope| apis.knows(scope));
        checks.require(Check::ScopeRegistered, scopes.within(&allowed), || {
            Evidence::new(allowed.to_string(), scopes.without(&allowed).to_string())
        })?;
        let stray = scopes.only(|scope| !is_openid_scope(scope) && !reached(scope));
        checks
            .require(Check::ScopeOfNamedResource, stray.is_empty(), || Evidence::new("scopes of the named resources", stray.to_string()))?;
        // OpenID Connect Core §11: offline_access means nothing where no refresh token can be given.
        if !self.client.may(GrantType::RefreshToken) {
            scopes = scopes.only(|scope| scope != "offline_access");
        }
        // The claim scopes mean nothing without openid (§5.4).
        if !scopes.has("openid") {
            scopes = scopes.only(|scope| !is_openid_scope(scope) || scope == "offline_access");
        }
        checks.hold(Check::ScopePresent, !scopes.is_empty())?;
        Ok(scopes)
    }

    fn prompts(&self, checks: &mut Checks<'_>) -> Result<Prompts, Refusal> {
        let Some(text) = self.params.get("prompt") else { return Ok(Prompts::default()) };
        let mut prompts = Vec::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let known = Prompt::ALL.into_iter().find(|prompt| prompt.as_str() == word);
            checks
                .require(Check::PromptKnown, known.is_some(), || Evidence::new("none, login, consent, select_account", word.to_owned()))?;
            prompts.extend(known);
        }
        checks.hold(Check::PromptNoneAlone, !prompts.contains(&Prompt::None) || prompts.len() == 1)?;
        Ok(Prompts(prompts))
    }
}
