//! What a handler answers: status, headers, body. Errors are values, so that their cookies and headers aren't lost.

use super::App;
use super::watch::ctx;
use crate::flows::{Ctx, FlowError, dpop, explain};
use crate::pages::{self, Frame, Page};
use doorward_protocol::authorize::ResponseMode;
use doorward_protocol::authorize::response::Response as AuthorizationResponse;
use doorward_protocol::check::Check;
use doorward_protocol::error::{ErrorCode, Refusal};
use doorward_protocol::jose::Alg;
use doorward_protocol::redirect_uri::RedirectUri;
use doorward_protocol::registration;
use doorward_protocol::values::ClientId;
use rocket::Request;
use rocket::http::{ContentType, Header, Status};
use rocket::response::{Responder, Response};
use rocket_dyn_templates::Template;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::io::Cursor;

/// An answer.
#[derive(Debug)]
pub struct Reply {
    status: Status,
    headers: Vec<Header<'static>>,
    body: Body,
    cause: Option<Cause>,
}

/// Why an answer is none that was hoped for: told in the log line of its request, which carries the id that page and header show.
#[derive(Clone, Debug)]
pub struct Cause {
    /// How loud.
    pub level: tracing::Level,
    /// The rule that refused.
    pub check: Option<&'static str>,
    /// What happened, in words for the operator; no secret.
    pub text: String,
    /// The refusal itself.
    pub refusal: Option<Refusal>,
}

/// The cause of a request's answer, where its log line finds it.
pub struct Noted(pub Option<Cause>);

/// The client that a request names: its owner may read more at `error_uri`.
pub struct Named(pub Option<ClientId>);

impl Cause {
    /// Of a rule that refused.
    pub fn refused(check: Check) -> Self {
        let rule = check.rule();
        let text = rule.error.as_str().to_owned();
        Self { level: tracing::Level::INFO, check: Some(rule.name), text, refusal: Some(Refusal::by(check)) }
    }

    /// Of a flow that gave no answer.
    pub fn of(error: &FlowError) -> Self {
        match error {
            FlowError::Refused(refusal) => {
                let cause = Self::refused(refusal.check);
                let Some(evidence) = &refusal.evidence else { return cause };
                let text = format!("{}: expected {}, received {}", cause.text, evidence.expected, evidence.received);
                Self { text: text.chars().take(500).collect(), refusal: Some(refusal.clone()), ..cause }
            }
            FlowError::Store(why) if why.is_passing() => {
                Self { level: tracing::Level::WARN, check: None, text: why.to_string(), refusal: None }
            }
            FlowError::Busy => Self { level: tracing::Level::WARN, check: None, text: error.to_string(), refusal: None },
            FlowError::Store(_) | FlowError::Internal(_) => {
                Self { level: tracing::Level::ERROR, check: None, text: error.to_string(), refusal: None }
            }
        }
    }
}

#[derive(Debug)]
enum Body {
    Empty,
    /// An error to a program, to which `error_uri` is added.
    Explained(Map<String, Value>, Box<Refusal>),
    Text(ContentType, String),
    Bytes(ContentType, Vec<u8>),
    Page(Template),
}

/// To which addresses the forms of a page may lead, what its frames may show, and whether it may run our script (CSP level 3).
#[derive(Clone, Debug, Default)]
pub struct Csp {
    form_targets: Vec<String>,
    frames: Vec<String>,
    script: bool,
    live: bool,
}

