//! Step 3: the login, from the link to the session.

use url::Url;

use super::Refusal;
use super::mistakes::Mistake;
use super::report::Fault;
use super::requests;
use super::stage::{Stage, Stop, Who};
use super::trials::{Step, Trial};
use crate::player::{Arrival, Browser, Cookie, SameSite, Trouble, parameter};

/// A clock may be off by so much before it is the reason, in seconds.
const CLOCK: i64 = 60;

pub(super) fn log_in(stage: &mut Stage<'_>) -> Result<(), Stop> {
    let account = stage.page(|paths| paths.account.as_ref(), Step::LogIn)?;
    let login = stage.page(|paths| paths.login.as_ref(), Step::LogIn)?;
    let answer = Stage::of_app(stage.player.browser().get(&account), Mistake::AccountOpen)?;
    if answer.ok() {
        return Err(Fault::of(Mistake::AccountOpen).instead_of("401").got(answer.status.to_string()).into());
    }
    stage.passed(Trial::Stranger);

    let mut browser = stage.player.browser();
    let first = stage.begin_at(&mut browser, &login)?;
    at(requests::judge(stage, &first), Trial::Leave)?;
    stage.passed(Trial::Leave);
    let second = stage.begin_at(&mut browser, &login)?;
    let other = stage.begin_at(&mut stage.player.browser(), &login)?;
    for (one, two) in [(&first, &second), (&first, &other), (&second, &other)] {
        requests::fresh(one, two)?;
    }
    stage.passed(Trial::Again);

    let mut browser = stage.player.browser();
    arrive(stage, &mut browser)?;
    stage.passed(Trial::Account);
    // Before the cookie is looked for: where everybody is logged in, there is none that does it.
    if stage.who(&mut stage.player.browser())? == Who::Person {
        return Err(Fault::of(Mistake::SessionGlobal).into());
    }
    stage.passed(Trial::OtherBrowser);
    cookie(stage, &browser)?;
    stage.passed(Trial::Cookie);
    Ok(())
}

/// The same row can be met at more than one trial.
fn at(judged: Result<(), Fault>, trial: Trial) -> Result<(), Fault> {
    judged.map_err(|fault| Fault { trial, ..fault })
}

/// Logs in and looks whether somebody is there.
fn arrive(stage: &mut Stage<'_>, browser: &mut Browser<'_>) -> Result<(), Stop> {
    let asked = stage.begin(browser)?;
    let callback = stage.at_server(browser, &asked)?;
    let before: Vec<Cookie> = browser.jar.of(stage.app.host()).into_iter().cloned().collect();
    let mark = (stage.bench.mark)();
    let arrival = stage.back(browser, &callback);
    if let Ok(arrival) = &arrival {
        clean(&callback, arrival)?;
    }
    let who = stage.who(browser)?;
    if who == Who::Person {
        stage.passed(Trial::LogIn);
        return Ok(());
    }
    if let Some(fault) = stage.refusals(mark).into_iter().next().map(by_refusal) {
        return Err(fault.into());
    }
    let failed = match &arrival {
        Err(Trouble::NobodyThere(_) | Trouble::TooSlow(_)) => Some(Mistake::AppSilent),
        Err(_) => Some(Mistake::CallbackFails),
        Ok(arrival) => by_answer(stage, arrival, &before),
    };
    if let Some(mistake) = failed {
        let fault = Fault { trial: Trial::LogIn, ..Fault::of(mistake) };
        return Err(match &arrival {
            Ok(arrival) => shown(stage, fault, arrival),
            Err(why) => fault.got(why.to_string()),
        }
        .into());
    }
    stage.passed(Trial::LogIn);
    let fault = Fault::of(if who == Who::Unclear { Mistake::AccountEmpty } else { Mistake::SessionLost });
    Err(fault.instead_of(stage.bench.known_as.first().cloned().unwrap_or_default()).into())
}

/// What the app's own answer at the callback says.
fn by_answer(stage: &Stage<'_>, arrival: &Arrival, before: &[Cookie]) -> Option<Mistake> {
    let first = arrival.trail.first().unwrap_or(&arrival.last);
    if matches!(first.status, 404 | 405) {
        return Some(Mistake::CallbackMissing);
    }
    // A cookie that the callback got in vain doesn't explain anything.
    if before.iter().any(|cookie| cookie.same_site == SameSite::Strict) {
        return Some(Mistake::CookieStrict);
    }
    let off = first.date.map_or(0, |date| (date - (stage.bench.now)()).abs());
    if off > CLOCK {
        return Some(Mistake::ClockWrong);
    }
    (arrival.last.status >= 400).then_some(Mistake::CallbackFails)
}

