//! Clients whose id is the address of their own metadata (draft-ietf-oauth-client-id-metadata-document-02; the sections are named, since
//! drafts renumber them).

use crate::check::{Check, Checks, Evidence};
use crate::client::Metadata;
use crate::error::Refusal;
use crate::jose::unique_object;
use crate::policy::Policy;
use crate::registration;
use crate::scopes::Scopes;
use crate::values::{ClientId, is_loopback};
use serde_json::json;
use url::Url;

/// Whose metadata documents are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Documents {
    /// Nobody's.
    Off,
    /// Everybody's.
    #[default]
    Everybody,
    /// Those at these hosts.
    Hosts(Vec<String>),
}

/// The longest address that is taken for one.
const LONGEST: usize = 500;

/// The address of a client's metadata, where its id is one that is read here (Client Identifier URL: https, a path, neither user info nor
/// dot segments nor a fragment). Written in its one normal form, so that two readers can't take it for two addresses.
pub fn address(id: &ClientId, policy: &Policy) -> Option<Url> {
    let text = id.as_str();
    let url = Url::parse(text).ok().filter(|url| text.len() <= LONGEST && url.as_str() == text)?;
    // "Authorization servers deployed for development … when the authorization server itself is also running on a loopback address".
    let development = url.scheme() == "http" && is_loopback(&url) && policy.issuer.is_loopback();
    let fit = (url.scheme() == "https" || development)
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
        && url.path().starts_with('/')
        && !text.contains(['*', '\\']);
    let read = match &policy.documents {
        Documents::Off => false,
        Documents::Everybody => true,
        Documents::Hosts(hosts) => url.host_str().is_some_and(|host| hosts.iter().any(|known| known == host)),
    };
    (fit && read).then_some(url)
}

