//! What the interface promises beside its names: where its values may go, what they show, and that errors are errors.
#![cfg(all(feature = "web", feature = "service"))]
#![allow(clippy::expect_used, missing_docs)]

use std::error::Error;
use std::sync::Arc;

use doorward_client::calls::{CallError, CallToken};
use doorward_client::error::{Check, JoseError, JwkError, JwsError, ProviderError, TokenError};
use doorward_client::http::{Http, HttpError};
use doorward_client::login::{Answer, Ask, Claims, LoginError, LogoutToken, Pending, Tokens};
use doorward_client::provider::ProviderBuilder;
use doorward_client::service::{Caller, Reason, Refusal, Service, ServiceError};
use doorward_client::web::{MemorySessions, Session, StoreError, Trouble, User, Web};
use doorward_client::{AccessToken, Alg, Calls, Client, Login, Metadata, Provider, SigningKey, Verified};

const SECRET: &str = "a secret that nobody may see";

#[test]
fn values_may_go_to_other_threads_and_live_as_long_as_they_are_wanted() {
    fn goes<T: Send + Sync + 'static>() {}
    goes::<(Provider, ProviderBuilder, Metadata, Client, Login, Calls, Service, Http)>();
    goes::<(Answer, Ask, Claims, LogoutToken, Pending, Tokens, Verified, AccessToken, CallToken)>();
    goes::<(Caller, Refusal, MemorySessions, Session, User, Web)>();
    goes::<(LoginError, ProviderError, TokenError, HttpError, CallError, ServiceError, StoreError, Trouble, Reason, Check)>();
}

#[test]
fn what_is_shared_by_handlers_is_cheap_to_clone() {
    fn clones<T: Clone>() {}
    clones::<(Provider, Client, Login, Calls, Service, Http, User, Caller)>();
}

#[test]
fn errors_are_errors_and_can_be_kept_and_compared() {
    fn is<T: Error + Clone + Send + Sync + 'static>() {}
    is::<LoginError>();
    is::<ProviderError>();
    is::<TokenError>();
    is::<HttpError>();
    is::<CallError>();
    is::<StoreError>();
    is::<Trouble>();
    // Those that are parts of ours can be named without another crate.
    let parts = (TokenError::Jws(JwsError::Expired), None::<(JwkError, JoseError)>);
    assert_eq!(parts.0.check(), Check::TokenExpired);
}

#[test]
fn an_app_names_no_other_crate_to_prove_who_it_is_by_a_key() {
    let key = SigningKey::generate(Alg::Es256).expect("a key");
    assert_eq!(Client::new("app").key(Arc::new(key)).id(), "app");
}

#[test]
fn no_secret_shows_itself_in_a_log() {
    let provider = Provider::new("https://login.example").expect("an issuer");
    let client = Client::new("app").secret(SECRET);
    let login = Login::new(provider.clone(), client.clone(), "https://app.example/callback").expect("a login");
    let calls = Calls::new(&provider, client.clone());
    let service = Service::builder(&provider, "https://app.example/").introspect(client.clone());
    let web = Web::new(login.clone()).key(SECRET.repeat(2)).expect("a key");
    let answer = Answer::from_query("code=a+secret+that+nobody+may+see&state=s").expect("an answer");
    let all = [
        format!("{client:?}"),
        format!("{login:?}"),
        format!("{calls:?}"),
        format!("{service:?}"),
        format!("{web:?}"),
        format!("{answer:?}"),
        format!("{:?}", AccessToken::new(SECRET)),
    ];
    for text in all {
        // Law: what is printed by accident gives nothing away.
        assert!(!text.contains("secret that nobody"), "{text}");
    }
}
