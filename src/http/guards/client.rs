//! What a request shows of its client: a `FromData`, since authentication may be in header or body.

use super::{FormBody, certificate};
use crate::flows::client_auth::Sender;
use crate::flows::forward_auth::Question;
use crate::flows::userinfo::Visitor;
use crate::http::reply::{Named, app};
use crate::http::watch::ctx;
use doorward_protocol::check::Check;
use doorward_protocol::client_auth::Presented;
use doorward_protocol::error::Refusal;
use doorward_protocol::params::Params;
use doorward_protocol::values::ClientId;
use rocket::data::{Data, FromData, Outcome};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome as RequestOutcome};
use rocket::{Request, async_trait};

/// Whoever comes with an access token: what the request shows of it, looked at by the flow.
#[derive(Debug)]
pub struct Holder<'r>(pub Visitor<'r>);

#[async_trait]
impl<'r> FromRequest<'r> for Holder<'r> {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> RequestOutcome<Self, Self::Error> {
        let headers = request.headers();
        RequestOutcome::Success(Self(Visitor {
            method: request.method().as_str(),
            authorization: headers.get("Authorization").collect(),
            dpop: headers.get("DPoP").map(str::to_owned).collect(),
            certificate: certificate::of(request).await,
        }))
    }
}

/// A proxy that asks about a request it received: what it says of it, looked at by the flow.
#[derive(Debug)]
pub struct Proxied<'r>(pub Question<'r>);

#[async_trait]
impl<'r> FromRequest<'r> for Proxied<'r> {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> RequestOutcome<Self, Self::Error> {
        let visitor = request.guard::<Holder<'r>>().await.map(|Holder(visitor)| visitor);
        let headers = request.headers();
        let from = request.remote().map(|remote| remote.ip());
        visitor.map(|visitor| {
            Self(Question {
                from,
                may_ask: from.is_some_and(|ip| app(request).forward_auth.contains(ip)),
                query: request.uri().query().map(|query| query.as_str()).unwrap_or_default(),
                methods: headers.get("X-Forwarded-Method").collect(),
                uris: headers.get("X-Forwarded-Uri").collect(),
                visitor,
            })
        })
    }
}

/// The form of an endpoint at which clients authenticate.
#[derive(Debug)]
pub struct ClientForm {
    /// What was shown of the sender.
    pub sender: Sender,
    /// All parameters.
    pub params: Params,
}

impl ClientForm {
    async fn read(request: &Request<'_>, data: Data<'_>) -> Result<Self, Refusal> {
        // RFC 6749 §2.3.1: credentials "MUST NOT be included in the request URI"; no parameter of these endpoints belongs there.
        if request.uri().query().is_some_and(|query| !query.is_empty()) {
            return Err(Refusal::by(Check::SecretNotInQuery));
        }
        let body = FormBody::read(request, data).await?;
        let params = body.params(doorward_protocol::grants::MAY_REPEAT)?;
        let authorization: Vec<&str> = request.headers().get("Authorization").collect();
        // A client named twice is none: decided before anybody is looked up.
        for name in ["client_id", "client_secret", "client_assertion", "client_assertion_type"] {
            if params.all(name).nth(1).is_some() {
                return Err(Refusal::by(Check::ParamNotRepeated));
            }
        }
        let shown = Presented::read(&authorization, &params, &mut ctx(request).checks())?;
        request.local_cache(|| Named(Some(ClientId::new(shown.client_id()))));
        let dpop = request.headers().get("DPoP").map(str::to_owned).collect();
        let certificate = certificate::of(request).await;
        Ok(Self { sender: Sender { shown, dpop, certificate }, params })
    }
}

#[async_trait]
impl<'r> FromData<'r> for ClientForm {
    type Error = Refusal;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match Self::read(request, data).await {
            Ok(form) => Outcome::Success(form),
            Err(refusal) => Outcome::Error((Status::new(refusal.code().status()), refusal)),
        }
    }
}

/// What an introspecting client takes.
#[derive(Clone, Copy, Debug)]
pub struct Wants {
    /// A signed answer: `Accept` names its type (RFC 9701 §4); a wildcard doesn't.
    pub jwt: bool,
}

#[async_trait]
impl<'r> FromRequest<'r> for Wants {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> RequestOutcome<Self, Self::Error> {
        let named = |range: &str| {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/token-introspection+jwt"));
            // RFC 9110 §12.4.2: a weight of 0 means "not acceptable".
            let refused = |part: &str| {
                part.split_once('=').is_some_and(|(name, weight)| name.eq_ignore_ascii_case("q") && weight.parse() == Ok(0.0_f32))
            };
            kind && !parts.any(refused)
        };
        let jwt = request.headers().get("Accept").flat_map(|header| header.split(',')).any(named);
        RequestOutcome::Success(Self { jwt })
    }
}
