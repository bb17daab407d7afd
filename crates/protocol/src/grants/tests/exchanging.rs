//! Token exchange (RFC 8693): each rule refuses by its own name, and nothing grows.

use super::token_exchange::{
    ACCESS_TOKEN, Exchanged, Found, JWT, Known, MAX_ACTORS, exchange, issued_type, machine_of, missing_edge, missing_target,
};
use super::*;
use crate::binding::Actor;
use crate::exchange_rule::{ExchangeRule, ExchangeRules};
use crate::resource::AccessRecord;
use crate::values::TokenId;
use proptest::prelude::*;
use std::collections::BTreeSet;

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";

/// The service that is the photos API.
fn service(changes: &Value) -> Authenticated {
    let mut all = json!({"grant_types": [EXCHANGE], "redirect_uris": [], "resource": PHOTOS});
    for (name, value) in changes.as_object().expect("an object") {
        all[name] = value.clone();
    }
    by("photos", all)
}

/// A token of `app` for the photos API, ten minutes long.
fn shown() -> AccessRecord {
    AccessRecord {
        id: TokenId::new("t"),
        grant: Some(GrantId::new("g")),
        client_id: ClientId::new("app"),
        subject: Some(Subject::new("ada")),
        machine: None,
        app: None,
        seen_by: None,
        audience: PHOTOS.to_owned(),
        scopes: scopes("photos:read"),
        issued_at: NOW,
        expires_at: NOW.plus(Seconds::minutes(10)),
        auth_time: Some(NOW),
        confirmation: None,
        details: Details::default(),
        actor: None,
        alive: true,
    }
}

fn own(changes: fn(&mut AccessRecord)) -> AccessRecord {
    let mut token = AccessRecord { client_id: ClientId::new("photos"), subject: None, grant: None, auth_time: None, ..shown() };
    changes(&mut token);
    token
}

fn rule(changes: &Value) -> ExchangeRule {
    let mut all = json!({"name": "photos-to-mail", "client": "photos", "target": MAIL, "scopes": ["mail:read", "mail:gone"]});
    for (name, value) in changes.as_object().expect("an object") {
        all[name] = value.clone();
    }
    serde_json::from_value(all).expect("a rule")
}

fn request<'p>(more: &[(&'p str, &'p str)]) -> Vec<(&'p str, &'p str)> {
    let mut pairs = vec![("grant_type", EXCHANGE), ("subject_token", "a.b.c"), ("subject_token_type", ACCESS_TOKEN), ("resource", MAIL)];
    for (name, value) in more {
        // `-name` takes one out.
        if let Some(gone) = name.strip_prefix('-') {
            pairs.retain(|(n, _)| *n != gone);
        } else {
            pairs.retain(|(n, _)| n != name || *n == "resource");
            pairs.push((name, value));
        }
    }
    pairs
}

struct Case {
    by: Authenticated,
    subject: Option<AccessRecord>,
    actor: Option<AccessRecord>,
    rules: Vec<ExchangeRule>,
    proven: Proven,
}

impl Case {
    fn of(subject: AccessRecord) -> Self {
        let rules = vec![rule(&json!({}))];
        Self { by: service(&json!({})), subject: Some(subject), actor: None, rules, proven: Proven::default() }
    }

    fn run(&self, more: &[(&str, &str)]) -> Result<Exchanged, Check> {
        let req = read_with(&request(more), &self.by, self.proven.clone())?;
        let named = req.resources.iter().map(String::as_str).chain(token_exchange::audiences(&req));
        let targets: BTreeSet<String> = named.map(str::to_owned).collect();
        let found = Found { subject: self.subject.as_ref(), actor: self.actor.as_ref(), targets: &targets };
        let (apis, policy, rules) = (apis(), policy(), ExchangeRules::new(self.rules.clone()));
        let known = Known { apis: &apis, rules: &rules, policy: &policy };
        exchange(&req, &self.by, found, known, NOW, &mut Checks::silent()).map_err(|refusal| refusal.check)
    }
}

fn chain(names: &[&str]) -> Option<Actor> {
    names.iter().rev().fold(None, |act, name| Some(Actor { sub: (*name).to_owned(), act: act.map(Box::new) }))
}

