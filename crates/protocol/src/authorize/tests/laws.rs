//! Laws of the decision over arbitrary requests, sessions, remembered answers and progress.

use super::*;
use crate::claims_request::Wish;
use proptest::prelude::*;

const KNOWN: [&str; 6] = ["openid", "profile", "photos:read", "photos:write", "photos:list", "mail:read"];

fn some_scopes(least: usize) -> impl Strategy<Value = Scopes> {
    prop::collection::btree_set(prop::sample::select(KNOWN.to_vec()), least..=KNOWN.len()).prop_map(|set| set.into_iter().collect())
}

/// The last is no standard claim, and the person doesn't have it.
const CLAIMS: [&str; 4] = ["name", "email", "birthdate", "shoe_size"];

fn some_names() -> impl Strategy<Value = Names> {
    prop::sample::subsequence(CLAIMS.to_vec(), 0..=CLAIMS.len()).prop_map(|names| names.into_iter().map(str::to_owned).collect())
}

fn some_claims() -> impl Strategy<Value = ClaimsRequest> {
    let wishes = |names: Names| names.into_iter().map(|name| (name, Wish::default())).collect();
    (some_names(), some_names()).prop_map(move |(userinfo, id_token)| ClaimsRequest {
        userinfo: wishes(userinfo),
        id_token: wishes(id_token),
        locales: Vec::new(),
    })
}

fn some_consent() -> impl Strategy<Value = Consent> {
    let names = (some_names(), some_names());
    (some_scopes(0), some_scopes(0), names, -2..3_i64).prop_map(|(granted, declined, (claims, unticked), left)| Consent {
        declined: declined.without(&granted),
        granted,
        claims_declined: &unticked - &claims,
        claims,
        given_at: Timestamp(0),
        expires_at: NOW.plus(Seconds(left)),
    })
}

fn some_session_id() -> impl Strategy<Value = Option<SessionId>> {
    prop::option::of(prop::sample::select(vec!["here", "elsewhere"]).prop_map(SessionId::new))
}

#[derive(Clone, Debug)]
struct Case {
    req: Request,
    client: Arc<Client>,
    session: Option<Session>,
    consent: Option<Consent>,
    progress: Progress,
}

impl Case {
    fn next(&self) -> Next {
        decided(&self.req, &self.client, self.session.as_ref(), self.consent.as_ref(), &self.progress)
    }

    fn logged_in_here(&self) -> bool {
        self.session.as_ref().is_some_and(|session| self.progress.logged_in.as_ref() == Some(&session.id))
    }

    /// The claims that need a consent of their own.
    fn own(&self) -> Names {
        self.req.claims.own(&self.req.scopes, None)
    }

    /// What is remembered, in time, of this request.
    fn remembered(&self) -> (Scopes, Scopes) {
        let holding = self.consent.as_ref().filter(|consent| consent.holds(NOW));
        holding.map_or_else(Default::default, |c| (self.req.scopes.and(&c.granted), self.req.scopes.and(&c.declined)))
    }
}

