//! Step 6: what must fail. Each trial begins a login of its own, and changes one thing of it.

use url::Url;

use super::mistakes::Mistake;
use super::report::Fault;
use super::stage::{Asked, Stage, Stop, Who};
use super::trials::{Step, Trial};
use crate::player::{Browser, Cookie, parameter};

/// A site that nobody has: never called.
const ELSEWHERE: &str = "elsewhere.example";

/// What an app calls the page to go to after a login.
const GOING_ON: [&str; 12] = [
    "next",
    "return_to",
    "returnTo",
    "return",
    "return_url",
    "returnUrl",
    "redirect",
    "redirect_to",
    "redirect_url",
    "url",
    "continue",
    "to",
];

/// HTML that no page has by itself.
const MARKUP: &str = "<i id=doorward-was-here>";

pub(super) fn test(stage: &mut Stage<'_>) -> Result<(), Stop> {
    changed(stage, Trial::OtherState, Mistake::StateUnchecked, |callback| {
        let other: String = parameter(callback, "state").unwrap_or_default().chars().rev().collect();
        with(callback, "state", Some(&format!("{other}x")))
    })?;
    changed(stage, Trial::NoState, Mistake::StateOptional, |callback| with(callback, "state", None))?;
    foreign(stage)?;
    changed(stage, Trial::OtherIss, Mistake::IssUnchecked, |callback| with(callback, "iss", Some("http://127.0.0.1:1")))?;
    changed(stage, Trial::NoIss, Mistake::IssOptional, |callback| with(callback, "iss", None))?;
    denied(stage)?;
    error_text(stage)?;
    replay(stage)?;
    nonce(stage)?;
    fixation(stage)?;
    return_path(stage)
}

/// The same URL with one parameter changed or taken out.
fn with(url: &Url, name: &str, value: Option<&str>) -> Url {
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(known, _)| known != name).collect();
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(pairs).extend_pairs(value.map(|value| (name, value)));
    changed
}

/// An answer with one thing changed must log nobody in.
fn changed(stage: &mut Stage<'_>, trial: Trial, mistake: Mistake, change: impl Fn(&Url) -> Url) -> Result<(), Stop> {
    let mut browser = stage.browser();
    let asked = stage.begin(&mut browser)?;
    let callback = stage.at_server(&mut browser, &asked)?;
    drop(stage.back(&mut browser, &change(&callback)));
    refuses(stage, &mut browser, mistake)?;
    stage.passed(trial);
    Ok(())
}

/// Nobody is logged in in this browser.
fn refuses(stage: &Stage<'_>, browser: &mut Browser<'_>, mistake: Mistake) -> Result<(), Stop> {
    match stage.who(browser)? {
        Who::Person => Err(Fault::of(mistake).instead_of("401").got(stage.bench.username).into()),
        Who::Nobody | Who::Unclear => Ok(()),
    }
}

fn foreign(stage: &mut Stage<'_>) -> Result<(), Stop> {
    let mut attacker = stage.browser();
    let asked = stage.begin(&mut attacker)?;
    let callback = stage.at_server(&mut attacker, &asked)?;
    let mut victim = stage.player.browser();
    drop(stage.back(&mut victim, &callback));
    refuses(stage, &mut victim, Mistake::StateUnbound)?;
    stage.passed(Trial::Foreign);
    Ok(())
}

/// An answer with an error, as the server would give it to this request.
fn error(stage: &Stage<'_>, asked: &Asked, code: &str, description: &str) -> Result<Url, Stop> {
    let mut url = Url::parse(stage.bench.redirect_uri).map_err(|_| Stop::Next(Step::LogIn))?;
    let begun = asked.get("state").unwrap_or_default();
    url.query_pairs_mut().extend_pairs([
        ("error", code),
        ("error_description", description),
        ("state", &begun),
        ("iss", stage.bench.issuer),
    ]);
    Ok(url)
}

fn denied(stage: &mut Stage<'_>) -> Result<(), Stop> {
    let mut browser = stage.player.browser();
    let asked = stage.begin(&mut browser)?;
    let back = error(stage, &asked, "access_denied", "The person said no.")?;
    let arrived = Stage::of_app(stage.back(&mut browser, &back), Mistake::DeniedCrashes)?;
    if let Some(answer) = arrived.trail.iter().find(|answer| answer.status >= 500) {
        return Err(Fault::of(Mistake::DeniedCrashes).got(answer.status.to_string()).into());
    }
    if stage.who(&mut browser)? != Who::Nobody {
        return Err(Fault::of(Mistake::DeniedWelcomed).instead_of("401").got("200").into());
    }
    stage.passed(Trial::Denied);
    Ok(())
}