#[test]
fn a_service_gets_a_token_for_the_next_one_and_is_named_in_it() {
    let given = Case::of(shown()).run(&[]).expect("it is given");
    assert_eq!(shape(Ok(given.grantee.clone())), Ok(is(MAIL, "mail:read")));
    assert_eq!((given.grantee.refresh_until, given.grantee.id_token), (None, false));
    assert_eq!(given.actor, chain(&["photos"]));
    let before = AccessRecord { actor: chain(&["gateway"]), ..shown() };
    // Law: §4.1, who acted before stands below who acts now.
    assert_eq!(Case::of(before).run(&[]).expect("it is given").actor, chain(&["photos", "gateway"]));
}

#[test]
fn impersonation_hides_nobody_but_the_client_that_was_allowed_it() {
    let mut case = Case::of(AccessRecord { actor: chain(&["gateway"]), ..shown() });
    case.rules = vec![rule(&json!({"mode": "impersonation"}))];
    // Law: no actor that was named is lost.
    assert_eq!(case.run(&[]).expect("it is given").actor, chain(&["gateway"]));
}

#[test]
fn what_is_wrong_with_a_request_is_named() {
    for (more, check) in [
        (&[("-subject_token", "")][..], Check::SubjectTokenPresent),
        (&[("-subject_token_type", "")], Check::SubjectTokenType),
        (&[("subject_token_type", ID_TOKEN)], Check::SubjectTokenType),
        (&[("subject_token_type", REFRESH_TOKEN)], Check::SubjectTokenType),
        (&[("subject_token_type", "access_token")], Check::SubjectTokenType),
        (&[("subject_token_type", JWT), ("subject_token", "opaque")], Check::SubjectTokenType),
        (&[("requested_token_type", REFRESH_TOKEN)], Check::RequestedTokenType),
        (&[("requested_token_type", ID_TOKEN)], Check::RequestedTokenType),
        (&[("actor_token_type", ACCESS_TOKEN)], Check::ActorTokenType),
        (&[("actor_token", "x")], Check::ActorTokenType),
        (&[("actor_token", "x"), ("actor_token_type", ID_TOKEN)], Check::ActorTokenType),
        (&[("actor_token", "x"), ("actor_token_type", ACCESS_TOKEN)], Check::ActorTokenOwn),
        (&[("-resource", "")], Check::ExchangeTargetPresent),
        (&[("resource", PHOTOS)], Check::OneResource),
        (&[("audience", BARE)], Check::OneResource),
        (&[("-resource", ""), ("resource", "https://unheard.example")], Check::ExchangeTargetKnown),
        (&[("-resource", ""), ("resource", ISSUER)], Check::ExchangeTargetKnown),
        (&[("-resource", ""), ("audience", BARE)], Check::ExchangeDeclared),
        (&[("-resource", ""), ("resource", PHOTOS)], Check::ExchangeDeclared),
        (&[("scope", "mail:read mail:send")], Check::ExchangeScope),
        (&[("scope", "photos:read")], Check::ExchangeScope),
        (&[("scope", "openid")], Check::ExchangeScope),
        // The rule names it, the API doesn't have it.
        (&[("scope", "mail:gone")], Check::ExchangeScope),
        (&[("scope", "a\"b")], Check::ScopeWellFormed),
    ] {
        // Law: one rule, one name.
        assert_eq!(Case::of(shown()).run(more).map(|_| ()), Err(check), "{more:?}");
    }
    let twice = [("grant_type", EXCHANGE), ("subject_token", "a"), ("subject_token", "b")];
    assert_eq!(read(&twice, &service(&json!({}))).map(|_| ()), Err(Check::ParamNotRepeated));
}

