//! The guards: a handler names in its signature what it needs, and can't run without it.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use rocket::http::{Header, Status};
use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest, Request};
use rocket::response::{self, Responder, Response};

use super::caller::Caller;
use super::core::Service;
use super::needs::{Needs, Require};
use super::shown::Presented;
use super::{Reason, Refusal};

/// Gives the client certificate of a request's connection in DER, if it showed one.
pub(super) type CertificateOf = Box<dyn for<'r> Fn(&'r Request<'_>) -> Option<Vec<u8>> + Send + Sync>;

/// A caller who may do what `R` needs. It dereferences to the [`Caller`].
///
/// ```
/// # use rocket::get;
/// use doorward_client::service::{Allowed, Machine, Needs, Refusal, Require};
///
/// doorward_client::scopes! {
///     PhotosRead = "photos:read";
/// }
///
/// /// The status, challenge and body of a refusal are made for you ([`catchers`](super::catchers)) …
/// #[get("/photos")]
/// fn photos(caller: Allowed<PhotosRead>) -> String {
///     format!("the photos of {}", caller.subject())
/// }
///
/// /// … or you take it and do with it what you like.
/// #[get("/sync")]
/// fn sync(caller: Result<Allowed<Machine>, Refusal>) -> Result<String, Refusal> {
///     Ok(format!("for the machine {}", caller?.subject()))
/// }
/// ```
pub struct Allowed<R> {
    caller: Caller,
    needs: PhantomData<fn() -> R>,
}

impl<R> Allowed<R> {
    /// The caller, owned.
    pub fn into_caller(self) -> Caller {
        self.caller
    }
}

impl<R> Deref for Allowed<R> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<R> fmt::Debug for Allowed<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.caller.fmt(f)
    }
}

/// What became of a request, kept for all guards and for the fairing: a proof works once.
#[derive(Default)]
struct Verdict(tokio::sync::OnceCell<Result<Caller, Refusal>>);

/// The last refusal of a request, for the answer.
#[derive(Default)]
struct Refused(Mutex<Option<Refusal>>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Caller {
    type Error = Refusal;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Refusal> {
        outcome(request, caller(request, &Needs::nothing()).await)
    }
}

#[rocket::async_trait]
impl<'r, R: Require> FromRequest<'r> for Allowed<R> {
    type Error = Refusal;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Refusal> {
        let caller = caller(request, &R::NEEDS).await;
        outcome(request, caller.map(|caller| Self { caller, needs: PhantomData }))
    }
}

/// What the guards said to a request: who called, or the last refusal; None where none was asked. For fairings that log or count, and for
/// catchers of your own.
pub fn verdict(request: &Request<'_>) -> Option<Result<Caller, Refusal>> {
    refused(request).map(Err).or_else(|| request.local_cache(Verdict::default).0.get().cloned())
}

/// The last refusal of a request.
pub(super) fn refused(request: &Request<'_>) -> Option<Refusal> {
    request.local_cache(Refused::default).0.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

async fn caller(request: &Request<'_>, needs: &Needs) -> Result<Caller, Refusal> {
    let service = request.rocket().state::<Service>().ok_or_else(|| {
        tracing::error!("no Service is attached: attach the fairing that Service::fairing gives");
        Refusal::bare(Reason::NotConfigured)
    })?;
    let verdict = request.local_cache(Verdict::default);
    let caller = verdict.0.get_or_init(|| authenticate(service, request)).await.clone()?;
    service.allow(&caller, needs)?;
    Ok(caller)
}

async fn authenticate(service: &Service, request: &Request<'_>) -> Result<Caller, Refusal> {
    let authorization: Vec<&str> = request.headers().get("Authorization").collect();
    let dpop: Vec<&str> = request.headers().get("DPoP").collect();
    let certificate = service.0.certificate.as_ref().and_then(|of| of(request));
    let in_query = request.uri().query().is_some_and(|query| query.segments().any(|(name, _)| name == "access_token"));
    let shown = Presented::new(request.method().as_str(), request.uri().path().raw().as_str());
    let shown = shown.authorization(&authorization).dpop(&dpop).token_in_query(in_query);
    let shown = certificate.as_deref().map_or(shown, |der| shown.certificate(der));
    service.authenticate(&shown).await
}

fn outcome<T>(request: &Request<'_>, verdict: Result<T, Refusal>) -> request::Outcome<T, Refusal> {
    match verdict {
        Ok(found) => Outcome::Success(found),
        Err(refusal) => {
            let refused = request.local_cache(Refused::default);
            *refused.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal.clone());
            Outcome::Error((status(&refusal), refusal))
        }
    }
}

fn status(refusal: &Refusal) -> Status {
    Status::new(refusal.status())
}

impl Refusal {
    /// Sets the headers that belong to it.
    pub(super) fn dress(&self, answer: &mut Response<'_>) {
        for challenge in self.challenges() {
            answer.adjoin_header(Header::new("WWW-Authenticate", challenge.clone()));
        }
        if let Some(nonce) = self.nonce() {
            answer.set_header(Header::new("DPoP-Nonce", nonce.to_owned()));
        }
        answer.set_header(Header::new("Cache-Control", "no-store"));
    }
}

impl<'r> Responder<'r, 'static> for Refusal {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let body = self.body();
        let mut answer = Response::build()
            .status(status(&self))
            .header(rocket::http::ContentType::JSON)
            .sized_body(body.len(), std::io::Cursor::new(body))
            .finalize();
        self.dress(&mut answer);
        Ok(answer)
    }
}
