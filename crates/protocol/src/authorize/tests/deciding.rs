//! Decisions outside the table: the hint, the edges of `max_age`, and what a remembered answer speaks of.

use super::*;
use crate::values::ResourceUri;

fn logged_in() -> Progress {
    Progress { logged_in: Some(SessionId::new("here")), chosen: None }
}

#[test]
fn another_person_than_the_hinted_one_gets_no_code() {
    let app = client(json!({"require_consent": false}));
    let hinted = |prompts: &[Prompt], subject: &str| Request { hinted: Some(Subject::new(subject)), ..stored("openid", prompts) };
    let ada = session(0);
    let nothing = Progress::default();
    assert_eq!(decided(&hinted(&[], "bob"), &app, Some(&ada), None, &nothing), Next::Login(LoginAsk { again: false }));
    let silent = decided(&hinted(&[Prompt::None], "bob"), &app, Some(&ada), None, &nothing);
    assert_eq!(refused(&silent), Some(Check::HintedPerson));
    // The person logged in on these very pages as somebody else: asking again would never end.
    let insisted = decided(&hinted(&[], "bob"), &app, Some(&ada), None, &logged_in());
    assert_eq!(refused(&insisted), Some(Check::HintedPerson));
    // Choosing the account in use doesn't make it the hinted one.
    let chosen = Progress { logged_in: None, chosen: Some(SessionId::new("here")) };
    assert_eq!(decided(&hinted(&[Prompt::SelectAccount], "bob"), &app, Some(&ada), None, &chosen), Next::Login(LoginAsk { again: false }));
    for prompts in [&[][..], &[Prompt::None]] {
        assert!(matches!(decided(&hinted(prompts, "ada"), &app, Some(&ada), None, &nothing), Next::Issue(_)));
    }
}

#[test]
fn max_age_counts_to_the_second_and_zero_always_asks() {
    let app = client(json!({"require_consent": false}));
    for (max_age, age, asked) in [(10, 10, false), (10, 11, true), (0, 0, true), (0, 1, true), (1, 0, false), (0, -5, true), (5, -5, false)]
    {
        let req = Request { max_age: Some(Seconds(max_age)), ..stored("openid", &[]) };
        let next = decided(&req, &app, Some(&session(age)), None, &Progress::default());
        assert_eq!(next == Next::Login(LoginAsk { again: true }), asked, "max_age {max_age}, age {age}");
        let next = decided(&req, &app, Some(&session(age)), None, &logged_in());
        assert!(matches!(next, Next::Issue(_)), "who logged in on these pages is recent enough");
    }
}

#[test]
fn an_app_that_is_public_but_vouched_for_is_remembered() {
    let app = client(json!({"token_endpoint_auth_method": "none"}));
    let known = consent("openid", "", 1);
    let next = decided(&stored("openid", &[]), &app, Some(&session(0)), Some(&known), &Progress::default());
    assert!(matches!(next, Next::Issue(_)));
}

#[test]
fn a_public_app_behind_its_own_scheme_is_asked_each_time_and_a_confidential_one_is_not() {
    let uri = "com.example.app:/cb";
    let known = consent("openid", "", 1);
    for (method, asked) in [("none", true), ("client_secret_basic", false)] {
        let app = client(json!({"redirect_uris": [uri], "token_endpoint_auth_method": method}));
        let mut req = stored("openid", &[]);
        req.target.uri = RedirectUri::stored(uri);
        let next = decided(&req, &app, Some(&session(0)), Some(&known), &Progress::default());
        assert_eq!(matches!(next, Next::Consent(ConsentAsk { remembered: false, .. })), asked, "{method}: {next:?}");
    }
}

#[test]
fn what_was_declined_is_offered_again_only_where_nothing_else_could_be_given() {
    let app = client(json!({}));
    let known = consent("openid", "photos:read photos:write", 1);
    let next =
        |asked: &str, prompts: &[Prompt]| decided(&stored(asked, prompts), &app, Some(&session(0)), Some(&known), &Progress::default());
    assert_eq!(
        next("openid photos:read", &[]),
        Next::Issue(Approval { scopes: scopes("openid"), claims: ClaimsRequest::default(), consent: None })
    );
    let Next::Consent(ask) = next("photos:read", &[]) else { panic!("it is asked") };
    assert_eq!((ask.asked, ask.already), (scopes("photos:read"), scopes("")));
    assert_eq!(refused(&next("photos:read", &[Prompt::None])), Some(Check::ConsentPresent));
    let Next::Consent(ask) = next("openid photos:read photos:list", &[]) else { panic!("the new one is asked") };
    assert_eq!((ask.asked, ask.already), (scopes("photos:list"), scopes("openid")));
}

#[test]
fn an_api_without_scopes_is_asked_each_time_since_a_consent_cannot_speak_of_it() {
    let bare = |asked: &str| Request { resources: ResourceUri::parse(BARE).into_iter().collect(), ..stored(asked, &[]) };
    let known = consent("openid photos:read", "", 1);
    for asked in ["", "openid"] {
        let next = decided(&bare(asked), &client(json!({})), Some(&session(0)), Some(&known), &Progress::default());
        let Next::Consent(ask) = next else { panic!("{asked}: {next:?}") };
        assert_eq!((ask.asked, ask.remembered), (scopes(asked), false));
        let first_party = client(json!({"require_consent": false}));
        assert!(matches!(decided(&bare(asked), &first_party, Some(&session(0)), None, &Progress::default()), Next::Issue(_)));
    }
}

#[test]
fn the_listener_hears_of_every_refusal() {
    let app = client(json!({}));
    let ada = session(0);
    let hinted = Request { hinted: Some(Subject::new("bob")), ..stored("openid", &[Prompt::None]) };
    let silent = || stored("openid", &[Prompt::None]);
    // `validate` lets no other prompt stand beside none; a stored request that has one is still refused.
    let both = stored("openid", &[Prompt::None, Prompt::SelectAccount]);
    for (req, session, check) in [
        (silent(), None, Check::SessionPresent),
        (silent(), Some(&ada), Check::ConsentPresent),
        (hinted, Some(&ada), Check::HintedPerson),
        (both, Some(&ada), Check::AccountChosen),
    ] {
        let listener = Heard::default();
        let facts = Facts { client: &app, session, person: None, consent: None, progress: &Progress::default(), apis: &apis() };
        let next = decide(&req, facts, NOW, &mut Checks::told_to(&listener));
        assert_eq!(refused(&next), Some(check));
        assert_eq!(listener.all().last(), Some(&(check, false)));
        let Next::Refuse(error) = next else { panic!("it is refused") };
        assert_eq!(error.target, req.target);
    }
}