impl Csp {
    /// Forms may lead to these redirect URIs, beside ourselves: Chromium applies `form-action` to the whole chain of redirects that
    /// follows a form, so the app's address must stand there.
    pub fn forms_to<'u>(uris: impl IntoIterator<Item = &'u RedirectUri>) -> Self {
        let mut form_targets: Vec<String> = uris.into_iter().filter_map(RedirectUri::csp_source).collect();
        form_targets.sort();
        form_targets.dedup();
        Self { form_targets, ..Self::default() }
    }

    /// The form leads to this redirect URI and nowhere else; where its host can't be written as a source, its scheme is.
    pub fn form_post_to(uri: &RedirectUri) -> Self {
        let scheme = || uri.as_str().split_once(':').map(|(scheme, _)| format!("{scheme}:"));
        Self { form_targets: uri.csp_source().or_else(scheme).into_iter().collect(), script: true, ..Self::default() }
    }

    /// A script of ours asks ourselves for what is new.
    pub fn live() -> Self {
        Self { script: true, live: true, ..Self::default() }
    }

    /// Frames may show what is of these sources and nothing else.
    pub fn frames_of<'u>(sources: impl IntoIterator<Item = &'u str>) -> Self {
        let mut frames: Vec<String> = sources.into_iter().map(str::to_owned).collect();
        frames.sort();
        frames.dedup();
        Self { frames, ..Self::default() }
    }

    fn header(&self) -> String {
        let script = if self.script { "script-src 'self'; " } else { "" };
        let live = if self.live { "connect-src 'self'; " } else { "" };
        let frames = if self.frames.is_empty() { String::new() } else { format!("frame-src {}; ", self.frames.join(" ")) };
        let forms = self.form_targets.iter().fold(String::new(), |all, target| all + " " + target);
        format!(
            "default-src 'none'; style-src 'self'; img-src 'self'; {script}{live}{frames}form-action 'self'{forms}; base-uri 'none'; frame-ancestors 'none'"
        )
    }
}

impl Reply {
    /// No content, and so no Content-Type.
    pub fn empty(status: Status) -> Self {
        Self { status, headers: Vec::new(), body: Body::Empty, cause: None }
    }

    /// JSON.
    pub fn json(status: Status, value: &impl Serialize) -> Self {
        match serde_json::to_string(value) {
            Ok(text) => Self { status, headers: Vec::new(), body: Body::Text(ContentType::JSON, text), cause: None },
            Err(_) => Self::empty(Status::InternalServerError),
        }
    }

    /// A signed answer, of the type `application/{subtype}`.
    pub fn jwt(subtype: &'static str, jwt: String) -> Self {
        Self { status: Status::Ok, headers: Vec::new(), body: Body::Text(ContentType::new("application", subtype), jwt), cause: None }
    }

