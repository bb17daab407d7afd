//! Step 4: the permission, and the service that it opens.

use super::mistakes::Mistake;
use super::report::Fault;
use super::stage::{Stage, Stop};
use super::trials::{Step, Trial};
use crate::photos::Call;

/// The scope that the photo service asks for.
const SCOPE: &str = "photos:read";

pub(super) fn authorize(stage: &mut Stage<'_>) -> Result<(), Stop> {
    let photos = stage.page(|paths| paths.photos.as_ref(), Step::Authorize)?;
    let mut browser = stage.browser();
    let asked = stage.begin(&mut browser)?;
    let scope = asked.get("scope").unwrap_or_default();
    if asked.get("request_uri").is_none() && !scope.split(' ').any(|one| one == SCOPE) {
        return Err(Fault::of(Mistake::ScopePhotos).instead_of(SCOPE).got(scope).into());
    }
    stage.passed(Trial::Scope);
    let callback = stage.at_server(&mut browser, &asked)?;
    Stage::of_app(stage.back(&mut browser, &callback), Mistake::CallbackFails)?;
    let mark = stage.bench.heard.mark();
    let server = (stage.bench.mark)();
    let answer = Stage::of_app(browser.get(&photos), Mistake::PhotosFail)?;
    let heard = stage.bench.heard.after(mark);
    let page = format!("{} {}", answer.status, answer.url.path());
    let audience = stage.bench.photos;
    let fault = match heard.last() {
        Some(Call::Served) if answer.ok() => {
            stage.passed(Trial::Photos);
            return Ok(());
        }
        Some(Call::Served) => Fault::of(Mistake::PhotosFail).instead_of("200").got(page),
        Some(Call::NoToken) => Fault::of(Mistake::PhotosNoToken).instead_of("Authorization: Bearer …"),
        Some(Call::NotAccessToken(typ)) => Fault::of(Mistake::PhotosIdToken).instead_of("typ: at+jwt").got(format!("typ: {typ}")),
        Some(Call::Audience) => Fault::of(Mistake::PhotosAudience).instead_of(format!("aud: {audience}")).got(resource(&asked)),
        Some(Call::Scope) => Fault::of(Mistake::PhotosAudience).instead_of(format!("scope: {SCOPE}")),
        Some(Call::Refused(why)) => Fault::of(Mistake::PhotosFail).got(*why),
        // A token that could not be had (by a refresh, say) is the server's refusal.
        None if !answer.ok() => {
            Stage::with(Fault::of(Mistake::PhotosFail).instead_of("200").got(page), stage.refusals(server).into_iter().next())
        }
        None => Fault::of(Mistake::PhotosUncalled).instead_of(format!("{audience}photos")).got(page),
    };
    Err(fault.into())
}

fn resource(asked: &super::stage::Asked) -> String {
    asked.get("resource").map_or_else(String::new, |resource| format!("resource={resource}"))
}
