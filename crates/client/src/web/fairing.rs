//! What an app attaches to its Rocket.

use std::sync::Arc;

use rocket::fairing::{self, Fairing, Info, Kind};
use rocket::http::{Header, Status};
use rocket::{Build, Request, Response, Rocket};

use super::Web;
use super::core::Core;
use super::routes::routes;
use super::user::Asked;
use crate::login::local_path;

impl Web {
    /// What makes [`User`](super::User) work and mounts the routes: attach it once.
    pub fn fairing(self) -> impl Fairing + use<> {
        Attached(Arc::new(self.build()))
    }
}

struct Attached(Arc<Core>);

#[rocket::async_trait]
impl Fairing for Attached {
    fn info(&self) -> Info {
        Info { name: "Doorward login", kind: Kind::Ignite | Kind::Response }
    }

    async fn on_ignite(&self, rocket: Rocket<Build>) -> fairing::Result {
        Ok(rocket.manage(Arc::clone(&self.0)).mount("/", routes(&self.0)))
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, answer: &mut Response<'r>) {
        let Some(found) = request.local_cache(Asked::default).0.get().cloned() else { return };
        // Whether a page or an error came of it: what happened to the session, the browser must know.
        for cookie in &found.cookies {
            answer.adjoin_header(cookie);
        }
        // What is for somebody is kept by nobody else, unless the app says so.
        if found.outcome.is_ok() && !answer.headers().contains("Cache-Control") {
            answer.set_header(Header::new("Cache-Control", "private, no-store"));
        }
        if let Err(trouble) = &found.outcome
            && answer.status() == trouble.kind().status()
            && Core::is_visit(request)
        {
            *answer = self.0.page(request, trouble);
        }
        // Nobody was there, and the app wants somebody: on to the login.
        if matches!(found.outcome, Ok(None)) && answer.status() == Status::Unauthorized && Core::is_visit(request) {
            let wanted = request.uri().to_string();
            let to = self.0.login_path(local_path(&wanted).unwrap_or(&self.0.paths.home));
            answer.set_status(Status::SeeOther);
            answer.set_header(Header::new("Location", to));
            *answer.body_mut() = rocket::response::Body::default();
            answer.remove_header("Content-Type");
        }
    }
}
