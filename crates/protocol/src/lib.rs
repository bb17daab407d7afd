//! The rules of OAuth 2.1 and OpenID Connect as pure functions over values.
//!
//! Nothing here waits, reads a clock, asks the system for chance, speaks HTTP or SQL: a caller loads the facts a rule needs,
//! asks the rule, and commits its decision. Every rule is a named [`check::Check`] with the section it comes from.
//!
//! | module | speaks for |
//! | --- | --- |
//! | [`authorize`] | the authorization endpoint: RFC 6749 §4.1, OpenID Connect Core §3.1.2, RFC 7636, RFC 8707, RFC 9207 |
//! | [`client_auth`] | client authentication: RFC 6749 §2.3 |
//! | [`client_assertion`] | client authentication by JWT: RFC 7521, 7523, 10070, OpenID Connect Core §9 |
//! | [`request_object`] | signed authorization requests: RFC 9101, OpenID Connect Core §6, FAPI 2.0 Message Signing |
//! | [`device`] | a device without a browser asks (RFC 8628 §3.1, §6.1), and the person answers (RFC 10027) |
//! | [`dpop`] | proofs of possession: RFC 9449 |
//! | [`grants`] | the token endpoint, one file a grant |
//! | [`tokens`] | access tokens (RFC 9068), ID tokens and claims (OpenID Connect Core §2, §5) |
//! | [`resource`] | bearer tokens at a resource (RFC 6750), introspection (RFC 7662), revocation (RFC 7009) |
//! | [`forward_auth`] | the same for services behind a proxy |
//! | [`logout`] | OpenID Connect RP-Initiated Logout |
//! | [`metadata`] | discovery: RFC 8414, OpenID Connect Discovery |
//! | [`explain`] | what `error_uri` leads to: RFC 6749 §5.2 |
//! | [`jose`] | signatures: RFC 7515, 7517, 7518, 7638, 8037 |

pub mod acr;
pub mod api;
pub mod audience;
pub mod authorize;
pub mod binding;
pub mod certificate;
pub mod check;
pub mod claims_request;
pub mod client;
pub mod client_assertion;
pub mod client_auth;
pub mod client_document;
pub mod consent;
pub mod detail_type;
pub mod details;
pub mod device;
pub mod dpop;
pub mod error;
pub mod exchange_rule;
pub mod explain;
pub mod forward_auth;
pub mod grants;
pub mod jose;
mod judged;
pub mod logo;
pub mod logout;
pub mod metadata;
pub mod params;
pub mod pkce;
pub mod policy;
pub mod redirect_uri;
pub mod registration;
pub mod request_object;
mod requested;
pub mod resource;
pub mod resource_metadata;
pub mod scopes;
pub mod secret;
pub mod sector;
pub mod throttle;
pub mod tokens;
pub mod trust;
pub mod trusted_issuer;
pub mod values;
