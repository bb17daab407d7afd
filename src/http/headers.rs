//! What every answer carries, the request id, and one line in the access log.

use super::reply::{Noted, app};
use super::{App, canonical, cors, watch};
use doorward_protocol::secret::random_id;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{Header, Method};
use rocket::{Data, Request, Response};
use std::time::Instant;

/// Names a request in log, page and header.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The id of a request; made when first asked for.
pub fn request_id<'r>(request: &'r Request<'_>) -> &'r str {
    &request.local_cache(|| RequestId(random_id(&*app(request).ctx.rng))).0
}

struct Started(Instant);

/// Adds what every answer of ours carries. It leaves alone what isn't below the issuer's path: that is the host app's.
pub struct Headers {
    /// The path of the issuer.
    pub base: String,
}

impl Headers {
    fn is_ours(&self, path: &str) -> bool {
        let below = path.strip_prefix(self.base.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        // RFC 8414 §3.1: of an issuer with a path, one document stands at the root of the host.
        below || path.strip_prefix("/.well-known/oauth-authorization-server") == Some(self.base.as_str())
    }
}

#[rocket::async_trait]
impl Fairing for Headers {
    fn info(&self) -> Info {
        Info { name: "Doorward headers and access log", kind: Kind::Request | Kind::Response }
    }

    async fn on_request(&self, request: &mut Request<'_>, data: &mut Data<'_>) {
        if self.is_ours(request.uri().path().as_str()) {
            request.local_cache(|| Started(started_now()));
            // Rocket takes a first field `_method` as another method for the request; no form of ours has one.
            if request.content_type().is_some_and(|kind| kind.is_form()) && data.peek(8).await.starts_with(b"_method=") {
                request.set_method(Method::Post);
            }
            canonical::divert(request, &self.base);
        }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let path = request.uri().path().as_str();
        if !self.is_ours(path) {
            return;
        }
        let app: &App = app(request);
        let id = request_id(request);
        response.set_header(Header::new("X-Request-Id", id.to_owned()));
        let mut default = |name: &'static str, value: &'static str| {
            if !response.headers().contains(name) {
                response.set_header(Header::new(name, value));
            }
        };
        // RFC 6749 §5.1 for tokens; pages hold what is one person's.
        default("Cache-Control", "no-store");
        default("X-Content-Type-Options", "nosniff");
        // Not `no-referrer`: with it browsers post even our own forms with `Origin: null`.
        default("Referrer-Policy", "same-origin");
        default("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        if app.ctx.policy.issuer.is_https() {
            default("Strict-Transport-Security", "max-age=31536000");
        }
        // Rocket's own shield says SAMEORIGIN, and a policy nobody reads any more.
        response.set_header(Header::new("X-Frame-Options", "DENY"));
        response.remove_header("Permissions-Policy");
        cors::allow(path.strip_prefix(self.base.as_str()).unwrap_or(path), response);
        let status = response.status().code;
        let micros = request.local_cache(|| Started(started_now())).0.elapsed().as_micros();
        // The path alone: a query may hold codes and hints.
        let micros = u64::try_from(micros).unwrap_or(u64::MAX);
        let cause = request.local_cache(|| Noted(None)).0.as_ref();
        let (check, why) = (cause.and_then(|cause| cause.check), cause.map(|cause| cause.text.as_str()));
        let method = request.method().as_str();
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(target: "doorward::access", request_id = id, method, path, status, micros, check, why)
            };
        }
        watch::keep(request, response, id, micros).await;
        match cause.map(|cause| cause.level) {
            Some(tracing::Level::ERROR) => line!(error),
            Some(tracing::Level::WARN) => line!(warn),
            _ => line!(info),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the access log's duration decides nothing")]
fn started_now() -> Instant {
    Instant::now()
}
