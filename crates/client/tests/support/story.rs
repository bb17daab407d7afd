//! A login from beginning to end at a provider that a test bends.

use std::collections::BTreeMap;
use std::sync::Arc;

use doorward_client::login::{Answer, Ask, LoggedIn, LoginError, Pending};
use doorward_client::time::Clock as _;
use doorward_client::{Alg, Client, Login, Provider};
use serde_json::{Value, json};

use super::{Hands, Reply, Rogue, merge};

pub const CLIENT: &str = "shop";
pub const CALLBACK: &str = "http://localhost:8080/callback";
pub const ACCESS: &str = "an-access-token";

pub struct Story {
    pub rogue: Rogue,
    pub clock: Arc<Hands>,
    pub login: Login,
}

impl Story {
    pub fn new() -> Self {
        Self::with(Client::new(CLIENT).secret("s3cret"))
    }

    pub fn with(client: Client) -> Self {
        let (rogue, clock) = (Rogue::start(), Hands::new());
        let provider = Provider::builder(&rogue.issuer).clock(clock.clone()).build().expect("a provider");
        let login = Login::new(provider, client, CALLBACK).expect("a login").id_token_alg(Alg::Es256).scopes(["profile"]);
        Self { rogue, clock, login }
    }

    pub async fn begin(&self, ask: &Ask) -> (BTreeMap<String, String>, Pending) {
        let begun = self.login.begin(ask).await.expect("to begin");
        (begun.url.query_pairs().into_owned().collect(), begun.pending)
    }

    /// The claims of a good ID token, changed.
    pub fn claims(&self, nonce: &str, changes: &Value) -> Value {
        let now = self.clock.now().0;
        let mut claims = json!({
            "iss": self.rogue.issuer, "sub": "ada", "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": nonce,
            "auth_time": now - 5, "name": "Ada Lovelace", "sid": "session-1",
            "at_hash": Alg::Es256.hash_half(ACCESS),
        });
        merge(&mut claims, changes);
        claims
    }

    /// A good token answer with this ID token, changed.
    pub fn tokens(id_token: &str, changes: &Value) -> Value {
        let mut tokens = json!({
            "access_token": ACCESS, "token_type": "Bearer", "expires_in": 600, "refresh_token": "a-refresh-token", "id_token": id_token,
        });
        merge(&mut tokens, changes);
        tokens
    }

    /// A whole login in which the ID token is what `token` makes of the nonce.
    pub async fn with_id_token(&self, ask: &Ask, token: impl FnOnce(&str) -> String) -> Result<LoggedIn, LoginError> {
        let (sent, pending) = self.begin(ask).await;
        self.rogue.next("/token", Reply::json(200, &Self::tokens(&token(&sent["nonce"]), &json!({}))));
        self.finish(pending, &[("code", "a-code"), ("state", &sent["state"]), ("iss", &self.rogue.issuer)]).await
    }

    /// A whole login in which the claims of the ID token are changed.
    pub async fn with_claims(&self, changes: &Value) -> Result<LoggedIn, LoginError> {
        self.with_id_token(&Ask::new(), |nonce| self.rogue.key.jwt(&self.claims(nonce, changes))).await
    }

    /// A login that succeeds.
    pub async fn log_in(&self) -> LoggedIn {
        self.with_claims(&json!({})).await.expect("a login")
    }

    pub async fn finish(&self, pending: Pending, params: &[(&str, &str)]) -> Result<LoggedIn, LoginError> {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
        self.login.finish(pending, &Answer::from_query(&query)?).await
    }
}
