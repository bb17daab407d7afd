//! What metadata must hold together (RFC 7591 §2, OpenID Connect Registration §2, RFC 8705 §2, FAPI 2.0 Security Profile §5.3.2).

use super::kinds::{AuthMethod, SubjectType};
use super::metadata::{Metadata, MetadataError};
use crate::certificate::DistinguishedName;
use crate::error::ErrorCode;
use crate::grants::GrantType;
use crate::jose::{Alg, JwkSet};
use crate::redirect_uri::RedirectUri;
use crate::sector;
use crate::values::is_loopback;
use std::net::IpAddr;
use url::Url;

/// Members that ask for encryption, which this server doesn't do: taking them silently would weaken what is relied on.
const ENCRYPTION: [&str; 10] = [
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "introspection_encrypted_response_alg",
    "introspection_encrypted_response_enc",
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
];

/// So many entries may stand in a list.
const MOST: usize = 50;

type Verdict = Result<(), MetadataError>;

fn wrong(text: impl Into<String>) -> MetadataError {
    MetadataError { code: ErrorCode::InvalidClientMetadata, text: text.into() }
}

fn ensure(holds: bool, text: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(wrong(text())) }
}

/// Everything.
pub(super) fn all(metadata: &Metadata) -> Verdict {
    grants(metadata)?;
    authentication(metadata)?;
    keys(metadata)?;
    addresses(metadata)?;
    shown(metadata)?;
    subjects(metadata)?;
    fapi2(metadata)?;
    for member in ENCRYPTION {
        ensure(metadata.other.get(member).is_none_or(serde_json::Value::is_null), || {
            format!("{member}: this server signs but doesn't encrypt; leave it out")
        })?;
    }
    Ok(())
}

fn grants(metadata: &Metadata) -> Verdict {
    let has = |grant| metadata.grant_types.contains(&grant);
    let public = metadata.token_endpoint_auth_method == AuthMethod::None;
    if has(GrantType::AuthorizationCode) && metadata.redirect_uris.is_empty() {
        let text =
            "redirect_uris: the grant authorization_code needs at least one; for a machine set \"grant_types\": [\"client_credentials\"]";
        return Err(MetadataError { code: ErrorCode::InvalidRedirectUri, text: text.to_owned() });
    }
    ensure(metadata.response_types.iter().all(|kind| kind == "code"), || {
        "response_types: only \"code\" is supported: there is no implicit or hybrid flow".to_owned()
    })?;
    for grant in [GrantType::ClientCredentials, GrantType::TokenExchange, GrantType::JwtBearer] {
        ensure(!(public && has(grant)), || {
            format!("grant_types: {} needs a token_endpoint_auth_method other than \"none\"", grant.as_str())
        })?;
    }
    let renewable = has(GrantType::AuthorizationCode) || has(GrantType::DeviceCode);
    ensure(!has(GrantType::RefreshToken) || renewable, || {
        "grant_types: refresh_token needs authorization_code or the device grant beside it".to_owned()
    })?;
    ensure(!public || metadata.require_pkce, || "require_pkce: a public client can't go without PKCE (RFC 9700 section 2.1.1)".to_owned())?;
    ensure(!public || metadata.resource.is_empty(), || {
        "resource: a public client can't introspect; give it a token_endpoint_auth_method".to_owned()
    })?;
    ensure((0..=60).contains(&metadata.refresh_retry_window.0), || "refresh_retry_window: give 0 to 60 seconds".to_owned())?;
    ensure(metadata.default_max_age.is_none_or(|age| age.0 >= 0), || "default_max_age: it can't be negative".to_owned())
}

