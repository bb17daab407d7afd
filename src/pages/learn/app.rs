//! The learner's own app: registered, then checked step by step.

use serde::Serialize;

use super::Part;
use crate::pages::Page;
use crate::pages::keyed::keyed;

keyed! {
    /// Something to say at the top.
    pub enum AppNotice {
        /// No address of this machine's loopback.
        NotLoopback => "learn_app.not_loopback_html",
        /// The port of something else.
        Taken => "learn_app.taken_html",
        /// Another check is under way.
        Busy => "learn_app.busy_html",
        /// There is nothing to check yet.
        Unregistered => "learn_app.unregistered_html",
    }
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LearnerApp {
    pub(crate) part: Part,
    /// Token of the forms.
    pub csrf: String,
    /// Where the form that registers goes.
    pub register_action: String,
    /// Where the buttons that check go.
    pub check_action: String,
    /// What stands in the field of the address.
    pub origin: String,
    /// Something to say first.
    pub notice: Option<AppNotice>,
    /// The app, once it is registered.
    pub registered: Option<Registered>,
    /// What came of the last check.
    pub outcome: Option<Outcome>,
    /// The steps, with what became of them.
    pub steps: Vec<StepCard>,
}

impl LearnerApp {
    /// The page at this path.
    pub fn new(
        csrf: String,
        path: String,
        origin: String,
        notice: Option<AppNotice>,
        registered: Option<Registered>,
        outcome: Option<Outcome>,
        steps: Vec<StepCard>,
    ) -> Self {
        let check_action = format!("{path}/check");
        Self { part: Part::App, csrf, register_action: path, check_action, origin, notice, registered, outcome, steps }
    }
}

/// What the learner has to know of the registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Registered {
    /// The app's id.
    pub client_id: String,
    /// Where the browser comes back to.
    pub redirect_uri: String,
    /// The secret, this once.
    pub secret: Option<String>,
    /// The lines for the environment, without the secret's when it isn't shown.
    pub environment: Vec<String>,
}

/// A step of the tutorial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepCard {
    /// Its number.
    pub number: u8,
    /// Its name.
    pub name: String,
    /// What to do.
    pub task: String,
    /// Where it is told.
    pub chapter: String,
    /// Whether all of it passed.
    pub passed: bool,
    /// Whether something of it failed.
    pub failed: bool,
    /// What is tried.
    pub trials: Vec<TrialRow>,
}

/// One thing that is tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrialRow {
    /// Its key.
    pub key: String,
    /// What is done.
    pub does: String,
    /// Whether it passed.
    pub passed: bool,
    /// Whether it failed.
    pub failed: bool,
}

/// What came of a check: one of the four is there, or everything passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Outcome {
    /// How many trials passed.
    pub passed: usize,
    /// The first mistake.
    pub mistake: Option<MistakeCard>,
    /// The step that the app has nothing for yet.
    pub next: Option<StepTask>,
    /// Why the check could not be made.
    pub obstacle: Option<String>,
    /// The issuer of the lab that the app was pointed at.
    pub lab: Option<String>,
}

/// A step to take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepTask {
    /// Its number.
    pub number: u8,
    /// What to do.
    pub task: String,
    /// Where it is told.
    pub chapter: String,
}

/// The first mistake, and all that helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MistakeCard {
    /// Its key in the table.
    pub key: String,
    /// What it is.
    pub name: String,
    /// What to change.
    pub hint: String,
    /// What was tried.
    pub tried: String,
    /// What is seen when it is made.
    pub seen: String,
    /// What would have been right.
    pub expected: Option<String>,
    /// What came.
    pub received: Option<Difference>,
    /// The first character that differs, counted from 1.
    pub differs_at: Option<usize>,
    /// The check of the server that refused.
    pub check: Option<String>,
    /// Where the rule is written.
    pub sources: Vec<SourceLink>,
    /// Where the messages can be watched.
    pub trace: Option<String>,
    /// The number of the step.
    pub step: u8,
    /// Where the step is told.
    pub chapter: String,
}

/// What came, split where it begins to differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// As it should be.
    pub same: String,
    /// The rest.
    pub rest: String,
}

impl Difference {
    /// Of a text that differs at this character, counted from 1; all of it without one.
    pub fn new(text: &str, at: Option<usize>) -> Self {
        let before = at.map_or(0, |at| at.saturating_sub(1));
        Self { same: text.chars().take(before).collect(), rest: text.chars().skip(before).collect() }
    }
}