#[test]
fn only_a_token_that_lives_and_is_meant_for_the_client_is_exchanged() {
    let bound = |of: AccessRecord| AccessRecord { confirmation: Some(Confirmation::Jkt("k".to_owned())), ..of };
    for (what, subject, check) in [
        ("expired", Some(AccessRecord { expires_at: NOW, ..shown() }), Check::SubjectTokenActive),
        ("revoked", Some(AccessRecord { alive: false, ..shown() }), Check::SubjectTokenActive),
        ("none of ours", None, Check::SubjectTokenActive),
        ("for another API", Some(AccessRecord { audience: MAIL.to_owned(), ..shown() }), Check::SubjectTokenForClient),
        ("for userinfo of another app", Some(AccessRecord { audience: ISSUER.to_owned(), ..shown() }), Check::SubjectTokenForClient),
        ("bound, nothing proven", Some(bound(shown())), Check::SubjectTokenHeld),
        ("its own, bound, nothing proven", Some(bound(own(|_| ()))), Check::SubjectTokenHeld),
        ("too many actors", Some(AccessRecord { actor: chain(&["a"; MAX_ACTORS]), ..shown() }), Check::ActorChainBounded),
    ] {
        let case = Case { subject, ..Case::of(shown()) };
        assert_eq!(case.run(&[]).map(|_| ()), Err(check), "{what}");
    }
    let proves = |key: &str| Proven { jkt: Some(key.to_owned()), certificate: None };
    for (what, subject, proven, fine) in [
        ("its own key", bound(own(|_| ())), proves("k"), true),
        ("another key for its own token", bound(own(|_| ())), proves("x"), false),
        ("the service's key for the app's token", bound(shown()), proves("x"), true),
    ] {
        let given = Case { proven, ..Case::of(subject) }.run(&[]);
        // Law: a bound token never becomes a free one.
        assert_eq!(given.map(|_| ()), if fine { Ok(()) } else { Err(Check::SubjectTokenHeld) }, "{what}");
    }
}

#[test]
fn a_client_exchanges_along_its_own_edges_only() {
    for (what, rules) in [
        ("none", vec![]),
        ("another client's", vec![rule(&json!({"client": "mail"}))]),
        ("for other tokens", vec![rule(&json!({"subject_audience": BARE}))]),
        ("to another API", vec![rule(&json!({"target": BARE}))]),
        ("the way back", vec![rule(&json!({"client": "mail", "subject_audience": MAIL, "target": PHOTOS}))]),
    ] {
        let case = Case { rules, ..Case::of(shown()) };
        assert_eq!(case.run(&[]).map(|_| ()), Err(Check::ExchangeDeclared), "{what}");
    }
    // The client can't be registered as public for it; should it be, the grant refuses it by itself.
    let req = read(&request(&[]), &service(&json!({}))).expect("it is read");
    let (apis, policy, rules) = (apis(), policy(), ExchangeRules::default());
    let found = Found { subject: None, actor: None, targets: &BTreeSet::new() };
    let refused = exchange(&req, &public(), found, Known { apis: &apis, rules: &rules, policy: &policy }, NOW, &mut Checks::silent());
    // Law: what isn't declared isn't allowed.
    assert_eq!(refused.map(|_| ()).map_err(|refusal| refusal.check), Err(Check::ClientConfidential));
}

#[test]
fn an_actor_token_is_the_clients_own_and_lives() {
    let asks = [("actor_token", "x"), ("actor_token_type", ACCESS_TOKEN)];
    for (what, actor, mode, expected) in [
        ("its own", own(|_| ()), "delegation", Ok(())),
        ("expired", own(|token| token.expires_at = NOW), "delegation", Err(Check::ActorTokenOwn)),
        ("another client's", own(|token| token.client_id = ClientId::new("app")), "delegation", Err(Check::ActorTokenOwn)),
        ("a person's", own(|token| token.subject = Some(Subject::new("ada"))), "delegation", Err(Check::ActorTokenOwn)),
        ("one that acts already", own(|token| token.actor = chain(&["x"])), "delegation", Err(Check::ActorTokenOwn)),
        ("another machine's", own(|token| token.machine = Some(ClientId::new("app"))), "delegation", Err(Check::ActorTokenOwn)),
        ("bound", own(|token| token.confirmation = Some(Confirmation::Jkt("k".to_owned()))), "delegation", Err(Check::ActorTokenOwn)),
        ("unasked", own(|_| ()), "impersonation", Err(Check::ActorTokenUnasked)),
    ] {
        let case = Case { actor: Some(actor), rules: vec![rule(&json!({"mode": mode}))], ..Case::of(shown()) };
        // Law: nobody acts under another's name.
        assert_eq!(case.run(&asks).map(|_| ()), expected, "{what}");
    }
}

#[test]
fn the_format_is_the_apis_and_jwt_is_never_forced_on_it() {
    assert_eq!(Case::of(shown()).run(&[("requested_token_type", JWT)]).map(|_| ()), Ok(()));
    let req = |kind| read(&request(&[("requested_token_type", kind)]), &service(&json!({}))).expect("it is read");
    assert_eq!((issued_type(&req(JWT)), issued_type(&req(ACCESS_TOKEN))), (JWT, ACCESS_TOKEN));
    let opaque = Case { by: service(&json!({"access_token_format": "opaque"})), ..Case::of(shown()) };
    let format = |case: &Case, more| case.run(more).map(|given| given.grantee.access.format);
    assert_eq!(format(&opaque, &[]), Ok(crate::api::AccessTokenFormat::Opaque));
    // Law: what was asked is what is issued.
    assert_eq!(format(&opaque, &[("requested_token_type", JWT)]), Ok(crate::api::AccessTokenFormat::Jwt));
}

