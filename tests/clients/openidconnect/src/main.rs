//! The `openidconnect` crate as a client of Doorward: discovery, code with PKCE, ID tokens in RS256 and ES256, userinfo,
//! refresh, devices, machines, introspection, registration, and what must fail. Run by `with-server`; ends with 1 and says why when a law is broken.

mod browser;
mod endpoints;
mod form;
mod http;

use std::env;
use std::error::Error;

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreErrorResponseType, CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    CoreUserInfoClaims,
};
use openidconnect::http::{Request, Response};
use openidconnect::url::Url;
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, StandardErrorResponse, TokenResponse,
};

use crate::browser::Browser;

type Failure = Box<dyn Error>;
/// A client that knows the endpoints of the discovery document.
type Client = CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;
type Refusal = RequestTokenError<ureq::Error, StandardErrorResponse<CoreErrorResponseType>>;

/// Who logs in, where.
struct World {
    issuer: IssuerUrl,
    username: String,
    password: String,
    email: String,
}

/// What the browser brings back from the server, and what the client kept for it.
struct Arrival {
    code: AuthorizationCode,
    verifier: PkceCodeVerifier,
    nonce: Nonce,
}

fn main() -> Result<(), Failure> {
    let world = World {
        issuer: IssuerUrl::new(env::var("ISSUER")?)?,
        username: env::var("USERNAME")?,
        password: env::var("PASSWORD")?,
        email: env::var("EMAIL")?,
    };
    let port: u16 = env::var("APP_PORT")?.parse()?;

    let web = client(&world, "web-rs256", Some("a-long-secret-of-the-web-app-0123456789"), port)?;
    story(&world, &web, &CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256)?;
    say("a confidential client with RS256: login, ID token, userinfo, refresh");

    // A native app listens on whatever port is free: not the one of the registration (RFC 8252 section 7.3).
    let native = client(&world, "native-es256", None, port + 1)?;
    story(&world, &native, &CoreJwsSigningAlgorithm::EcdsaP256Sha256)?;
    say("a public client with ES256 and any port on the loopback: the same");

    a_code_needs_its_verifier(&world, &web)?;
    say("a code with another request's verifier is refused");
    a_code_works_once(&world, &web)?;
    say("a code works once, and its replay ends what it gave");
    a_wrong_secret_is_refused(&world, port)?;
    say("a wrong client secret is refused");
    endpoints::all(&world, port)
}

fn say(law: &str) {
    println!("ok: {law}");
}

