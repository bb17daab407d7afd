//! What came of a check, in the learner's language.

use crate::pages::learn::{Chapter, Difference, MistakeCard, Outcome, SourceLink, StepCard, StepTask, TrialRow};
use crate::pages::{Locale, rules};
use doorward_demo::checker::{Fault, Obstacle, Report, Step, Trial, Verdict};

/// Says it.
pub struct Words<'a> {
    /// The path of the server.
    pub base: &'a str,
    /// The language.
    pub locale: Locale,
}

impl Words<'_> {
    /// What came of it.
    pub fn outcome(&self, report: &Report, flow: Option<&str>) -> Outcome {
        let obstacle = |why: &Obstacle| match why {
            Obstacle::NotLoopback(at) | Obstacle::Server(at) => at.clone(),
        };
        Outcome {
            passed: report.passed.len(),
            mistake: report.fault.as_ref().map(|fault| self.mistake(fault, flow)),
            next: report.next.map(|step| StepTask {
                number: step.number(),
                task: step.task().said_in(self.locale.tag()).to_owned(),
                chapter: self.chapter(step),
            }),
            obstacle: report.obstacle.as_ref().map(obstacle),
            lab: report.lab.map(str::to_owned),
        }
    }

    fn mistake(&self, fault: &Fault, flow: Option<&str>) -> MistakeCard {
        let row = fault.mistake.row();
        let say = |words: doorward_demo::checker::Words| words.said_in(self.locale.tag()).to_owned();
        let source = |name: &str| SourceLink { name: name.trim().to_owned(), href: rules::link(name.trim()) };
        MistakeCard {
            key: row.key.to_owned(),
            name: say(row.name),
            hint: say(row.hint),
            tried: say(fault.trial.words()),
            seen: say(row.seen),
            expected: fault.expected.clone(),
            received: fault.received.as_ref().map(|text| Difference::new(text, fault.at)),
            differs_at: fault.at,
            check: fault.check.clone(),
            sources: row.source.split(';').map(source).collect(),
            trace: flow.map(|flow| format!("{}/learn/trace/{flow}", self.base)),
            step: fault.trial.step().number(),
            chapter: self.chapter(fault.trial.step()),
        }
    }

    /// Every step, with what became of it.
    pub fn steps(&self, report: Option<&Report>) -> Vec<StepCard> {
        Step::ALL.into_iter().map(|step| self.step(step, report)).collect()
    }

    fn step(&self, step: Step, report: Option<&Report>) -> StepCard {
        let row = |trial: Trial| {
            let verdict = report.map_or(Verdict::NotReached, |report| report.verdict(trial));
            TrialRow {
                key: trial.key().to_owned(),
                does: trial.words().said_in(self.locale.tag()).to_owned(),
                passed: verdict == Verdict::Passed,
                failed: verdict == Verdict::Failed,
            }
        };
        let verdict = report.map_or(Verdict::NotReached, |report| report.step(step));
        StepCard {
            number: step.number(),
            name: step.name().said_in(self.locale.tag()).to_owned(),
            task: step.task().said_in(self.locale.tag()).to_owned(),
            chapter: self.chapter(step),
            passed: verdict == Verdict::Passed,
            failed: verdict == Verdict::Failed,
            trials: Trial::of(step, report.is_some_and(|report| report.lab.is_some())).map(row).collect(),
        }
    }

    /// Where a step's task stands; the table of contents, until it is told.
    fn chapter(&self, step: Step) -> String {
        let task = Chapter::task(&format!("step-{}", step.number()));
        format!("{}{}", self.base, task.as_deref().unwrap_or("/learn"))
    }
}