#[test]
fn a_machines_token_stays_that_machines() {
    let (photos, mail) = (service(&json!({})), by("mail", json!({})));
    let machine = AccessRecord { subject: None, grant: None, auth_time: None, ..shown() };
    assert_eq!(machine_of(&machine, photos.client()), Some(ClientId::new("app")));
    assert_eq!(machine_of(&own(|_| ()), photos.client()), None);
    let second = AccessRecord { client_id: ClientId::new("photos"), machine: Some(ClientId::new("app")), ..machine };
    assert_eq!(machine_of(&second, mail.client()), Some(ClientId::new("app")));
    // Law: a machine never becomes a person, nor a person a machine.
    assert_eq!((machine_of(&shown(), photos.client()), second.sub()), (None, "app"));
}

proptest! {
    #[test]
    fn an_exchange_never_gives_more_than_was_shown_and_allowed(
        left in 1_i64..4000,
        span in prop::option::of(10_i64..4000),
        ruled in prop::sample::subsequence(vec!["photos:read", "photos:write", "mail:read", "mail:gone"], 0..=4),
        held in prop::sample::subsequence(vec!["photos:read", "photos:write"], 0..=2),
        asked in prop::option::of(prop::sample::subsequence(vec!["photos:read", "photos:write", "mail:read", "mail:gone", "openid"], 0..=5)),
        same in any::<bool>(),
        before in 0_usize..8,
        hides in any::<bool>(),
    ) {
        let target = if same { PHOTOS } else { MAIL };
        let mode = if hides { "impersonation" } else { "delegation" };
        let names = &["a", "b", "c", "d", "e", "f", "g"][..before.min(7)];
        let subject = AccessRecord {
            scopes: held.iter().copied().collect(), expires_at: NOW.plus(Seconds(left)), actor: chain(names), ..shown()
        };
        let mut case = Case::of(subject.clone());
        case.rules = vec![rule(&json!({"target": target, "scopes": ruled, "mode": mode, "lifetime": span}))];
        let scope = asked.map(|asked| asked.join(" ")).unwrap_or_default();
        if let Ok(given) = case.run(&[("-resource", ""), ("resource", target), ("scope", &scope)]) {
            let (access, api) = (given.grantee.access, apis());
            prop_assert!(access.lifetime.0 <= left && span.is_none_or(|span| access.lifetime.0 <= span) && access.lifetime.0 > 0);
            prop_assert!(access.scopes.within(&ruled.iter().copied().collect()));
            prop_assert!(access.scopes.within(&api.get(target).map(crate::api::Api::scope_set).unwrap_or_default()));
            prop_assert!(!same || access.scopes.within(&subject.scopes));
            prop_assert_eq!(access.audience, target);
            let depth = given.actor.as_ref().map_or(0, Actor::depth);
            prop_assert!(depth <= MAX_ACTORS && depth == names.len() + usize::from(!hides));
            // The end of the chain is the subject token's, whole.
            let mut end = given.actor;
            if !hides {
                end = end.and_then(|actor| actor.act.map(|act| *act));
            }
            prop_assert_eq!(end, subject.actor);
        } else {
            let allowed: Scopes = ruled.iter().copied().collect();
            let asked = Scopes::parse(&scope).unwrap_or_default();
            let narrowed = if same { allowed.and(&subject.scopes) } else { allowed.without(&scopes("photos:read photos:write mail:gone")) };
            // Law: it is refused for wanting more, or for too many actors, and for nothing else.
            prop_assert!(!asked.within(&narrowed) || names.len() + usize::from(!hides) > MAX_ACTORS);
        }
    }
}

#[test]
fn the_api_that_was_wanted_can_be_told_from_an_edge_that_was_missing() {
    let evidence = missing_edge(&ClientId::new("a, to b"), "https://shown.example/, to ", "https://wanted.example/");
    // Law: whatever an id or an address says, the last word is the API's.
    assert_eq!(missing_target(&evidence.received), Some("https://wanted.example/"));
    assert_eq!(missing_target("nothing of the kind"), None);
}