fn authentication(metadata: &Metadata) -> Verdict {
    let method = metadata.token_endpoint_auth_method;
    if let Some(alg) = &metadata.token_endpoint_auth_signing_alg {
        // OpenID Connect Registration §2: "The value none MUST NOT be used."
        let fits = match method {
            AuthMethod::ClientSecretJwt => alg == "HS256",
            _ => alg.parse::<Alg>().is_ok(),
        };
        ensure(fits, || format!("token_endpoint_auth_signing_alg: {alg:?} doesn't go with {}", method.as_str()))?;
    }
    let federated = metadata.assertion_issuer.is_some();
    ensure(federated == metadata.assertion_subject.is_some(), || {
        "assertion_issuer: give it together with assertion_subject, or neither".to_owned()
    })?;
    ensure(!federated || method == AuthMethod::PrivateKeyJwt, || {
        "assertion_issuer: it goes with \"token_endpoint_auth_method\": \"private_key_jwt\"".to_owned()
    })?;
    let own_keys = metadata.jwks.is_some() || metadata.jwks_uri.is_some();
    ensure(!(federated && own_keys), || {
        "assertion_issuer: a client has either keys of its own or an issuer that speaks for it".to_owned()
    })?;
    match method {
        AuthMethod::PrivateKeyJwt => ensure(own_keys || federated, || {
            "token_endpoint_auth_method: private_key_jwt needs jwks, jwks_uri, or assertion_issuer with assertion_subject".to_owned()
        }),
        AuthMethod::SelfSignedTlsClientAuth => ensure(own_keys, || {
            "token_endpoint_auth_method: self_signed_tls_client_auth needs jwks or jwks_uri with the certificate as x5c".to_owned()
        }),
        AuthMethod::TlsClientAuth => {
            // RFC 8705 §2.1.2: exactly one of them.
            let named = [
                &metadata.tls_client_auth_subject_dn,
                &metadata.tls_client_auth_san_dns,
                &metadata.tls_client_auth_san_uri,
                &metadata.tls_client_auth_san_ip,
                &metadata.tls_client_auth_san_email,
            ];
            ensure(named.iter().filter(|name| name.is_some()).count() == 1, || {
                "tls_client_auth_subject_dn: tls_client_auth needs exactly one of tls_client_auth_subject_dn, _san_dns, _san_uri, _san_ip, _san_email"
                    .to_owned()
            })?;
            ensure(metadata.tls_client_auth_subject_dn.as_deref().is_none_or(|name| DistinguishedName::parse(name).is_some()), || {
                "tls_client_auth_subject_dn: write it as RFC 4514 does, such as \"CN=client,O=Example,C=CN\"".to_owned()
            })?;
            ensure(metadata.tls_client_auth_san_ip.as_deref().is_none_or(|ip| ip.parse::<IpAddr>().is_ok()), || {
                "tls_client_auth_san_ip: it is no IP address".to_owned()
            })
        }
        AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost | AuthMethod::ClientSecretJwt | AuthMethod::None => Ok(()),
    }
}

fn keys(metadata: &Metadata) -> Verdict {
    // RFC 7591 §2: "MUST NOT both be present".
    ensure(metadata.jwks.is_none() || metadata.jwks_uri.is_none(), || "jwks: give jwks or jwks_uri, not both".to_owned())?;
    ensure(!metadata.require_signed_request_object || metadata.jwks.is_some() || metadata.jwks_uri.is_some(), || {
        "require_signed_request_object: it needs jwks or jwks_uri with the keys that verify the signatures".to_owned()
    })?;
    let Some(jwks) = &metadata.jwks else { return Ok(()) };
    JwkSet::from_value(jwks).map_err(|why| wrong(format!("jwks: {why}")))?;
    // Keys are stored as they come, and secrets at rest are useless.
    ensure(!holds_private_key(jwks), || {
        "jwks: it holds a private or symmetric key; give public keys alone, and replace that key: it has been shown".to_owned()
    })
}

/// Whether a JWK set has a member that nobody but the key's owner may know (RFC 7518 §6).
pub(crate) fn holds_private_key(jwks: &serde_json::Value) -> bool {
    let private = |key: &serde_json::Value| ["d", "k", "p", "q"].iter().any(|member| key.get(member).is_some());
    jwks.get("keys").and_then(serde_json::Value::as_array).is_some_and(|keys| keys.iter().any(private))
}

/// An address this server calls or sends browsers to: https, or http on the loopback for development.
pub(crate) fn is_reachable(text: &str) -> bool {
    let fine =
        |url: Url| (url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url)) && url.has_host() && url.username().is_empty();
    text.len() <= 2048 && Url::parse(text).is_ok_and(fine)
}