fn error_text(stage: &mut Stage<'_>) -> Result<(), Stop> {
    let mut browser = stage.player.browser();
    let asked = stage.begin(&mut browser)?;
    let back = error(stage, &asked, "server_error", MARKUP)?;
    let arrived = Stage::of_app(stage.back(&mut browser, &back), Mistake::ErrorUnescaped)?;
    if arrived.trail.iter().any(|answer| answer.body.contains(MARKUP) && !answer.kind.starts_with("text/plain")) {
        return Err(Fault::of(Mistake::ErrorUnescaped).instead_of("&lt;i …").got(MARKUP).into());
    }
    stage.passed(Trial::ErrorText);
    Ok(())
}

fn replay(stage: &mut Stage<'_>) -> Result<(), Stop> {
    let mut browser = stage.browser();
    let (callback, first) = stage.log_in(&mut browser)?;
    Stage::of_app(first, Mistake::CallbackFails)?;
    let mark = (stage.bench.mark)();
    let again = Stage::of_app(stage.back(&mut browser, &callback), Mistake::CodeTwice)?;
    let fault = Fault::of(Mistake::CodeTwice);
    if let Some(refusal) = stage.refusals(mark).into_iter().find(|refusal| refusal.check.starts_with("Code")) {
        return Err(Fault { check: Some(refusal.check), request_id: Some(refusal.request_id), ..fault }.into());
    }
    if let Some(answer) = again.trail.iter().find(|answer| answer.status >= 500) {
        return Err(fault.got(answer.status.to_string()).into());
    }
    stage.passed(Trial::Replay);
    Ok(())
}

/// The browser stands between app and server, so it can change the request, too.
fn nonce(stage: &mut Stage<'_>) -> Result<(), Stop> {
    let mut browser = stage.browser();
    let asked = stage.begin(&mut browser)?;
    let other: String = asked.get("nonce").unwrap_or_default().chars().rev().collect();
    let asked = Asked { url: with(&asked.url, "nonce", Some(&format!("{other}x"))) };
    let callback = stage.at_server(&mut browser, &asked)?;
    drop(stage.back(&mut browser, &callback));
    refuses(stage, &mut browser, Mistake::NonceUnchecked)?;
    stage.passed(Trial::Nonce);
    Ok(())
}

/// What an attacker put into a browser before the login is worth nothing after it.
fn fixation(stage: &mut Stage<'_>) -> Result<(), Stop> {
    let home = stage.page(|paths| Some(&paths.home), Step::Create)?;
    let mut browser = stage.browser();
    Stage::of_app(browser.get(&home), Mistake::HomeFails)?;
    let asked = stage.begin(&mut browser)?;
    let planted: Vec<Cookie> = browser.jar.of(stage.app.host()).into_iter().cloned().collect();
    let callback = stage.at_server(&mut browser, &asked)?;
    Stage::of_app(stage.back(&mut browser, &callback), Mistake::CallbackFails)?;
    let mut attacker = stage.player.browser();
    attacker.jar.plant(&planted);
    refuses(stage, &mut attacker, Mistake::SessionFixed)?;
    stage.passed(Trial::Fixation);

    // The same browser is logged in: a link to the login, not followed to its end, changes nothing.
    drop(stage.begin(&mut browser));
    if stage.who(&mut browser)? != Who::Person {
        return Err(Fault::of(Mistake::LoginLogsOut).into());
    }
    stage.passed(Trial::LoginLink);
    Ok(())
}

fn return_path(stage: &mut Stage<'_>) -> Result<(), Stop> {
    let login = stage.page(|paths| paths.login.as_ref(), Step::LogIn)?;
    for place in [format!("https://{ELSEWHERE}/"), format!("//{ELSEWHERE}/"), format!("/\\{ELSEWHERE}/")] {
        let mut browser = stage.browser();
        let mut url = login.clone();
        url.query_pairs_mut().extend_pairs(GOING_ON.map(|name| (name, place.as_str())));
        // An app that refuses such a request is right.
        let Ok(asked) = stage.begin_at(&mut browser, &url) else { continue };
        if !stage.server.holds(&asked.url) {
            return Err(Fault::of(Mistake::OpenRedirect).got(asked.url.as_str()).into());
        }
        let callback = stage.at_server(&mut browser, &asked)?;
        let arrived = Stage::of_app(stage.back(&mut browser, &callback), Mistake::CallbackFails)?;
        if let Some(away) = arrived.stopped.filter(|away| away.host_str() == Some(ELSEWHERE)) {
            return Err(Fault::of(Mistake::OpenRedirect).instead_of(stage.app.to_string()).got(away.as_str()).into());
        }
    }
    stage.passed(Trial::ReturnPath);
    Ok(())
}
