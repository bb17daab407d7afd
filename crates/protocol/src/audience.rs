//! For whom an access token is: exactly one audience (RFC 8707 §2.2, RFC 9068 §3).
//!
//! Without `resource` a token is for the issuer (userinfo) when only OpenID scopes were granted; API scopes of exactly one API make that
//! API the audience; of several, a `resource` must name one. OpenID scopes don't travel in a token for an API.

use crate::api::{AccessTokenFormat, Api, Apis};
use crate::check::{Check, Checks, Evidence};
use crate::client::Client;
use crate::details::Details;
use crate::error::Refusal;
use crate::jose::Alg;
use crate::policy::Policy;
use crate::scopes::Scopes;
use crate::values::{ResourceUri, Seconds};

/// What was granted once, of which each token gets a part.
#[derive(Clone, Copy, Debug)]
pub struct Granted<'g> {
    /// All scopes of the grant.
    pub scopes: &'g Scopes,
    /// The resources the grant was asked for; none: whatever its scopes reach.
    pub resources: &'g [ResourceUri],
    /// What was granted beyond scopes.
    pub details: &'g Details,
}

/// What a token request narrows the grant to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Narrowing<'n> {
    /// The `resource` parameters.
    pub resources: &'n [String],
    /// The `scope` parameter.
    pub scope: Option<&'n Scopes>,
    /// The `authorization_details` parameter.
    pub details: Option<&'n Details>,
}

/// An access token to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPlan {
    /// Its one audience.
    pub audience: String,
    /// Its scopes.
    pub scopes: Scopes,
    /// What it allows beyond them (RFC 9396).
    pub details: Details,
    /// How it is carried.
    pub format: AccessTokenFormat,
    /// The `typ` header of a JWT.
    pub typ: &'static str,
    /// The algorithm of a JWT.
    pub alg: Alg,
    /// How long it lives.
    pub lifetime: Seconds,
}

/// Chooses audience and scopes of an access token.
///
/// # Errors
/// [`Check::OneResource`], [`Check::ResourceGranted`], [`Check::ScopeNotWidened`], [`Check::DetailsNotWidened`], [`Check::OneAudience`].
pub fn plan(
    granted: Granted<'_>,
    asked: Narrowing<'_>,
    client: &Client,
    apis: &Apis,
    policy: &Policy,
    checks: &mut Checks<'_>,
) -> Result<TokenPlan, Refusal> {
    checks.require(Check::OneResource, asked.resources.len() <= 1, || Evidence::new("one resource", asked.resources.join(" ")))?;
    // RFC 6749 §6: "MUST NOT include any scope not originally granted".
    let wanted = asked.scope.unwrap_or(granted.scopes);
    checks.require(Check::ScopeNotWidened, wanted.within(granted.scopes), || {
        Evidence::new(granted.scopes.to_string(), wanted.without(granted.scopes).to_string())
    })?;
    let details = asked.details.unwrap_or(granted.details);
    checks.hold(Check::DetailsNotWidened, details.within(granted.details))?;
    let target = match asked.resources.first() {
        Some(named) if named == policy.issuer.as_str() => {
            checks.hold(Check::ResourceGranted, granted.scopes.has("openid"))?;
            Target::Issuer
        }
        Some(named) => {
            let api = apis.get(named).filter(|api| reaches(api, granted, apis));
            Target::Api(checks.require_some(Check::ResourceGranted, api, || Evidence::new("a granted resource", named.clone()))?)
        }
        None => implied(granted, (wanted, details), apis, checks)?,
    };
    Ok(match target {
        Target::Issuer => TokenPlan {
            audience: policy.issuer.as_str().to_owned(),
            scopes: wanted.openid_part(),
            details: Details::default(),
            format: client.metadata.access_token_format,
            typ: "at+jwt",
            alg: Alg::Es256,
            lifetime: policy.access_token_lifetime,
        },
        Target::Api(api) => TokenPlan {
            audience: api.resource.as_str().to_owned(),
            scopes: wanted.and(&api.scope_set()),
            details: details.of_api(&api.resource, apis),
            format: api.access_token_format.unwrap_or(client.metadata.access_token_format),
            typ: api.token_typ.as_str(),
            alg: client.access_token_alg(api.signing_alg),
            lifetime: api.token_lifetime.unwrap_or(policy.access_token_lifetime),
        },
    })
}

enum Target<'a> {
    Issuer,
    Api(&'a Api),
}

