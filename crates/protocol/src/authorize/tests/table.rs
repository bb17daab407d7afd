//! The whole decision table: each combination of session, prompt, consent, app and progress, against the rows of one `match`.

use super::*;

#[derive(Clone, Copy, Debug)]
enum Who {
    Nobody,
    Fresh,
    /// Logged in longer ago than `max_age`.
    Stale,
}

#[derive(Clone, Copy, Debug)]
enum Asks {
    Plain,
    Silent,
    Login,
    Consent,
    Select,
    /// `login`, `consent` and `select_account` at once.
    All,
}

/// What is remembered of `openid photos:list photos:read`.
#[derive(Clone, Copy, Debug)]
enum Known {
    Nothing,
    Full,
    /// `openid`; of the others it says nothing.
    Partial,
    /// All but `photos:read`, which was unticked.
    Declined,
    /// Full, until now.
    Expired,
}

#[derive(Clone, Copy, Debug)]
enum App {
    Third,
    First,
    /// Public, behind the loopback.
    Unvouched,
}

#[derive(Clone, Copy, Debug)]
enum Done {
    Nothing,
    LoggedIn,
    Chosen,
    LoggedInElsewhere,
    ChosenElsewhere,
}

const ALL: &str = "openid photos:list photos:read";

fn login(again: bool) -> Next {
    Next::Login(LoginAsk { again })
}

fn issue(granted: &str) -> Next {
    Next::Issue(Approval { scopes: scopes(granted), claims: ClaimsRequest::default(), consent: None })
}

fn ask(asked: &str, required: &str, already: &str, remembered: bool) -> Next {
    Next::Consent(ConsentAsk {
        asked: scopes(asked),
        required: scopes(required),
        already: scopes(already),
        remembered,
        ..ConsentAsk::default()
    })
}

fn everything(remembered: bool) -> Next {
    ask(ALL, "openid photos:list", "", remembered)
}

/// The table: the first row that fits decides.
#[expect(clippy::match_same_arms, reason = "a row for each rule, in the order in which they are asked")]
fn expected(who: Who, asks: Asks, app: App, known: Known, done: Done) -> Result<Next, Check> {
    Ok(match (who, asks, done, app, known) {
        // Somebody has to be logged in, recently enough, and again if the app wants it.
        (Who::Nobody, Asks::Silent, ..) => return Err(Check::SessionPresent),
        (Who::Nobody, ..) => login(false),
        (Who::Stale, Asks::Silent, Done::Nothing | Done::Chosen | Done::LoggedInElsewhere | Done::ChosenElsewhere, ..) => {
            return Err(Check::SessionPresent);
        }
        (Who::Stale, _, Done::Nothing | Done::Chosen | Done::LoggedInElsewhere | Done::ChosenElsewhere, ..)
        | (_, Asks::Login | Asks::All, Done::Nothing | Done::Chosen | Done::LoggedInElsewhere | Done::ChosenElsewhere, ..) => login(true),
        // The account has to be chosen, if the app wants it; who just logged in has chosen.
        (_, Asks::Select, Done::Nothing | Done::LoggedInElsewhere | Done::ChosenElsewhere, ..) => Next::SelectAccount,
        // Consent, if the app wants it, is asked of everybody.
        (_, Asks::Consent | Asks::All, _, App::Third | App::First, _) => everything(true),
        (_, Asks::Consent | Asks::All, _, App::Unvouched, _) => everything(false),
        // The operator's own.
        (.., App::First, _) => issue(ALL),
        // Nobody vouches for it: asked every time.
        (_, Asks::Silent, _, App::Unvouched, _) => return Err(Check::ConsentPresent),
        (.., App::Unvouched, _) => everything(false),
        // A third party: what is remembered counts.
        (.., App::Third, Known::Full) => issue(ALL),
        (.., App::Third, Known::Declined) => issue("openid photos:list"),
        (_, Asks::Silent, _, App::Third, Known::Nothing | Known::Partial | Known::Expired) => return Err(Check::ConsentPresent),
        (.., App::Third, Known::Partial) => ask("photos:list photos:read", "photos:list", "openid", true),
        (.., App::Third, Known::Nothing | Known::Expired) => everything(true),
    })
}

fn actual(who: Who, asks: Asks, app: App, known: Known, done: Done) -> Next {
    let prompts: &[Prompt] = match asks {
        Asks::Plain => &[],
        Asks::Silent => &[Prompt::None],
        Asks::Login => &[Prompt::Login],
        Asks::Consent => &[Prompt::Consent],
        Asks::Select => &[Prompt::SelectAccount],
        Asks::All => &[Prompt::Login, Prompt::Consent, Prompt::SelectAccount],
    };
    let req = Request { max_age: Some(Seconds(100)), ..stored(ALL, prompts) };
    let (req, client) = match app {
        App::Third => (req, client(json!({}))),
        App::First => (req, client(json!({"require_consent": false}))),
        App::Unvouched => unvouched(req),
    };
    let session = match who {
        Who::Nobody => None,
        Who::Fresh => Some(session(100)),
        Who::Stale => Some(session(101)),
    };
    let consent = match known {
        Known::Nothing => None,
        Known::Full => Some(consent("openid photos:list photos:read photos:write", "", 1)),
        Known::Partial => Some(consent("openid photos:write", "profile", 1)),
        Known::Declined => Some(consent("openid photos:list", "photos:read", 1)),
        Known::Expired => Some(consent(ALL, "", 0)),
    };
    let id = |text: &str| Some(SessionId::new(text));
    let progress = match done {
        Done::Nothing => Progress::default(),
        Done::LoggedIn => Progress { logged_in: id("here"), chosen: None },
        Done::Chosen => Progress { logged_in: None, chosen: id("here") },
        Done::LoggedInElsewhere => Progress { logged_in: id("elsewhere"), chosen: None },
        Done::ChosenElsewhere => Progress { logged_in: None, chosen: id("elsewhere") },
    };
    decided(&req, &client, session.as_ref(), consent.as_ref(), &progress)
}

#[test]
fn every_combination_is_decided_as_the_table_says() {
    let mut seen = 0;
    for who in [Who::Nobody, Who::Fresh, Who::Stale] {
        for asks in [Asks::Plain, Asks::Silent, Asks::Login, Asks::Consent, Asks::Select, Asks::All] {
            for app in [App::Third, App::First, App::Unvouched] {
                for known in [Known::Nothing, Known::Full, Known::Partial, Known::Declined, Known::Expired] {
                    for done in [Done::Nothing, Done::LoggedIn, Done::Chosen, Done::LoggedInElsewhere, Done::ChosenElsewhere] {
                        let row = format!("{who:?} {asks:?} {app:?} {known:?} {done:?}");
                        let next = actual(who, asks, app, known, done);
                        match expected(who, asks, app, known, done) {
                            Ok(expected) => assert_eq!(next, expected, "{row}"),
                            Err(check) => assert_eq!(refused(&next), Some(check), "{row}"),
                        }
                        seen += 1;
                    }
                }
            }
        }
    }
    assert_eq!(seen, 3 * 6 * 3 * 5 * 5);
}
