//! Beyond the code flow: devices, machines, introspection, registration. What the library doesn't read of the discovery document by itself
//! is read as its documentation has it. Its revocation insists on https, which a server on the loopback doesn't speak.

use std::env;
use std::process::Command;
use std::thread::sleep;

use openidconnect::core::{
    CoreClient, CoreClientRegistrationRequest, CoreDeviceAuthorizationResponse, CoreGrantType, CoreIdTokenVerifier,
    CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreUserInfoClaims,
};
use openidconnect::registration::{ClientRegistrationError, EmptyAdditionalClientMetadata, EmptyAdditionalClientRegistrationResponse};
use openidconnect::{
    AccessToken, AdditionalProviderMetadata, ClientId, ClientName, ClientSecret, DeviceAuthorizationUrl, DeviceCodeErrorResponseType,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IntrospectionUrl, LocalizedClaim, Nonce, OAuth2TokenResponse, ProviderMetadata,
    RedirectUrl, RequestTokenError, Scope, TokenIntrospectionResponse, TokenResponse,
};
use serde::{Deserialize, Serialize};

use crate::browser::Browser;
use crate::{Failure, World, client, same, say, send, story};

/// What stands in the discovery document beside OpenID Connect's own members.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Endpoints {
    device_authorization_endpoint: DeviceAuthorizationUrl,
    introspection_endpoint: IntrospectionUrl,
}

impl AdditionalProviderMetadata for Endpoints {}

type Discovered = ProviderMetadata<
    Endpoints,
    openidconnect::core::CoreAuthDisplay,
    openidconnect::core::CoreClientAuthMethod,
    openidconnect::core::CoreClaimName,
    openidconnect::core::CoreClaimType,
    CoreGrantType,
    openidconnect::core::CoreJweContentEncryptionAlgorithm,
    openidconnect::core::CoreJweKeyManagementAlgorithm,
    openidconnect::core::CoreJsonWebKey,
    openidconnect::core::CoreResponseMode,
    openidconnect::core::CoreResponseType,
    openidconnect::core::CoreSubjectIdentifierType,
>;

type Client = CoreClient<EndpointSet, EndpointSet, EndpointSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// All of them.
///
/// # Errors
/// When a law is broken.
pub fn all(world: &World, port: u16) -> Result<(), Failure> {
    a_machine_gets_a_token_and_asks_about_it(world)?;
    say("a machine gets a token for an API, and introspects it");
    a_device_gets_what_a_person_allows(world)?;
    say("a device gets tokens once a person allowed it");
    a_device_hears_of_a_denial(world)?;
    say("a device hears that the person said no");
    a_client_registers_itself(world, port)?;
    say("a client registers itself with a token for one use, and logs a person in");
    Ok(())
}

fn discovered(world: &World, id: &str, secret: Option<&str>) -> Result<Client, Failure> {
    let metadata = Discovered::discover(&world.issuer, &send)?;
    let Endpoints { device_authorization_endpoint, introspection_endpoint } = metadata.additional_metadata().clone();
    let secret = secret.map(|secret| ClientSecret::new(secret.to_owned()));
    Ok(CoreClient::from_provider_metadata(metadata, ClientId::new(id.to_owned()), secret)
        .set_device_authorization_url(device_authorization_endpoint)
        .set_introspection_url(introspection_endpoint))
}

fn a_machine_gets_a_token_and_asks_about_it(world: &World) -> Result<(), Failure> {
    let machine = discovered(world, "machine", Some("a-long-secret-of-the-machine-0123456789"))?;
    let tokens = machine.exchange_client_credentials()?.add_scope(Scope::new("notes:read".to_owned())).request(&send)?;
    same("an ID token of a machine", tokens.id_token().is_some(), false)?;
    let told = machine.introspect(tokens.access_token()).request(&send)?;
    same("active", told.active(), true)?;
    same("client_id", told.client_id().map(|id| id.as_str()), Some("machine"))?;
    same("scopes", told.scopes().map(|scopes| scopes.iter().map(|scope| scope.as_str()).collect()), Some(vec!["notes:read"]))?;
    let told = machine.introspect(&AccessToken::new("eyJ.of.nobody".to_owned())).request(&send)?;
    same("a token of nobody", told.active(), false)
}

