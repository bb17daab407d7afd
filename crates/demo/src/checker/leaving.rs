//! Step 5: logging out, of the app and of Doorward.

use url::Url;

use super::mistakes::Mistake;
use super::report::Fault;
use super::stage::{Stage, Stop, Who};
use super::trials::{Step, Trial};
use crate::player::{Arrival, Browser, Form, forms, parameter};

pub(super) fn log_out(stage: &mut Stage<'_>) -> Result<(), Stop> {
    let logout = stage.page(|paths| paths.logout.as_ref(), Step::LogOut)?;
    let mut browser = stage.browser();
    let (_, arrival) = stage.log_in(&mut browser)?;
    Stage::of_app(arrival, Mistake::CallbackFails)?;

    // A link, not followed beyond the app: what it does to the session is all that counts.
    drop(browser.click(&logout, &stage.server));
    if stage.who(&mut browser)? != Who::Person {
        return Err(Fault::of(Mistake::LogoutByGet).got(format!("GET {}", logout.path())).into());
    }
    stage.passed(Trial::LogoutLink);

    let arrival = send_form(stage, &mut browser, &logout)?;
    if stage.who(&mut browser)? == Who::Person {
        return Err(Fault::of(Mistake::LogoutKept).into());
    }
    stage.passed(Trial::LogoutForm);

    at_server(stage, &mut browser, &arrival)?;
    stage.passed(Trial::LogoutServer);
    // The next login asks for the password again.
    stage.known.clear();
    Ok(())
}

/// Sends the form of the home page; where it leads, up to the door of the app.
fn send_form(stage: &Stage<'_>, browser: &mut Browser<'_>, logout: &Url) -> Result<Arrival, Stop> {
    let home = stage.page(|paths| Some(&paths.home), Step::Create)?;
    let missing = || Fault::of(Mistake::LogoutFormMissing).instead_of(format!("<form method=\"post\" action=\"{}\">", logout.path()));
    let first = Stage::of_app(browser.get(&home), Mistake::LogoutFormMissing)?;
    let page = Stage::of_app(browser.follow(first, |next| !stage.app.holds(next)), Mistake::LogoutFormMissing)?.last;
    let here = |form: &&Form| form.posts && page.url.join(&form.action).is_ok_and(|to| to.path() == logout.path() && stage.app.holds(&to));
    let form = forms(&page.body).iter().find(here).cloned().ok_or_else(missing)?;
    let answer = Stage::of_app(browser.submit(&page, &form), Mistake::LogoutKept)?;
    Stage::of_app(browser.follow(answer, |next| !stage.app.holds(next)), Mistake::LogoutKept)
}

/// On to Doorward's own logout, and back.
fn at_server(stage: &mut Stage<'_>, browser: &mut Browser<'_>, arrival: &Arrival) -> Result<(), Stop> {
    let end = &stage.endpoints.end_session_endpoint;
    let local = || Fault::of(Mistake::LogoutLocal).instead_of(end.as_str());
    let Some(leads) = &arrival.stopped else { return Err(local().got(format!("{} {}", arrival.last.status, arrival.last.url)).into()) };
    let mut bare = leads.clone();
    bare.set_query(None);
    if bare != *end {
        return Err(local().differs(end.as_str(), bare.as_str()).into());
    }
    if parameter(leads, "id_token_hint").or_else(|| parameter(leads, "client_id")).is_none() {
        return Err(Fault::of(Mistake::LogoutNoHint).instead_of("id_token_hint=…").into());
    }
    if let Some(back) = parameter(leads, "post_logout_redirect_uri").filter(|back| back != stage.bench.after_logout) {
        return Err(Fault::of(Mistake::LogoutUnregistered).differs(stage.bench.after_logout, &back).into());
    }
    let mut answer = Stage::of_server(browser.click(leads, &stage.app))?;
    for _ in 0..6 {
        answer = Stage::of_server(browser.follow(answer, |next| !stage.server.holds(next)))?.last;
        let Some(form) = forms(&answer.body).iter().find_map(|form| form.clone().press("decision", "logout")) else { break };
        answer = Stage::of_server(browser.submit(&answer, &form))?;
    }
    // With the session there alive, the login would come straight back.
    let asked = stage.begin(browser)?;
    let first = Stage::of_server(browser.click(&asked.url, &stage.app))?;
    let arrived = Stage::of_server(browser.follow(first, |next| !stage.server.holds(next)))?;
    if forms(&arrived.last.body).iter().any(|form| form.has("username")) { Ok(()) } else { Err(local().into()) }
}
