//! The rules of an authorization request whose client and redirect URI are proven.

use super::prompt::Prompts;
use super::raw::{Bound, RedirectError};
use super::request::Request;
use super::response::ResponseMode;
use crate::api::Apis;
use crate::check::{Check, Checks, Evidence};
use crate::claims_request::ClaimsRequest;
use crate::details::Details;
use crate::error::Refusal;
use crate::grants::GrantType;
use crate::pkce::Challenge;
use crate::policy::Policy;
use crate::scopes::{Scopes, is_openid_scope};
use crate::values::{ResourceUri, Seconds, Subject};

impl Bound {
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
        let prompts = Prompts::read(p, checks)?;
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
            claims_locales: p.get("claims_locales").map(|tags| tags.chars().take(100).collect()),
            acr_values: Vec::new(),
            claims: ClaimsRequest::default(),
            details: Details::default(),
            dpop_jkt: None,
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
}