/// A person types the code, logs in and decides.
fn decide(world: &World, device: &CoreDeviceAuthorizationResponse, decision: &str) -> Result<(), Failure> {
    let nowhere = "http://127.0.0.1:1/nowhere".parse()?;
    let mut person = Browser::new(world.issuer.url().clone());
    person.open(&device.verification_uri().parse()?, &nowhere)?;
    person.submit(Some("user_code"), None, &[("user_code", device.user_code().secret())], &nowhere)?;
    let filled = [("username", world.username.as_str()), ("password", world.password.as_str())];
    person.submit(Some("password"), None, &filled, &nowhere)?;
    person.submit(None, Some(("decision", decision)), &[], &nowhere)?;
    Ok(())
}

fn a_device_gets_what_a_person_allows(world: &World) -> Result<(), Failure> {
    let television = discovered(world, "television", None)?;
    let device: CoreDeviceAuthorizationResponse = television
        .exchange_device_code()
        .add_scopes(["email", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
        .request(&send)?;
    // A link that brings the code along is what is sent to victims: RFC 10027 section 4.1.1.
    same("verification_uri_complete", device.verification_uri_complete().is_some(), false)?;
    decide(world, &device, "allow")?;
    let tokens = television.exchange_device_access_token(&device)?.request(&send, sleep, None)?;
    let trusted: CoreIdTokenVerifier<'_> = television.id_token_verifier();
    let claims = tokens.id_token().ok_or("no ID token")?.claims(&trusted, |_: Option<&Nonce>| Ok(()))?;
    let person: CoreUserInfoClaims = television.user_info(tokens.access_token().clone(), Some(claims.subject().clone()))?.request(&send)?;
    same("email", person.email().map(|email| email.as_str()), Some(world.email.as_str()))?;
    let old = tokens.refresh_token().ok_or("no refresh token")?;
    television.exchange_refresh_token(old)?.request(&send)?;
    Ok(())
}

fn a_device_hears_of_a_denial(world: &World) -> Result<(), Failure> {
    let television = discovered(world, "television", None)?;
    let device: CoreDeviceAuthorizationResponse = television.exchange_device_code().request(&send)?;
    decide(world, &device, "deny")?;
    match television.exchange_device_access_token(&device)?.request(&send, sleep, None) {
        Err(RequestTokenError::ServerResponse(said)) => same("the answer", said.error(), &DeviceCodeErrorResponseType::AccessDenied),
        Err(other) => Err(format!("a denial came otherwise: {other:?}").into()),
        Ok(_) => Err("a denied device got tokens".into()),
    }
}

fn a_client_registers_itself(world: &World, port: u16) -> Result<(), Failure> {
    let endpoint = CoreProviderMetadata::discover(&world.issuer, &send)?.registration_endpoint().ok_or("no registration")?.clone();
    let name = ClientName::new("Newcomer".to_owned());
    let redirect = RedirectUrl::new(format!("http://127.0.0.1:{port}/callback"))?;
    let request = CoreClientRegistrationRequest::new(vec![redirect], EmptyAdditionalClientMetadata {})
        .set_client_name(Some(LocalizedClaim::from(name.clone())))
        .set_grant_types(Some(vec![CoreGrantType::AuthorizationCode, CoreGrantType::RefreshToken]))
        .set_id_token_signed_response_alg(Some(CoreJwsSigningAlgorithm::EcdsaP256Sha256))
        .set_initial_access_token(Some(initial_access_token()?));
    let registered = request.register(&endpoint, &send)?;
    let _: &EmptyAdditionalClientRegistrationResponse = registered.additional_response();
    same("client_name", registered.client_name().and_then(|names| names.get(None)), Some(&name))?;
    same("a way to manage it", registered.registration_access_token().is_some() && registered.registration_client_uri().is_some(), true)?;

    let secret = registered.client_secret().ok_or("no secret")?.secret();
    let newcomer = client(world, registered.client_id().as_str(), Some(secret), port)?;
    story(world, &newcomer, &CoreJwsSigningAlgorithm::EcdsaP256Sha256)?;

    match request.register(&endpoint, &send) {
        Err(ClientRegistrationError::Response(status, ..)) => same("the status", status.as_u16(), 401),
        Err(other) => Err(format!("a used token was refused otherwise: {other:?}").into()),
        Ok(_) => Err("a token for one use was used twice".into()),
    }
}

/// The operator's command makes it.
fn initial_access_token() -> Result<AccessToken, Failure> {
    let made = Command::new(env::var("DOORWARD")?)
        .args(["registration-token", "add", "--uses", "1", "--json"])
        .current_dir(env::var("DATABASE_FOLDER")?)
        .output()?;
    let said = String::from_utf8(made.stdout)?;
    let token = said.split('"').find(|text| text.starts_with("dwi_")).ok_or_else(|| format!("no token in {said}"))?;
    Ok(AccessToken::new(token.to_owned()))
}
