//! Login with the server: the authorization code flow with PKCE, as the shop lives it.
//!
//! [`Login::start`] sends the browser away with a question, [`Login::finish`] takes the answer, [`Login::fresh_token`]
//! keeps access alive, [`Login::end_session`] says goodbye. The `oauth2` crate speaks the protocol; the checks that only
//! the client can make are written out here.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use oauth2::basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType};
use oauth2::http::Request;
use oauth2::{
    AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet, ExtraTokenFields, HttpRequest,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardRevocableToken,
    StandardTokenResponse, TokenResponse,
};
use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest};
use serde::{Deserialize, Serialize};

use super::language::Language;
use super::once;
use super::trouble::Trouble;
use crate::config::{DemoConfig, SCOPES};
use crate::issuer::{Discovery, Issuer};
use crate::now;

/// The token answer with the one field that OpenID Connect adds.
type Tokens = StandardTokenResponse<IdToken, BasicTokenType>;
type OAuthClient = Client<
    BasicErrorResponse,
    Tokens,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

#[derive(Debug, Serialize, Deserialize)]
struct IdToken {
    id_token: Option<String>,
}
impl ExtraTokenFields for IdToken {}

/// What the answer will be measured against, kept while the browser is away.
pub(crate) struct Pending {
    pub(crate) state: String,
    nonce: String,
    verifier: PkceCodeVerifier,
}

/// What the browser brought back: parameters of RFC 6749 §4.1.2 and RFC 9207 §2.
pub(crate) struct Answer {
    pub(crate) state: String,
    iss: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Who is there, as far as they let us know.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Person {
    sub: String,
    name: Option<String>,
    email: Option<String>,
}

#[derive(Deserialize)]
struct IdClaims {
    #[serde(flatten)]
    person: Person,
    nonce: Option<String>,
    azp: Option<String>,
}

/// A person who is logged in, and what the shop may do for them.
pub(crate) struct Account {
    pub(crate) person: Person,
    pub(crate) scopes: Vec<String>,
    /// Kept to say at logout whose session is to end.
    id_token: String,
    keys: Mutex<Keys>,
}

/// Access now, and the means to renew it.
struct Keys {
    access: String,
    until: Instant,
    refresh: Option<RefreshToken>,
}

pub(crate) struct Login {
    issuer: Arc<Issuer>,
    cfg: DemoConfig,
}

impl Login {
    pub(crate) fn new(cfg: &DemoConfig, issuer: Arc<Issuer>) -> Self {
        Self { issuer, cfg: cfg.clone() }
    }

    /// The address to send the browser to, and what to remember meanwhile.
    pub(crate) fn start(&self, lang: Language, again: bool) -> Result<(String, Pending), Trouble> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let nonce = random();
        let client = self.client(self.issuer.discovery()?)?;
        let mut request = client
            .authorize_url(|| CsrfToken::new(random()))
            .add_scopes(SCOPES.map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .add_extra_param("nonce", &nonce)
            .add_extra_param("ui_locales", lang.tag());
        if again {
            request = request.add_extra_param("prompt", "consent");
        }
        let (url, state) = request.url();
        let state = state.into_secret();
        Ok((url.into(), Pending { state, nonce, verifier }))
    }

