//! Was it stopped, and by what? The report says what was sent and what came back; the glass box says which check it was.

use crate::trace::{Mark, Note, Traces};
use doorward_demo::lab::sabotage::{Act, Report, Stop};
use doorward_protocol::check::Check;
use doorward_protocol::values::{ClientId, Timestamp};

/// What came of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The check that is meant for it stopped it.
    Stopped,
    /// It was stopped, by another one.
    Otherwise,
    /// Nothing stopped it.
    Passed,
    /// It broke off before anything could.
    BrokeOff,
}

/// What stopped it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopper {
    /// The name of the check.
    pub name: String,
    /// The server's rule, where it was one.
    pub check: Option<Check>,
    /// What would have passed.
    pub expected: Option<String>,
    /// What came.
    pub received: Option<String>,
    /// What a service says of it.
    pub said: Option<String>,
}

/// One run, judged.
#[derive(Debug)]
pub struct Run {
    /// What was broken.
    pub act: Act,
    /// Every message.
    pub report: Report,
    /// What came of it.
    pub verdict: Verdict,
    /// What stopped it.
    pub stopper: Option<Stopper>,
    /// The name of its flow in the glass box.
    pub flow: Option<String>,
    /// When the button was pressed.
    pub at: Timestamp,
    /// Who pressed it.
    pub(super) browser: String,
}

impl Run {
    /// Judges a report. What the server refused the demo app (`shop`) since a mark counts as well: its requests are its own, and the report
    /// has no id of them.
    pub fn judge(act: Act, report: Report, traces: &Traces, shop: (&ClientId, Mark), browser: String, at: Timestamp) -> Self {
        let stopper = stopper(act, &report, traces, shop);
        let verdict = match (&report.failure, &report.refusal, &stopper) {
            (Some(_), ..) => Verdict::BrokeOff,
            (None, None, _) => Verdict::Passed,
            (None, Some(_), Some(stopper)) if stopper.name == act.stop().check() => Verdict::Stopped,
            (None, Some(_), _) => Verdict::Otherwise,
        };
        let flow = flow(&report, traces);
        Self { act, report, verdict, stopper, flow, at, browser }
    }
}

fn stopper(act: Act, report: &Report, traces: &Traces, (shop, mark): (&ClientId, Mark)) -> Option<Stopper> {
    let refusal = report.refusal.as_ref()?;
    match act.stop() {
        Stop::Server(_) => {
            let id = report.steps.get(refusal.step).and_then(|step| step.came.request_id.as_deref());
            let exchange = id.and_then(|id| traces.exchange(id));
            exchange.as_ref().and_then(|exchange| exchange.refused()).map(Stopper::of).or_else(|| {
                let refused = traces.refusals(shop, mark).pop()?;
                Some(Stopper::server(refused.check, refused.expected, refused.received))
            })
        }
        Stop::Service(_) | Stop::App(_) => {
            Some(Stopper { name: refusal.check.clone()?, check: None, expected: None, received: None, said: refusal.sentence.clone() })
        }
    }
}

impl Stopper {
    fn server(check: Check, expected: Option<String>, received: Option<String>) -> Self {
        Self { name: check.rule().name.to_owned(), check: Some(check), expected, received, said: None }
    }

    fn of(note: &Note) -> Self {
        let sides = note.evidence.as_ref().map(|evidence| (evidence.expected.to_string(), evidence.received.to_string()));
        let (expected, received) = sides.unzip();
        Self::server(note.check, expected, received)
    }
}

/// The flow to which the refused message belongs, or else the first of the run.
fn flow(report: &Report, traces: &Traces) -> Option<String> {
    let refused = report.refusal.as_ref().and_then(|refusal| report.steps.get(refusal.step));
    let ids = refused.into_iter().chain(&report.steps).filter_map(|step| step.came.request_id.as_deref());
    let flows = traces.flows();
    let holds = |id: &str| flows.iter().find(|flow| flow.exchanges.iter().any(|(_, exchange)| exchange.request_id == id));
    ids.into_iter().find_map(holds).map(|flow| flow.id.clone())
}
