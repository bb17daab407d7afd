//! The account page: profile, sessions, apps with access.

use crate::flows::FlowError;
use crate::flows::account::{self, Overview};
use crate::flows::logout::{self, Done};
use crate::flows::session::SignedIn;
use crate::http::endpoints::logout::finish;
use crate::http::guards::{Csrf, FormProblem, Visit};
use crate::http::reply::{Csp, Reply};
use crate::http::words;
use crate::pages::{self, AppAccess, BrowserSession, Notice};
use doorward_protocol::values::{ClientId, SessionId};
use rocket::http::Status;
use rocket::{get, post};

/// Everything the person may see and end.
#[get("/account?<done>")]
pub async fn show(done: Option<&str>, visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    let notice = match done {
        Some("session") => Some(Notice::SessionEnded),
        Some("sessions") => Some(Notice::OtherSessionsEnded),
        Some("app") => Some(Notice::AccessWithdrawn),
        _ => None,
    };
    let run = async {
        let Some(who) = visit.signed_in().await? else { return Ok(Reply::see_other(visit.app.path("/login"))) };
        let overview = account::overview(visit.ctx, &who).await?;
        Ok::<_, FlowError>(page(&visit, &who, &overview, notice))
    };
    match run.await {
        Ok(reply) => reply,
        Err(error) => visit.failed(&error),
    }
}

/// Ends one session.
#[post("/account/sessions/<id>/end", data = "<form>", rank = 2)]
pub async fn end_session(id: &str, form: Result<Csrf<()>, FormProblem>, visit: Visit<'_>) -> Reply {
    if let Err(problem) = form {
        return visit.forged(problem, "");
    }
    let run = async {
        let Some(who) = visit.signed_in().await? else { return Ok(Reply::see_other(visit.app.path("/login"))) };
        // Ending the one in use is logging out, with all that belongs to it.
        if who.record.session.id.as_str() == id {
            let apps = logout::end(visit.ctx, who, false).await?;
            return Ok(finish(&visit, Done { apps, ..Done::default() }, false));
        }
        account::end_session(visit.ctx, &who, SessionId::new(id)).await?;
        Ok::<_, FlowError>(Reply::see_other(visit.app.path("/account?done=session")))
    };
    match run.await {
        Ok(reply) => reply,
        Err(error) => visit.failed(&error),
    }
}

/// Ends all other sessions.
#[post("/account/sessions/others/end", data = "<form>")]
pub async fn end_others(form: Result<Csrf<()>, FormProblem>, visit: Visit<'_>) -> Reply {
    if let Err(problem) = form {
        return visit.forged(problem, "");
    }
    let run = async {
        let Some(who) = visit.signed_in().await? else { return Ok("/login") };
        account::end_other_sessions(visit.ctx, &who).await?;
        Ok("/account?done=sessions")
    };
    to(&visit, run.await)
}

/// Takes an app's access away.
#[post("/account/apps/<client>/revoke", data = "<form>")]
pub async fn revoke_app(client: &str, form: Result<Csrf<()>, FormProblem>, visit: Visit<'_>) -> Reply {
    if let Err(problem) = form {
        return visit.forged(problem, "");
    }
    let run = async {
        let Some(who) = visit.signed_in().await? else { return Ok("/login") };
        account::revoke_app(visit.ctx, &who, ClientId::new(client)).await?;
        Ok("/account?done=app")
    };
    to(&visit, run.await)
}

fn to(visit: &Visit<'_>, outcome: Result<&'static str, FlowError>) -> Reply {
    match outcome {
        Ok(path) => Reply::see_other(visit.app.path(path)),
        Err(error) => visit.failed(&error),
    }
}

fn page(visit: &Visit<'_>, who: &SignedIn, overview: &Overview, notice: Option<Notice>) -> Reply {
    let now = visit.ctx.now();
    let session = |record: &crate::store::sessions::SessionRecord| BrowserSession {
        current: record.session.id == who.record.session.id,
        browser: words::browser_name(&record.user_agent).to_owned(),
        address: record.address.clone(),
        since: record.created_at.0,
        last_seen: record.seen_at.0,
        revoke_action: visit.app.path(&format!("/account/sessions/{}/end", record.session.id)),
    };
    let app = |app: &account::App| AppAccess {
        client: words::card(&app.client, visit.locale, None),
        scopes: words::sentences(&app.access.scopes, &overview.catalog, visit.locale),
        claims: words::names(&app.access.claims),
        allowed_at: app.access.since.0,
        ends_at: app.access.until.map(|until| until.0),
        last_used: app.access.last_used.map(|used| used.0),
        token_lifetime: app.token_until.map_or(0, |until| until.since(now).0),
        revoke_action: visit.app.path(&format!("/account/apps/{}/revoke", encode(app.client.id.as_str()))),
    };
    let page = pages::Account {
        csrf: visit.form_token(),
        person: words::person(&who.user, visit.locale),
        profile: words::profile(&who.user),
        sessions: overview.sessions.iter().map(session).collect(),
        revoke_others_action: visit.app.path("/account/sessions/others/end"),
        apps: overview.apps.iter().map(app).collect(),
        logout: visit.app.path("/logout"),
        notice,
    };
    visit.page_at("/account", Status::Ok, &page, &Csp::default())
}

fn encode(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}