    /// Turns the answer into an account, or says what is wrong with it.
    pub(crate) fn finish(&self, answer: Answer, pending: Pending) -> Result<Account, Trouble> {
        let discovery = self.issuer.discovery()?;
        // Whose answer is this? Another server's must not be taken for this one's (RFC 9207 §2.4, RFC 9700 §4.4).
        match answer.iss.as_deref() {
            Some(iss) if iss == self.issuer.name() => {}
            None if !discovery.authorization_response_iss_parameter_supported => {}
            Some(_) | None => return Err(Trouble::OtherIssuer),
        }
        if let Some(error) = answer.error {
            return Err(match error.as_str() {
                "access_denied" => Trouble::Denied,
                _ => Trouble::server_said(&error, answer.error_description.as_deref()),
            });
        }
        let code = answer.code.ok_or(Trouble::BadAnswer)?;
        let client = self.client(discovery)?;
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(pending.verifier)
            .add_extra_param("resource", &self.cfg.resource)
            .request(&|request: HttpRequest| self.issuer.send(request))?;

        let id_token = tokens.extra_fields().id_token.clone().ok_or(Trouble::BadIdToken("it is missing"))?;
        let mut person = self.verify(&id_token, &pending.nonce)?;
        // RFC 6749 §5.1: an answer without `scope` grants what was asked.
        let scopes = tokens
            .scopes()
            .map_or_else(|| SCOPES.map(str::to_owned).to_vec(), |granted| granted.iter().map(|scope| scope.to_string()).collect());
        let mut keys = Keys::from(&tokens, None);
        if person.name.is_none() {
            // A shop that can't greet by name still prints photos.
            if let Ok(Some(known)) = self.userinfo(&client, discovery, &mut keys, &person.sub) {
                person = known;
            }
        }
        Ok(Account { person, scopes, id_token, keys: Mutex::new(keys) })
    }

    /// An access token for the photo service that is good for a while yet.
    ///
    /// One renewal at a time: a refresh token works once, and a second use would look like theft (RFC 9700 §4.14.2).
    pub(crate) fn fresh_token(&self, account: &Account) -> Result<String, Trouble> {
        let mut keys = account.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if now() < keys.until {
            return Ok(keys.access.clone());
        }
        let refresh = keys.refresh.clone().ok_or(Trouble::PermissionEnded)?;
        let client = self.client(self.issuer.discovery()?)?;
        let tokens = self.refresh(&client, &refresh, &self.cfg.resource).map_err(|trouble| match trouble {
            Trouble::ServerSaid(_) => Trouble::PermissionEnded,
            other => other,
        })?;
        *keys = Keys::from(&tokens, Some(refresh));
        Ok(keys.access.clone())
    }

    /// Where to send the browser to log out of the server too, and the `state` that will come back.
    pub(crate) fn end_session(&self, account: &Account) -> Result<(String, String), Trouble> {
        let discovery = self.issuer.discovery()?;
        let mut url = discovery.end_session_endpoint.clone().ok_or(Trouble::BadAnswer)?;
        let state = random();
        url.query_pairs_mut()
            .append_pair("id_token_hint", &account.id_token)
            .append_pair("post_logout_redirect_uri", &self.cfg.after_logout())
            .append_pair("state", &state);
        Ok((url.into(), state))
    }

    fn client(&self, discovery: &Discovery) -> Result<OAuthClient, Trouble> {
        let redirect = RedirectUrl::new(self.cfg.redirect_uri()).map_err(|_| Trouble::Ours)?;
        Ok(Client::new(ClientId::new(self.cfg.client_id.clone()))
            .set_client_secret(ClientSecret::new(self.cfg.client_secret.clone()))
            .set_auth_uri(discovery.authorization_endpoint.clone())
            .set_token_uri(discovery.token_endpoint.clone())
            .set_redirect_uri(redirect))
    }

    /// The checks of OpenID Connect Core §3.1.3.7.
    fn verify(&self, id_token: &str, nonce: &str) -> Result<Person, Trouble> {
        let header = decode_header(id_token).map_err(|_| Trouble::BadIdToken("it can't be read"))?;
        if header.crit.is_some() {
            return Err(Trouble::BadIdToken("it demands what we don't know"));
        }
        // An access token is no proof of a login (RFC 8725 §3.11).
        if header.typ.is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
            return Err(Trouble::BadIdToken("it is of another type"));
        }
        let kid = header.kid.ok_or(Trouble::BadIdToken("it names no key"))?;
        let key = self.issuer.key(&kid, now())?;
        // The algorithm this client is registered with, whatever the token says.
        let mut rules = Validation::new(Algorithm::ES256);
        rules.leeway = 5;
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        rules.set_issuer(&[self.issuer.name()]);
        rules.set_audience(&[&self.cfg.client_id]);
        let claims = decode::<IdClaims>(id_token, &key, &rules)
            .map_err(|_| Trouble::BadIdToken("its algorithm, signature, issuer, audience or time is wrong"))?
            .claims;
        if claims.azp.is_some_and(|azp| azp != self.cfg.client_id) {
            return Err(Trouble::BadIdToken("it was made for another app"));
        }
        // Made for this very login, not one that was recorded earlier.
        if claims.nonce.as_deref() != Some(nonce) {
            return Err(Trouble::BadIdToken("it belongs to another login"));
        }
        Ok(claims.person)
    }