    /// Plain text.
    pub fn text(status: Status, text: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: Body::Text(ContentType::Plain, text.into()), cause: None }
    }

    /// A file.
    pub fn file(kind: ContentType, bytes: &[u8]) -> Self {
        Self { status: Status::Ok, headers: Vec::new(), body: Body::Bytes(kind, bytes.to_vec()), cause: None }
    }

    /// A page.
    pub fn page<P: Page>(status: Status, frame: &Frame<'_>, page: &P, csp: &Csp) -> Self {
        let body = Body::Page(pages::respond(frame, page));
        Self { status, headers: Vec::new(), body, cause: None }.with("Content-Security-Policy", csp.header())
    }

    /// On to another page by GET, also after a POST: never 307 or 308, which would send credentials on (RFC 9700 §4.12).
    pub fn see_other(location: impl Into<String>) -> Self {
        Self::empty(Status::SeeOther).with("Location", location.into())
    }

    /// The same with a header more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push(Header::new(name, value.into()));
        self
    }

    /// The same with its cause, for the log.
    #[must_use]
    pub fn because(mut self, cause: Cause) -> Self {
        self.cause = Some(cause);
        self
    }

    /// What to say when a flow gave no answer, at an endpoint that programs call (RFC 6749 §5.2).
    pub fn json_error(error: &FlowError) -> Self {
        let body = Self::error_members;
        let reply = match error {
            FlowError::Refused(refusal) => {
                let code = refusal.code();
                let status = match refusal.check {
                    Check::BodySize => Status::PayloadTooLarge,
                    _ => Status::new(code.status()),
                };
                Self::json(status, &body(code, &refusal.told()))
            }
            FlowError::Store(why) if why.is_passing() => Self::unavailable_json(),
            FlowError::Busy => Self::unavailable_json(),
            FlowError::Store(_) | FlowError::Internal(_) => {
                Self::json(Status::InternalServerError, &body(ErrorCode::ServerError, ErrorCode::ServerError.general()))
            }
        };
        reply.because(Cause::of(error))
    }

    fn unavailable_json() -> Self {
        let code = ErrorCode::TemporarilyUnavailable;
        Self::json(Status::ServiceUnavailable, &json!({"error": code.as_str(), "error_description": code.general()}))
            .with("Retry-After", "2")
    }

    /// The same with a nonce for the next proof, for whoever showed one or must (RFC 9449 §8).
    #[must_use]
    pub fn with_nonce(self, ctx: &Ctx, proofs: &[String]) -> Self {
        let asked = self.cause.as_ref().and_then(|cause| cause.check) == Some(Check::DpopPresent.rule().name);
        if proofs.is_empty() && !asked { self } else { self.with("DPoP-Nonce", dpop::nonce(ctx)) }
    }

    /// A refusal of client authentication where `Authorization` is taken: 401 names the scheme (RFC 6749 §5.2).
    pub fn client_error(error: &FlowError) -> Self {
        let mut reply = Self::json_error(error);
        let FlowError::Refused(refusal) = error else { return reply };
        if let Value::Object(members) = Self::error_members(refusal.code(), &refusal.told()) {
            reply.body = Body::Explained(members, Box::new(refusal.clone()));
        }
        match refusal.code() {
            ErrorCode::InvalidClient => reply.with("WWW-Authenticate", "Basic realm=\"doorward\", charset=\"UTF-8\""),
            _ => reply,
        }
    }

    fn error_members(code: ErrorCode, description: &str) -> Value {
        json!({"error": code.as_str(), "error_description": description})
    }

    /// A refusal where clients register themselves (RFC 7591 §3.2.2): the member that is wrong is told to whoever sent it.
    pub fn registration_error(error: &FlowError) -> Self {
        let FlowError::Refused(refusal) = error else { return Self::json_error(error) };
        let code = refusal.code();
        let status = match refusal.check {
            Check::RegistrationOpen => Status::Forbidden,
            Check::RegistrationsPaced => Status::TooManyRequests,
            Check::BodySize => Status::PayloadTooLarge,
            _ => Status::new(code.status()),
        };
        let body = json!({"error": code.as_str(), "error_description": registration::explanation(refusal)});
        let reply = Self::json(status, &body).with("Cache-Control", "no-store").because(Cause::of(error));
        match refusal.check {
            Check::RegistrationToken | Check::RegistrationAccess => {
                reply.with("WWW-Authenticate", format!("Bearer realm=\"doorward\", error=\"{}\"", code.as_str()))
            }
            Check::RegistrationsPaced => reply.with("Retry-After", "60"),
            _ => reply,
        }
    }

    /// A refusal of a bearer token (RFC 6750 §3): the challenge, and no error code where no token was sent (§3.1).
    pub fn bearer_error(error: &FlowError) -> Self {
        let FlowError::Refused(refusal) = error else { return Self::json_error(error) };
        let code = refusal.code();
        // RFC 9449 §7.1: which algorithms a proof may be signed with.
        let algs = Alg::ALL.map(Alg::name).join(" ");
        if refusal.check == Check::BearerPresent {
            return Self::empty(Status::Unauthorized)
                .with("WWW-Authenticate", "Bearer realm=\"doorward\"")
                .with("WWW-Authenticate", format!("DPoP realm=\"doorward\", algs=\"{algs}\""))
                .because(Cause::of(error));
        }
        let by_proof = matches!(code, ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce)
            || matches!(refusal.check, Check::DpopScheme | Check::DpopKeyMatches);
        if by_proof {
            let challenge = format!(
                "DPoP realm=\"doorward\", error=\"{}\", error_description=\"{}\", algs=\"{algs}\"",
                code.as_str(),
                refusal.description()
            );
            return Self { status: Status::new(code.status_at_resource()), ..Self::json_error(error) }.with("WWW-Authenticate", challenge);
        }
        // RFC 6750 §3.1: "the scope necessary to access the protected resource": what the rule expected.
        let needed = refusal.evidence.as_ref().filter(|_| code == ErrorCode::InsufficientScope);
        let scope = needed.map(|evidence| format!(", scope=\"{}\"", evidence.expected)).unwrap_or_default();
        let challenge =
            format!("Bearer realm=\"doorward\", error=\"{}\", error_description=\"{}\"{scope}", code.as_str(), refusal.description());
        Self::json_error(error).with("WWW-Authenticate", challenge)
    }

    /// A refusal that a proxy hands on to whoever sent the request. nginx's `auth_request` knows 401 and 403; all else is its own 500, which
    /// fits what only the operator can mend, and not a malformed header, which is a 400 elsewhere (RFC 6750 §3.1).
    pub fn forward_error(error: &FlowError) -> Self {
        let FlowError::Refused(refusal) = error else { return Self::json_error(error) };
        match refusal.check {
            Check::ForwardCaller => Self::empty(Status::NotFound).because(Cause::of(error)),
            Check::BearerWellFormed => Self { status: Status::Unauthorized, ..Self::bearer_error(error) },
            _ if refusal.code().status_at_resource() == 400 => Self::json_error(error),
            _ => Self::bearer_error(error),
        }
    }
}

