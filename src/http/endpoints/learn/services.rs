//! The map of the demo's services: who may call whom, and who did.

use crate::flows::trust_map;
use crate::http::guards::Visit;
use crate::http::reply::{Csp, Reply};
use crate::pages::learn::Services;
use rocket::get;
use rocket::http::Status;

/// The page. In the demo alone: elsewhere the map is the operator's.
#[get("/learn/services")]
pub async fn show(visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    match trust_map::load(visit.ctx, &visit.app.traces).await {
        Ok(map) => visit.page_at("/learn/services", Status::Ok, &Services::of(&map), &Csp::default()),
        Err(error) => visit.failed(&error),
    }
}
