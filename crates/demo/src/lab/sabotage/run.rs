//! What every act is made of: asking, redeeming, calling; each leaves a step in the report.

use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::report::{Came, Failure, Honest, Message, Refusal, Report, Step, short, split};
use super::said;
use super::wire::{By, Heard, Wire, message};
use super::{App, Bench};
use crate::lab::Words;
use crate::lab::keys::{challenge, random};
use crate::player::{Answer, Browser, Limits, Origin, Player};

/// A run ends after this time, whatever it waits for.
const WHOLE: Duration = Duration::from_secs(30);

/// Parameters that may be changed on their way.
#[derive(Clone, Default)]
pub(super) struct Fields(pub(super) Vec<(String, String)>);

impl Fields {
    pub(super) fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// With this value, instead of the one it had.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// As they are shown.
    pub(super) fn shown(&self) -> Vec<(String, String)> {
        self.0.iter().map(|(name, value)| (name.clone(), short(value))).collect()
    }

    /// With one more of that name.
    pub(super) fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A code, and what belongs to it.
pub(super) struct Code {
    pub(super) code: String,
    pub(super) verifier: String,
}

/// What a code gave.
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) refresh: String,
    pub(super) id: String,
}

/// One run in the making.
pub(super) struct Run<'b> {
    pub(super) bench: &'b Bench,
    wire: Wire,
    discovery: Value,
    steps: Vec<Step>,
    refusal: Option<Refusal>,
}

impl<'b> Run<'b> {
    pub(super) fn new(bench: &'b Bench) -> Result<Self, Failure> {
        let wire = Wire::new(WHOLE);
        let at = format!("{}/.well-known/openid-configuration", bench.issuer.trim_end_matches('/'));
        let discovery = wire.get(&at, By::Nobody)?.json;
        Ok(Self { bench, wire, discovery, steps: Vec::new(), refusal: None })
    }

    pub(super) fn report(self) -> Report {
        Report { steps: self.steps, refusal: self.refusal, failure: None }
    }

    /// An endpoint, as discovery names it.
    pub(super) fn endpoint(&self, name: &str) -> Result<String, Failure> {
        let found = self.discovery[name].as_str().map(str::to_owned);
        found.ok_or_else(|| Failure(format!("the server has no {name}")))
    }

    /// A browser's player, for the server and the demo app.
    pub(super) fn player(&self) -> Result<Player, Failure> {
        let origin = |text: &str| {
            let url = Url::parse(text)?;
            Origin::of(&url).ok_or_else(|| Failure(format!("{text} is not on the loopback")))
        };
        Ok(Player::new(&[origin(&self.bench.issuer)?, origin(&self.bench.shop)?], Limits { whole: WHOLE, ..Limits::default() }))
    }

    pub(super) fn step(&mut self, what: Words, sent: Message, came: Came) {
        self.steps.push(Step { what, sent, came, honest: Honest::Same });
    }

    /// In the place of the last step an honest flow has this.
    pub(super) fn honestly(&mut self, honest: Honest) {
        if let Some(step) = self.steps.last_mut() {
            step.honest = honest;
        }
    }

    /// In the place of the last step an honest flow sends this.
    pub(super) fn instead_of(&mut self, message: Message) {
        self.honestly(Honest::Sends(Box::new(message)));
    }

    /// In its place an honest flow sends the same, with another claim in its token, signed anew.
    pub(super) fn honest_claim(&mut self, name: &str, value: &str) {
        let Some(Honest::Sends(message)) = self.steps.last_mut().map(|step| &mut step.honest) else { return };
        let Some(token) = &mut message.token else { return };
        "…".clone_into(&mut token.signature);
        if let Some((_, claim)) = token.claims.iter_mut().find(|(known, _)| known == name) {
            value.clone_into(claim);
        }
    }

    /// The one header of the last step is shown like this.
    pub(super) fn last_header(&mut self, shown: &str) {
        if let Some((_, value)) = self.steps.last_mut().and_then(|step| step.sent.headers.first_mut()) {
            shown.clone_into(value);
        }
    }

    /// What an app called its own trouble was the server's refusal.
    pub(super) fn by_the_server(&mut self) {
        if let Some(refusal) = &mut self.refusal {
            refusal.check = None;
        }
    }

    /// The last step ought to be refused by the server: was it?
    pub(super) fn judged(&mut self) {
        if self.steps.last().is_some_and(|step| step.came.refuses()) {
            self.refused(None, None);
        }
    }

    /// The last step is the one that was refused, by the check of that name, if the refusal tells.
    pub(super) fn refused(&mut self, check: Option<String>, sentence: Option<String>) {
        self.refusal = Some(Refusal { step: self.steps.len().saturating_sub(1), check, sentence });
    }

