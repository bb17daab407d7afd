//! The table of named checks.

use super::{Rule, Tell};
use crate::error::ErrorCode;

macro_rules! table {
    ($($name:ident: $source:literal, $error:ident, $tell:ident, $sentence:literal;)+) => {
        /// A named rule of the protocol.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Check { $(#[doc = concat!($source, ": ", $sentence)] $name,)+ }

        impl Check {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its row of the table.
            pub fn rule(self) -> &'static Rule {
                match self {$(
                    Self::$name => &Rule {
                        name: stringify!($name), source: $source, error: ErrorCode::$error, tell: Tell::$tell, sentence: $sentence,
                    },
                )+}
            }
        }
    };
}

table! {
    // Requests in general
    ParamsWellFormed: "RFC 6749 §3.1, appendix B", InvalidRequest, Always, "Parameters must be form-encoded UTF-8 without NUL.";
    ParamNotRepeated: "RFC 6749 §3.1", InvalidRequest, Always, "A parameter is given more than once.";
    ParamsBounded: "RFC 6749 §10 (limits of this server)", InvalidRequest, Always, "There are too many parameters or one is too long.";
    ContentTypeForm: "RFC 6749 §3.2", InvalidRequest, Always, "The body must be application/x-www-form-urlencoded.";
    BodySize: "RFC 9110 §15.5.14", InvalidRequest, Always, "The body is larger than this server takes.";

    // Authorization endpoint, before the redirect URI is proven: a page, never a redirect (RFC 6749 §4.1.2.1)
    ClientIdPresent: "RFC 6749 §4.1.1", InvalidRequest, Always, "client_id is missing.";
    ClientKnown: "RFC 6749 §4.1.2.1", InvalidClient, Owner, "No client is registered under this client_id.";
    RedirectUriPresent: "RFC 6749 §3.1.2.3, OpenID Connect Core §3.1.2.1", InvalidRequest, Always, "redirect_uri is missing.";
    RedirectUriExact: "RFC 9700 §2.1, §4.1.3", InvalidRequest, Owner, "redirect_uri must equal a registered one byte for byte.";

    // Authorization endpoint, after it: by redirect
    ResponseModeKnown: "OAuth 2.0 Multiple Response Types §2.1; JARM §2.3", InvalidRequest, Always, "response_mode must be query, form_post, jwt, query.jwt or form_post.jwt: nothing travels in a fragment.";
    ResponseTypePresent: "RFC 6749 §4.1.1", InvalidRequest, Always, "response_type is missing.";
    ResponseTypeCode: "OAuth 2.1 §4.1.1; RFC 9700 §2.1.2", UnsupportedResponseType, Always, "response_type must be code: there is no implicit or hybrid flow.";
    ClientMayAuthorize: "RFC 7591 §2", UnauthorizedClient, Always, "The client is not registered for grant_type authorization_code.";
    RequestOrRequestUri: "RFC 9101 §5", InvalidRequest, Always, "Send request or request_uri, not both.";
    PushedRequestRequired: "RFC 9126 §5, §6; FAPI 2.0 Security Profile §5.3.2.2", InvalidRequest, Always, "The request must be pushed to pushed_authorization_request_endpoint first; send client_id and the request_uri it gave.";
    SignedRequestRequired: "RFC 9101 §10.5; FAPI 2.0 Message Signing §5.3.1", InvalidRequest, Always, "The client is registered with require_signed_request_object: send the parameters in a signed request object.";
    RegistrationAbsent: "OpenID Connect Core §7.2.1", RegistrationNotSupported, Always, "The registration parameter is not supported.";
    PkceChallengePresent: "RFC 9700 §2.1.1; OAuth 2.1 §4.1.1", InvalidRequest, Always, "code_challenge is missing; send one, or register the client with require_pkce: false.";
    PkceMethodS256: "RFC 7636 §4.2, §4.4.1; RFC 9700 §2.1.1", InvalidRequest, Always, "code_challenge_method must be S256.";
    PkceChallengeWellFormed: "RFC 7636 §4.2", InvalidRequest, Always, "code_challenge must be the 43 characters of a base64url SHA-256.";
    ScopeWellFormed: "RFC 6749 §3.3", InvalidScope, Always, "scope must be a list of tokens separated by single spaces.";
    ScopePresent: "RFC 6749 §3.3", InvalidScope, Always, "scope is missing or names nothing known here.";
    ScopeRegistered: "RFC 6749 §3.3; RFC 7591 §2", InvalidScope, Always, "A scope is not among those the client is registered for.";
    ScopeOfNamedResource: "RFC 8707 §2", InvalidScope, Always, "A scope belongs to an API that no resource parameter names.";
    ResourceKnown: "RFC 8707 §2", InvalidTarget, Always, "resource is not a registered API, or nothing of it may be asked by this client.";
    PromptKnown: "OpenID Connect Core §3.1.2.1", InvalidRequest, Always, "prompt must be none, login, consent or select_account.";
    PromptNoneAlone: "OpenID Connect Core §3.1.2.1", InvalidRequest, Always, "prompt=none can not be combined with other values.";
    MaxAgeWellFormed: "OpenID Connect Core §3.1.2.1", InvalidRequest, Always, "max_age must be a whole number of seconds, 0 or more.";
    IdTokenHintValid: "OpenID Connect Core §3.1.2.1", InvalidRequest, Always, "id_token_hint is not an ID token that this server issued to this client.";
    ClaimsWellFormed: "OpenID Connect Core §5.5 (limits of this server)", InvalidRequest, Always, "claims must be a JSON object of at most 4096 bytes and 50 claims, each null or an object with essential, value or values.";
    AcrReachable: "OpenID Connect Core §5.5.1.1; Error Code unmet_authentication_requirements 1.0", UnmetAuthenticationRequirements, Always, "An essential acr was asked for that no login here can reach; acr_values_supported lists those that can.";
    SubjectAsked: "OpenID Connect Core §5.5.1, §3.1.2.2", LoginRequired, Always, "The person logged in is not the one the claims parameter names by sub.";
    NonceBounded: "OpenID Connect Core §15.5.2 (limits of this server)", InvalidRequest, Always, "nonce is longer than 512 characters.";
    StateBounded: "RFC 6749 §4.1.1 (limits of this server)", InvalidRequest, Always, "state is longer than 4096 characters.";
    SessionPresent: "OpenID Connect Core §3.1.2.1, §3.1.2.6", LoginRequired, Always, "prompt=none was asked, but nobody is logged in, or not recently enough.";
    HintedPerson: "OpenID Connect Core §3.1.2.1", LoginRequired, Always, "The person logged in is not the one id_token_hint names.";
    AccountChosen: "OpenID Connect Core §3.1.2.6", AccountSelectionRequired, Always, "The person must choose an account.";
    ConsentPresent: "OpenID Connect Core §3.1.2.1, §3.1.2.6", ConsentRequired, Always, "prompt=none was asked, but the person has to consent first.";
    PersonAllows: "RFC 6749 §4.1.2.1", AccessDenied, Always, "The person did not allow it.";

    // Pushed authorization requests
    RequestUriNotPushed: "RFC 9126 §2.1", InvalidRequest, Always, "request_uri can not be pushed: send the parameters themselves or a request object.";
    PushedRequestKnown: "RFC 9126 §4, §7.2", InvalidRequestUri, Always, "The request_uri is unknown here, has expired, or was pushed by another client: push the request again.";
    PushedRequestUnused: "RFC 9126 §4, §7.3", InvalidRequestUri, Always, "The request_uri was used before: push the request again.";

    // Client authentication
    CredentialsWellFormed: "RFC 6749 §2.3.1; RFC 7617 §2", InvalidClient, Always, "The Authorization header is not well-formed Basic with form-encoded client_id and client_secret.";
    OneAuthentication: "RFC 6749 §2.3", InvalidRequest, Always, "A client must not use more than one way to authenticate in a request.";
    CredentialsPresent: "RFC 6749 §3.2.1", InvalidClient, Always, "The client did not say who it is: send client_id, and the secret if it has one.";
    ClientAuthentic: "RFC 6749 §2.3.1", InvalidClient, Owner, "Unknown client, wrong secret, or not the registered token_endpoint_auth_method.";
    TlsCertificate: "RFC 8705 §2", InvalidClient, Owner, "The client is registered to authenticate by certificate, but the connection has none that this server can see.";
    TlsCertificateInTime: "RFC 5280 §4.1.2.5", InvalidClient, Owner, "The certificate is not valid yet or has expired.";
    TlsCertificateVerified: "RFC 8705 §2.1", InvalidClient, Owner, "The end of the TLS connection did not find the certificate to be of an authority it trusts.";
    TlsSubject: "RFC 8705 §2.1.2", InvalidClient, Owner, "The certificate has not the subject or alternative name that the client is registered with.";
    TlsSelfSigned: "RFC 8705 §2.2.2", InvalidClient, Owner, "The certificate is none of those in the keys of the client: register it as x5c or x5t#S256.";
    SecretNotInQuery: "RFC 6749 §2.3.1", InvalidRequest, Always, "Parameters of this endpoint belong into the body, never into the query.";

    // Token endpoint
    GrantTypePresent: "RFC 6749 §4.1.3", InvalidRequest, Always, "grant_type is missing.";
    GrantTypeKnown: "RFC 6749 §5.2", UnsupportedGrantType, Always, "grant_type is none that this server supports; its metadata lists them.";
    GrantTypeRegistered: "RFC 6749 §5.2; RFC 7591 §2", UnauthorizedClient, Authenticated, "The client is not registered for this grant_type.";
    ClientConfidential: "RFC 6749 §4.4; RFC 8693 §5", UnauthorizedClient, Authenticated, "This grant_type needs a client that authenticates.";
    CodePresent: "RFC 6749 §4.1.3", InvalidRequest, Always, "code is missing.";
    CodeKnown: "RFC 6749 §4.1.2", InvalidGrant, Authenticated, "The code is unknown here or long expired.";
    CodeUnspent: "RFC 6749 §4.1.2; RFC 9700 §2.1.1", InvalidGrant, Authenticated, "The code was used before; what it gave has been revoked.";
    CodeInTime: "RFC 6749 §4.1.2", InvalidGrant, Authenticated, "The code has expired.";
    CodeOfClient: "RFC 6749 §4.1.3", InvalidGrant, Authenticated, "The code was issued to another client.";
    CodeRedirectUri: "RFC 6749 §4.1.3", InvalidGrant, Authenticated, "redirect_uri differs from the one of the authorization request.";
    PkceVerifierPresent: "RFC 7636 §4.6; RFC 9700 §4.8.2", InvalidGrant, Authenticated, "code_verifier is missing although the request had a code_challenge.";
    PkceVerifierUnasked: "RFC 9700 §4.8.2", InvalidGrant, Authenticated, "code_verifier was sent although the request had no code_challenge.";
    PkceVerifier: "RFC 7636 §4.6", InvalidGrant, Authenticated, "code_verifier does not match the code_challenge.";
    RefreshPresent: "RFC 6749 §6", InvalidRequest, Always, "refresh_token is missing.";
    RefreshKnown: "RFC 6749 §6", InvalidGrant, Authenticated, "The refresh token is unknown here or long expired.";
    RefreshOfClient: "RFC 6749 §6", InvalidGrant, Authenticated, "The refresh token was issued to another client.";
    RefreshInTime: "RFC 9700 §2.2.2, §4.14.2", InvalidGrant, Authenticated, "The refresh token has expired.";
    RefreshUnspent: "RFC 9700 §4.14.2", InvalidGrant, Authenticated, "The refresh token was used before; the whole family has been revoked.";
    RefreshReplayTolerated: "RFC 9700 §4.14.2 (refresh_retry_window)", InvalidGrant, Authenticated, "The refresh token was used before and its successor is already in use.";
    GrantAlive: "RFC 6749 §6; RFC 7009 §2.1", InvalidGrant, Authenticated, "The grant was revoked, or the session it belongs to has ended.";
    PersonActive: "OWASP ASVS 5.0 7.4.2", InvalidGrant, Authenticated, "The person's account is disabled or gone.";
    ScopeNotWidened: "RFC 6749 §6; RFC 6749 §3.3", InvalidScope, Authenticated, "A scope is not among those that were granted.";
    ResourceGranted: "RFC 8707 §2.2", InvalidTarget, Authenticated, "resource is not among those that were granted.";
    OneAudience: "RFC 8707 §2.2; RFC 9068 §3", InvalidTarget, Authenticated, "The scopes belong to several APIs: name one of them by resource.";
    OneResource: "RFC 8707 §2.2; RFC 9068 §3", InvalidTarget, Authenticated, "A token is for one audience: send one resource at a time.";
    NoOpenidForMachines: "OpenID Connect Core §3.1.2.1", InvalidScope, Authenticated, "OpenID scopes speak of a person; client_credentials has none.";

    // Devices without a browser
    DeviceGrantRegistered: "RFC 8628 §3.1; RFC 7591 §2", UnauthorizedClient, Authenticated, "The client is not registered for the grant urn:ietf:params:oauth:grant-type:device_code.";
    DeviceRequestsPaced: "RFC 10027 §6.1.11; RFC 8628 §5.1", TemporarilyUnavailable, Always, "Too many device codes were asked for from this network; try again in a minute.";
    DeviceCodePresent: "RFC 8628 §3.4", InvalidRequest, Always, "device_code is missing.";
    DeviceCodeKnown: "RFC 8628 §3.4, §3.5", InvalidGrant, Authenticated, "The device code is unknown here or long expired.";
    DeviceCodeOfClient: "RFC 8628 §3.4", InvalidGrant, Authenticated, "The device code was issued to another client.";
    DeviceCodeUnspent: "RFC 8628 §3.4; RFC 10027 §6.1.3", InvalidGrant, Authenticated, "The device code was used before.";
    DeviceCodeInTime: "RFC 8628 §3.2, §3.5", ExpiredToken, Authenticated, "The device code has expired; ask for a new one.";
    DevicePollPaced: "RFC 8628 §3.5", SlowDown, Authenticated, "The device polls too often: wait 5 seconds longer between requests from now on.";
    DeviceAnswered: "RFC 8628 §3.5", AuthorizationPending, Authenticated, "The person has not answered yet.";
    DeviceAllowed: "RFC 8628 §3.5", AccessDenied, Authenticated, "The person did not allow it.";

    // Token exchange
    SubjectTokenPresent: "RFC 8693 §2.1", InvalidRequest, Always, "subject_token is missing.";
    SubjectTokenType: "RFC 8693 §2.1, §3", InvalidRequest, Authenticated, "subject_token_type must be urn:ietf:params:oauth:token-type:access_token, or :jwt for one that is a JWT; ID tokens, refresh tokens and foreign tokens are not exchanged.";
    RequestedTokenType: "RFC 8693 §2.1, §3", InvalidRequest, Authenticated, "requested_token_type must be urn:ietf:params:oauth:token-type:access_token or :jwt; refresh tokens and ID tokens are not given for an exchange.";
    RequestedTokenJwt: "RFC 8693 §2.1", InvalidRequest, Authenticated, "The tokens of this API are opaque: leave requested_token_type out.";
    SubjectTokenActive: "RFC 8693 §2.2.2", InvalidRequest, Authenticated, "subject_token is no access token of this server, or it has expired or was revoked.";
    SubjectTokenForClient: "RFC 8693 §5; RFC 9700 §2.3", InvalidRequest, Authenticated, "subject_token is neither for an API that this client is nor issued to it.";
    SubjectTokenHeld: "RFC 9449 §7.1; RFC 8705 §3", InvalidRequest, Authenticated, "subject_token is bound to a key: prove that key where the token is the client's own, and a key of its own otherwise.";
    ExchangeTargetPresent: "RFC 8693 §2.1", InvalidRequest, Authenticated, "Name the API that the token is for by resource, or by audience.";
    ExchangeTargetKnown: "RFC 8693 §2.2.2", InvalidTarget, Authenticated, "resource or audience names no registered API.";
    ExchangeDeclared: "RFC 8693 §2.2.2, §5", InvalidTarget, Authenticated, "No exchange is declared from this client, for a token of that audience, to that API: the operator adds the edge by doorward trust apply or doorward exchange add.";
    ExchangeScope: "RFC 8693 §2.1; RFC 6749 §3.3", InvalidScope, Authenticated, "A scope is not among those that the declared exchange and the API allow, or at the same API not among those of subject_token.";
    ActorTokenType: "RFC 8693 §2.1", InvalidRequest, Authenticated, "actor_token and actor_token_type come together or not at all, and the type must be urn:ietf:params:oauth:token-type:access_token.";
    ActorTokenUnasked: "RFC 8693 §1.1", InvalidRequest, Authenticated, "The declared exchange is an impersonation: send no actor_token.";
    ActorTokenOwn: "RFC 8693 §2.2.2", InvalidRequest, Authenticated, "actor_token must be a living access token that the client got for itself by client_credentials, with a proof of its key where it is bound.";
    ActorChainBounded: "RFC 8693 §4.1 (limits of this server)", InvalidRequest, Authenticated, "More than 5 actors would stand in the token.";
    // Clients that register themselves
    RegistrationOpen: "RFC 7591 §3", AccessDenied, Always, "Clients can not register themselves at this server: ask its operator.";
    RegistrationToken: "RFC 7591 §3; RFC 6750 §3.1", InvalidToken, Always, "Registering needs an initial access token as Authorization: Bearer; this one is missing, unknown, expired or used up.";
    RegistrationsPaced: "RFC 7591 §5 (limits of this server)", TemporarilyUnavailable, Always, "Too many clients were registered; try again later.";
    RegistrationJson: "RFC 7591 §3.1", InvalidClientMetadata, Always, "The body must be one JSON object, sent as application/json, whose members have names of their own.";
    RegistrationOperators: "RFC 7591 §5", InvalidClientMetadata, Always, "A member is set that only the operator of this server may set.";
    RegistrationUsable: "RFC 7591 §2.1, §3.2.1", InvalidClientMetadata, Always, "Nothing of what was asked may be had by a client that registers itself.";
    RegistrationMetadata: "RFC 7591 §2, §3.2.2", InvalidClientMetadata, Always, "A member of the metadata is not as its specification has it.";
    RegistrationRedirectUris: "RFC 7591 §5; RFC 6749 §3.1.2", InvalidRedirectUri, Always, "A redirect URI must be https, http on the loopback, or of a scheme in reverse-domain form, without fragment or wildcard.";
    RegistrationAccess: "RFC 7592 §2; RFC 6750 §3.1", InvalidToken, Always, "The registration access token is missing, or is not that of this client.";
    RegistrationUpdate: "RFC 7592 §2.2", InvalidRequest, Always, "An update must have the client_id of its address, no other secret than the client has, and none of the members that only answers have.";
    DocumentRead: "draft-ietf-oauth-client-id-metadata-document, Metadata Discovery Errors", InvalidClient, Owner, "The metadata document at the client_id could not be fetched.";
    DocumentFit: "draft-ietf-oauth-client-id-metadata-document, Client ID Metadata Document", InvalidClient, Owner, "The metadata document at the client_id is not one that may be used here.";
    StatementValid: "RFC 7591 §2.3", InvalidSoftwareStatement, Always, "The software statement is not a signed JWT with claims that may be registered.";
    StatementApproved: "RFC 7591 §2.3, §3.1.1", UnapprovedSoftwareStatement, Always, "The software statement is not from an issuer that the operator of this server trusts for it.";

    // Assertions of trusted issuers as grants
    AssertedPresent: "RFC 7523 §2.1; RFC 7521 §4.1", InvalidRequest, Always, "assertion is missing.";
    AssertedWellFormed: "RFC 7523 §3 rule 10; RFC 8725 §3.11", InvalidGrant, Authenticated, "assertion is not a compact signed JWT with an iss, without critical extensions, whose typ, if any, is JWT.";
    AssertedIssuer: "RFC 7523 §3 rule 1", InvalidGrant, Authenticated, "iss is no issuer that the operator trusts for this grant: doorward issuer add, with the use grant.";
    AssertedForClient: "RFC 7521 §4.1", UnauthorizedClient, Authenticated, "The trusted issuer is declared without this client: the operator lists it under clients.";
    AssertedAlg: "RFC 8725 §3.1", InvalidGrant, Authenticated, "The assertion is not signed with an algorithm that its issuer was declared with.";
    AssertedKeys: "RFC 7523 §3 rule 9", TemporarilyUnavailable, Authenticated, "The keys of the trusted issuer can not be fetched just now.";
    AssertedSignature: "RFC 7523 §3 rule 9", InvalidGrant, Authenticated, "The signature of the assertion does not verify with a key of its issuer.";
    AssertedAudience: "RFC 7523 §3 rule 3", InvalidGrant, Authenticated, "aud of the assertion must be the issuer identifier of this server, or its token endpoint, and nothing else.";
    AssertedInTime: "RFC 7523 §3 rules 4 to 6", InvalidGrant, Authenticated, "The assertion needs an exp that has not passed; iat and nbf must not lie in the future; it may live no longer than the max_lifetime of its issuer.";
    AssertedSubject: "RFC 7523 §3 rule 2", InvalidGrant, Authenticated, "The assertion lacks a sub that its issuer may speak of, or the claim that names the person; an email needs email_verified true.";
    AssertedOnce: "RFC 7523 §3 rule 7", InvalidGrant, Authenticated, "The assertion needs a jti of 1 to 255 bytes that was not used before: ask its issuer for a new one each time.";
    AssertedPerson: "RFC 7523 §3 rule 2", InvalidGrant, Authenticated, "The assertion speaks of nobody who may be given anything here.";
    AssertedForApi: "RFC 8707 §2; RFC 7523 §2.1", InvalidTarget, Authenticated, "The token would be for no API: register the client for scopes of one, or name one by resource.";
    NoOpenidWithoutLogin: "OpenID Connect Core §3.1.2.1", InvalidScope, Authenticated, "OpenID scopes need a login at this server; an assertion gives access to APIs alone.";

    // Resources
    BearerPresent: "RFC 6750 §3", InvalidToken, Always, "No access token was sent: use Authorization: Bearer.";
    BearerWellFormed: "RFC 6750 §2.1", InvalidRequest, Always, "There must be one Authorization header with one Bearer token, and no token elsewhere.";
    TokenActive: "RFC 6750 §3.1", InvalidToken, Always, "The access token is unknown, expired or revoked.";
    TokenAudience: "RFC 9700 §4.10.2; RFC 9068 §4", InvalidToken, Always, "The access token is for another audience.";
    TokenScope: "RFC 6750 §3.1", InsufficientScope, Always, "The access token lacks the scope openid.";
    TokenPresent: "RFC 7662 §2.1; RFC 7009 §2.1", InvalidRequest, Always, "token is missing.";
    IntrospectionConfidential: "RFC 7662 §2.1", InvalidClient, Authenticated, "Introspection needs a client that authenticates.";
    TokenOfClient: "RFC 7009 §2.1", InvalidGrant, Authenticated, "The token was issued to another client.";

    // Rich authorization requests
    DetailsWellFormed: "RFC 9396 §2", InvalidAuthorizationDetails, Always, "authorization_details must be a JSON array of 1 to 20 objects, each with a type, in at most 8192 bytes.";
    DetailsTypeKnown: "RFC 9396 §5", InvalidAuthorizationDetails, Always, "A type of authorization_details is not declared here.";
    DetailsTypeRegistered: "RFC 9396 §5, §10", InvalidAuthorizationDetails, Always, "The client is not registered for this type: add it to authorization_details_types.";
    DetailsFitSchema: "RFC 9396 §5", InvalidAuthorizationDetails, Always, "An object of authorization_details does not fit the schema of its type.";
    DetailsOfNamedResource: "RFC 9396 §3.2; RFC 8707 §2", InvalidAuthorizationDetails, Always, "A type of authorization_details belongs to an API that no resource parameter names.";
    DetailsNotWidened: "RFC 9396 §6.1", InvalidAuthorizationDetails, Authenticated, "An object of authorization_details is not among those that were granted.";

    // Logout
    LogoutHintValid: "OpenID Connect RP-Initiated Logout §2, §4", InvalidRequest, Always, "id_token_hint is not an ID token that this server issued.";
    LogoutClientMatches: "OpenID Connect RP-Initiated Logout §2", InvalidRequest, Always, "client_id is not the client the ID token was issued to.";
    LogoutClientKnown: "OpenID Connect RP-Initiated Logout §2", InvalidRequest, Owner, "No client is registered under this client_id.";
    LogoutRedirectNeedsClient: "OpenID Connect RP-Initiated Logout §3", InvalidRequest, Always, "post_logout_redirect_uri needs id_token_hint or client_id.";
    LogoutRedirectRegistered: "OpenID Connect RP-Initiated Logout §3", InvalidRequest, Owner, "post_logout_redirect_uri must equal a registered one byte for byte.";

    // Services behind a proxy
    ForwardCaller: "RFC 7662 §2.1", AccessDenied, Owner, "Whether a token is good is told to the proxies named in FORWARD_AUTH and to nobody else.";
    ForwardParams: "RFC 6749 §3.1", InvalidRequest, Always, "The query takes resource, scope and origin, each once and with a value; origin is scheme, host and port alone.";
    ForwardResource: "RFC 8707 §2", InvalidTarget, Always, "resource must be the audience of a registered API.";
    ForwardScope: "RFC 6749 §3.3", InvalidScope, Always, "scope must list scopes of the API that resource names.";
    ForwardedRequest: "RFC 9449 §7.1", InvalidRequest, Always, "For DPoP the proxy must pass X-Forwarded-Method and X-Forwarded-Uri, and origin where the audience is no http address.";
    ForwardActive: "RFC 6750 §3.1; RFC 7662 §4", InvalidToken, Owner, "The access token is unknown, expired or revoked.";
    ForwardAudience: "RFC 9068 §4; RFC 7662 §4", InvalidToken, Owner, "The access token is for another audience than the location asks for.";
    ForwardScopeHeld: "RFC 6750 §3.1", InsufficientScope, Always, "The access token lacks a scope that is needed here.";

    // DPoP: proofs of possession
    DpopOneHeader: "RFC 9449 §4.3 check 1", InvalidDpopProof, Always, "There must be one DPoP header, not several.";
    DpopWellFormed: "RFC 9449 §4.3 checks 2 and 3", InvalidDpopProof, Always, "The DPoP proof is not a compact signed JWT of at most 8192 bytes without critical extensions.";
    DpopAlg: "RFC 9449 §4.3 check 5", InvalidDpopProof, Always, "The DPoP proof must be signed with one of ES256, EdDSA, PS256 and RS256.";
    DpopTyp: "RFC 9449 §4.3 check 4", InvalidDpopProof, Always, "The typ header of a DPoP proof must be dpop+jwt.";
    DpopJwkPublic: "RFC 9449 §4.3 check 7", InvalidDpopProof, Always, "The jwk header of a DPoP proof must be the public key alone, and go with the alg.";
    DpopSignature: "RFC 9449 §4.3 check 6", InvalidDpopProof, Always, "The signature of the DPoP proof does not verify with the key in its jwk header.";
    DpopJtiPresent: "RFC 9449 §4.2, §4.3 check 3", InvalidDpopProof, Always, "A DPoP proof needs a jti of 1 to 256 bytes.";
    DpopHtm: "RFC 9449 §4.3 check 8", InvalidDpopProof, Always, "htm of the DPoP proof must be the method of this request.";
    DpopHtu: "RFC 9449 §4.3 check 9", InvalidDpopProof, Always, "htu of the DPoP proof must be the address of this request without query and fragment.";
    DpopNonce: "RFC 9449 §4.3 check 10, §8, §9", UseDpopNonce, Always, "The DPoP proof needs the nonce from the DPoP-Nonce header of this answer.";
    DpopIat: "RFC 9449 §4.3 check 11, §11.1", InvalidDpopProof, Always, "iat of the DPoP proof is missing, older than 5 minutes or ahead of this server; make a new proof for each request.";
    DpopAth: "RFC 9449 §4.3 check 12", InvalidDpopProof, Always, "ath of the DPoP proof must be the base64url SHA-256 of the access token sent with it.";
    DpopReplay: "RFC 9449 §4.3 check 11, §11.1", InvalidDpopProof, Always, "This DPoP proof was used before; make a new one with a new jti for each request.";
    DpopPresent: "RFC 9449 §5, §7.1", InvalidDpopProof, Always, "A DPoP proof is needed here: send one in a DPoP header.";
    DpopScheme: "RFC 9449 §7.1", InvalidToken, Always, "The access token is bound to a key: send it as Authorization: DPoP with a proof, not as Bearer.";
    DpopTokenBound: "RFC 9449 §7.1", InvalidToken, Always, "The access token is not bound to a DPoP key: send it as Authorization: Bearer.";
    CertificatePresent: "RFC 8705 §3.4", InvalidRequest, Authenticated, "The client is registered for certificate-bound tokens: connect with its certificate.";
    CertificateMatches: "RFC 8705 §3", InvalidToken, Always, "The access token is bound to another certificate than the one of this connection.";
    ProfileAlg: "FAPI 2.0 Security Profile §5.4.1", InvalidDpopProof, Always, "A fapi2 client signs with PS256, ES256 or EdDSA.";
    DpopKeyMatches: "RFC 9449 §4.3 check 12, §7.1", InvalidToken, Always, "The access token is bound to another key than the one of the DPoP proof.";
    DpopGrantKey: "RFC 9449 §5, §10", InvalidGrant, Authenticated, "The code or refresh token is bound to another key than the one of the DPoP proof.";
    DpopJktWellFormed: "RFC 9449 §10", InvalidRequest, Always, "dpop_jkt must be the 43 characters of a base64url SHA-256 thumbprint.";
    DpopJktMatches: "RFC 9449 §10.1", InvalidRequest, Always, "dpop_jkt is not the thumbprint of the key of the DPoP proof.";

    // Client assertions: private_key_jwt, client_secret_jwt, workloads
    AssertionType: "RFC 7521 §4.2; RFC 7523 §2.2", InvalidClient, Always, "client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer, and client_assertion must come with it.";
    AssertionWellFormed: "RFC 7523 §3; RFC 8725 §3.11", InvalidClient, Always, "client_assertion is not a compact signed JWT without critical extensions whose typ, if any, is JWT or client-authentication+jwt.";
    AssertionClientId: "RFC 7521 §4.2", InvalidClient, Always, "client_id is not the client that the assertion speaks of: leave it out or send the same.";
    AssertionKeys: "OpenID Connect Core §10.1.1", InvalidClient, Owner, "The keys of the client could not be fetched from its jwks_uri.";
    AssertionTrusted: "RFC 7523 §3", InvalidClient, Owner, "The assertion_issuer of the client is not among the trusted issuers with the use client_auth.";
    AssertionAlg: "RFC 8725 §3.1; OpenID Connect Registration §2", InvalidClient, Owner, "The assertion is not signed with the algorithm the client is registered for.";
    AssertionSignature: "RFC 7523 §3", InvalidClient, Owner, "The signature of the assertion does not verify with a registered key or the secret of the client.";
    AssertionIssSub: "RFC 7523 §3; OpenID Connect Core §9", InvalidClient, Always, "iss and sub of the assertion must both be the client_id, or those of the workload the client is registered for.";
    AssertionAudience: "RFC 10070 §4; RFC 9700 §2.5", InvalidClient, Always, "aud must be the issuer identifier of this server and nothing else.";
    AssertionInTime: "RFC 7523 §3; FAPI 2.0 Security Profile §5.3.2.1", InvalidClient, Always, "The assertion needs an exp that has not passed and is at most 60 minutes ahead (24 hours for workloads); iat and nbf must not lie in the future.";
    AssertionOnce: "RFC 7523 §3; OpenID Connect Core §9", InvalidClient, Always, "The assertion needs a jti of 1 to 255 bytes that was not used before: make a new one for each request.";

    // Request objects: signed authorization requests
    RequestObjectWellFormed: "RFC 9101 §4", InvalidRequestObject, Always, "The request object is not a compact signed JWT without critical extensions; encrypted ones are not supported.";
    RequestObjectSigned: "RFC 9101 §10.2; RFC 8725 §3.1", InvalidRequestObject, Always, "The request object must be signed with the algorithm the client is registered for; none is refused.";
    RequestObjectTyp: "RFC 9101 §10.8", InvalidRequestObject, Always, "The typ of the request object, if there is one, must be oauth-authz-req+jwt or JWT.";
    RequestObjectSignature: "RFC 9101 §6.2", InvalidRequestObject, Always, "The signature of the request object does not verify with a key that the client has registered.";
    RequestObjectIss: "RFC 9101 §4; OpenID Connect Core §6.1", InvalidRequestObject, Always, "iss of the request object must be the client_id.";
    RequestObjectAud: "RFC 9101 §4; FAPI 2.0 Message Signing §5.3.1", InvalidRequestObject, Always, "aud of the request object must be or contain the issuer identifier of this server.";
    RequestObjectInTime: "RFC 7519 §4.1; FAPI 2.0 Message Signing §5.3.1", InvalidRequestObject, Always, "The request object is out of time: see exp, nbf and iat; FAPI 2.0 needs nbf at most 60 minutes ago and exp at most 60 minutes after it.";
    RequestObjectClientId: "RFC 9101 §5, §6.3", InvalidRequestObject, Always, "client_id must stand in the request object and beside it, and be the same.";
    RequestObjectNotNested: "RFC 9101 §4", InvalidRequestObject, Always, "A request object must not contain request or request_uri.";
    RequestObjectKeys: "RFC 9101 §6.2; OpenID Connect Core §10.1", InvalidRequestObject, Always, "The keys at the jwks_uri of the client could not be had, so the request object can not be verified.";
    RequestObjectOnce: "RFC 7519 §4.1.7", InvalidRequestObject, Always, "This request object was used before: sign a new one with a new jti for each request.";
    RequestUriRegistered: "RFC 9101 §5.2, §10.4; OpenID Connect Core §6.2", InvalidRequestUri, Owner, "request_uri must be one of the request_uris of the client, apart from its fragment.";
    RequestUriFetched: "RFC 9101 §5.2.3; OpenID Connect Core §6.2", InvalidRequestUri, Owner, "Nothing could be fetched from request_uri: it must answer by https with status 200 and at most 64 KiB, from a public address.";
    RequestObjectValues: "RFC 9101 §4 (limits of this server)", InvalidRequestObject, Always, "Parameters in a request object must be strings, whole numbers, objects or lists, without NUL, few and short enough.";
}
