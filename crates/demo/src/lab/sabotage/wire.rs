//! Requests of an app that no browser makes: to the token endpoint, to userinfo, to services.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::http::{Request, header};
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::now;

use super::report::{Came, Failure, Message, Token, short, split};

/// Nothing that the demo answers is longer.
const LONGEST_ANSWER: u64 = 256 * 1024;

/// How a request says who sends it.
#[derive(Clone, Copy)]
pub(super) enum By<'a> {
    Nobody,
    /// A client with its secret (RFC 6749 §2.3.1).
    Client(&'a str, &'a str),
    /// Whoever holds the token (RFC 6750 §2.1).
    Bearer(&'a str),
}

/// An answer whole, beside what is shown of it.
pub(super) struct Heard {
    pub(super) sent: Message,
    pub(super) came: Came,
    pub(super) json: Value,
}

pub(super) struct Wire {
    agent: ureq::Agent,
    until: Instant,
}

impl Wire {
    /// One that works for so long.
    pub(super) fn new(whole: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(10)))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent("doorward-lab")
            .build();
        Self { agent: config.into(), until: now() + whole }
    }

    pub(super) fn get(&self, address: &str, by: By<'_>) -> Result<Heard, Failure> {
        self.send("GET", address, by, &[])
    }

    pub(super) fn post(&self, address: &str, by: By<'_>, form: &[(String, String)]) -> Result<Heard, Failure> {
        self.send("POST", address, by, form)
    }

    fn send(&self, method: &'static str, address: &str, by: By<'_>, form: &[(String, String)]) -> Result<Heard, Failure> {
        if now() >= self.until {
            return Err(Failure("it took too long".to_owned()));
        }
        let url = Url::parse(address)?;
        let mut request = Request::builder().method(method).uri(address).header(header::ACCEPT, "application/json");
        match by {
            By::Nobody => {}
            By::Client(id, secret) => {
                let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
                let pair = STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)));
                request = request.header(header::AUTHORIZATION, format!("Basic {pair}"));
            }
            By::Bearer(token) => request = request.header(header::AUTHORIZATION, format!("Bearer {token}")),
        }
        let sent = if method == "POST" {
            let body = Serializer::new(String::new()).extend_pairs(form).finish();
            let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            self.agent.run(request.body(body).map_err(Failure::new)?)
        } else {
            self.agent.run(request.body(()).map_err(Failure::new)?)
        };
        let (head, mut body) = sent.map_err(|why| Failure(format!("{address}: {why}")))?.into_parts();
        let body = body.with_config().limit(LONGEST_ANSWER).read_to_string().map_err(Failure::new)?;
        let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let shown = text("www-authenticate").map(|challenge| ("WWW-Authenticate".to_owned(), challenge));
        let came = Came::json(head.status.as_u16(), shown.into_iter().collect(), &body, text("x-request-id"));
        Ok(Heard { sent: message(method, &url, by, form), came, json: serde_json::from_str(&body).unwrap_or_default() })
    }
}

/// A request as it is shown: a client's secret is not.
pub(super) fn message(method: &'static str, url: &Url, by: By<'_>, form: &[(String, String)]) -> Message {
    let (address, query) = split(url);
    let named = |value: String| vec![("Authorization".to_owned(), value)];
    let (headers, token) = match by {
        By::Nobody => (Vec::new(), None),
        By::Client(id, _) => (named(format!("Basic ({id}:…)")), None),
        By::Bearer(token) => (named(short(&format!("Bearer {token}"))), Token::of(token)),
    };
    let form = form.iter().map(|(name, value)| (name.clone(), short(value))).collect();
    Message { method, address, query, headers, form, token }
}
