//! What the lab found, in the words of its pages.

use super::guards::Visit;
use crate::lab::{Run, Stopper, Verdict};
use crate::pages::Locale;
use crate::pages::learn::lab::{
    LabAct, LabActs, LabGroup, LabIssuer, LabLast, LabLine, LabPart, LabPlace, LabSide, LabStep, LabStepKind, LabStopper, LabVerdict,
};
use crate::pages::learn::{self, Part};
use crate::pages::rules;
use doorward_demo::lab::sabotage::{self, Act, Came, Group, Honest, Place, Step, Stop};
use doorward_demo::lab::{self, Words};
use std::collections::HashMap;
use std::sync::Arc;

type Runs = HashMap<Act, (String, Arc<Run>)>;

const fn said(words: Words, locale: Locale) -> &'static str {
    match locale {
        Locale::En => words.en,
        Locale::ZhCn => words.zh,
    }
}

/// The page of all acts.
pub fn acts(visit: &Visit<'_>, address: &str, runs: &Runs, busy: bool) -> learn::Lab {
    let of_group = |group: Group| LabActs {
        group: match group {
            Group::Requests => LabGroup::Requests,
            Group::Codes => LabGroup::Codes,
            Group::App => LabGroup::App,
            Group::Services => LabGroup::Services,
        },
        acts: sabotage::acts().iter().filter(|act| act.group() == group).map(|act| words(visit, *act, runs)).collect(),
    };
    learn::Lab {
        part: Part::Lab,
        csrf: visit.form_token(),
        busy,
        groups: Group::ALL.map(of_group).into(),
        issuers: issuers(address, visit.locale),
        app: visit.app.path("/learn/app"),
    }
}

fn issuers(address: &str, locale: Locale) -> Vec<LabIssuer> {
    let for_apps = lab::rows().iter().filter(|row| row.side.has_app());
    for_apps
        .map(|row| LabIssuer {
            issuer: format!("{}/{}", address.trim_end_matches('/'), row.name),
            does: said(row.does, locale).to_owned(),
            must: said(row.must, locale).to_owned(),
        })
        .collect()
}

fn words(visit: &Visit<'_>, act: Act, runs: &Runs) -> LabAct {
    let last =
        runs.get(&act).map(|(id, run)| LabLast { verdict: verdict(run.verdict), href: visit.app.path(&format!("/learn/lab/runs/{id}")) });
    LabAct {
        key: act.key().to_owned(),
        title: said(act.title(), visit.locale).to_owned(),
        why: said(act.why(), visit.locale).to_owned(),
        action: visit.app.path(&format!("/learn/lab/{}", act.key())),
        last,
    }
}

const fn verdict(verdict: Verdict) -> LabVerdict {
    match verdict {
        Verdict::Stopped => LabVerdict::Stopped,
        Verdict::Otherwise => LabVerdict::Otherwise,
        Verdict::Passed => LabVerdict::Passed,
        Verdict::BrokeOff => LabVerdict::BrokeOff,
    }
}

/// The page of one run.
pub fn run(visit: &Visit<'_>, run: &Run) -> learn::LabRun {
    let (act, locale, none) = (run.act, visit.locale, Runs::new());
    let refused = run.report.refusal.as_ref().map(|refusal| refusal.step);
    let source = run.stopper.as_ref().and_then(|stopper| stopper.check).map_or(act.source(), |check| check.rule().source);
    learn::LabRun {
        part: Part::Lab,
        csrf: visit.form_token(),
        act: words(visit, act, &none),
        verdict: verdict(run.verdict),
        expected: act.stop().check().to_owned(),
        side: match act.stop() {
            Stop::Server(_) => LabSide::Server,
            Stop::Service(_) => LabSide::Service,
            Stop::App(_) => LabSide::App,
        },
        stopper: run.stopper.as_ref().map(|stopper| stopped_by(stopper, locale)),
        failure: run.report.failure.clone(),
        source: source.to_owned(),
        link: rules::link(source),
        steps: run.report.steps.iter().enumerate().map(|(at, of_it)| step(of_it, refused == Some(at), locale)).collect(),
        trace: run.flow.as_ref().map(|flow| visit.app.path(&format!("/learn/trace/{flow}"))),
        chapter: visit.app.path(chapter(act.group())),
        next: following(act).map(|next| words(visit, next, &none)),
        all: visit.app.path("/learn/lab"),
    }
}

/// Where the tutorial speaks of what is broken.
const fn chapter(group: Group) -> &'static str {
    match group {
        Group::Requests | Group::App => "/learn/tutorial/log-in",
        Group::Codes | Group::Services => "/learn/tutorial/authorize",
    }
}

/// The next act, in the order of the page.
fn following(act: Act) -> Option<Act> {
    let all = Group::ALL.into_iter().flat_map(|group| sabotage::acts().iter().copied().filter(move |act| act.group() == group));
    all.skip_while(|known| *known != act).nth(1)
}

fn stopped_by(stopper: &Stopper, locale: Locale) -> LabStopper {
    LabStopper {
        name: stopper.name.clone(),
        sentence: stopper.check.map(|check| rules::sentence(check, locale).to_owned()).or_else(|| stopper.said.clone()),
        expected: stopper.expected.clone(),
        received: stopper.received.clone(),
    }
}

fn step(step: &Step, refused: bool, locale: Locale) -> LabStep {
    let (kind, honest) = match &step.honest {
        Honest::Same => (LabStepKind::Same, &step.sent),
        Honest::Sends(honest) => (LabStepKind::Changed, &**honest),
        Honest::Never => (LabStepKind::Never, &step.sent),
    };
    let lines = sabotage::compare(honest, &step.sent);
    let part = |place: Place| {
        let of_it = lines.iter().filter(|line| line.place == place);
        LabPart {
            place: placed(place),
            lines: of_it.map(|line| LabLine::of(&line.name, line.honest.as_deref(), line.sent.as_deref())).collect(),
        }
    };
    LabStep {
        what: said(step.what, locale).to_owned(),
        kind,
        refused,
        parts: Place::ALL.into_iter().map(part).filter(|part| !part.lines.is_empty()).collect(),
        status: step.came.status,
        answer: answer(&step.came),
        body: step.came.body.clone(),
    }
}

fn answer(came: &Came) -> Vec<LabLine> {
    came.headers.iter().chain(&came.query).map(|(name, value)| LabLine::plain(name, value)).collect()
}

const fn placed(place: Place) -> LabPlace {
    match place {
        Place::Line => LabPlace::Line,
        Place::Query => LabPlace::Query,
        Place::Header => LabPlace::Header,
        Place::Form => LabPlace::Form,
        Place::TokenHeader => LabPlace::TokenHeader,
        Place::Claim => LabPlace::Claim,
        Place::Signature => LabPlace::Signature,
    }
}