    /// The parameters of an authorization request of the lab's app, and its verifier.
    pub(super) fn question(&self, scope: &str) -> Result<(Fields, String), Failure> {
        let verifier = format!("{}{}", random()?, random()?);
        let fields = Fields::of(&[
            ("response_type", "code"),
            ("client_id", &self.bench.app.id),
            ("redirect_uri", &self.bench.callback()),
            ("scope", scope),
            ("state", &random()?),
            ("nonce", &random()?),
            ("code_challenge", &challenge(&verifier)),
            ("code_challenge_method", "S256"),
        ]);
        Ok((fields, verifier))
    }

    /// Sends the browser with these parameters, once: nobody logs in.
    pub(super) fn ask_once(&mut self, what: Words, fields: &Fields) -> Result<Answer, Failure> {
        let url = self.asking(fields)?;
        let player = self.player()?;
        let answer = player.browser().get(&url)?;
        self.step(what, looked_up(&url), Came::page(&answer));
        Ok(answer)
    }

    /// A whole login of the lab's app: the person logs in and allows it.
    pub(super) fn log_in(&mut self, scope: &str) -> Result<Code, Failure> {
        let (fields, verifier) = self.question(scope)?;
        let url = self.asking(&fields)?;
        let player = self.player()?;
        let callback = self.bench.callback();
        let back = self.there_and_back(&mut player.browser(), said::LOGIN, &url, &callback)?;
        let code = parameter(&back, "code").ok_or_else(|| Failure("the server gave no code".to_owned()))?;
        Ok(Code { code, verifier })
    }

    /// To the server and back to the app's door; the app is not called yet.
    pub(super) fn there_and_back(&mut self, browser: &mut Browser<'_>, what: Words, url: &Url, app: &str) -> Result<Url, Failure> {
        let first = browser.get(url)?;
        let (last, back) = self.bench.person.comes_back(browser, first, app)?;
        self.step(what, looked_up(url), Came::page(&last));
        Ok(back)
    }

    /// The address with the parameters of an authorization request.
    pub(super) fn asking(&self, fields: &Fields) -> Result<Url, Failure> {
        let mut url = Url::parse(&self.endpoint("authorization_endpoint")?)?;
        url.query_pairs_mut().extend_pairs(&fields.0);
        Ok(url)
    }

    /// The form that redeems a code.
    pub(super) fn redeeming(&self, code: &Code) -> Fields {
        Fields::of(&[
            ("grant_type", "authorization_code"),
            ("code", &code.code),
            ("redirect_uri", &self.bench.callback()),
            ("code_verifier", &code.verifier),
        ])
    }

    /// Asks the token endpoint as this app.
    pub(super) fn token(&mut self, what: Words, app: &App, form: &Fields) -> Result<Heard, Failure> {
        self.post(what, "token_endpoint", app, form)
    }

    /// The message that redeems a code as its app does.
    pub(super) fn honest_redeeming(&self, code: &Code) -> Result<Message, Failure> {
        let at = Url::parse(&self.endpoint("token_endpoint")?)?;
        Ok(message("POST", &at, By::Client(&self.bench.app.id, ""), &self.redeeming(code).0))
    }

    pub(super) fn post(&mut self, what: Words, endpoint: &str, app: &App, form: &Fields) -> Result<Heard, Failure> {
        let at = self.endpoint(endpoint)?;
        let heard = self.wire.post(&at, By::Client(&app.id, &app.secret), &form.0)?;
        self.step(what, heard.sent.clone(), heard.came.clone());
        Ok(heard)
    }

    /// Redeems a code as its app does.
    pub(super) fn redeem(&mut self, code: &Code) -> Result<Tokens, Failure> {
        let form = self.redeeming(code);
        let bench = self.bench;
        let heard = self.token(said::REDEEM, &bench.app, &form)?;
        let text = |name: &str| heard.json[name].as_str().unwrap_or_default().to_owned();
        if heard.came.status != 200 {
            return Err(Failure(format!("the code was not redeemed: {}", heard.json)));
        }
        Ok(Tokens { access: text("access_token"), refresh: text("refresh_token"), id: text("id_token") })
    }

    /// Calls an address with a token.
    pub(super) fn call(&mut self, what: Words, address: &str, token: &str) -> Result<Heard, Failure> {
        let heard = self.wire.get(address, By::Bearer(token))?;
        self.step(what, heard.sent.clone(), heard.came.clone());
        Ok(heard)
    }

    /// Calls an address without a step in the report; its status.
    pub(super) fn try_quietly(&self, address: &str, by: By<'_>) -> Result<u16, Failure> {
        Ok(self.wire.get(address, by)?.came.status)
    }

    /// Calls an address with nothing but what stands in it.
    pub(super) fn call_bare(&mut self, what: Words, address: &str) -> Result<Heard, Failure> {
        let heard = self.wire.get(address, By::Nobody)?;
        self.step(what, heard.sent.clone(), heard.came.clone());
        Ok(heard)
    }
}

/// What a browser sends, as it is shown.
pub(super) fn looked_up(url: &Url) -> Message {
    let (address, query) = split(url);
    Message { method: "GET", address, query, ..Message::default() }
}

/// A parameter of the query of a URL.
pub(super) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}
