//! A shop in a browser, an issuer that says what a test wants, and the photo service where a test needs it.

use std::collections::HashMap;
use std::sync::mpsc;
use std::thread;

use doorward_demo::{DemoConfig, photo_service, print_shop};
use jsonwebtoken::get_current_timestamp;
use rocket::fairing::AdHoc;
use rocket::http::Status;
use rocket::local::blocking::Client;
use serde_json::{Value, json};
use url::Url;

use crate::common::{KID, Provider};

pub(crate) const COOKIE: &str = "print_shop_session";

pub(crate) struct World {
    pub(crate) provider: Provider,
    pub(crate) shop: Client,
    pub(crate) photos: Option<rocket::Shutdown>,
}

/// What the shop sent to the server with the browser.
pub(crate) struct Asked(pub(crate) HashMap<String, String>);

impl World {
    /// A shop and an issuer; the photo service is not there.
    pub(crate) fn new() -> Self {
        Self::at(Provider::new(), 1, None)
    }

    /// A shop, an issuer and a photo service on a port of its own.
    pub(crate) fn with_photos() -> Self {
        let provider = Provider::new();
        let mut cfg = DemoConfig::new(&provider.issuer, "shop", "secret");
        cfg.photos_port = 0;
        let (send, started) = mpsc::channel();
        let service = photo_service(&cfg).attach(AdHoc::on_liftoff("started", move |rocket| {
            Box::pin(async move { drop(send.send((rocket.config().port, rocket.shutdown()))) })
        }));
        thread::spawn(move || drop(rocket::execute(service.launch())));
        let (port, shutdown) = started.recv().expect("the photo service starts");
        Self::at(provider, port, Some(shutdown))
    }

    pub(crate) fn at(provider: Provider, photos_port: u16, photos: Option<rocket::Shutdown>) -> Self {
        let mut cfg = DemoConfig::new(&provider.issuer, "shop", "secret");
        cfg.photos_port = photos_port;
        let shop = Client::tracked(print_shop(&cfg)).expect("the shop starts");
        Self { provider, shop, photos }
    }

    pub(crate) fn start(&self) -> Asked {
        let response = self.shop.get("/login").dispatch();
        assert_eq!(response.status(), Status::SeeOther);
        Asked(query(response.headers().get_one("Location").expect("a redirect")))
    }

    pub(crate) fn now_id_token(&self, nonce: &str, changed: &Value) -> String {
        let now = get_current_timestamp();
        let mut claims = json!({
            "iss": self.provider.issuer, "aud": "shop", "sub": "ada", "name": "Ada", "nonce": nonce,
            "iat": now, "exp": now + 600,
        });
        for (name, value) in changed.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        self.provider.sign(&json!({ "alg": "ES256", "typ": "JWT", "kid": KID }), &claims)
    }

    pub(crate) fn access_token(&self, scope: &str) -> String {
        let now = get_current_timestamp();
        let claims = json!({
            "iss": self.provider.issuer, "aud": "http://127.0.0.1:8002/", "sub": "ada", "client_id": "shop",
            "jti": "1", "iat": now, "exp": now + 600, "scope": scope,
        });
        self.provider.sign(&json!({ "alg": "ES256", "typ": "at+jwt", "kid": KID }), &claims)
    }

    pub(crate) fn tokens(&self, id_token: &str, scope: &str) -> Value {
        json!({
            "access_token": self.access_token(scope), "token_type": "Bearer", "expires_in": 600,
            "refresh_token": "refresh-1", "scope": format!("openid {scope}"), "id_token": id_token,
        })
    }

    /// Comes back with these parameters; status and page.
    pub(crate) fn back(&self, parameters: &[(&str, &str)]) -> (Status, String) {
        let mut url = Url::parse("http://shop/callback").expect("a URL");
        url.query_pairs_mut().extend_pairs(parameters);
        let response = self.shop.get(format!("/callback?{}", url.query().unwrap_or_default())).dispatch();
        (response.status(), response.into_string().unwrap_or_default())
    }

    pub(crate) fn log_in(&self, scope: &str) {
        let asked = self.start();
        let id_token = self.now_id_token(asked.get("nonce"), &json!({}));
        self.provider.answers(200, self.tokens(&id_token, scope));
        let (status, page) = self.back(&[("code", "c"), ("state", asked.get("state")), ("iss", &self.provider.issuer)]);
        assert_eq!(status, Status::SeeOther, "{page}");
    }

    pub(crate) fn page(&self, path: &'static str) -> (Status, String) {
        let response = self.shop.get(path).dispatch();
        (response.status(), response.into_string().unwrap_or_default())
    }

    pub(crate) fn cookie(&self) -> String {
        self.shop.cookies().get(COOKIE).expect("a session cookie").value().to_owned()
    }

    /// Nobody is logged in, and no code was offered to the server.
    pub(crate) fn assert_nothing_happened(&self) {
        assert!(self.page("/").1.contains("How it works"), "nobody may be logged in");
        assert!(self.provider.saw("/token").is_empty(), "no code may be spent");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(shutdown) = self.photos.take() {
            shutdown.notify();
        }
    }
}

impl Asked {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

pub(crate) fn query(url: &str) -> HashMap<String, String> {
    Url::parse(url).expect("a URL").query_pairs().into_owned().collect()
}
