//! From what came to a client and a redirect URI that are proven.

use super::carried::Manner;
use super::response::{ResponseMode, Target};
use crate::check::{Check, Checks, Evidence};
use crate::client::Client;
use crate::error::Refusal;
use crate::explain::nearest;
use crate::params::Params;
use crate::redirect_uri::RedirectUri;
use crate::values::ClientId;
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
    manner: Manner,
}

/// A request whose client and redirect URI are proven.
#[derive(Clone, Debug)]
pub struct Bound {
    pub(super) params: Params,
    pub(super) client: Arc<Client>,
    pub(super) target: Target,
    pub(super) redirect_uri_sent: bool,
    pub(super) manner: Manner,
}

impl Raw {
    /// Takes the decoded parameters of a request through the browser.
    pub fn new(params: Params) -> Self {
        Self::by(Manner::default(), params)
    }

    /// Takes those that came in another manner.
    pub fn by(manner: Manner, params: Params) -> Self {
        Self { params, manner }
    }

    /// The parameters.
    pub fn params(&self) -> &Params {
        &self.params
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
                    let likest = nearest(registered.iter().map(RedirectUri::as_str), asked).unwrap_or("none is registered");
                    Evidence::new(likest.to_owned(), asked.to_owned())
                })?;
                RedirectUri::stored(asked)
            }
            // RFC 6749 §3.1.2.3: it may be left out when exactly one is registered; OpenID Connect Core §3.1.2.1 asks for it always.
            // FAPI 2.0 Security Profile §5.3.2.2 asks for it in every pushed request.
            (None, [only]) if !self.asks_openid() && !client.is_fapi2() => only.clone(),
            (None, _) => checks.some(Check::RedirectUriPresent, None)?,
        };
        let target = Target {
            uri,
            // An unknown mode is refused in `validate`; that answer goes by query.
            mode: self.params.unambiguous("response_mode").and_then(ResponseMode::parse).unwrap_or_default(),
            state: self.params.unambiguous("state").map(str::to_owned),
        };
        Ok(Bound { redirect_uri_sent: sent.is_some(), params: self.params, client, target, manner: self.manner })
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

    /// Where an answer goes, if the request names that address itself.
    pub fn named_target(&self) -> Option<&Target> {
        self.redirect_uri_sent.then_some(&self.target)
    }
}
