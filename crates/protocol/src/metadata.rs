//! Discovery: both documents from the same enums the server works by (RFC 8414 §2, OpenID Connect Discovery §3).

use crate::acr::Acr;
use crate::api::Apis;
use crate::authorize::{Prompt, ResponseMode};
use crate::client::{AuthMethod, SubjectType};
use crate::client_document::Documents;
use crate::grants::GrantType;
use crate::jose::{Alg, HS256};
use crate::policy::{MutualTls, Policy};
use crate::registration::Admission;
use crate::scopes::OPENID_SCOPES;
use crate::tokens::claims;
use serde_json::{Value, json};

/// The paths below the issuer, known to clients through these documents only.
pub mod path {
    /// RFC 6749 §3.1.
    pub const AUTHORIZE: &str = "/authorize";
    /// RFC 6749 §3.2.
    pub const TOKEN: &str = "/token";
    /// RFC 9126 §2.
    pub const PUSHED: &str = "/par";
    /// RFC 8628 §3.1.
    pub const DEVICE_AUTHORIZATION: &str = "/device_authorization";
    /// RFC 8628 §3.3: where a person enters the code of a device.
    pub const DEVICE: &str = "/device";
    /// RFC 7591 §3; what is below it is of one client (RFC 7592 §2).
    pub const REGISTER: &str = "/register";
    /// OpenID Connect Core §5.3.
    pub const USERINFO: &str = "/userinfo";
    /// RFC 7517 §5.
    pub const JWKS: &str = "/jwks.json";
    /// RFC 7662 §2.
    pub const INTROSPECT: &str = "/introspect";
    /// RFC 7009 §2.
    pub const REVOKE: &str = "/revoke";
    /// RP-Initiated Logout §2.
    pub const LOGOUT: &str = "/logout";
    /// RFC 6749 §5.2: where `error_uri` leads.
    pub const ERRORS: &str = "/errors";
}

/// The metadata document. Both well-known places serve the same one: RFC 8414 §5 allows it, and a client then can't see two truths.
pub fn document(policy: &Policy, apis: &Apis) -> Value {
    let at = |path: &str| policy.issuer.at(path);
    let algs: Vec<&str> = Alg::ALL.iter().map(|alg| alg.name()).collect();
    let mut scopes: Vec<&str> = OPENID_SCOPES.to_vec();
    scopes.extend(apis.iter().flat_map(|api| api.scopes.keys().map(String::as_str)));
    let mut document = json!({
        "issuer": policy.issuer,
        "authorization_endpoint": at(path::AUTHORIZE),
        "token_endpoint": at(path::TOKEN),
        "device_authorization_endpoint": at(path::DEVICE_AUTHORIZATION),
        "userinfo_endpoint": at(path::USERINFO),
        "jwks_uri": at(path::JWKS),
        "introspection_endpoint": at(path::INTROSPECT),
        "revocation_endpoint": at(path::REVOKE),
        "end_session_endpoint": at(path::LOGOUT),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "grant_types_supported": GrantType::ALL.map(GrantType::as_str),
        "subject_types_supported": SubjectType::ALL.map(SubjectType::as_str),
        "id_token_signing_alg_values_supported": algs,
        "userinfo_signing_alg_values_supported": algs,
        "introspection_signing_alg_values_supported": algs,
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": Alg::ALL.iter().map(|alg| alg.name()).collect::<Vec<_>>(),
        "acr_values_supported": Acr::ALL.map(Acr::as_str),
        "prompt_values_supported": Prompt::ALL.map(Prompt::as_str),
        // Taken and ignored: the pages fit any display (OpenID Connect Core §3.1.2.1).
        "display_values_supported": ["page", "popup", "touch", "wap"],
        "claim_types_supported": ["normal"],
        "claims_supported": claims::supported(),
        "claims_parameter_supported": true,
        "ui_locales_supported": ["en", "zh-CN"],
        "authorization_response_iss_parameter_supported": true,
    });
    // Back-Channel Logout §2.1, Front-Channel Logout §2.1: each with the session's `sid`.
    for channel in ["backchannel", "frontchannel"] {
        document[format!("{channel}_logout_supported")] = json!(true);
        document[format!("{channel}_logout_session_supported")] = json!(true);
    }
    for part in [authentication(policy), requests(policy)] {
        if let (Some(all), Value::Object(more)) = (document.as_object_mut(), part) {
            all.extend(more);
        }
    }
    // RFC 8414 §3.2: what would be an empty list is left out.
    let types: Vec<&str> = apis.detail_types().map(|known| known.name.as_str()).collect();
    if !types.is_empty() {
        document["authorization_details_types_supported"] = json!(types);
    }
    if policy.registration.admission != Admission::Closed {
        document["registration_endpoint"] = json!(at(path::REGISTER));
    }
    if policy.documents != Documents::Off {
        document["client_id_metadata_document_supported"] = json!(true);
    }
    document
}

