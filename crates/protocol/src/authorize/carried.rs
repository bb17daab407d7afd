//! Where the parameters of an authorization request are: in the request itself, or somewhere it points to.

use crate::check::{Check, Checks};
use crate::error::Refusal;
use crate::params::Params;
use crate::secret::{PushedRequest, Secret};

/// What a `request_uri` of a pushed request begins with (RFC 9126 §2.2).
pub const PUSHED: &str = "urn:ietf:params:oauth:request_uri:";

/// How the parameters came, for the rules that want them to come in a certain way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// By the client itself, at the endpoint for pushed requests (RFC 9126).
    pub pushed: bool,
    /// Signed by the client (RFC 9101).
    pub signed: bool,
}

/// Where the parameters are.
#[derive(Debug)]
pub enum Carried {
    /// In the request.
    Here,
    /// They were pushed before (RFC 9126 §4); nothing else of the request counts but its `client_id`.
    Pushed(Secret<PushedRequest>),
    /// In a signed request object beside it (RFC 9101 §5.1).
    Object(String),
    /// In one that is to be fetched from an address that its client registered (RFC 9101 §5.2).
    At(String),
}

impl Carried {
    /// Looks where they are.
    ///
    /// # Errors
    /// [`Check::ParamNotRepeated`], [`Check::RequestOrRequestUri`].
    pub fn of(params: &Params, checks: &mut Checks<'_>) -> Result<Self, Refusal> {
        let once = |name: &str| params.all(name).nth(1).is_none();
        checks.hold(Check::ParamNotRepeated, once("request") && once("request_uri"))?;
        let (object, uri) = (params.get("request"), params.get("request_uri"));
        // RFC 9101 §5: "The request and request_uri parameters MUST NOT be used together."
        checks.hold(Check::RequestOrRequestUri, object.is_none() || uri.is_none())?;
        Ok(match (object, uri) {
            (Some(object), _) => Self::Object(object.to_owned()),
            (None, Some(uri)) => match uri.strip_prefix(PUSHED) {
                Some(reference) => Self::Pushed(Secret::shown(reference)),
                None => Self::At(uri.to_owned()),
            },
            (None, None) => Self::Here,
        })
    }

    /// The signed object in which a client pushes its parameters, if it does (RFC 9126 §3).
    ///
    /// # Errors
    /// [`Check::ParamNotRepeated`], [`Check::RequestUriNotPushed`].
    pub fn pushed<'p>(params: &'p Params, checks: &mut Checks<'_>) -> Result<Option<&'p str>, Refusal> {
        // RFC 9126 §2.1 step 2: "The server MUST reject the request if the request_uri authorization request parameter is provided."
        checks.hold(Check::RequestUriNotPushed, params.get("request_uri").is_none())?;
        checks.hold(Check::ParamNotRepeated, params.all("request").nth(1).is_none())?;
        Ok(params.get("request"))
    }
}
