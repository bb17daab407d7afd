//! Logout: here, at Doorward too, or when Doorward says so.

use std::collections::HashMap;

use doorward_client::{Alg, Rules, Typ};
use rocket::form::Form;
use rocket::http::CookieJar;
use rocket::response::Redirect;
use rocket::{FromForm, State, post};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::login::Session;
use crate::problem::Problem;
use crate::{App, escape};

// region: logout
/// The form on the home page: a POST, so that no link and no picture logs anybody out.
pub fn form(session: &Session) -> String {
    format!(
        r#"<form method="post" action="/logout"><input type="hidden" name="csrf" value="{}">
        <button name="from" value="everywhere">Log out</button> <button name="from" value="here">Log out of this app only</button></form>"#,
        escape(&session.csrf)
    )
}

#[derive(FromForm)]
pub struct Logout<'r> {
    csrf: &'r str,
    from: Option<&'r str>,
}

#[post("/logout", data = "<form>")]
pub async fn logout(form: Form<Logout<'_>>, session: Session, app: &State<App>, jar: &CookieJar<'_>) -> Result<Redirect, Problem> {
    Problem::unless(form.csrf == session.csrf, "This form is not from this app's page.")?;
    // Here first: whatever happens next, this session is over.
    app.sessions.take(jar).await;
    if form.from == Some("here") {
        return Ok(Redirect::to("/"));
    }
    // Then at Doorward, or the next login would ask for no password. It sends the browser back here.
    let metadata = app.provider.metadata().await?;
    let mut url = metadata.end_session_endpoint()?.clone();
    url.query_pairs_mut()
        .append_pair("id_token_hint", &session.id_token)
        .append_pair("post_logout_redirect_uri", &format!("{}/", app.base));
    Ok(Redirect::to(url.to_string()))
}
// endregion: logout

// region: backchannel
#[derive(FromForm)]
pub struct Told<'r> {
    logout_token: &'r str,
}

/// What a logout token says.
#[derive(Deserialize)]
struct LogoutToken {
    iss: String,
    aud: String,
    exp: i64,
    events: HashMap<String, Map<String, Value>>,
    nonce: Option<Value>,
    sub: Option<String>,
    sid: Option<String>,
}

impl LogoutToken {
    /// This session, or every one of this person: what it names has to fit.
    fn ends(&self, session: &Session) -> bool {
        let person = &session.person;
        self.sub.as_ref().is_none_or(|sub| *sub == person.sub) && (self.sid.is_none() || self.sid == person.sid)
    }
}

/// Doorward says, from server to server, that somebody has logged out of all apps (OpenID Connect Back-Channel Logout 1.0).
#[post("/backchannel-logout", data = "<told>")]
pub async fn backchannel(told: Form<Told<'_>>, app: &State<App>) -> Result<(), Problem> {
    // Anybody can post here. The token proves that it is Doorward.
    let rules = Rules::new(&[Alg::Rs256], Typ::Optional(&["logout+jwt", "JWT"]));
    let token = app.provider.verify(told.logout_token, &rules).await.map_err(|why| Problem::new(&why.to_string()))?;
    let token: LogoutToken = serde_json::from_value(token.into_claims().into()).map_err(|why| Problem::new(&why.to_string()))?;
    Problem::unless(token.iss == app.provider.issuer(), "The logout token is by another server: see iss.")?;
    Problem::unless(token.aud == app.client.id(), "The logout token is for another app: see aud.")?;
    Problem::unless(token.exp > app.provider.now().0, "The logout token has ended: see exp.")?;
    // An ID token is no logout token: it has a nonce, and no such event.
    let event = "http://schemas.openid.net/event/backchannel-logout";
    Problem::unless(token.nonce.is_none() && token.events.contains_key(event), "This is no logout token: see events.")?;
    Problem::unless(token.sub.is_some() || token.sid.is_some(), "The logout token names nobody: see sub and sid.")?;
    app.sessions.end(|session| token.ends(session)).await;
    Ok(())
}
// endregion: backchannel
