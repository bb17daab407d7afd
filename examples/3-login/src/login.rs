//! Login: away to Doorward with a question, and back with an answer.

use doorward_client::{Alg, Rules, Typ};
use oauth2::PkceCodeChallenge;
use rocket::http::{CookieJar, Status};
use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest, Request};
use rocket::response::Redirect;
use rocket::{State, get};
use serde::Deserialize;

use crate::App;
use crate::kept::random;
use crate::problem::Problem;

// region: kept
/// What the answer will be measured against, kept here while the browser is away.
#[derive(Clone)]
pub struct Asked {
    /// Comes back with the answer: this browser asked.
    state: String,
    /// Comes back in the ID token: it was made for this login.
    nonce: String,
    /// Goes with the code: whoever stole the code doesn't know it.
    verifier: String,
}

/// Somebody who is logged in.
#[derive(Clone)]
pub struct Session {
    pub person: Person,
}

/// What the ID token says.
#[derive(Clone, Deserialize)]
pub struct Person {
    /// The person's lasting id. Names and addresses change.
    pub sub: String,
    name: Option<String>,
    iss: String,
    aud: String,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: String,
}

impl Person {
    pub fn name(&self) -> &str {
        self.name.as_ref().unwrap_or(&self.sub)
    }
}

/// What a code becomes.
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}
// endregion: kept

// region: login
/// Sends the browser to Doorward.
#[get("/login")]
pub async fn login(app: &State<App>, jar: &CookieJar<'_>) -> Result<Redirect, Problem> {
    let metadata = app.provider.metadata().await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let asked = Asked { state: random(), nonce: random(), verifier: verifier.into_secret() };
    let mut url = metadata.authorization_endpoint()?.clone();
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", app.client.id())
        .append_pair("redirect_uri", &redirect_uri(app))
        .append_pair("scope", "openid profile")
        .append_pair("claims", r#"{"id_token":{"name":null}}"#)
        .append_pair("state", &asked.state)
        .append_pair("nonce", &asked.nonce)
        .append_pair("code_challenge", challenge.as_str())
        .append_pair("code_challenge_method", "S256");
    app.logins.put(jar, asked).await;
    Ok(Redirect::to(url.to_string()))
}
// endregion: login

// region: callback
/// The browser comes back, with a code or with an error.
#[get("/callback?<state>&<iss>&<code>&<error>")]
pub async fn callback(
    state: Option<&str>,
    iss: Option<&str>,
    code: Option<&str>,
    error: Option<&str>,
    app: &State<App>,
    jar: &CookieJar<'_>,
) -> Result<Redirect, Problem> {
    // Did this browser ask? A link that somebody else made logs nobody in. And it asked once: what was taken is gone.
    let asked = app.logins.take(jar).await.ok_or(Problem::new("This browser began no login, or has finished it."))?;
    Problem::unless(state == Some(&asked.state), "The answer is to another question: its state differs.")?;
    // Does Doorward answer, or another server that this browser knows, too?
    Problem::unless(iss == Some(app.provider.issuer()), "The answer is another server's: its iss differs.")?;
    Problem::unless(error.is_none(), &format!("Doorward said {}.", error.unwrap_or_default()))?;
    let code = code.ok_or(Problem::new("The answer has no code."))?;

    let tokens = exchange(app, code, &asked.verifier).await?;
    let person = believe(app, &tokens.id_token, &asked.nonce).await?;
    // A new session under a new key: whatever key the browser came with is worth nothing from here on.
    app.sessions.put(jar, Session { person }).await;
    Ok(Redirect::to("/"))
}
// endregion: callback

// region: exchange
/// The code for tokens, from server to server and with the app's secret. The browser sees nothing of it.
async fn exchange(app: &App, code: &str, verifier: &str) -> Result<Tokens, Problem> {
    let metadata = app.provider.metadata().await?;
    let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &redirect_uri(app)), ("code_verifier", verifier)];
    let request = app.client.request(metadata.token_endpoint()?, &form, app.provider.issuer(), app.provider.now())?;
    let answer = app.provider.http().send(request).await?;
    Problem::unless(answer.status().is_success(), "Doorward did not take the code: it was used, is too old, or is not ours.")?;
    Ok(serde_json::from_slice(answer.body())?)
}
// endregion: exchange

// region: believe
/// Who is it? Only an ID token that passes every check says so (OpenID Connect Core section 3.1.3.7).
async fn believe(app: &App, id_token: &str, nonce: &str) -> Result<Person, Problem> {
    // Signed by Doorward, with the algorithm that we expect: the token doesn't choose it.
    let token = app.provider.verify(id_token, &Rules::new(&[Alg::Rs256], Typ::Optional(&["JWT"]))).await?;
    let person: Person = serde_json::from_value(token.into_claims().into())?;
    let now = app.provider.now().0;
    Problem::unless(person.iss == app.provider.issuer(), "The ID token is by another server: see iss.")?;
    Problem::unless(person.aud == app.client.id(), "The ID token is for another app: see aud.")?;
    Problem::unless(person.azp.as_ref().is_none_or(|azp| azp == app.client.id()), "The ID token is for another app: see azp.")?;
    Problem::unless(person.exp > now, "The ID token has ended: see exp.")?;
    // Clocks differ a little, and never by a day.
    Problem::unless(person.iat < now + 60, "The ID token is from the future: see iat.")?;
    Problem::unless(person.nonce == nonce, "The ID token is of another login: see nonce.")?;
    Ok(person)
}
// endregion: believe

/// Where the browser comes back to, exactly as the app is registered.
fn redirect_uri(app: &App) -> String {
    format!("{}/callback", app.base)
}

// region: session
#[rocket::async_trait]
impl<'r> FromRequest<'r> for Session {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let Some(app) = request.rocket().state::<App>() else { return Outcome::Error((Status::InternalServerError, ())) };
        match app.sessions.get(request.cookies()).await {
            Some(session) => Outcome::Success(session),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}
// endregion: session
