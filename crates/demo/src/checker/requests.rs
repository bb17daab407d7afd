//! What an app sends the browser away with: each parameter, and whether what must be random is.

use url::Url;

use super::mistakes::Mistake;
use super::report::Fault;
use super::stage::{Asked, Stage};

/// The first thing that is wrong with a request.
pub(super) fn judge(stage: &Stage<'_>, asked: &Asked) -> Result<(), Fault> {
    let endpoint = &stage.endpoints.authorization_endpoint;
    if !stage.server.holds(&asked.url) {
        return Err(Fault::of(Mistake::LoginStays).differs(endpoint.as_str(), asked.url.as_str()));
    }
    let mut bare = asked.url.clone();
    bare.set_query(None);
    if bare != *endpoint {
        return Err(Fault::of(Mistake::EndpointGuessed).differs(endpoint.as_str(), bare.as_str()));
    }
    // A pushed request (RFC 9126) was judged by the server before the browser left.
    if asked.get("request_uri").is_some() {
        return Ok(());
    }
    is(asked, "client_id", stage.bench.client_id, Mistake::ClientIdTypo)?;
    is(asked, "response_type", "code", Mistake::ResponseType)?;
    redirect_uri(stage.bench.redirect_uri, asked.get("redirect_uri").as_deref())?;
    let scope = asked.get("scope").unwrap_or_default();
    if !scope.split(' ').any(|one| one == "openid") {
        return Err(Fault::of(Mistake::ScopeOpenid).instead_of("openid …").got(scope));
    }
    let secret = some(asked, "state", Mistake::StateMissing)?;
    // 128 bits are 22 characters in base64url; who takes 96 is let go.
    if secret.chars().count() < 16 {
        return Err(Fault::of(Mistake::StateGuessable).instead_of("≥ 16").got(secret));
    }
    some(asked, "nonce", Mistake::NonceMissing)?;
    some(asked, "code_challenge", Mistake::ChallengeMissing)?;
    is(asked, "code_challenge_method", "S256", Mistake::ChallengePlain)
}

/// Two requests share nothing that must be made anew.
pub(super) fn fresh(one: &Asked, other: &Asked) -> Result<(), Fault> {
    for (name, mistake) in
        [("state", Mistake::StateConstant), ("nonce", Mistake::NonceConstant), ("code_challenge", Mistake::VerifierConstant)]
    {
        if let Some(value) = one.get(name).filter(|value| other.get(name).as_ref() == Some(value)) {
            return Err(Fault::of(mistake).got(format!("{name}={value}")));
        }
    }
    Ok(())
}

fn some(asked: &Asked, name: &str, mistake: Mistake) -> Result<String, Fault> {
    asked.get(name).filter(|value| !value.is_empty()).ok_or_else(|| Fault::of(mistake).instead_of(format!("{name}=…")))
}

fn is(asked: &Asked, name: &str, expected: &str, mistake: Mistake) -> Result<(), Fault> {
    match asked.get(name) {
        Some(value) if value == expected => Ok(()),
        Some(other) => Err(Fault::of(mistake).differs(expected, &other)),
        None => Err(Fault::of(mistake).instead_of(expected)),
    }
}

/// Byte for byte; the kind of difference decides the hint.
fn redirect_uri(registered: &str, asked: Option<&str>) -> Result<(), Fault> {
    let Some(asked) = asked else { return Err(Fault::of(Mistake::RedirectMissing).instead_of(registered)) };
    if asked == registered {
        return Ok(());
    }
    let place = |text: &str| Url::parse(text).ok().map(|url| (url.scheme().to_owned(), url.host_str().map(str::to_owned)));
    let port = |text: &str| Url::parse(text).ok().and_then(|url| url.port_or_known_default());
    let mistake = if asked.trim_end_matches('/') == registered.trim_end_matches('/') {
        Mistake::RedirectSlash
    } else if place(asked) != place(registered) {
        Mistake::RedirectHost
    } else if port(asked) != port(registered) {
        Mistake::RedirectPort
    } else {
        Mistake::RedirectPath
    };
    Err(Fault::of(mistake).differs(registered, asked))
}

#[cfg(test)]
mod tests {
    use super::{Mistake, redirect_uri};

    #[test]
    fn each_kind_of_difference_has_its_hint_and_its_place() {
        let registered = "http://localhost:8080/callback";
        assert_eq!(redirect_uri(registered, Some(registered)), Ok(()));
        for (asked, mistake, at) in [
            ("http://127.0.0.1:8080/callback", Mistake::RedirectHost, 8),
            ("https://localhost:8080/callback", Mistake::RedirectHost, 5),
            ("http://localhost:8000/callback", Mistake::RedirectPort, 20),
            ("http://localhost:8080/callback/", Mistake::RedirectSlash, 31),
            ("http://localhost:8080/cb", Mistake::RedirectPath, 24),
            ("http://localhost:8080/callback?next=/", Mistake::RedirectPath, 31),
            ("callback", Mistake::RedirectHost, 1),
        ] {
            let fault = redirect_uri(registered, Some(asked)).err();
            assert_eq!(fault.as_ref().map(|fault| fault.mistake), Some(mistake), "{asked}");
            assert_eq!(fault.and_then(|fault| fault.at), Some(at), "{asked}");
        }
        assert_eq!(redirect_uri(registered, None).map_err(|fault| fault.mistake), Err(Mistake::RedirectMissing));
    }
}
