//! From what flows know to what pages say.

use crate::flows::FlowError;
use crate::flows::catalog::Catalog;
use crate::pages::{
    ClaimAsk, ClientCard, DestinationKind, ErrorKind, ErrorPage, Locale, Person, ScopeAsk, ScopeText, Shown, Stranger, WebLink,
};
use crate::store::users::User;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_protocol::check::Check;
use doorward_protocol::claims_request::{ClaimsRequest, Names};
use doorward_protocol::client::{Client, Origin};
use doorward_protocol::details::{Details, type_of};
use doorward_protocol::redirect_uri::RedirectUri;
use doorward_protocol::scopes::Scopes;
use doorward_protocol::tokens::claims;
use rocket::http::Status;
use serde_json::{Map, Value};

/// An app as a page shows it.
pub fn card(client: &Client, locale: Locale, uri: Option<&RedirectUri>) -> ClientCard {
    let link = |uri: &Option<String>| uri.as_deref().and_then(WebLink::parse);
    let mut card = ClientCard::new(client.id.as_str(), client.shown_name(locale.tag()));
    card.website = link(&client.metadata.client_uri);
    card.policy = link(&client.metadata.policy_uri);
    card.terms = link(&client.metadata.tos_uri);
    card.logo = client.metadata.logo_uri.as_ref().map(|_| URL_SAFE_NO_PAD.encode(client.id.as_str()));
    card.stranger = match client.origin {
        Origin::Operator => None,
        Origin::Dynamic => Some(Stranger::Registered),
        Origin::Document => Some(Stranger::at(client.id.as_str())),
    };
    let Some(uri) = uri else { return card };
    let mut card = card.answered_at(uri.as_str());
    // A client that its operator gave a secret vouches for where it is answered: no warning, whatever the address.
    if let Some(destination) = card.destination.as_mut().filter(|_| client.is_vouched()) {
        destination.kind = DestinationKind::Web;
    }
    card
}

/// A person as a page shows them, by the name of the reader's language where one is set (OpenID Connect Core §5.2).
pub fn person(user: &User, locale: Locale) -> Person {
    let person = &user.person;
    let detail = person.email.clone().unwrap_or_else(|| person.username.clone());
    Person::new(person.subject.as_str(), person.display_name(locale.tag()), detail)
}

/// Scopes as sentences.
pub fn sentences(scopes: &Scopes, catalog: &Catalog, locale: Locale) -> Vec<ScopeText> {
    ordered(scopes).map(|scope| ScopeText::of(scope, sentence(scope, catalog, locale))).collect()
}

/// Scopes to be asked for, with the very values they hand over.
pub fn asks(asked: &Scopes, required: &Scopes, catalog: &Catalog, (user, locales): (&User, &[String]), locale: Locale) -> Vec<ScopeAsk> {
    let ask = |scope: &str| {
        let mut ask = ScopeAsk::new(scope, sentence(scope, catalog, locale));
        let api = catalog.apis.owner_of(scope);
        ask.api = api.map(|api| api.shown_name().to_owned());
        ask.required = required.has(scope);
        ask.checked = true;
        ask.values = values(scope, user, locales);
        ask
    };
    ordered(asked).map(ask).collect()
}

/// Transactions to be asked for, in the words of their types (RFC 9396 §9).
pub fn details(asked: &Details, catalog: &Catalog, locale: Locale) -> Vec<ScopeAsk> {
    let ask = |detail: &Map<String, Value>| {
        let kind = catalog.apis.detail_type(type_of(detail))?;
        let api = catalog.apis.get(kind.resource.as_str()).map_or(kind.resource.as_str(), |api| api.shown_name());
        Some(ScopeAsk::once(&kind.name, kind.sentence_of(detail, locale.tag()), Some(api.to_owned())))
    };
    asked.0.iter().filter_map(ask).collect()
}

/// OpenID scopes first, in the order people know them, then those of APIs.
fn ordered(scopes: &Scopes) -> impl Iterator<Item = &str> {
    let openid = doorward_protocol::scopes::OPENID_SCOPES.into_iter().filter(|scope| scopes.has(scope));
    openid.chain(scopes.iter().filter(|scope| !doorward_protocol::scopes::is_openid_scope(scope)))
}