fn case() -> impl Strategy<Value = Case> {
    let request = (
        some_scopes(1),
        // Combinations that `validate` refuses are in, too.
        prop::sample::subsequence(Prompt::ALL.to_vec(), 0..=4),
        prop::option::of(0..4_i64),
        prop::option::of(prop::sample::select(vec!["ada", "bob"])),
        some_claims(),
    );
    let around = (prop::option::of(-1..5_i64), prop::option::of(some_consent()), some_session_id(), some_session_id());
    (request, around, 0..4_u8).prop_map(|((asked, prompts, max_age, hinted, claims), (age, consent, logged_in, chosen), kind)| {
        let mut req = stored("", &prompts);
        req.scopes = asked;
        req.claims = claims;
        req.max_age = max_age.map(Seconds);
        req.hinted = hinted.map(Subject::new);
        let (req, client) = match kind {
            0 | 1 => (req, client(json!({}))),
            2 => (req, client(json!({"require_consent": false}))),
            _ => unvouched(req),
        };
        Case { req, client, session: age.map(session), consent, progress: Progress { logged_in, chosen } }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn prompt_none_never_shows_a_page(case in case()) {
        if case.req.prompts.has(Prompt::None) {
            let next = case.next();
            prop_assert!(matches!(next, Next::Issue(_) | Next::Refuse(_)), "{:?}", next);
        }
    }

    #[test]
    fn without_prompt_none_only_the_wrong_person_is_refused(case in case()) {
        if !case.req.prompts.has(Prompt::None) && let Some(check) = refused(&case.next()) {
            prop_assert_eq!(check, Check::HintedPerson);
            prop_assert!(case.logged_in_here());
        }
    }

    #[test]
    fn a_code_is_given_for_nothing_that_was_not_asked_and_allowed(case in case()) {
        if let Next::Issue(approval) = case.next() {
            prop_assert!(approval.scopes.within(&case.req.scopes));
            prop_assert!(!approval.scopes.is_empty());
            prop_assert_eq!(approval.consent, None);
            prop_assert!(!case.req.prompts.has(Prompt::Consent));
            if case.client.metadata.require_consent {
                let (granted, declined) = case.remembered();
                prop_assert!(approval.scopes.within(&granted));
                prop_assert!(approval.scopes.and(&declined).is_empty());
                prop_assert!(case.client.is_vouched() || !case.req.target.uri.is_unvouched());
                let shown = case.consent.as_ref().map(|consent| consent.claims.clone()).unwrap_or_default();
                prop_assert!(approval.claims.beside(&approval.scopes).is_subset(&shown), "a claim was never agreed to");
            }
            prop_assert!(approval.claims.beside(&approval.scopes).is_subset(&case.own()));
        }
    }

    #[test]
    fn nothing_but_a_login_on_these_pages_satisfies_prompt_login_or_max_age(case in case()) {
        let passed = matches!(case.next(), Next::Issue(_) | Next::Consent(_) | Next::SelectAccount);
        let too_old = case.session.as_ref().is_none_or(|session| {
            case.req.max_age.is_some_and(|max| max.0 == 0 || NOW.since(session.auth_time) > max)
        });
        if passed && (case.req.prompts.has(Prompt::Login) || too_old) {
            prop_assert!(case.logged_in_here());
        }
    }

    #[test]
    fn nobody_but_the_hinted_person_passes(case in case()) {
        if matches!(case.next(), Next::Issue(_) | Next::Consent(_) | Next::SelectAccount) {
            let here = case.session.as_ref().map(|session| &session.subject);
            prop_assert!(here.is_some() && case.req.hinted.as_ref().is_none_or(|hinted| Some(hinted) == here));
        }
    }

    #[test]
    fn an_expired_consent_counts_as_none(case in case(), expired in some_consent(), ago in 0..3_i64) {
        let with = Case { consent: Some(Consent { expires_at: NOW.minus(Seconds(ago)), ..expired }), ..case.clone() };
        prop_assert_eq!(with.next(), Case { consent: None, ..case }.next());
    }

    #[test]
    fn the_consent_page_asks_what_is_new_and_no_more(case in case()) {
        if let Next::Consent(ask) = case.next() {
            prop_assert!(!ask.asked.is_empty() || !ask.claims.is_empty());
            prop_assert!((&ask.claims | &ask.claims_already).is_subset(&case.own()));
            prop_assert!(ask.claims.is_disjoint(&ask.claims_already));
            prop_assert!(ask.asked.or(&ask.already).within(&case.req.scopes));
            prop_assert!(ask.asked.and(&ask.already).is_empty());
            prop_assert!(ask.required.within(&ask.asked));
            prop_assert_eq!(ask.required.has("openid"), ask.asked.has("openid"));
            let (granted, declined) = case.remembered();
            prop_assert!(ask.already.within(&granted));
            if !ask.already.is_empty() {
                prop_assert!(ask.asked.and(&declined).is_empty(), "declined scopes are not asked again");
            }
        }
    }

    #[test]
    fn what_nobody_vouches_for_is_asked_as_if_for_the_first_time_and_not_remembered(case in case()) {
        let (req, client) = unvouched(case.req.clone());
        let mut first = Case { req, client, ..case };
        let next = first.next();
        prop_assert!(!matches!(next, Next::Issue(_)));
        if let Next::Consent(ask) = &next {
            prop_assert!(!ask.remembered);
            prop_assert_eq!(&ask.asked, &first.req.scopes);
        }
        if let Next::Consent(ask) = &next {
            prop_assert_eq!(&ask.claims, &first.own());
        }
        first.consent = None;
        prop_assert_eq!(next, first.next());
    }

    #[test]
    fn an_answer_never_widens(case in case(), ticked in some_scopes(0), names in some_names(), deny in any::<bool>()) {
        let Next::Consent(ask) = case.next() else { return Ok(()) };
        let given = if deny { Answer::Deny } else { Answer::Allow(ticked.clone(), names.clone()) };
        let before = case.consent.as_ref();
        let answered = |given: &Answer| answer(&case.req, &ask, given, before, &policy(), NOW, &mut Checks::silent());
        match answered(&given) {
            Err(error) => {
                prop_assert_eq!(error.refusal.check, Check::PersonAllows);
                prop_assert!(deny || ask.already.is_empty() && ask.required.is_empty() && ask.asked.and(&ticked).is_empty());
            }
            Ok(approval) => {
                prop_assert!(!deny);
                prop_assert_eq!(&approval.scopes, &ask.asked.and(&ticked).or(&ask.required).or(&ask.already));
                prop_assert_eq!(approval.consent.is_some(), ask.remembered);
                let beside = approval.claims.beside(&approval.scopes);
                prop_assert_eq!(beside, &(&ask.claims & &names) | &ask.claims_already);
                prop_assert_eq!(answered(&Answer::Allow(ticked.and(&ask.asked), &names & &ask.claims)).ok(), Some(approval));
            }
        }
    }

    #[test]
    fn an_answer_that_is_remembered_gives_the_same_next_time_without_a_question(case in case(), ticked in some_scopes(0), names in some_names()) {
        let Next::Consent(ask) = case.next() else { return Ok(()) };
        let given = Answer::Allow(ticked, names);
        let before = case.consent.as_ref();
        let Ok(approval) = answer(&case.req, &ask, &given, before, &policy(), NOW, &mut Checks::silent()) else { return Ok(()) };
        if approval.consent.is_none() || !case.client.metadata.require_consent {
            return Ok(());
        }
        let mut again = Case { consent: approval.consent, ..case };
        again.req.prompts = Prompts::default();
        prop_assert_eq!(again.next(), Next::Issue(Approval { scopes: approval.scopes, claims: approval.claims, consent: None }));
    }
}
