//! The request of an app to log its person out (OpenID Connect RP-Initiated Logout 1.0).

use crate::check::{Check, Checks, Evidence};
use crate::client::Client;
use crate::error::Refusal;
use crate::explain::nearest;
use crate::params::Params;
use crate::redirect_uri::RedirectUri;
use crate::values::{ClientId, SessionId, Subject};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a valid ID token hint proves; an expired one still does (§2: "SHOULD accept ID Tokens when the RP … even when the exp time has passed").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The client it was issued to.
    pub client_id: ClientId,
    /// The person.
    pub subject: Subject,
    /// The session.
    pub session: Option<SessionId>,
}

/// A logout request that holds, as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutRequest {
    /// The app that asks, if it said so.
    pub client_id: Option<ClientId>,
    /// Where to go afterwards; registered for that app.
    pub redirect_uri: Option<RedirectUriStored>,
    /// Goes back with it byte for byte (§3).
    pub state: Option<String>,
    /// The session the hint proves.
    pub session: Option<SessionId>,
    /// The languages the app would like.
    pub ui_locales: Option<String>,
}

/// A post-logout address that was proven before it was stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectUriStored(String);

impl RedirectUriStored {
    /// The address.
    pub fn uri(&self) -> RedirectUri {
        RedirectUri::stored(self.0.clone())
    }
}

/// Which client a logout request speaks of: the hint's, and `client_id` must be the same (§2).
///
/// # Errors
/// [`Check::ParamNotRepeated`], [`Check::LogoutHintValid`] (a hint came and isn't valid), [`Check::LogoutClientMatches`].
pub fn client_named(params: &Params, hint: Option<Result<&Hint, ()>>, checks: &mut Checks<'_>) -> Result<Option<ClientId>, Refusal> {
    params.no_repeats(checks)?;
    let hint = match hint {
        None => None,
        Some(hint) => Some(checks.some(Check::LogoutHintValid, hint.ok())?),
    };
    let named = params.get("client_id");
    if let (Some(hint), Some(named)) = (hint, named) {
        checks.require(Check::LogoutClientMatches, hint.client_id.as_str() == named, || {
            Evidence::new(hint.client_id.as_str().to_owned(), named.to_owned())
        })?;
    }
    Ok(hint.map(|hint| hint.client_id.clone()).or_else(|| named.map(ClientId::new)))
}

/// Checks a logout request whose client, if it names one, was loaded.
///
/// # Errors
/// [`Check::LogoutClientKnown`], [`Check::LogoutRedirectNeedsClient`], [`Check::LogoutRedirectRegistered`]: as a page, never a redirect (§4).
pub fn validate(
    params: &Params,
    named: Option<&ClientId>,
    client: Option<&Arc<Client>>,
    hint: Option<&Hint>,
    checks: &mut Checks<'_>,
) -> Result<LogoutRequest, Refusal> {
    checks.hold(Check::LogoutClientKnown, named.is_none() || client.is_some())?;
    let redirect_uri = params.get("post_logout_redirect_uri");
    if let Some(asked) = redirect_uri {
        let client = checks.some(Check::LogoutRedirectNeedsClient, client)?;
        checks.require(Check::LogoutRedirectRegistered, client.has_post_logout_redirect_uri(asked), || {
            let registered = client.metadata.post_logout_redirect_uris.iter().map(RedirectUri::as_str);
            Evidence::new(nearest(registered, asked).unwrap_or("none is registered").to_owned(), asked.to_owned())
        })?;
    }
    Ok(LogoutRequest {
        client_id: named.cloned(),
        redirect_uri: redirect_uri.map(|uri| RedirectUriStored(uri.to_owned())),
        state: params.get("state").map(str::to_owned),
        session: hint.and_then(|hint| hint.session.clone()),
        ui_locales: params.get("ui_locales").map(|tags| tags.chars().take(100).collect()),
    })
}