/// A specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceLink {
    /// Which, and its section.
    pub name: String,
    /// Its address.
    pub href: Option<String>,
}

impl Page for LearnerApp {
    const TEMPLATE: &'static str = "doorward/learn/app.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let chapter = || "/learn/tutorial/login".to_owned();
        let trial = |key: &str, passed, failed| TrialRow { key: key.to_owned(), does: "Open the home page".to_owned(), passed, failed };
        let step = |number, passed, failed| StepCard {
            number,
            name: "Log in".to_owned(),
            task: "Build login, callback and account, and add their paths to /doorward-learn.json.".to_owned(),
            chapter: chapter(),
            passed,
            failed,
            trials: vec![trial("stranger", passed || failed, false), trial("leave", passed, failed)],
        };
        let fresh = Self {
            part: Part::App,
            csrf: "token".to_owned(),
            register_action: "/learn/app".to_owned(),
            check_action: "/learn/app/check".to_owned(),
            origin: "http://localhost:8080".to_owned(),
            notice: None,
            registered: None,
            outcome: None,
            steps: (1..=6).map(|number| step(number, false, false)).collect(),
        };
        let environment = |secret: Option<&str>| {
            let mut lines = vec!["export DOORWARD_ISSUER=http://127.0.0.1:8000".to_owned(), "export CLIENT_ID=my-app-k3V9".to_owned()];
            lines.extend(secret.map(|secret| format!("export CLIENT_SECRET={secret}")));
            lines
        };
        let app = |secret: Option<&str>| Registered {
            client_id: "my-app-k3V9".to_owned(),
            redirect_uri: "http://localhost:8080/callback".to_owned(),
            secret: secret.map(str::to_owned),
            environment: environment(secret),
        };
        let registered = Self { registered: Some(app(Some("aBc9-secret"))), ..fresh.clone() };
        let later = Self { registered: Some(app(None)), ..fresh.clone() };
        let came = |outcome| Self { outcome: Some(outcome), ..later.clone() };
        let mistake = MistakeCard {
            key: "redirect-slash".to_owned(),
            name: "A slash too many or too few".to_owned(),
            hint: "Redirect URIs are compared byte for byte: write the one that is registered.".to_owned(),
            tried: "Open the login".to_owned(),
            seen: "redirect_uri differs from the registered one by a slash at its end".to_owned(),
            expected: Some("http://localhost:8080/callback".to_owned()),
            received: Some(Difference::new("http://localhost:8080/callback/", Some(31))),
            differs_at: Some(31),
            check: Some("redirect_uri_exact".to_owned()),
            sources: vec![
                SourceLink { name: "RFC 9700 §2.1".to_owned(), href: Some("https://www.rfc-editor.org/rfc/rfc9700.html".to_owned()) },
                SourceLink { name: "RFC 6265bis §5.6.7".to_owned(), href: None },
            ],
            trace: Some("/learn/trace/req-1".to_owned()),
            step: 3,
            chapter: chapter(),
        };
        let bare = MistakeCard {
            expected: None,
            received: None,
            differs_at: None,
            check: None,
            trace: None,
            sources: Vec::new(),
            ..mistake.clone()
        };
        let failed = Self {
            steps: vec![step(1, true, false), step(2, true, false), step(3, false, true), step(4, false, false)],
            ..came(Outcome { passed: 5, mistake: Some(mistake), ..Outcome::default() })
        };
        let next = StepTask { number: 4, task: "Ask for photos:read".to_owned(), chapter: chapter() };
        let mut all: Vec<(&str, Self)> = ["not_loopback", "taken", "busy", "unregistered"]
            .into_iter()
            .zip(AppNotice::ALL)
            .map(|(name, &notice)| (name, Self { notice: Some(notice), ..fresh.clone() }))
            .collect();
        all.extend([
            ("fresh", fresh),
            ("registered", registered),
            ("mistake", failed),
            ("bare_mistake", came(Outcome { mistake: Some(bare), ..Outcome::default() })),
            ("next", came(Outcome { passed: 9, next: Some(next), ..Outcome::default() })),
            ("obstacle", came(Outcome { obstacle: Some("http://127.0.0.1:8000 took too long".to_owned()), ..Outcome::default() })),
            ("lab", came(Outcome { passed: 5, lab: Some("wrong-nonce".to_owned()), ..Outcome::default() })),
            ("passed", Self { steps: vec![step(1, true, false)], ..came(Outcome { passed: 31, ..Outcome::default() }) }),
            ("later", later),
        ]);
        all
    }
}
