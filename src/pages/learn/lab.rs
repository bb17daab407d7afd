//! The lab: what can be broken, and what came of breaking it.

use serde::Serialize;

use super::Part;
use crate::pages::Page;
use crate::pages::keyed::keyed;

keyed! {
    /// What is broken.
    pub enum LabGroup {
        /// The request that begins a login.
        Requests => "learn_lab.group_requests",
        /// Codes and tokens at the server.
        Codes => "learn_lab.group_codes",
        /// What the browser brings to the app.
        App => "learn_lab.group_app",
        /// Tokens at services.
        Services => "learn_lab.group_services",
    }
}

keyed! {
    /// What came of it.
    pub enum LabVerdict {
        /// The check that is meant for it stopped it.
        Stopped => "learn_lab.verdict_stopped",
        /// Another check stopped it.
        Otherwise => "learn_lab.verdict_otherwise",
        /// Nothing stopped it.
        Passed => "learn_lab.verdict_passed",
        /// It broke off before.
        BrokeOff => "learn_lab.verdict_broke_off",
    }
}

keyed! {
    /// Who has to stop it.
    pub enum LabSide {
        /// The server.
        Server => "learn_lab.by_server",
        /// A service.
        Service => "learn_lab.by_service",
        /// The app.
        App => "learn_lab.by_app",
    }
}

keyed! {
    /// Where something stands in a message.
    pub enum LabPlace {
        /// Method and address.
        Line => "learn_lab.place_line",
        /// The query.
        Query => "learn_lab.place_query",
        /// A header.
        Header => "learn_lab.place_header",
        /// The form.
        Form => "learn_lab.place_form",
        /// The header of the token.
        TokenHeader => "learn_lab.place_token_header",
        /// The claims of the token.
        Claim => "learn_lab.place_claim",
        /// The signature of the token.
        Signature => "learn_lab.place_signature",
    }
}

keyed! {
    /// How a step differs from that of an honest flow.
    pub enum LabStepKind {
        /// Not at all.
        Same => "learn_lab.step_same",
        /// In what is marked.
        Changed => "learn_lab.step_changed",
        /// In that it comes at all.
        Never => "learn_lab.step_never",
    }
}

/// What can be broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lab {
    /// [`Part::Lab`].
    pub part: Part,
    /// The token of its forms.
    pub csrf: String,
    /// Whether another act was under way.
    pub busy: bool,
    /// The acts by what they break.
    pub groups: Vec<LabActs>,
    /// The issuers that lie to a learner's app.
    pub issuers: Vec<LabIssuer>,
    /// Where a learner's app is checked.
    pub app: String,
}

/// An issuer that makes one mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabIssuer {
    /// Its address.
    pub issuer: String,
    /// Its mistake.
    pub does: String,
    /// What an app must do.
    pub must: String,
}

/// The acts of one group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabActs {
    /// The group.
    pub group: LabGroup,
    /// Its acts.
    pub acts: Vec<LabAct>,
}

/// One act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabAct {
    /// Its name in addresses.
    pub key: String,
    /// What it does.
    pub title: String,
    /// Why the check exists.
    pub why: String,
    /// Where its form goes.
    pub action: String,
    /// What came of it the last time, in this browser.
    pub last: Option<LabLast>,
}

/// What came of an act before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabLast {
    /// In short.
    pub verdict: LabVerdict,
    /// The page of that run.
    pub href: String,
}

/// What came of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabRun {
    /// [`Part::Lab`].
    pub part: Part,
    /// The token of its forms.
    pub csrf: String,
    /// What was done.
    pub act: LabAct,
    /// What came of it.
    pub verdict: LabVerdict,
    /// The check that is meant for it.
    pub expected: String,
    /// Who has to stop it.
    pub side: LabSide,
    /// What stopped it.
    pub stopper: Option<LabStopper>,
    /// Why it broke off.
    pub failure: Option<String>,
    /// Where it is written that it must be stopped.
    pub source: String,
    /// The address of that text.
    pub link: Option<String>,
    /// Every message.
    pub steps: Vec<LabStep>,
    /// The trace of the flow.
    pub trace: Option<String>,
    /// The chapter of the tutorial.
    pub chapter: String,
    /// The act after this one.
    pub next: Option<LabAct>,
    /// The page of all acts.
    pub all: String,
}

