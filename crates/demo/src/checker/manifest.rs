//! The learner's manifest: where the app's pages are. Paths on its own origin, and nothing else.

use serde_json::Value;
use url::Url;

use super::mistakes::Mistake;
use super::report::Fault;
use crate::player::Origin;

/// Where it lies.
pub const PATH: &str = "/doorward-learn.json";

/// What an app says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) client_id: Option<String>,
    pub(super) home: Url,
    pub(super) login: Option<Url>,
    pub(super) account: Option<Url>,
    pub(super) photos: Option<Url>,
    pub(super) logout: Option<Url>,
}

impl Manifest {
    /// Reads a body that the player has bounded. `serde_json` bounds its depth.
    pub(super) fn read(body: &str, app: &Origin) -> Result<Self, Box<Fault>> {
        let bad = |why: &str| Box::new(Fault::of(Mistake::ManifestNotJson).instead_of(r#"{"client_id": "…", "home": "/"}"#).got(why));
        let members = match serde_json::from_str(body) {
            Ok(Value::Object(members)) => members,
            Ok(_) => return Err(bad("JSON, but no object")),
            Err(why) => return Err(bad(&why.to_string())),
        };
        let text = |name: &str| match members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(bad(&format!("{name}: {other}"))),
        };
        let page = |name: &str| match text(name)? {
            None => Ok(None),
            Some(path) => match app.at(&path) {
                Some(url) => Ok(Some(url)),
                None => Err(Box::new(
                    Fault::of(Mistake::ManifestForeign).instead_of(format!("{name}: a path of {app}, such as /{name}")).got(path),
                )),
            },
        };
        let home = page("home")?.ok_or_else(|| bad("home is missing"))?;
        // Not used, since the redirect URI says it, but held to the same rule.
        page("callback")?;
        Ok(Self {
            client_id: text("client_id")?,
            home,
            login: page("login")?,
            account: page("account")?,
            photos: page("photos")?,
            logout: page("logout")?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]

    use super::{Manifest, Mistake};
    use crate::player::Origin;

    fn read(body: &str) -> Result<Manifest, Mistake> {
        let app = Origin::parse("http://localhost:8080").expect("an origin");
        Manifest::read(body, &app).map_err(|fault| fault.mistake)
    }

    #[test]
    fn a_manifest_grows_with_the_steps() {
        let first = read(r#"{"client_id": "a", "home": "/"}"#).expect("the first");
        assert_eq!((first.client_id.as_deref(), first.login), (Some("a"), None));
        let last = read(
            r#"{"client_id":"a","home":"/","login":"/login","callback":"/callback","account":"/me","photos":"/photos?x=1","logout":"/logout","more":[1]}"#,
        );
        assert_eq!(last.expect("the last").photos.expect("photos").as_str(), "http://localhost:8080/photos?x=1");
    }

    #[test]
    fn a_manifest_that_leads_elsewhere_or_is_none_is_refused() {
        for body in ["", "<html>", "[]", "\"/\"", "{}", r#"{"home": 1}"#, r#"{"home": "/", "login": ["/login"]}"#, r#"{"home": "/", "#] {
            assert_eq!(read(body), Err(Mistake::ManifestNotJson), "{body}");
        }
        assert_eq!(read(&"[".repeat(100_000)), Err(Mistake::ManifestNotJson));
        for path in [
            "http://localhost:8080/",
            "//evil.example",
            "/\\\\evil.example",
            "https://evil.example/",
            "@evil.example",
            ":1/",
            "",
            "login",
            "/\\t/evil.example",
        ] {
            for member in ["home", "login", "callback", "account", "photos", "logout"] {
                let body = format!(r#"{{"home": "/", "{member}": "{path}"}}"#);
                // Law: whatever the member, nothing but a path of the origin is taken.
                assert_eq!(read(&body), Err(Mistake::ManifestForeign), "{body}");
            }
        }
    }
}
