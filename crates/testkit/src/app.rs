//! An app: what a client library would do.

use crate::send::{NEAR, Outgoing, send};
use crate::{AppCertificate, AppKey, Page, World, encode};
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward::clock::Clock as _;
use rocket::http::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// RFC 7636 appendix B: the verifier.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// RFC 7636 appendix B: its challenge.
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// RFC 7523 §2.2.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An app of a world.
#[derive(Clone)]
pub struct App<'w> {
    world: &'w World,
    /// Its `client_id`.
    pub id: String,
    /// Its secret.
    pub secret: Option<String>,
    /// Its registered `token_endpoint_auth_method`.
    pub method: String,
    /// Its first redirect URI.
    pub redirect_uri: String,
    /// The key it proves by DPoP at each request.
    pub proves: Option<Arc<AppKey>>,
    /// The key it signs assertions with, where its method is `private_key_jwt`.
    pub signs: Option<Arc<AppKey>>,
    /// The certificate a proxy hands on with each request, as the value of the header `Client-Cert`; `Client-Cert-Verified` says `SUCCESS`.
    pub shows: Option<String>,
}

/// An authorization request being put together.
#[derive(Clone, Debug)]
pub struct AuthRequest {
    base: String,
    /// Its parameters, in order.
    pub params: Vec<(String, String)>,
}

impl AuthRequest {
    /// Sets a parameter.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// Adds a parameter beside others of its name.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.params.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes a parameter out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.params.retain(|(known, _)| known != name);
        self
    }

    /// Its query, or its body.
    pub fn query(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.params).finish()
    }

    /// Path and query.
    pub fn path(&self) -> String {
        format!("{}/authorize?{}", self.base, self.query())
    }
}