/// Whether a grant covers an API: it was asked for by name, or one of its scopes was granted.
fn reaches(api: &Api, granted: Granted<'_>, apis: &Apis) -> bool {
    let named = granted.resources.contains(&api.resource);
    let scoped = !granted.scopes.and(&api.scope_set()).is_empty() || !granted.details.of_api(&api.resource, apis).is_empty();
    named && (scoped || api.scopes.is_empty()) || granted.resources.is_empty() && scoped
}

fn implied<'a>(
    granted: Granted<'_>,
    (wanted, details): (&Scopes, &Details),
    apis: &'a Apis,
    checks: &mut Checks<'_>,
) -> Result<Target<'a>, Refusal> {
    let wants = |api: &Api| !wanted.and(&api.scope_set()).is_empty() || !details.of_api(&api.resource, apis).is_empty();
    let mut reached: Vec<&Api> = apis.iter().filter(|api| wants(api)).collect();
    if reached.is_empty() && wanted.openid_part().is_empty() {
        // An API without scopes can only be meant by name.
        reached = apis.iter().filter(|api| granted.resources.contains(&api.resource) && api.scopes.is_empty()).collect();
    }
    checks.require(Check::OneAudience, reached.len() <= 1, || {
        let names: Vec<&str> = reached.iter().map(|api| api.resource.as_str()).collect();
        Evidence::new("scopes of one API", names.join(" "))
    })?;
    Ok(reached.first().map_or(Target::Issuer, |api| Target::Api(api)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Metadata;
    use crate::values::{ClientId, Issuer, Timestamp};
    use proptest::prelude::*;
    use serde_json::json;

    const PHOTOS: &str = "https://photos.example";
    const MAIL: &str = "https://mail.example";
    const BARE: &str = "https://bare.example";

    fn apis() -> Apis {
        let read = |json| serde_json::from_value(json).ok();
        let all = [
            json!({"resource": PHOTOS, "scopes": {"photos:read": {}, "photos:write": {}}, "signing_alg": "EdDSA", "token_lifetime": 60}),
            json!({"resource": MAIL, "scopes": {"mail:read": {}}, "access_token_format": "opaque"}),
            json!({"resource": BARE}),
        ];
        Apis::new(all.into_iter().filter_map(read).collect())
    }

    fn run(scopes: &str, resources: &[&str], asked: &[&str], scope: Option<&str>) -> Result<TokenPlan, Check> {
        let issuer = Issuer::parse("https://login.example").map_err(|_| Check::ParamsWellFormed)?;
        let metadata = Metadata::read(json!({"redirect_uris": ["https://a.example/"]})).map_err(|_| Check::ParamsWellFormed)?;
        let client = Client::new(ClientId::new("app"), metadata, None, Timestamp(0));
        let scopes = Scopes::parse(scopes).unwrap_or_default();
        let scope = scope.and_then(Scopes::parse);
        let resources: Vec<_> = resources.iter().filter_map(|r| ResourceUri::parse(r)).collect();
        let asked: Vec<String> = asked.iter().map(|&r| r.to_owned()).collect();
        let granted = Granted { scopes: &scopes, resources: &resources, details: &Details::default() };
        let narrowing = Narrowing { resources: &asked, scope: scope.as_ref(), details: None };
        plan(granted, narrowing, &client, &apis(), &Policy::for_issuer(issuer), &mut Checks::silent()).map_err(|r| r.check)
    }

    #[test]
    fn fapi_2_5_4_1_a_fapi2_client_gets_no_access_token_signed_with_rs256() -> Result<(), Box<dyn std::error::Error>> {
        let client = |more: serde_json::Value| {
            let mut all = json!({"redirect_uris": ["https://a.example/"], "jwks_uri": "https://a.example/jwks"});
            all.as_object_mut().into_iter().for_each(|all| all.extend(more.as_object().cloned().unwrap_or_default()));
            Metadata::read(all).map(|metadata| Client::new(ClientId::new("app"), metadata, None, Timestamp(0)))
        };
        let strict = client(json!({
            "profile": "fapi2", "token_endpoint_auth_method": "private_key_jwt", "dpop_bound_access_tokens": true,
            "id_token_signed_response_alg": "PS256",
        }))?;
        let apis = Apis::new(vec![serde_json::from_value(json!({"resource": MAIL, "scopes": {"mail:read": {}}, "signing_alg": "RS256"}))?]);
        let (scopes, policy) =
            (Scopes::parse("mail:read").unwrap_or_default(), Policy::for_issuer(Issuer::parse("https://login.example")?));
        let granted = Granted { scopes: &scopes, resources: &[], details: &Details::default() };
        let alg = |client: &Client| plan(granted, Narrowing::default(), client, &apis, &policy, &mut Checks::silent()).map(|plan| plan.alg);
        // Law: the profile of the client wins over the wish of the API; for others the API decides.
        assert_eq!((alg(&strict), alg(&client(json!({}))?)), (Ok(Alg::Ps256), Ok(Alg::Rs256)));
        Ok(())
    }

    fn shape(plan: Result<TokenPlan, Check>) -> Result<(String, String), Check> {
        plan.map(|plan| (plan.audience, plan.scopes.to_string()))
    }

    #[expect(clippy::unnecessary_wraps, reason = "reads like the outcome it is compared with")]
    fn is(audience: &str, scopes: &str) -> Result<(String, String), Check> {
        Ok((audience.to_owned(), scopes.to_owned()))
    }

    #[test]
    fn the_audience_follows_from_the_scopes() {
        assert_eq!(shape(run("openid email", &[], &[], None)), is("https://login.example", "email openid"));
        assert_eq!(shape(run("openid photos:read", &[], &[], None)), is(PHOTOS, "photos:read"));
        assert_eq!(shape(run("photos:read mail:read", &[], &[], None)), Err(Check::OneAudience));
        assert_eq!(shape(run("photos:read mail:read", &[], &[], Some("mail:read"))), is(MAIL, "mail:read"));
        assert_eq!(shape(run("", &[BARE], &[], None)), is(BARE, ""));
    }

    #[test]
    fn resource_names_one_that_was_granted() {
        assert_eq!(shape(run("photos:read mail:read", &[], &[MAIL], None)), is(MAIL, "mail:read"));
        assert_eq!(shape(run("openid photos:read", &[], &["https://login.example"], None)), is("https://login.example", "openid"));
        for (scopes, granted, asked, check) in [
            ("photos:read", &[][..], &[MAIL][..], Check::ResourceGranted),
            ("photos:read mail:read", &[PHOTOS], &[MAIL], Check::ResourceGranted),
            ("photos:read", &[], &["https://login.example"], Check::ResourceGranted),
            ("photos:read", &[], &[BARE], Check::ResourceGranted),
            ("photos:read", &[], &["https://unknown.example"], Check::ResourceGranted),
            ("photos:read mail:read", &[], &[MAIL, PHOTOS], Check::OneResource),
        ] {
            assert_eq!(shape(run(scopes, granted, asked, None)), Err(check), "{scopes} {asked:?}");
        }
    }

    #[test]
    fn the_api_decides_how_its_tokens_are_made() -> Result<(), Check> {
        let photos = run("photos:read", &[], &[], None)?;
        assert_eq!((photos.alg, photos.lifetime, photos.format), (Alg::EdDsa, Seconds(60), AccessTokenFormat::Jwt));
        assert_eq!(run("mail:read", &[], &[], None)?.format, AccessTokenFormat::Opaque);
        Ok(())
    }

    proptest! {
        #[test]
        fn no_token_carries_a_scope_that_was_not_granted(
            granted in prop::collection::vec(prop::sample::select(vec!["openid", "email", "photos:read", "photos:write", "mail:read"]), 0..5),
            wanted in prop::option::of(prop::collection::vec(prop::sample::select(vec!["openid", "email", "photos:read", "photos:write", "mail:read", "admin"]), 0..4)),
            resource in prop::option::of(prop::sample::select(vec![PHOTOS, MAIL, BARE, "https://login.example", "https://x.example"])),
        ) {
            let scopes = granted.join(" ");
            let wanted = wanted.map(|w| w.join(" "));
            let asked: Vec<&str> = resource.into_iter().collect();
            if let Ok(plan) = run(&scopes, &[], &asked, wanted.as_deref()) {
                prop_assert!(plan.scopes.within(&Scopes::parse(&scopes).unwrap_or_default()));
                if let Some(wanted) = wanted {
                    prop_assert!(plan.scopes.within(&Scopes::parse(&wanted).unwrap_or_default()));
                }
                prop_assert!(plan.audience == "https://login.example" || plan.scopes.openid_part().is_empty());
            }
        }
    }
}
