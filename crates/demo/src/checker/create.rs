//! Steps 1 and 2: the app runs, says where it is, and has found the server.

use super::manifest::{self, Manifest};
use super::mistakes::Mistake;
use super::report::Fault;
use super::stage::{Stage, Stop};
use super::trials::{Step, Trial};
use crate::player::text;

pub(super) fn create(stage: &mut Stage<'_>) -> Result<(), Stop> {
    manifest(stage)?;
    stage.passed(Trial::Manifest);
    let home = stage.page(|paths| Some(&paths.home), Step::Create)?;
    client_id(stage)?;
    stage.passed(Trial::ClientId);
    let mut browser = stage.player.browser();
    let first = Stage::of_app(browser.get(&home), Mistake::HomeFails)?;
    let arrived = Stage::of_app(browser.follow(first, |next| !stage.app.holds(next)), Mistake::HomeFails)?;
    if !arrived.last.ok() {
        return Err(Fault::of(Mistake::HomeFails).instead_of("200").got(format!("{} {}", arrived.last.status, arrived.last.url)).into());
    }
    stage.passed(Trial::Home);
    Ok(())
}

fn manifest(stage: &mut Stage<'_>) -> Result<(), Stop> {
    let missing = || Fault::of(Mistake::ManifestMissing).instead_of("200");
    let url = stage.app.at(manifest::PATH).ok_or_else(missing)?;
    let answer = Stage::of_app(stage.player.browser().get(&url), Mistake::ManifestMissing)?;
    if answer.status != 200 {
        // Where it leads is told, not called.
        let leads = answer.location.map(|to| format!(" → {to}")).unwrap_or_default();
        return Err(missing().got(format!("{}{leads}", answer.status)).into());
    }
    stage.paths = Some(Manifest::read(&answer.body, &stage.app)?);
    Ok(())
}

/// The manifest is the first to show that the app was told who it is.
fn client_id(stage: &Stage<'_>) -> Result<(), Stop> {
    let registered = stage.bench.client_id;
    let fault = Fault::of(Mistake::ClientIdTypo);
    match stage.paths.as_ref().and_then(|paths| paths.client_id.as_deref()) {
        Some(known) if known == registered => Ok(()),
        Some(other) => Err(fault.differs(registered, other).into()),
        None => Err(fault.instead_of(registered).into()),
    }
}

/// Until there is a login, the home page is where it can be seen that discovery worked.
pub(super) fn libraries(stage: &mut Stage<'_>) -> Result<(), Stop> {
    let paths = stage.paths.as_ref().ok_or(Stop::Next(Step::Create))?;
    if paths.login.is_none() {
        let home = paths.home.clone();
        let answer = Stage::of_app(stage.player.browser().get(&home), Mistake::HomeFails)?;
        // Template engines escape the slashes of an address, too.
        if !text(&answer.body).contains(stage.endpoints.authorization_endpoint.as_str()) {
            return Err(Stop::Next(Step::Libraries));
        }
    }
    stage.passed(Trial::Found);
    Ok(())
}