fn sentence<'c>(scope: &str, catalog: &'c Catalog, locale: Locale) -> Option<&'c str> {
    catalog.apis.owner_of(scope)?.scopes.get(scope)?.sentence(locale.tag())
}

/// What a scope hands over of a person, in the languages asked for, as a person reads it.
pub fn values(scope: &str, user: &User, locales: &[String]) -> Vec<Shown> {
    let told = user.person.told(&[scope].into_iter().collect(), locales);
    let mut shown = Vec::new();
    for name in claims::of_scope(scope) {
        // Whether an address is verified is said beside the address; other languages repeat the same value.
        if matches!(*name, "email_verified" | "phone_number_verified") {
            continue;
        }
        let texts = texts(name, &told);
        if texts.is_empty() {
            continue;
        }
        let item = Shown::new(name, texts.join(" · "));
        shown.push(match told.get(&format!("{name}_verified")).and_then(Value::as_bool) {
            Some(verified) => item.verified(verified),
            None => item,
        });
    }
    shown
}

/// A claim as text: its value, and the same in other languages, which is handed over, too.
fn texts(name: &str, told: &Map<String, Value>) -> Vec<String> {
    told.iter().filter(|(key, _)| claims::base(key) == name).map(|(_, value)| text(value)).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(address) if address.contains_key("formatted") => address["formatted"].as_str().unwrap_or_default().to_owned(),
        Value::Object(parts) => parts.values().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Names of claims.
pub fn names(names: &Names) -> Vec<Shown> {
    names.iter().map(|name| Shown::new(name, "")).collect()
}

/// Claims to be asked for by name, with the very values they hand over.
pub fn claims(asked: &Names, request: &ClaimsRequest, user: &User) -> Vec<ClaimAsk> {
    let ask = |name: &String| {
        let wished = request.only(|one| one == name);
        let mut told = user.person.told_by_name(&wished.userinfo, &wished.locales);
        told.extend(user.person.told_by_name(&wished.id_token, &wished.locales));
        let shown = match told.get(name) {
            // A yes or no is said in the reader's words.
            Some(Value::Bool(verified)) if name.ends_with("_verified") => Shown::new(name, "").verified(*verified),
            _ => Shown::new(name, texts(name, &told).join(" · ")),
        };
        ClaimAsk { name: name.clone(), shown }
    };
    asked.iter().map(ask).collect()
}

/// Everything apps could ask about a person, for the account page.
pub fn profile(user: &User) -> Vec<Shown> {
    ["profile", "email", "phone", "address"].into_iter().flat_map(|scope| values(scope, user, &[])).collect()
}

/// What people call a browser, from what it calls itself.
pub fn browser_name(agent: &str) -> &str {
    let known = [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    known.iter().find(|(mark, _)| agent.contains(mark)).map_or(agent, |(_, name)| name)
}

/// What to say, and with which status, when a flow gave no answer.
pub fn trouble(error: &FlowError) -> (Status, ErrorPage) {
    let wait = |status, kind| (status, ErrorPage { retry_after: Some(2), ..ErrorPage::new(kind) });
    match error {
        FlowError::Refused(refusal) => {
            let rule = refusal.check.rule();
            let kind = match refusal.check {
                Check::ClientKnown | Check::DocumentRead | Check::DocumentFit | Check::LogoutClientKnown => ErrorKind::UnknownClient,
                Check::RedirectUriExact | Check::LogoutRedirectRegistered => ErrorKind::RedirectNotRegistered,
                Check::ParamNotRepeated => ErrorKind::RepeatedParameter,
                Check::BodySize => ErrorKind::TooLarge,
                _ => ErrorKind::BadRequest,
            };
            let status = if refusal.check == Check::BodySize { Status::PayloadTooLarge } else { Status::BadRequest };
            (status, ErrorPage { code: Some(rule.error.as_str().to_owned()), ..ErrorPage::new(kind) })
        }
        FlowError::Store(why) if why.is_passing() => wait(Status::ServiceUnavailable, ErrorKind::Unavailable),
        FlowError::Busy => wait(Status::ServiceUnavailable, ErrorKind::Unavailable),
        FlowError::Store(_) | FlowError::Internal(_) => (Status::InternalServerError, ErrorPage::new(ErrorKind::Internal)),
    }
}