/// How clients prove themselves: alike at the endpoints where they do.
fn authentication(policy: &Policy) -> Value {
    let methods: Vec<AuthMethod> = AuthMethod::ALL.into_iter().filter(|method| policy.mutual_tls.allows(*method)).collect();
    let named = |proving: bool| -> Vec<&str> {
        methods.iter().filter(|method| !proving || **method != AuthMethod::None).map(|method| method.as_str()).collect()
    };
    let assertions: Vec<&str> = Alg::ALL.iter().map(|alg| alg.name()).chain([HS256]).collect();
    json!({
        "token_endpoint_auth_methods_supported": named(false),
        "introspection_endpoint_auth_methods_supported": named(true),
        "revocation_endpoint_auth_methods_supported": named(false),
        "token_endpoint_auth_signing_alg_values_supported": assertions,
        "introspection_endpoint_auth_signing_alg_values_supported": assertions,
        "revocation_endpoint_auth_signing_alg_values_supported": assertions,
        // RFC 8705 §3.3.
        "tls_client_certificate_bound_access_tokens": policy.mutual_tls != MutualTls::Off,
    })
}

/// How requests and their answers may travel: RFC 9126 §5, RFC 9101 §10.5, OpenID Connect Discovery §3, JARM §4.
fn requests(policy: &Policy) -> Value {
    let response_modes: Vec<&str> = ResponseMode::ALL.map(ResponseMode::as_str).into_iter().chain([ResponseMode::SHORT]).collect();
    json!({
        "pushed_authorization_request_endpoint": policy.issuer.at(path::PUSHED),
        "require_pushed_authorization_requests": policy.require_pushed_requests,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
        "request_object_signing_alg_values_supported": Alg::ALL.map(Alg::name),
        "response_modes_supported": response_modes,
        "authorization_signing_alg_values_supported": Alg::ALL.map(Alg::name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Issuer, IssuerError};

    #[test]
    fn no_member_is_an_empty_list() -> Result<(), IssuerError> {
        let policy = Policy::for_issuer(Issuer::parse("https://login.example")?);
        let document = document(&policy, &Apis::default());
        let empty: Vec<&String> =
            document.as_object().into_iter().flatten().filter(|(_, value)| **value == json!([])).map(|(name, _)| name).collect();
        // Law: RFC 8414 §3.2, members with zero elements are omitted.
        assert!(empty.is_empty(), "{empty:?}");
        Ok(())
    }

    #[test]
    fn every_url_derives_from_the_issuer() -> Result<(), IssuerError> {
        let policy = Policy::for_issuer(Issuer::parse("https://login.example/tenant")?);
        let document = document(&policy, &Apis::default());
        for (name, value) in document.as_object().into_iter().flatten() {
            if name.ends_with("_endpoint") || name == "jwks_uri" {
                assert!(value.as_str().is_some_and(|url| url.starts_with("https://login.example/tenant/")), "{name}");
            }
        }
        // RFC 8414 §2: RS256 must be among the ID token algorithms (OpenID Connect Discovery §3).
        assert!(document["id_token_signing_alg_values_supported"].as_array().is_some_and(|algs| algs.contains(&json!("RS256"))));
        Ok(())
    }

    #[test]
    fn certificates_are_offered_where_they_can_arrive() -> Result<(), IssuerError> {
        let (by_name, own) = ("tls_client_auth", "self_signed_tls_client_auth");
        for (mutual_tls, expected) in [
            (MutualTls::Off, (false, false, false)),
            (MutualTls::Authorities, (true, false, true)),
            (MutualTls::Unverified, (false, true, true)),
            (MutualTls::Any, (true, true, true)),
        ] {
            let policy = Policy { mutual_tls, ..Policy::for_issuer(Issuer::parse("https://login.example")?) };
            let document = document(&policy, &Apis::default());
            for endpoint in ["token", "introspection", "revocation"] {
                let methods = &document[format!("{endpoint}_endpoint_auth_methods_supported")];
                let lists = |name: &str| methods.as_array().is_some_and(|all| all.contains(&json!(name)));
                // Law: discovery lists only what works.
                assert_eq!((lists(by_name), lists(own), document["tls_client_certificate_bound_access_tokens"] == true), expected);
                assert!(lists("private_key_jwt") && lists("client_secret_basic"));
            }
        }
        Ok(())
    }
}