    /// Asks the server who this is. The token for the photos is no good there, having another audience, so the refresh
    /// token gives one for the server itself (RFC 8707 §2.2).
    fn userinfo(&self, client: &OAuthClient, discovery: &Discovery, keys: &mut Keys, sub: &str) -> Result<Option<Person>, Trouble> {
        let (Some(endpoint), Some(refresh)) = (&discovery.userinfo_endpoint, keys.refresh.clone()) else {
            return Ok(None);
        };
        let tokens = self.refresh(client, &refresh, self.issuer.name())?;
        keys.refresh = tokens.refresh_token().cloned().or(Some(refresh));
        let bearer = format!("Bearer {}", tokens.access_token().secret());
        let request = Request::get(endpoint).header("Authorization", bearer).body(());
        let answer = self.issuer.send(request.map_err(|_| Trouble::Ours)?).map_err(|_| Trouble::BadAnswer)?;
        if !answer.status().is_success() {
            return Ok(None);
        }
        let person: Person = serde_json::from_slice(answer.body()).map_err(|_| Trouble::BadAnswer)?;
        // OpenID Connect Core §5.3.2: another `sub` is another person.
        Ok((person.sub == sub).then_some(person))
    }

    fn refresh(&self, client: &OAuthClient, refresh: &RefreshToken, resource: &str) -> Result<Tokens, Trouble> {
        let request = client.exchange_refresh_token(refresh).add_extra_param("resource", resource);
        Ok(request.request(&|request: HttpRequest| self.issuer.send(request))?)
    }
}

impl Keys {
    fn from(tokens: &Tokens, old: Option<RefreshToken>) -> Self {
        let lifetime = tokens.expires_in().unwrap_or(Duration::from_secs(300));
        Self {
            access: tokens.access_token().secret().clone(),
            // Renewed a little early, so that it does not end on its way.
            until: now() + lifetime.saturating_sub(Duration::from_secs(15)).min(Duration::from_secs(24 * 3600)),
            refresh: tokens.refresh_token().cloned().or(old),
        }
    }
}

/// 256 bits from the operating system's generator: for states, nonces, session ids.
pub(crate) fn random() -> String {
    CsrfToken::new_random_len(32).into_secret()
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Answer {
    type Error = Trouble;

    async fn from_request(request: &'r rocket::Request<'_>) -> request::Outcome<Self, Trouble> {
        let query = request.uri().query().map_or("", |query| query.as_str());
        let parsed = once(query).and_then(|mut fields| {
            Some(Self {
                state: fields.remove("state")?,
                iss: fields.remove("iss"),
                code: fields.remove("code"),
                error: fields.remove("error"),
                error_description: fields.remove("error_description"),
            })
        });
        match parsed {
            Some(answer) => Outcome::Success(answer),
            None => Outcome::Error((Trouble::BadAnswer.status(), Trouble::BadAnswer)),
        }
    }
}

impl<E: std::error::Error + 'static> From<RequestTokenError<E, BasicErrorResponse>> for Trouble {
    fn from(error: RequestTokenError<E, BasicErrorResponse>) -> Self {
        match error {
            RequestTokenError::ServerResponse(said) => {
                Self::server_said(said.error().as_ref(), said.error_description().map(String::as_str))
            }
            RequestTokenError::Request(_) => Self::ServerAway,
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => Self::BadAnswer,
        }
    }
}