fn shown(stage: &Stage<'_>, fault: Fault, arrival: &Arrival) -> Fault {
    let first = arrival.trail.first().unwrap_or(&arrival.last);
    match (fault.mistake, first.date) {
        (Mistake::ClockWrong, Some(date)) => {
            let now = (stage.bench.now)();
            fault.instead_of(now.to_string()).got(format!("{date} ({:+} s)", date - now))
        }
        _ => fault.got(format!("{} {}", first.status, first.url.path())),
    }
}

/// The row that belongs to a rule of the server.
fn by_refusal(refusal: Refusal) -> Fault {
    let received = refusal.received.clone().unwrap_or_default();
    let mistake = match refusal.check.as_str() {
        "CredentialsPresent" | "CredentialsWellFormed" => Mistake::SecretMissing,
        "ClientAuthentic" if received.contains("white space") => Mistake::SecretNewline,
        "ClientAuthentic" if received.contains("form of a hash") => Mistake::SecretHashed,
        "ClientAuthentic" if received.starts_with("client_secret_post") => Mistake::SecretInBody,
        "ClientAuthentic" if received == "none" => Mistake::SecretMissing,
        "ClientAuthentic" => Mistake::SecretWrong,
        "PkceVerifierPresent" => Mistake::VerifierMissing,
        "PkceVerifier" => Mistake::VerifierLost,
        "CodeRedirectUri" => Mistake::TokenRedirect,
        "CodeUnspent" => Mistake::CodeTwice,
        "TokenActive" | "TokenAudience" | "TokenScope" | "BearerPresent" | "BearerWellFormed" => Mistake::UserinfoToken,
        _ => Mistake::RequestRefused,
    };
    let fault = Fault { trial: Trial::LogIn, ..Fault::of(mistake) };
    let told = match (refusal.expected, refusal.received) {
        (Some(expected), Some(received)) if mistake == Mistake::TokenRedirect => fault.differs(&expected, &received),
        (Some(expected), Some(received)) => fault.instead_of(expected).got(received),
        _ => fault,
    };
    Fault { check: Some(refusal.check), request_id: Some(refusal.request_id), ..told }
}

/// No address after the callback holds what opens doors.
fn clean(callback: &Url, arrival: &Arrival) -> Result<(), Fault> {
    let code = parameter(callback, "code");
    let after = arrival.trail.iter().skip(1).map(|answer| &answer.url).chain(arrival.stopped.as_ref());
    for url in after {
        let pairs = url.query_pairs().chain(url::form_urlencoded::parse(url.fragment().unwrap_or_default().as_bytes()));
        for (name, value) in pairs {
            let named = ["access_token", "id_token", "refresh_token"].contains(&&*name);
            let is_code = code.as_deref().is_some_and(|code| !code.is_empty() && value.contains(code));
            // How every JWT begins: {" in base64url.
            if named || is_code || (value.starts_with("eyJ") && value.contains('.')) {
                return Err(Fault::of(Mistake::TokenInUrl).got(format!("{}?{name}=…", url.path())));
            }
        }
    }
    Ok(())
}

/// Finds the cookie without which nobody is logged in, and looks at what protects it.
fn cookie(stage: &Stage<'_>, browser: &Browser<'_>) -> Result<(), Stop> {
    let all: Vec<Cookie> =
        browser.jar.of(stage.app.host()).into_iter().filter(|cookie| !cookie.name.contains("doorward_")).cloned().collect();
    for cookie in &all {
        let mut without = stage.player.browser();
        let others: Vec<Cookie> = all.iter().filter(|other| *other != cookie).cloned().collect();
        without.jar.plant(&others);
        if stage.who(&mut without)? == Who::Person {
            continue;
        }
        if !cookie.http_only {
            return Err(Fault::of(Mistake::CookieScripts).instead_of("HttpOnly").got(cookie.name.clone()).into());
        }
        if !matches!(cookie.same_site, SameSite::Lax | SameSite::Strict) {
            return Err(Fault::of(Mistake::CookieSites).instead_of("SameSite=Lax").got(cookie.name.clone()).into());
        }
    }
    Ok(())
}