/// An answer to a client through the browser, after a GET (a redirect) or after a form (where Chromium's `form-action` may not let a
/// redirect through: then a page hands over).
pub fn to_client(response: &AuthorizationResponse, after_form: bool, name: &str, frame: &Frame<'_>) -> Reply {
    let uri = &response.target.uri;
    let reply = match response.target.mode {
        ResponseMode::FormPost | ResponseMode::FormPostJwt => {
            let fields = response.params.iter().map(|(name, value)| pages::FormField { name: (*name).to_owned(), value: value.clone() });
            let page = pages::FormPost::new(uri.as_str(), fields.collect());
            Reply::page(Status::Ok, frame, &page, &Csp::form_post_to(uri))
        }
        ResponseMode::Query | ResponseMode::QueryJwt => leave(&response.location(), uri, after_form, name, frame),
    };
    match response.refused {
        Some(check) => reply.because(Cause::refused(check)),
        None => reply,
    }
}

/// Sends the browser out to a registered address.
pub fn leave(location: &str, uri: &RedirectUri, after_form: bool, name: &str, frame: &Frame<'_>) -> Reply {
    if after_form
        && uri.csp_source().is_none()
        && let Some(page) = pages::HandOver::new(name, location)
    {
        return Reply::page(Status::Ok, frame, &page, &Csp::default());
    }
    Reply::see_other(location)
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self::json_error(&FlowError::Refused(refusal))
    }
}

impl<'r> Responder<'r, 'static> for Reply {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'static> {
        if let Some(cause) = self.cause {
            if let Some(refusal) = &cause.refusal {
                ctx(request).notes.refused(refusal);
            }
            request.local_cache(|| Noted(Some(cause)));
        }
        let mut response = match self.body {
            Body::Empty => Response::new(),
            Body::Explained(mut members, refusal) => {
                let (Named(client), app) = (request.local_cache(|| Named(None)), app(request));
                let uri = if refusal.code() == ErrorCode::InvalidClient && !app.demo {
                    // RFC 6819 §5.1.4.2: an unknown client and a wrong secret look alike, byte for byte.
                    Some(explain::general_uri(&app.ctx))
                } else {
                    explain::error_uri(&app.ctx, &refusal, client.as_ref())
                };
                members.extend(uri.map(|uri| ("error_uri".to_owned(), Value::from(uri))));
                let text = Value::Object(members).to_string();
                Response::build().header(ContentType::JSON).sized_body(text.len(), Cursor::new(text)).finalize()
            }
            Body::Text(kind, text) => Response::build().header(kind).sized_body(text.len(), Cursor::new(text)).finalize(),
            Body::Bytes(kind, bytes) => Response::build().header(kind).sized_body(bytes.len(), Cursor::new(bytes)).finalize(),
            Body::Page(template) => template.respond_to(request)?,
        };
        response.set_status(self.status);
        for header in self.headers {
            response.adjoin_header(header);
        }
        Ok(response)
    }
}

/// The app of a request's server.
///
/// The state is managed wherever these routes are mounted: see [`super::mount`].
#[expect(clippy::expect_used, reason = "mount() manages the state together with the routes")]
pub fn app<'r>(request: &'r Request<'_>) -> &'r App {
    request.rocket().state::<App>().expect("the state is managed with the routes")
}