/// Sends one request of the library.
fn send(request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, ureq::Error> {
    http::send(&http::agent(), request)
}

fn client(world: &World, id: &str, secret: Option<&str>, port: u16) -> Result<Client, Failure> {
    let metadata = CoreProviderMetadata::discover(&world.issuer, &send)?;
    let secret = secret.map(|secret| ClientSecret::new(secret.to_owned()));
    Ok(CoreClient::from_provider_metadata(metadata, ClientId::new(id.to_owned()), secret)
        .set_redirect_uri(RedirectUrl::new(format!("http://127.0.0.1:{port}/callback"))?))
}

/// A person logs in and allows everything; the callback is checked as a client must.
fn log_in(world: &World, client: &Client) -> Result<Arrival, Failure> {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["profile", "email", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let app = client.redirect_uri().ok_or("no redirect URI")?.url().clone();

    let mut person = Browser::new(world.issuer.url().clone());
    let mut back = person.open(&address, &app)?;
    if back.is_none() {
        let filled = [("username", world.username.as_str()), ("password", world.password.as_str())];
        back = person.submit(Some("password"), None, &filled, &app)?;
    }
    if back.is_none() && person.offers("allow") {
        back = person.submit(None, Some(("decision", "allow")), &[], &app)?;
    }
    let back: Url = back.ok_or("the browser was not led back to the app")?;
    let parameter = |name: &str| back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());

    same("state", parameter("state").as_deref(), Some(state.secret().as_str()))?;
    // RFC 9207 section 2.4: the client compares it with the issuer it asked.
    same("iss", parameter("iss").as_deref(), Some(world.issuer.as_str()))?;
    let code = parameter("code").ok_or_else(|| format!("no code in {back}"))?;
    Ok(Arrival { code: AuthorizationCode::new(code), verifier, nonce })
}

/// The whole good road of one client.
fn story(world: &World, client: &Client, alg: &CoreJwsSigningAlgorithm) -> Result<(), Failure> {
    let Arrival { code, verifier, nonce } = log_in(world, client)?;
    let tokens = client.exchange_code(code)?.set_pkce_verifier(verifier).request(&send)?;

    let id_token = tokens.id_token().ok_or("no ID token")?;
    let trusted: CoreIdTokenVerifier<'_> = client.id_token_verifier();
    let claims = id_token.claims(&trusted, &nonce)?;
    same("signing algorithm", id_token.signing_alg()?, alg)?;
    let bound = claims.access_token_hash().ok_or("no at_hash")?;
    let computed = AccessTokenHash::from_token(tokens.access_token(), id_token.signing_alg()?, id_token.signing_key(&trusted)?)?;
    same("at_hash", bound, &computed)?;
    if id_token.claims(&trusted, &Nonce::new("another".to_owned())).is_ok() {
        return Err("an ID token with another nonce was accepted".into());
    }

    let subject = claims.subject().clone();
    let person: CoreUserInfoClaims = client.user_info(tokens.access_token().clone(), Some(subject.clone()))?.request(&send)?;
    same("email", person.email().map(|email| email.as_str()), Some(world.email.as_str()))?;

    let old = tokens.refresh_token().ok_or("no refresh token")?;
    let fresh = client.exchange_refresh_token(old)?.request(&send)?;
    let new = fresh.refresh_token().ok_or("no new refresh token")?;
    if new.secret() == old.secret() || fresh.access_token().secret() == tokens.access_token().secret() {
        return Err("a refresh gave the same tokens again".into());
    }
    // OpenID Connect Core section 12.2: the same person, and no new nonce.
    if let Some(again) = fresh.id_token() {
        let claims = again.claims(&trusted, |_: Option<&Nonce>| Ok(()))?;
        same("sub after refresh", claims.subject(), &subject)?;
    }
    let _: CoreUserInfoClaims = client.user_info(fresh.access_token().clone(), Some(subject))?.request(&send)?;

    // RFC 9700 section 2.2.2: a replay ends the family, the winner's token included.
    refused("a used refresh token", client.exchange_refresh_token(old)?.request(&send).err(), &CoreErrorResponseType::InvalidGrant)?;
    refused("its successor", client.exchange_refresh_token(new)?.request(&send).err(), &CoreErrorResponseType::InvalidGrant)
}

fn a_code_needs_its_verifier(world: &World, client: &Client) -> Result<(), Failure> {
    let arrival = log_in(world, client)?;
    let (_, another) = PkceCodeChallenge::new_random_sha256();
    let answer = client.exchange_code(arrival.code)?.set_pkce_verifier(another).request(&send);
    refused("another verifier", answer.err(), &CoreErrorResponseType::InvalidGrant)
}

fn a_code_works_once(world: &World, client: &Client) -> Result<(), Failure> {
    let Arrival { code, verifier, .. } = log_in(world, client)?;
    let again = PkceCodeVerifier::new(verifier.secret().clone());
    let tokens = client.exchange_code(code.clone())?.set_pkce_verifier(verifier).request(&send)?;
    let replay = client.exchange_code(code)?.set_pkce_verifier(again).request(&send);
    refused("a used code", replay.err(), &CoreErrorResponseType::InvalidGrant)?;
    let old = tokens.refresh_token().ok_or("no refresh token")?;
    refused(
        "the refresh token of a replayed code",
        client.exchange_refresh_token(old)?.request(&send).err(),
        &CoreErrorResponseType::InvalidGrant,
    )
}

fn a_wrong_secret_is_refused(world: &World, port: u16) -> Result<(), Failure> {
    let impostor = client(world, "web-rs256", Some("not-the-secret-of-the-web-app-0123456789"), port)?;
    let Arrival { code, verifier, .. } = log_in(world, &impostor)?;
    let answer = impostor.exchange_code(code)?.set_pkce_verifier(verifier).request(&send);
    refused("a wrong secret", answer.err(), &CoreErrorResponseType::InvalidClient)
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, wanted: T) -> Result<(), Failure> {
    if found == wanted { Ok(()) } else { Err(format!("{what}: {found:?}, not {wanted:?}").into()) }
}

fn refused(what: &str, answer: Option<Refusal>, wanted: &CoreErrorResponseType) -> Result<(), Failure> {
    match answer {
        Some(RequestTokenError::ServerResponse(said)) if said.error() == wanted => Ok(()),
        Some(other) => Err(format!("{what} was refused otherwise: {other:?}").into()),
        None => Err(format!("{what} was accepted").into()),
    }
}