/// Whether the request may be carried out without asking the person: its hint proves that the caller took part in this very session (§2, §4).
pub fn is_proven(request: &LogoutRequest, current: &SessionId) -> bool {
    request.session.as_ref() == Some(current)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Metadata;
    use crate::values::Timestamp;
    use serde_json::json;

    const BYE: &str = "https://app.example/bye";

    fn client() -> Arc<Client> {
        let metadata = Metadata::read(json!({"redirect_uris": ["https://app.example/cb"], "post_logout_redirect_uris": [BYE]}));
        Arc::new(Client::new(ClientId::new("app"), metadata.expect("metadata"), None, Timestamp(0)))
    }

    fn hint(client: &str) -> Hint {
        Hint { client_id: ClientId::new(client), subject: Subject::new("ada"), session: Some(SessionId::new("s")) }
    }

    /// Both stages, with `app` as the only client there is.
    fn request(body: &str, hint: Option<Result<&Hint, ()>>) -> Result<LogoutRequest, Check> {
        let checks = &mut Checks::silent();
        let params = Params::parse(body.as_bytes(), &[]).map_err(|refusal| refusal.check)?;
        let named = client_named(&params, hint, checks).map_err(|refusal| refusal.check)?;
        let client = named.as_ref().filter(|id| id.as_str() == "app").map(|_| client());
        let hint = hint.and_then(Result::ok);
        validate(&params, named.as_ref(), client.as_ref(), hint, checks).map_err(|refusal| refusal.check)
    }

    #[test]
    fn each_rule_of_a_logout_refuses_by_its_own_name() {
        let (mine, others) = (hint("app"), hint("other"));
        for (body, hint, check) in [
            ("client_id=app&client_id=app", None, Check::ParamNotRepeated),
            ("state=a&state=b", Some(Ok(&mine)), Check::ParamNotRepeated),
            ("id_token_hint=x", Some(Err(())), Check::LogoutHintValid),
            ("id_token_hint=x&client_id=app", Some(Err(())), Check::LogoutHintValid),
            ("client_id=app", Some(Ok(&others)), Check::LogoutClientMatches),
            ("client_id=other", Some(Ok(&mine)), Check::LogoutClientMatches),
            ("client_id=other", None, Check::LogoutClientKnown),
            ("", Some(Ok(&others)), Check::LogoutClientKnown),
            ("post_logout_redirect_uri=https://app.example/bye", None, Check::LogoutRedirectNeedsClient),
            ("client_id=app&post_logout_redirect_uri=https://evil.example/", None, Check::LogoutRedirectRegistered),
            ("client_id=app&post_logout_redirect_uri=https://app.example/bye/", None, Check::LogoutRedirectRegistered),
            // An address for codes is none for after logout.
            ("client_id=app&post_logout_redirect_uri=https://app.example/cb", None, Check::LogoutRedirectRegistered),
            ("post_logout_redirect_uri=javascript:alert(1)", Some(Ok(&mine)), Check::LogoutRedirectRegistered),
        ] {
            assert_eq!(request(body, hint).err(), Some(check), "{body}");
        }
    }

    #[test]
    fn a_logout_needs_no_parameter_and_keeps_what_is_proven() {
        assert_eq!(request("", None), Ok(LogoutRequest::default()));
        assert_eq!(request("unheard_of=1", None), Ok(LogoutRequest::default()));
        let mine = hint("app");
        let body = "client_id=app&post_logout_redirect_uri=https://app.example/bye&state=a%20b%26&ui_locales=zh-CN";
        let req = request(body, Some(Ok(&mine))).expect("it holds");
        assert_eq!(req.redirect_uri.as_ref().map(|uri| uri.uri().as_str().to_owned()).as_deref(), Some(BYE));
        assert_eq!((req.state.as_deref(), req.ui_locales.as_deref()), (Some("a b&"), Some("zh-CN")));
        assert_eq!((req.client_id, req.session), (Some(ClientId::new("app")), Some(SessionId::new("s"))));
        // The hint alone names the client.
        assert_eq!(request("", Some(Ok(&mine))).expect("it holds").client_id, Some(ClientId::new("app")));
    }

    #[test]
    fn only_a_hint_for_this_very_session_goes_without_a_question() {
        let here = SessionId::new("s");
        let (mine, without) = (hint("app"), Hint { session: None, ..hint("app") });
        for (hint, current, proven) in [
            (Some(Ok(&mine)), &here, true),
            (Some(Ok(&mine)), &SessionId::new("another"), false),
            (Some(Ok(&without)), &here, false),
            (None, &here, false),
        ] {
            assert_eq!(is_proven(&request("client_id=app", hint).expect("it holds"), current), proven);
        }
    }
}
