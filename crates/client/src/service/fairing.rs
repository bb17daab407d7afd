//! What a service attaches to its Rocket.

use rocket::fairing::{self, Fairing, Info, Kind};
use rocket::http::{ContentType, Header, Method, Status};
use rocket::response::Responder as _;
use rocket::route::{Handler, Outcome};
use rocket::{Build, Catcher, Data, Request, Response, Rocket, Route, catcher};
use url::Url;

use super::core::Service;
use super::guard::refused;

impl Service {
    /// What makes the guards of a Rocket work: attach it once.
    ///
    /// It also publishes what the service is (RFC 9728) where its resource has that, and puts the challenges into refusals that a
    /// catcher answers.
    pub fn fairing(&self) -> impl Fairing + use<> {
        Attached(self.clone())
    }
}

struct Attached(Service);

#[rocket::async_trait]
impl Fairing for Attached {
    fn info(&self) -> Info {
        Info { name: "Doorward service", kind: Kind::Ignite | Kind::Response }
    }

    async fn on_ignite(&self, rocket: Rocket<Build>) -> fairing::Result {
        let service = self.0.clone();
        let at = service.metadata_url().and_then(|at| Url::parse(at).ok());
        let rocket = rocket.manage(service);
        Ok(match at {
            Some(at) => rocket.mount("/", [Route::new(Method::Get, at.path(), Published)]),
            None => rocket,
        })
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, answer: &mut Response<'r>) {
        if let Some(refusal) = refused(request)
            && answer.status().code == refusal.status()
            && !answer.headers().contains("WWW-Authenticate")
        {
            refusal.dress(answer);
        }
    }
}

/// The metadata, to anybody from anywhere (RFC 9728 §3): it is public, and clients in browsers read it, too.
#[derive(Clone)]
struct Published;

#[rocket::async_trait]
impl Handler for Published {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let Some(service) = request.rocket().state::<Service>() else {
            return Outcome::forward(data, Status::NotFound);
        };
        let body = service.metadata().to_owned();
        let answer = Response::build()
            .header(ContentType::JSON)
            .header(Header::new("Access-Control-Allow-Origin", "*"))
            .header(Header::new("Cache-Control", "public, max-age=3600"))
            .sized_body(body.len(), std::io::Cursor::new(body))
            .finalize();
        Outcome::Success(answer)
    }
}

/// Catchers that answer a refusal with its JSON body, for handlers that don't take it themselves; other errors of these statuses get a body of
/// their kind. Register them where your guarded routes are: `.register("/", doorward_client::service::catchers())`.
pub fn catchers() -> Vec<Catcher> {
    [400, 401, 403, 503].map(|code| Catcher::new(code, Answer)).into()
}

#[derive(Clone)]
struct Answer;

#[rocket::async_trait]
impl catcher::Handler for Answer {
    async fn handle<'r>(&self, status: Status, request: &'r Request<'_>) -> catcher::Result<'r> {
        match refused(request).filter(|refusal| refusal.status() == status.code) {
            Some(refusal) => refusal.respond_to(request),
            None => (status, (ContentType::JSON, r#"{"error":"request_refused"}"#)).respond_to(request),
        }
    }
}
