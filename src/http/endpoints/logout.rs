//! `GET` and `POST /logout`: OpenID Connect RP-Initiated Logout §2; and the person's own logout.

use crate::flows::logout::{self, Asked, Begun, Done};
use crate::flows::told::{self, Told};
use crate::flows::{FlowError, authorize};
use crate::http::guards::{Csrf, FormBody, FormProblem, FromParams, Visit};
use crate::http::reply::{Csp, Reply, leave};
use crate::http::words;
use crate::pages::{self, ErrorKind, ErrorPage, LoggedOut, Onward, ToldApp, WebLink};
use doorward_protocol::error::Refusal;
use doorward_protocol::logout::{RedirectUriStored, is_proven};
use doorward_protocol::params::Params;
use doorward_protocol::redirect_uri::RedirectUri;
use doorward_protocol::values::InteractionId;
use rocket::http::Status;
use rocket::http::uri::Origin;
use rocket::{get, post};

/// A logout request in the query.
#[get("/logout")]
pub async fn get(uri: &Origin<'_>, visit: Visit<'_>) -> Reply {
    let query = uri.query().map(|query| query.as_str()).unwrap_or_default();
    begin(visit, Params::parse(query.as_bytes(), &[]), false).await
}

/// A logout request in the body, as other sites may post it: stored, and acted on only at our own page.
#[post("/logout", data = "<body>")]
pub async fn post(body: Result<FormBody, Refusal>, visit: Visit<'_>) -> Reply {
    begin(visit, body.and_then(|body| body.params(&[])), true).await
}

async fn begin(mut visit: Visit<'_>, params: Result<Params, Refusal>, stay: bool) -> Reply {
    let run = async {
        let params = params?;
        visit.wished(params.unambiguous("ui_locales"));
        let who = if stay { None } else { visit.signed_in().await? };
        let browser = visit.browser_for(stay);
        logout::begin(visit.ctx, params, browser, who, stay).await
    };
    match run.await {
        Ok(Begun::Ask(id)) => Reply::see_other(visit.app.path(&format!("/logout/{id}"))),
        Ok(Begun::Done(done)) => finish(&visit, done, false),
        Err(error) => visit.failed(&error),
    }
}

/// Asks the person.
#[get("/logout/<id>")]
pub async fn show(id: &str, mut visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    let run = async {
        let (key, browser) = (InteractionId::new(id), visit.browser().digest());
        authorize::claim(visit.ctx, &key, browser.clone()).await?;
        let asked = logout::find(visit.ctx, key, browser).await?;
        let who = visit.signed_in().await?;
        let apps = match &who {
            Some(who) => told::took_part(visit.ctx, &who.record.session.id).await?,
            None => Vec::new(),
        };
        Ok::<_, FlowError>((asked, who, apps))
    };
    match run.await {
        // Posted by the app that took part in this very session: nothing is left to ask (§2).
        Ok((Some(asked), Some(who), _)) if is_proven(&asked.request, &who.record.session.id) => {
            match logout::end(visit.ctx, who, false).await {
                Ok(apps) => finish(&visit, done(&asked, false, apps), false),
                Err(error) => visit.failed(&error),
            }
        }
        Ok((Some(asked), Some(who), apps)) => {
            visit.wished(asked.request.ui_locales.as_deref());
            let page = pages::Logout {
                action: visit.app.path(&format!("/logout/{id}")),
                csrf: visit.form_token(),
                account: words::person(&who.user, visit.locale),
                client: asked.client.as_ref().map(|client| words::card(client, visit.locale, None)),
                apps: apps.iter().map(|client| words::card(client, visit.locale, None)).collect(),
            };
            let target = asked.request.redirect_uri.as_ref().map(RedirectUriStored::uri);
            visit.page_at(&format!("/logout/{id}"), Status::Ok, &page, &Csp::forms_to(target.iter()))
        }
        Ok((Some(asked), None, _)) => finish(&visit, done(&asked, false, Vec::new()), false),
        Ok((None, ..)) => visit.trouble(Status::Gone, &ErrorPage::new(ErrorKind::InteractionExpired)),
        Err(error) => visit.failed(&error),
    }
}

