//! What the clumsy app says to its provider, and how it gets that wrong.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::clumsy::Session;
use super::http::call;

/// Whether a mistake is to be made.
pub type Errs<'a> = &'a dyn Fn(&str) -> bool;

/// The provider, and who the app is there.
#[derive(Clone, Default)]
pub struct Provider {
    pub issuer: String,
    pub client_id: String,
    pub secret: String,
    pub photos: String,
}

/// A login that has begun.
#[derive(Clone)]
pub struct Pending {
    pub state: String,
    pub nonce: String,
    pub verifier: String,
    /// Where to go on afterwards.
    pub next: Option<String>,
}

/// 256 bits.
pub fn random() -> String {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).expect("chance");
    URL_SAFE_NO_PAD.encode(bytes)
}

fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    part.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

impl Provider {
    fn endpoint(&self, name: &str) -> String {
        let (_, document) = call(&format!("{}/.well-known/openid-configuration", self.issuer), None, None);
        let document: Value = serde_json::from_str(&document).expect("a document");
        document[name].as_str().expect("an endpoint").to_owned()
    }

    /// Where the browser goes to log in.
    pub fn begin(&self, base: &str, errs: Errs<'_>) -> (String, Pending) {
        let fixed = |key: &str| if errs(key) { "always-the-same-0123456789-0123456789-0123456789".to_owned() } else { random() };
        let mut pending =
            Pending { state: fixed("state-constant"), nonce: fixed("nonce-constant"), verifier: fixed("verifier-constant"), next: None };
        if errs("state-guessable") {
            pending.state = pending.state.chars().take(4).collect();
        }
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, pending.verifier.as_bytes()));
        let redirect = match errs {
            _ if errs("redirect-host") => format!("{}/callback", base.replace("localhost", "127.0.0.1")),
            _ if errs("redirect-port") => "http://localhost:8000/callback".to_owned(),
            _ if errs("redirect-slash") => format!("{base}/callback/"),
            _ if errs("redirect-path") => format!("{base}/cb"),
            _ => format!("{base}/callback"),
        };
        let scope = match errs {
            _ if errs("scope-openid") => "profile photos:read",
            _ if errs("scope-photos") => "openid profile",
            _ if errs("scope-too-wide") => "openid profile photos:read albums:read",
            _ => "openid profile photos:read",
        };
        let mut query = Serializer::new(String::new());
        query.append_pair("client_id", &self.client_id).append_pair("scope", scope);
        query.append_pair("response_type", if errs("response-type") { "token" } else { "code" });
        let mut unless = |key: &str, name: &str, value: &str| {
            if !errs(key) {
                query.append_pair(name, value);
            }
        };
        unless("redirect-missing", "redirect_uri", &redirect);
        unless("state-missing", "state", &pending.state);
        unless("nonce-missing", "nonce", &pending.nonce);
        unless("challenge-missing", "code_challenge", if errs("challenge-plain") { &pending.verifier } else { &challenge });
        unless("challenge-missing", "code_challenge_method", if errs("challenge-plain") { "plain" } else { "S256" });
        if errs("request-refused") {
            query.append_pair("prompt", "none");
        }
        let endpoint = self.endpoint("authorization_endpoint");
        let endpoint = if errs("endpoint-guessed") { endpoint.replace("/authorize", "/oauth/authorize") } else { endpoint };
        (format!("{endpoint}?{}", query.finish()), pending)
    }

    fn basic(&self, errs: Errs<'_>) -> Option<String> {
        let secret = match errs {
            _ if errs("secret-missing") || errs("secret-in-body") => return None,
            _ if errs("secret-newline") => format!("{}\n", self.secret),
            _ if errs("secret-hashed") => {
                let bytes = digest(&SHA256, self.secret.as_bytes());
                bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
            }
            _ if errs("secret-wrong") => "the secret of some other app, which is long enough".to_owned(),
            _ => self.secret.clone(),
        };
        let encoded = |text: &str| Serializer::new(String::new()).append_key_only(text).finish();
        Some(format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(&self.client_id), encoded(&secret)))))
    }

    /// Redeems the code, and looks at the ID token as far as the lab isn't about it.
    pub fn redeem(&self, base: &str, code: &str, pending: &Pending, errs: Errs<'_>) -> Result<Session, String> {
        let other = random();
        let redirect = if errs("token-redirect") { format!("{base}/other") } else { format!("{base}/callback") };
        let mut form = vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &redirect)];
        if !errs("verifier-missing") {
            form.push(("code_verifier", if errs("verifier-lost") { &other } else { &pending.verifier }));
        }
        if errs("secret-in-body") {
            form.extend([("client_id", self.client_id.as_str()), ("client_secret", self.secret.as_str())]);
        }
        if errs("secret-missing") {
            form.push(("client_id", self.client_id.as_str()));
        }
        if errs("photos-audience") {
            form.push(("resource", self.issuer.as_str()));
        }
        let (status, body) = call(&self.endpoint("token_endpoint"), self.basic(errs).as_deref(), Some(&form));
        if status != 200 {
            return Err(body);
        }
        let tokens: Value = serde_json::from_str(&body).map_err(|why| why.to_string())?;
        let text = |name: &str| tokens[name].as_str().unwrap_or_default().to_owned();
        let (id_token, access_token) = (text("id_token"), text("access_token"));
        let said = claims(&id_token);
        if said["nonce"] != pending.nonce.as_str() && !errs("nonce-unchecked") {
            return Err("another nonce".to_owned());
        }
        if errs("userinfo-token") {
            let (status, body) = call(&self.endpoint("userinfo_endpoint"), Some(&format!("Bearer {id_token}")), None);
            return Err(format!("{status} {body}"));
        }
        let name = said["name"].as_str().or(said["sub"].as_str()).unwrap_or_default().to_owned();
        Ok(Session { name, id_token, access_token })
    }

    /// Calls the photo service: its status.
    pub fn photos(&self, session: &Session, errs: Errs<'_>) -> u16 {
        let token = if errs("photos-id-token") { &session.id_token } else { &session.access_token };
        let header = format!("Bearer {token}");
        let at = format!("{}photos", self.photos);
        call(&at, Some(header.as_str()).filter(|_| !errs("photos-no-token")), None).0
    }

    /// Where the browser goes to log out.
    pub fn leave(&self, base: &str, session: &Session, errs: Errs<'_>) -> String {
        let back = if errs("logout-unregistered") { base.to_owned() } else { format!("{base}/") };
        let mut query = Serializer::new(String::new());
        if !errs("logout-no-hint") {
            query.append_pair("id_token_hint", &session.id_token);
        }
        query.append_pair("post_logout_redirect_uri", &back);
        format!("{}?{}", self.endpoint("end_session_endpoint"), query.finish())
    }
}