impl<'w> App<'w> {
    pub(crate) fn new(world: &'w World, json: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Self {
            world,
            id: text(&json["client_id"]).expect("a client_id"),
            secret: text(&json["client_secret"]),
            method: text(&json["token_endpoint_auth_method"]).unwrap_or_else(|| "client_secret_basic".to_owned()),
            redirect_uri: text(&json["redirect_uris"][0]).unwrap_or_default(),
            proves: None,
            signs: None,
            shows: None,
        }
    }

    /// The same app, proving this key at each request.
    #[must_use]
    pub fn proving(mut self, key: &Arc<AppKey>) -> Self {
        self.proves = Some(Arc::clone(key));
        self
    }

    /// The same app, signing its assertions with this key.
    #[must_use]
    pub fn signing(mut self, key: &Arc<AppKey>) -> Self {
        self.signs = Some(Arc::clone(key));
        self
    }

    /// The same app, with this certificate handed on by a proxy.
    #[must_use]
    pub fn showing(mut self, certificate: &AppCertificate) -> Self {
        self.shows = Some(certificate.rfc9440());
        self
    }

    /// A client assertion (RFC 7523 §2.2) as the server wants it; `more` changes its claims.
    pub fn assertion(&self, more: &Value) -> String {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let now = self.world.clock.now().0;
        let jti = format!("assertion-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut claims =
            json!({"iss": self.id, "sub": self.id, "aud": self.world.issuer.as_str(), "jti": jti, "iat": now, "exp": now + 60});
        claims.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        match (&self.signs, &self.secret) {
            (Some(key), _) => key.jwt(&claims),
            (None, Some(secret)) => hs256(secret, &claims),
            (None, None) => panic!("nothing to sign with"),
        }
    }

    /// A sound authorization request for `openid`.
    pub fn request(&self) -> AuthRequest {
        let pairs = [
            ("response_type", "code"),
            ("client_id", self.id.as_str()),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("scope", "openid"),
            ("state", "a state"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let params = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        AuthRequest { base: self.world.issuer.path().to_owned(), params }
    }

    /// Posts a form to an endpoint, authenticated by the registered method.
    pub async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Page {
        let mut pairs = pairs.to_vec();
        let mut headers = Vec::new();
        let secret = self.secret.as_deref().unwrap_or_default();
        let authorization = basic(&self.id, secret);
        let asserts = matches!(self.method.as_str(), "private_key_jwt" | "client_secret_jwt");
        let assertion = if asserts { self.assertion(&json!({})) } else { String::new() };
        match self.method.as_str() {
            "client_secret_basic" => headers.push(("Authorization", authorization.as_str())),
            "client_secret_post" => pairs.extend([("client_id", self.id.as_str()), ("client_secret", secret)]),
            "private_key_jwt" | "client_secret_jwt" => {
                pairs.extend([("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion.as_str())]);
            }
            _ => pairs.push(("client_id", &self.id)),
        }
        let proof = self.proves.as_ref().map(|key| key.proof("POST", &self.world.issuer.at(path), self.world.clock.now().0, json!({})));
        headers.extend(proof.iter().map(|proof| ("DPoP", proof.as_str())));
        headers.extend(self.shows.iter().flat_map(|shown| [("Client-Cert", shown.as_str()), ("Client-Cert-Verified", "SUCCESS")]));
        self.raw(path, &headers, &encode(&pairs)).await
    }

    /// Posts a form body with these headers and no others.
    pub async fn raw(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Page {
        let mut all = vec![("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
        all.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let path = self.world.path(path);
        send(&self.world.local, Outgoing { method: Method::Post, path, headers: all, body: body.as_bytes().to_vec(), from: NEAR }).await
    }

    /// Asks the token endpoint.
    pub async fn token(&self, pairs: &[(&str, &str)]) -> Page {
        self.post("/token", pairs).await
    }

    /// Redeems a code of [`App::request`].
    pub async fn redeem(&self, code: &str) -> Page {
        self.redeem_with(code, &[]).await
    }

    /// The same with further parameters.
    pub async fn redeem_with(&self, code: &str, more: &[(&str, &str)]) -> Page {
        let mut pairs =
            vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &self.redirect_uri), ("code_verifier", VERIFIER)];
        pairs.extend(more);
        self.token(&pairs).await
    }

    /// Refreshes.
    pub async fn refresh(&self, token: &str) -> Page {
        self.refresh_with(token, &[]).await
    }

    /// The same with further parameters.
    pub async fn refresh_with(&self, token: &str, more: &[(&str, &str)]) -> Page {
        let mut pairs = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        pairs.extend(more);
        self.token(&pairs).await
    }

    /// A token of its own.
    pub async fn machine(&self, more: &[(&str, &str)]) -> Page {
        let mut pairs = vec![("grant_type", "client_credentials")];
        pairs.extend(more);
        self.token(&pairs).await
    }

    /// Asks for userinfo, as the bearer of a token or with a proof.
    pub async fn userinfo(&self, token: &str) -> Page {
        let path = self.world.path("/userinfo");
        if let Some(key) = &self.proves {
            let proof = key.proof_with("GET", &self.world.issuer.at("/userinfo"), self.world.clock.now().0, token);
            let headers = [("Authorization", format!("DPoP {token}")), ("DPoP", proof)];
            let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
            return self.world.send(Method::Get, &path, &headers, &[]).await;
        }
        let bearer = format!("Bearer {token}");
        let mut headers = vec![("Authorization", bearer.as_str())];
        headers.extend(self.shows.iter().flat_map(|shown| [("Client-Cert", shown.as_str()), ("Client-Cert-Verified", "SUCCESS")]));
        self.world.send(Method::Get, &path, &headers, &[]).await
    }

    /// Introspects a token.
    pub async fn introspect(&self, token: &str) -> Page {
        self.post("/introspect", &[("token", token)]).await
    }

    /// Whether a token is alive, as introspection says.
    pub async fn is_active(&self, token: &str) -> bool {
        self.introspect(token).await.json()["active"].as_bool().expect("an answer")
    }

    /// Revokes a token.
    pub async fn revoke(&self, token: &str) -> Page {
        self.post("/revoke", &[("token", token)]).await
    }
}

/// HTTP Basic with both parts form-encoded (RFC 6749 §2.3.1).
pub fn basic(id: &str, secret: &str) -> String {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(id), encode(secret))))
}

/// A JWT authenticated by a secret (RFC 7518 §3.2).
pub fn hs256(secret: &str, claims: &Value) -> String {
    let encode = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let input = format!("{}.{}", encode(&json!({"alg": "HS256", "typ": "JWT"})), encode(claims));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// The claims of a JWT, unverified.
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header of a JWT.
pub fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, at: usize) -> Value {
    let text = token.split('.').nth(at).unwrap_or_else(|| panic!("no JWT: {token}"));
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).expect("base64url")).expect("JSON")
}