/// The check that stopped it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabStopper {
    /// Its name.
    pub name: String,
    /// What it says.
    pub sentence: Option<String>,
    /// What would have passed.
    pub expected: Option<String>,
    /// What came.
    pub received: Option<String>,
}

/// One message and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabStep {
    /// What happens.
    pub what: String,
    /// How it differs.
    pub kind: LabStepKind,
    /// Whether this is the one that was refused.
    pub refused: bool,
    /// The message, part by part.
    pub parts: Vec<LabPart>,
    /// The status of the answer.
    pub status: u16,
    /// Headers and parameters of the answer.
    pub answer: Vec<LabLine>,
    /// Its JSON.
    pub body: String,
}

/// What stands at one place of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabPart {
    /// Where.
    pub place: LabPlace,
    /// Line by line.
    pub lines: Vec<LabLine>,
}

/// One name with its value, and the value of an honest flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabLine {
    /// What it is called.
    pub name: String,
    /// What was sent, from where it differs apart.
    pub sent: Option<LabValue>,
    /// What an honest flow sends, where that differs.
    pub honest: Option<LabValue>,
    /// Whether the two differ.
    pub differs: bool,
}

/// A value, split where it begins to differ from the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabValue {
    /// What both begin with.
    pub same: String,
    /// The rest.
    pub rest: String,
}

impl LabLine {
    /// A line in which nothing was changed.
    pub fn plain(name: &str, value: &str) -> Self {
        let sent = Some(LabValue { same: value.to_owned(), rest: String::new() });
        Self { name: name.to_owned(), sent, honest: None, differs: false }
    }

    /// A line that may differ from that of an honest flow.
    pub fn of(name: &str, honest: Option<&str>, sent: Option<&str>) -> Self {
        if let (true, Some(value)) = (honest == sent, sent) {
            return Self::plain(name, value);
        }
        let common = match (honest, sent) {
            (Some(honest), Some(sent)) => honest.chars().zip(sent.chars()).take_while(|(one, other)| one == other).count(),
            _ => 0,
        };
        let split = |value: &str| LabValue { same: value.chars().take(common).collect(), rest: value.chars().skip(common).collect() };
        Self { name: name.to_owned(), sent: sent.map(split), honest: honest.map(split), differs: true }
    }
}

/// The keys of the language files that reach the templates as data.
#[cfg(test)]
pub fn keys() -> Vec<String> {
    let with = |key: &str, parts: &[&str]| parts.iter().map(|part| format!("{key}.{part}")).collect::<Vec<_>>();
    let mut keys: Vec<String> = LabGroup::ALL.iter().flat_map(|group| with(group.key(), &["title", "about"])).collect();
    keys.extend(LabVerdict::ALL.iter().flat_map(|verdict| with(verdict.key(), &["title", "what", "short"])));
    keys.extend(LabSide::ALL.iter().map(|side| side.key().to_owned()));
    keys.extend(LabPlace::ALL.iter().map(|place| place.key().to_owned()));
    keys.extend(LabStepKind::ALL.iter().map(|kind| kind.key().to_owned()));
    keys
}

fn sample_act(key: &str, last: Option<LabVerdict>) -> LabAct {
    LabAct {
        key: key.to_owned(),
        title: "Redeem the code twice".to_owned(),
        why: "Codes travel through the browser, where others may see them.".to_owned(),
        action: format!("/learn/lab/{key}"),
        last: last.map(|verdict| LabLast { verdict, href: "/learn/lab/runs/1".to_owned() }),
    }
}

