//! What follows from a person's answer on the consent page.

use super::*;

fn ask(asked: &str, required: &str, already: &str, remembered: bool) -> ConsentAsk {
    ConsentAsk { asked: scopes(asked), required: scopes(required), already: scopes(already), remembered, ..ConsentAsk::default() }
}

fn answered(req: &Request, ask: &ConsentAsk, given: &Answer, before: Option<&Consent>) -> Result<Approval, Check> {
    answer(req, ask, given, before, &policy(), NOW, &mut Checks::silent()).map_err(|error| {
        assert_eq!(error.target, req.target);
        error.refusal.check
    })
}

fn allowed(ask: &ConsentAsk, ticked: &str, before: Option<&Consent>) -> Result<Approval, Check> {
    answered(&stored("openid photos:read photos:write photos:list", &[]), ask, &Answer::Allow(scopes(ticked), Names::default()), before)
}

fn granted(outcome: Result<Approval, Check>) -> Result<Scopes, Check> {
    outcome.map(|approval| approval.scopes)
}

#[test]
fn to_deny_is_access_denied_whatever_was_allowed_before() {
    let req = stored("openid photos:read", &[]);
    let before = consent("openid", "", 1);
    for ask in [ask("openid photos:read", "openid", "", true), ask("photos:read", "", "openid", true), ask("", "", "", false)] {
        assert_eq!(answered(&req, &ask, &Answer::Deny, Some(&before)), Err(Check::PersonAllows), "{ask:?}");
    }
    let nothing_to_tick = stored("", &[]);
    assert_eq!(answered(&nothing_to_tick, &ask("", "", "", false), &Answer::Deny, None), Err(Check::PersonAllows));
}

#[test]
fn nothing_left_to_grant_is_access_denied() {
    assert_eq!(allowed(&ask("photos:read photos:write", "", "", true), "", None), Err(Check::PersonAllows));
    assert_eq!(allowed(&ask("photos:read", "", "", true), "photos:write admin", None), Err(Check::PersonAllows));
}

#[test]
fn what_was_not_asked_cannot_be_ticked() {
    let ask = ask("openid photos:read", "openid", "", true);
    let approval = allowed(&ask, "openid photos:read photos:write mail:read admin offline_access", None).expect("it is allowed");
    assert_eq!(approval.scopes, scopes("openid photos:read"));
    assert_eq!(approval.consent.expect("it is remembered").granted, scopes("openid photos:read"));
}

#[test]
fn what_is_required_cannot_be_unticked() {
    let ask = ask("openid photos:list photos:read", "openid photos:list", "", true);
    assert_eq!(granted(allowed(&ask, "", None)), Ok(scopes("openid photos:list")));
    assert_eq!(granted(allowed(&ask, "photos:read", None)), Ok(scopes("openid photos:list photos:read")));
}

#[test]
fn what_was_allowed_before_stays_when_the_new_is_unticked() {
    let before = consent("openid email", "address", 1);
    let approval = allowed(&ask("photos:read", "", "openid", true), "", Some(&before)).expect("it is allowed");
    assert_eq!(approval.scopes, scopes("openid"));
    let remembered = approval.consent.expect("it is remembered");
    // Answers to other requests of the same app are kept.
    assert_eq!((remembered.granted, remembered.declined), (scopes("openid email"), scopes("address photos:read")));
}

#[test]
fn an_answer_is_remembered_from_now_until_its_lifetime_is_over() {
    let approval = allowed(&ask("openid photos:read", "openid", "", true), "openid", None).expect("it is allowed");
    let expires_at = NOW.plus(policy().consent_lifetime);
    let expected = Consent { granted: scopes("openid"), declined: scopes("photos:read"), given_at: NOW, expires_at, ..consent("", "", 0) };
    assert_eq!(approval.consent, Some(expected));
}

#[test]
fn an_expired_answer_adds_nothing_to_a_new_one() {
    let before = consent("photos:write email", "photos:list", 0);
    let approval = allowed(&ask("openid photos:read", "openid", "", true), "photos:read", Some(&before)).expect("it is allowed");
    let remembered = approval.consent.expect("it is remembered");
    assert_eq!((remembered.granted, remembered.declined), (scopes("openid photos:read"), scopes("")));
}

#[test]
fn the_newer_answer_withdraws_what_the_older_allowed() {
    let before = consent("openid photos:read", "", 1);
    let approval = allowed(&ask("openid photos:read", "openid", "", true), "openid", Some(&before)).expect("it is allowed");
    assert_eq!(approval.scopes, scopes("openid"));
    let remembered = approval.consent.expect("it is remembered");
    assert_eq!((remembered.granted, remembered.declined), (scopes("openid"), scopes("photos:read")));
}

#[test]
fn what_is_not_to_be_remembered_is_not() {
    let before = consent("openid", "", 1);
    let approval = allowed(&ask("openid photos:read", "openid", "", false), "openid photos:read", Some(&before)).expect("it is allowed");
    assert_eq!(approval, Approval { scopes: scopes("openid photos:read"), claims: ClaimsRequest::default(), consent: None });
}

#[test]
fn an_api_without_scopes_is_allowed_as_such() {
    let approval = answered(&stored("", &[]), &ask("", "", "", false), &Answer::Allow(scopes("admin"), Names::default()), None)
        .expect("it is allowed");
    assert_eq!(approval.scopes, scopes(""));
}
