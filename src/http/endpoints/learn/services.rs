//! The map of the demo's services: who may call whom, and who did.

use crate::flows::trust_map::{self, TrustMap};
use crate::http::guards::Visit;
use crate::http::reply::{Csp, Reply};
use crate::pages::learn::{CallRow, Services, Way};
use rocket::get;
use rocket::http::Status;
use std::collections::BTreeMap;

/// The page. In the demo alone: elsewhere the map is the operator's.
#[get("/learn/services")]
pub async fn show(visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    match trust_map::load(visit.ctx, &visit.app.traces).await {
        Ok(map) => visit.page_at("/learn/services", Status::Ok, &Services::new(rows(&map)), &Csp::default()),
        Err(error) => visit.failed(&error),
    }
}

/// What is declared, with what was seen of it, then what was refused.
fn rows(map: &TrustMap) -> Vec<CallRow> {
    let name =
        |audience: &str| map.parties.iter().find(|(uri, _)| uri == audience).map_or_else(|| audience.to_owned(), |(_, id)| id.to_string());
    let mut rows: Vec<CallRow> = map
        .declared
        .iter()
        .map(|edge| {
            let seen = map.seen.iter().filter(|seen| seen.client == edge.from && seen.audience == edge.to.as_str() && seen.by == edge.by);
            let (count, last) = seen.fold((0, None), |(count, last), seen| (count + seen.count, last.max(Some(seen.last.0))));
            let (from, to) = (edge.from.to_string(), name(edge.to.as_str()));
            CallRow { from, to, way: edge.by.into(), scopes: edge.scopes.to_string(), count, last }
        })
        .collect();
    let mut tries: BTreeMap<(String, String), i64> = BTreeMap::new();
    for (client, audience) in &map.undeclared {
        *tries.entry((client.to_string(), name(audience))).or_default() += 1;
    }
    rows.extend(tries.into_iter().map(|((from, to), count)| CallRow {
        from,
        to,
        way: Way::Undeclared,
        scopes: String::new(),
        count,
        last: None,
    }));
    rows
}