/// The form of the logout page.
pub struct LogoutForm {
    logout: bool,
    everywhere: bool,
}

impl FromParams for LogoutForm {
    fn from_params(params: &Params) -> Self {
        Self { logout: params.get("decision") == Some("logout"), everywhere: params.get("everywhere").is_some() }
    }
}

/// The person's answer.
#[post("/logout/<id>", data = "<form>")]
pub async fn decide(id: &str, form: Result<Csrf<LogoutForm>, FormProblem>, visit: Visit<'_>) -> Reply {
    let form = match form {
        Ok(Csrf(form)) => form,
        Err(problem) => return visit.forged(problem, id),
    };
    let run = async {
        let asked = logout::find(visit.ctx, InteractionId::new(id), visit.browser().digest()).await?;
        let Some(asked) = asked else { return Ok(None) };
        let mut apps = Vec::new();
        if form.logout {
            if let Some(who) = visit.signed_in().await? {
                apps = logout::end(visit.ctx, who, form.everywhere).await?;
            }
            visit.log_out();
        }
        Ok::<_, FlowError>(Some((asked, apps)))
    };
    match run.await {
        // Who stays is back at the account, or at the app that asked (§3: it may be redirected to whatever the answer).
        Ok(Some((asked, _))) if !form.logout && asked.request.redirect_uri.is_none() => Reply::see_other(visit.app.path("/account")),
        Ok(Some((asked, apps))) => finish(&visit, done(&asked, form.everywhere && form.logout, apps), true),
        Ok(None) => visit.trouble(Status::Gone, &ErrorPage::new(ErrorKind::InteractionExpired)),
        Err(error) => visit.failed(&error),
    }
}

fn done(asked: &Asked, everywhere: bool, apps: Vec<Told>) -> Done {
    Done { client: asked.client.clone(), redirect: logout::redirect(&asked.request), everywhere, apps }
}

/// So many seconds frames have to tell their apps, before the page goes on by itself.
const FRAMES_TAKE: u32 = 3;

/// After a logout: on to the app that asked, or a page that says what became of it. Where frames have to tell apps, that page comes first.
pub fn finish(visit: &Visit<'_>, done: Done, after_form: bool) -> Reply {
    if !after_form {
        visit.log_out();
    }
    let frames = || done.apps.iter().filter_map(|app| app.frame.as_ref());
    if let Some(location) = done.redirect.as_ref().filter(|_| frames().next().is_none()) {
        let uri = RedirectUri::stored(location.as_str());
        return leave(location, &uri, after_form, &uri.shown_host(), &visit.frame());
    }
    let told = |app: &Told| ToldApp::new(app.client.shown_name(visit.locale.tag()), app.is_told(), app.until.map(|until| until.0));
    let onward = done.redirect.as_deref().and_then(Onward::new);
    let goes_on = onward.is_some();
    let page = LoggedOut {
        everywhere: done.everywhere,
        client: done.client.as_ref().map(|client| words::card(client, visit.locale, None)),
        back: done.client.as_ref().and_then(|client| client.metadata.client_uri.as_deref()).and_then(WebLink::parse),
        apps: done.apps.iter().map(told).collect(),
        frames: frames().filter_map(|frame| WebLink::parse(&frame.uri)).collect(),
        onward,
        sign_in: visit.app.path("/login"),
    };
    let reply = visit.page_at("/logged-out", Status::Ok, &page, &Csp::frames_of(frames().map(|frame| frame.source.as_str())));
    match done.redirect.filter(|_| goes_on) {
        Some(location) => reply.with("Refresh", format!("{FRAMES_TAKE}; url={location}")),
        None => reply,
    }
}

/// The page after logging out, asked for again.
#[get("/logged-out")]
pub fn logged_out(visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    visit.page_at("/logged-out", Status::Ok, &LoggedOut::plain(visit.app.path("/login")), &Csp::default())
}