fn addresses(metadata: &Metadata) -> Verdict {
    for (member, uri) in [
        ("jwks_uri", &metadata.jwks_uri),
        ("sector_identifier_uri", &metadata.sector_identifier_uri),
        ("backchannel_logout_uri", &metadata.backchannel_logout_uri),
        ("frontchannel_logout_uri", &metadata.frontchannel_logout_uri),
        ("initiate_login_uri", &metadata.initiate_login_uri),
    ] {
        ensure(uri.as_deref().is_none_or(is_reachable), || format!("{member}: it must be an https URL (http on the loopback alone)"))?;
        // Back-Channel Logout §2.2: "MUST NOT include a fragment component"; a fragment never reaches anybody.
        ensure(uri.as_deref().is_none_or(|uri| !uri.contains('#')), || format!("{member}: it must have no fragment"))?;
    }
    if let Some(front) = metadata.frontchannel_logout_uri.as_deref().and_then(|uri| Url::parse(uri).ok()) {
        // Front-Channel Logout §2: scheme, host and port "MUST be the same as that of a registered Redirection URI value".
        let origins = metadata.redirect_uris.iter().filter_map(|uri| Url::parse(uri.as_str()).ok());
        ensure(origins.into_iter().any(|uri| uri.origin() == front.origin()), || {
            "frontchannel_logout_uri: its origin must be that of one of the redirect_uris".to_owned()
        })?;
    }
    for uri in &metadata.request_uris {
        ensure(is_reachable(uri), || "request_uris: each must be an https URL (http on the loopback alone)".to_owned())?;
    }
    let lists = [
        ("redirect_uris", metadata.redirect_uris.len()),
        ("post_logout_redirect_uris", metadata.post_logout_redirect_uris.len()),
        ("request_uris", metadata.request_uris.len()),
        ("default_acr_values", metadata.default_acr_values.len()),
        ("contacts", metadata.contacts.len()),
        ("resource", metadata.resource.len()),
        ("authorization_details_types", metadata.authorization_details_types.len()),
    ];
    for (member, len) in lists {
        ensure(len <= MOST, || format!("{member}: at most {MOST} entries"))?;
    }
    Ok(())
}

fn shown(metadata: &Metadata) -> Verdict {
    ensure(metadata.client_name.as_deref().is_none_or(|name| !name.trim().is_empty() && name.chars().count() <= 100), || {
        "client_name: give 1 to 100 characters".to_owned()
    })?;
    for (member, uri) in [
        ("client_uri", &metadata.client_uri),
        ("policy_uri", &metadata.policy_uri),
        ("tos_uri", &metadata.tos_uri),
        ("logo_uri", &metadata.logo_uri),
    ] {
        // A link people click: never a scheme that runs code (ASVS 5.0 1.2.2).
        let fine = |text: &String| Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
        ensure(uri.as_ref().is_none_or(fine), || format!("{member}: it must be an https or http URL"))?;
    }
    Ok(())
}

fn subjects(metadata: &Metadata) -> Verdict {
    if metadata.subject_type == SubjectType::Public || metadata.sector_identifier_uri.is_some() {
        return Ok(());
    }
    ensure(sector::is_one(&metadata.redirect_uris), || {
        "sector_identifier_uri: pairwise subjects with redirect_uris on several hosts need one (OpenID Connect Core section 8.1)".to_owned()
    })
}

/// FAPI 2.0 Security Profile §5.3.2.1, §5.4.1.
fn fapi2(metadata: &Metadata) -> Verdict {
    if !metadata.is_fapi2() {
        return Ok(());
    }
    let method = metadata.token_endpoint_auth_method;
    ensure(method == AuthMethod::PrivateKeyJwt || method.is_mutual_tls(), || {
        "profile: fapi2 needs \"token_endpoint_auth_method\": \"private_key_jwt\", \"tls_client_auth\" or \"self_signed_tls_client_auth\""
            .to_owned()
    })?;
    ensure(metadata.dpop_bound_access_tokens || metadata.tls_client_certificate_bound_access_tokens, || {
        "profile: fapi2 needs \"dpop_bound_access_tokens\": true or \"tls_client_certificate_bound_access_tokens\": true".to_owned()
    })?;
    ensure(metadata.require_pkce, || "require_pkce: fapi2 always asks for PKCE; leave it out".to_owned())?;
    let algs = [
        ("id_token_signed_response_alg", Some(metadata.id_token_signed_response_alg)),
        ("request_object_signing_alg", metadata.request_object_signing_alg),
        ("userinfo_signed_response_alg", metadata.userinfo_signed_response_alg),
        ("introspection_signed_response_alg", metadata.introspection_signed_response_alg),
        ("authorization_signed_response_alg", metadata.authorization_signed_response_alg),
        ("token_endpoint_auth_signing_alg", metadata.token_endpoint_auth_signing_alg.as_ref().and_then(|alg| alg.parse().ok())),
    ];
    for (member, alg) in algs {
        ensure(alg.is_none_or(|alg| alg != Alg::Rs256), || format!("{member}: fapi2 takes PS256, ES256 and EdDSA, not RS256; set it"))?;
    }
    let native = |uri: &RedirectUri| uri.as_str().starts_with("http:");
    ensure(!metadata.redirect_uris.iter().any(native), || "redirect_uris: fapi2 takes no http addresses".to_owned())
}
