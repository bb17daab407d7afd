//! The rules of an authorization request whose client and redirect URI are proven.

use super::prompt::Prompts;
use super::raw::{Bound, RedirectError};
use super::request::Request;
use super::response::ResponseMode;
use crate::api::Apis;
use crate::check::{Check, Checks, Evidence};
use crate::claims_request::{self, ClaimsRequest};
use crate::dpop::Jkt;
use crate::error::Refusal;
use crate::grants::GrantType;
use crate::policy::Policy;
use crate::requested;
use crate::values::{Seconds, Subject};

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
        // RFC 9126 §5, §6: the client's registration or the server's may refuse everything else.
        let must_push = self.client.must_push() || policy.require_pushed_requests;
        checks.hold(Check::PushedRequestRequired, self.manner.pushed || !must_push)?;
        // RFC 9101 §10.5: "the authorization server MUST reject a plain authorization request from this client".
        checks.hold(Check::SignedRequestRequired, self.manner.signed || !self.client.metadata.require_signed_request_object)?;
        checks.hold(Check::RegistrationAbsent, p.get("registration").is_none())?;
        checks.hold(Check::ResponseModeKnown, p.get("response_mode").is_none_or(|mode| ResponseMode::parse(mode).is_some()))?;
        let response_type = checks.some(Check::ResponseTypePresent, p.get("response_type"))?;
        checks.require(Check::ResponseTypeCode, response_type == "code", || Evidence::new("code", response_type.to_owned()))?;
        checks.hold(Check::ClientMayAuthorize, self.client.may(GrantType::AuthorizationCode))?;
        let challenge = requested::challenge(p, policy.requires_pkce(&self.client), checks)?;
        let resources = requested::resources(p, &self.client, apis, policy, checks)?;
        let details = requested::details(p, &self.client, &resources, apis, checks)?;
        let scopes = requested::scopes(p, &self.client, (&resources, &details), apis, checks)?;
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
        let jkt = p.get("dpop_jkt").map(Jkt::parse);
        checks.hold(Check::DpopJktWellFormed, jkt != Some(None))?;
        // Without openid there is nobody to speak of (Core §5.5: the parameter is one of OpenID Connect's).
        let claims = if scopes.has("openid") { self.claims(checks)? } else { ClaimsRequest::default() };
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
            acr_values: self.acr_values(),
            claims,
            details,
            dpop_jkt: jkt.flatten().map(String::from),
            hinted,
        })
    }

    fn claims(&self, checks: &mut Checks<'_>) -> Result<ClaimsRequest, Refusal> {
        let asked = match self.params.get("claims") {
            Some(text) => ClaimsRequest::read(text, &self.client.allowed_scopes(), checks)?,
            None => ClaimsRequest::default(),
        };
        Ok(ClaimsRequest { locales: self.params.get("claims_locales").map(claims_request::locales).unwrap_or_default(), ..asked })
    }

    /// Core §3.1.2.1: a voluntary wish, so that nothing in it is ever an error; in its place the client's registered ones.
    fn acr_values(&self) -> Vec<String> {
        let wished = |text: &str| text.split(' ').filter(|acr| !acr.is_empty() && acr.len() <= 200).take(20).map(str::to_owned).collect();
        self.params.get("acr_values").map_or_else(|| self.client.metadata.default_acr_values.clone(), wished)
    }
}