impl Page for Lab {
    const TEMPLATE: &'static str = "doorward/learn/lab.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let acts = |group: &LabGroup| LabActs {
            group: *group,
            acts: (0_usize..5).map(|n| sample_act(&format!("{}-{n}", group.key()), LabVerdict::ALL.get(n).copied())).collect(),
        };
        let issuer = |name: &str| LabIssuer {
            issuer: format!("http://127.0.0.1:8007/{name}"),
            does: "Comes back without any state.".to_owned(),
            must: "Refuse. A state that is absent is not a state that fits.".to_owned(),
        };
        let page = Self {
            part: Part::Lab,
            csrf: "t".to_owned(),
            busy: false,
            groups: LabGroup::ALL.iter().map(acts).collect(),
            issuers: ["correct", "missing-state"].map(issuer).into(),
            app: "/learn/app".to_owned(),
        };
        vec![("busy", Self { busy: true, ..page.clone() }), ("acts", page)]
    }
}

impl LabStep {
    fn sample(kind: LabStepKind) -> Self {
        let changed = kind == LabStepKind::Changed;
        let line = |name: &str, honest: &str, sent: &str| LabLine::of(name, Some(if changed { honest } else { sent }), Some(sent));
        let part =
            |place: &LabPlace| LabPart { place: *place, lines: vec![line("redirect_uri", "http://127.0.0.1/a", "http://127.0.0.1/b")] };
        let mut parts: Vec<LabPart> = LabPlace::ALL.iter().map(part).collect();
        if changed {
            let lines = vec![LabLine::of("nonce", Some("n"), None), LabLine::of("scope", None, Some("email"))];
            parts.push(LabPart { place: LabPlace::Query, lines });
        }
        Self {
            what: "The same code is redeemed a second time".to_owned(),
            kind,
            refused: kind != LabStepKind::Same,
            parts,
            status: 400,
            answer: vec![LabLine::plain("Location", "http://127.0.0.1:8007/app/callback")],
            body: "{\n  \"error\": \"invalid_grant\"\n}".to_owned(),
        }
    }
}

impl Page for LabRun {
    const TEMPLATE: &'static str = "doorward/learn/lab_run.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let stopper = LabStopper {
            name: "CodeUnspent".to_owned(),
            sentence: Some("The code was used before; what it gave has been revoked.".to_owned()),
            expected: Some("S256".to_owned()),
            received: Some("plain".to_owned()),
        };
        let page = |verdict: LabVerdict| Self {
            part: Part::Lab,
            csrf: "t".to_owned(),
            act: sample_act("code-replayed", None),
            verdict,
            expected: "CodeUnspent".to_owned(),
            side: LabSide::Server,
            stopper: None,
            failure: None,
            source: "RFC 6749 §4.1.2".to_owned(),
            link: Some("https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2".to_owned()),
            steps: LabStepKind::ALL.iter().map(|kind| LabStep::sample(*kind)).collect(),
            trace: Some("/learn/trace/1".to_owned()),
            chapter: "/learn".to_owned(),
            next: Some(sample_act("verifier-dropped", None)),
            all: "/learn/lab".to_owned(),
        };
        let bare = LabStopper { sentence: None, expected: None, received: None, ..stopper.clone() };
        vec![
            ("stopped", Self { stopper: Some(stopper.clone()), ..page(LabVerdict::Stopped) }),
            ("by a service", Self { stopper: Some(bare), side: LabSide::Service, next: None, ..page(LabVerdict::Stopped) }),
            ("otherwise", Self { stopper: Some(stopper), side: LabSide::App, ..page(LabVerdict::Otherwise) }),
            ("passed", Self { trace: None, link: None, ..page(LabVerdict::Passed) }),
            ("broke off", Self { failure: Some("it took too long".to_owned()), steps: Vec::new(), ..page(LabVerdict::BrokeOff) }),
        ]
    }
}