/// Reads the document of the client `id`. It gets what a client may have that registers itself; members that only the operator may set are
/// ignored, unless they are stricter.
///
/// # Errors
/// [`Check::DocumentFit`], with what is wrong for the log: a stranger is not told what lies behind an address.
pub fn read(id: &ClientId, document: &[u8], policy: &Policy, apis: &Scopes, checks: &mut Checks<'_>) -> Result<Metadata, Refusal> {
    let unfit = |text: String| Refusal {
        check: Check::DocumentFit,
        evidence: Some(Evidence::new("a metadata document that may be used here", text)),
        authenticated: false,
    };
    let object = unique_object(document);
    checks.hold(Check::DocumentFit, object.is_some()).map_err(|_| unfit("it is no JSON object with unique names".to_owned()))?;
    let mut object: serde_json::Map<_, _> = object.unwrap_or_default().into_iter().filter(|(_, value)| !value.is_null()).collect();
    // "MUST contain a client_id property whose value MUST match the Client Identifier URL … using simple string comparison".
    let named = object.get("client_id").and_then(|value| value.as_str()) == Some(id.as_str());
    checks.hold(Check::DocumentFit, named).map_err(|_| unfit("client_id: it must be the address of the document".to_owned()))?;
    // "the client_secret and client_secret_expires_at properties MUST NOT be used".
    for member in ["client_secret", "client_secret_expires_at"] {
        let absent = !object.contains_key(member);
        checks.hold(Check::DocumentFit, absent).map_err(|_| unfit(format!("{member}: a document holds no secret")))?;
    }
    registration::drop_operators(&mut object);
    object.remove("software_statement");
    // RFC 7591 §2 has client_secret_basic for a method that isn't named; here there is no secret to share.
    object.entry("token_endpoint_auth_method").or_insert_with(|| json!("none"));
    let rules = registration::Rules { require_pkce: true, ..policy.registration.clone() };
    let metadata = registration::metadata(object, &rules, apis, checks).map_err(|refusal| {
        unfit(refusal.evidence.map_or_else(|| refusal.check.rule().sentence.to_owned(), |evidence| evidence.received.into_owned()))
    })?;
    // "token_endpoint_auth_method … MUST NOT include … any other method based around a shared symmetric secret".
    let shared = metadata.token_endpoint_auth_method.has_secret();
    checks
        .hold(Check::DocumentFit, !shared)
        .map_err(|_| unfit("token_endpoint_auth_method: none, or a method by a key of the client's own".to_owned()))?;
    policy.takes_method_of(&metadata).map_err(|why| unfit(why.text))?;
    Ok(metadata)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]

    use super::*;
    use crate::client::AuthMethod;
    use crate::values::Issuer;
    use serde_json::Value;

    const ID: &str = "https://app.example/oauth/client.json";

    fn policy(issuer: &str) -> Policy {
        Policy::for_issuer(Issuer::parse(issuer).expect("an issuer"))
    }

    fn is_address(text: &str) -> bool {
        address(&ClientId::new(text), &policy("https://login.example")).is_some()
    }

    #[test]
    fn what_is_an_address_of_metadata() {
        for good in [ID, "https://app.example/", "https://app.example:8443/c", "https://app.example/c?v=2"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "shop",
            "https://app.example",
            "http://app.example/c",
            "http://127.0.0.1/c",
            "ftp://app.example/c",
            "javascript:alert(1)",
            "https://app.example/c#f",
            "https://app.example/c#",
            "https://me@app.example/c",
            "https://me:pw@app.example/c",
            "https://@app.example/c",
            "https://app.example/a/../c",
            "https://app.example/./c",
            "https://app.example/%2e%2e/c",
            "https://APP.example/c",
            "https://app.example:443/c",
            "https://app.example\\@evil.example/c",
            "https://app.example/ c",
            " https://app.example/c",
            "HTTPS://app.example/c",
            "https:app.example/c",
            "https:///c",
            "https://äpp.example/c",
        ] {
            // Law: one spelling for one client.
            assert!(!is_address(bad), "{bad}");
        }
        assert!(!is_address(&format!("https://app.example/{}", "x".repeat(500))));
    }

    #[test]
    fn plain_http_is_for_a_server_on_its_own_machine() {
        let here = policy("http://127.0.0.1:8000");
        assert!(address(&ClientId::new("http://127.0.0.1:9000/c"), &here).is_some());
        // Law: and to that machine alone.
        assert!(address(&ClientId::new("http://app.example/c"), &here).is_none());
    }

    #[test]
    fn the_operator_says_whose_documents_are_read() {
        let of = |documents| address(&ClientId::new(ID), &Policy { documents, ..policy("https://login.example") }).is_some();
        let hosts = |host: &str| Documents::Hosts(vec![host.to_owned()]);
        // Law: a host is named whole.
        assert_eq!(
            [of(Documents::Off), of(hosts("app.example")), of(hosts("example")), of(hosts("pp.example"))],
            [false, true, false, false]
        );
    }

    fn document(members: &Value) -> Vec<u8> {
        let mut document = json!({"client_id": ID, "client_name": "App", "redirect_uris": ["https://app.example/cb"]});
        document.as_object_mut().expect("members").extend(members.as_object().cloned().unwrap_or_default());
        document.to_string().into_bytes()
    }

    fn read_as(document: &[u8]) -> Result<Metadata, Refusal> {
        read(&ClientId::new(ID), document, &policy("https://login.example"), &Scopes::default(), &mut Checks::silent())
    }

    #[test]
    fn a_document_is_held_to_what_strangers_may_have() {
        let got =
            read_as(&document(&json!({"scope": "openid photos:read", "require_consent": false, "owner": "ada", "require_pkce": false})));
        let got = got.expect("to be read");
        assert_eq!(
            (got.token_endpoint_auth_method, got.scope.map(|scope| scope.to_string())),
            (AuthMethod::None, Some("openid".to_owned()))
        );
        // Law: what only the operator may set is as if it weren't there.
        assert_eq!((got.require_consent, got.owner, got.require_pkce), (true, None, true));
        let key = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]});
        assert!(read_as(&document(&json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key}))).is_ok());
    }

    #[test]
    fn what_is_no_document_of_this_client() {
        let twice = format!(r#"{{"client_id": "{ID}", "client_id": "{ID}", "redirect_uris": ["https://app.example/cb"]}}"#);
        for bad in [b"".as_slice(), b"[]", b"<html>", b"{} {}", b"{\"client_id\": \"\xff\"}", twice.as_bytes()] {
            assert_eq!(read_as(bad).err().map(|refusal| refusal.check), Some(Check::DocumentFit));
        }
        for members in [
            json!({"client_id": "https://app.example/oauth/client.json?"}),
            json!({"client_id": "https://other.example/oauth/client.json"}),
            json!({"client_id": null}),
            json!({"client_secret": "x"}),
            json!({"client_secret_expires_at": 0}),
            json!({"token_endpoint_auth_method": "client_secret_basic"}),
            json!({"token_endpoint_auth_method": "client_secret_post"}),
            json!({"token_endpoint_auth_method": "client_secret_jwt"}),
            json!({"token_endpoint_auth_method": "private_key_jwt"}),
            json!({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}),
            json!({"redirect_uris": []}),
            json!({"redirect_uris": ["javascript:alert(1)"]}),
            json!({"redirect_uris": ["https://app.example/#x"]}),
            json!({"grant_types": ["client_credentials"]}),
            json!({"response_types": ["token"]}),
        ] {
            let refusal = read_as(&document(&members)).expect_err("to be refused");
            // Law: the log says what is wrong, the answer doesn't.
            assert_eq!((refusal.check, refusal.description()), (Check::DocumentFit, refusal.code().general()), "{members}");
            assert!(refusal.evidence.is_some(), "{members}");
        }
    }
}
