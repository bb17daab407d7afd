//! What came of a check: data, in no language.

use super::mistakes::Mistake;
use super::trials::{Step, Trial};

/// Longer texts from outside are cut.
const LONGEST: usize = 300;

/// What became of one trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it must be.
    Passed,
    /// Not so: the fault says why.
    Failed,
    /// Not tried: something before it failed, or the app has no such page yet.
    NotReached,
}

/// The first thing that is wrong, and what shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The row of the table.
    pub mistake: Mistake,
    /// What was tried.
    pub trial: Trial,
    /// What would have been right.
    pub expected: Option<String>,
    /// What came.
    pub received: Option<String>,
    /// The first character (counted from 1) at which the two differ.
    pub at: Option<usize>,
    /// The check of the server that refused, by name.
    pub check: Option<String>,
    /// The request it was made for: its trace shows everything.
    pub request_id: Option<String>,
}

impl Fault {
    /// A mistake, seen without more.
    pub(super) fn of(mistake: Mistake) -> Self {
        Self { mistake, trial: mistake.row().trial, expected: None, received: None, at: None, check: None, request_id: None }
    }

    /// With what came.
    pub(super) fn got(self, received: impl Into<String>) -> Self {
        Self { received: Some(cut(&received.into())), ..self }
    }

    /// With what was to come.
    pub(super) fn instead_of(self, expected: impl Into<String>) -> Self {
        Self { expected: Some(cut(&expected.into())), ..self }
    }

    /// With two texts that ought to be the same.
    pub(super) fn differs(self, expected: &str, received: &str) -> Self {
        Self { at: difference(expected, received), ..self.instead_of(expected).got(received) }
    }
}

/// The first character at which two texts differ, counted from 1.
pub(super) fn difference(one: &str, other: &str) -> Option<usize> {
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    (one != other).then_some(same + 1)
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// Why a check could not be finished, through no fault of the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// What is registered is no address on the loopback that may be called.
    NotLoopback(String),
    /// Doorward did not answer as expected.
    Server(String),
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How far it was to go.
    pub through: Step,
    /// What passed, in order.
    pub passed: Vec<Trial>,
    /// The first fault.
    pub fault: Option<Fault>,
    /// The step that the app has nothing for yet.
    pub next: Option<Step>,
    /// Why it could not go on.
    pub obstacle: Option<Obstacle>,
    /// The row of the lab that the app is pointed at, if it is.
    pub lab: Option<&'static str>,
}

impl Report {
    pub(super) fn new(through: Step) -> Self {
        Self { through, passed: Vec::new(), fault: None, next: None, obstacle: None, lab: None }
    }

    /// What became of a trial.
    pub fn verdict(&self, trial: Trial) -> Verdict {
        if self.fault.as_ref().is_some_and(|fault| fault.trial == trial) {
            Verdict::Failed
        } else if self.passed.contains(&trial) {
            Verdict::Passed
        } else {
            Verdict::NotReached
        }
    }

    /// What became of a step. The lab's trial belongs to none when the app isn't pointed there.
    pub fn step(&self, step: Step) -> Verdict {
        let mut verdicts = self.trials(step).map(|trial| self.verdict(trial));
        match verdicts.find(|verdict| *verdict != Verdict::Passed) {
            None => Verdict::Passed,
            Some(_) if self.fault.as_ref().is_some_and(|fault| fault.trial.step() == step) => Verdict::Failed,
            Some(_) => Verdict::NotReached,
        }
    }

    /// The trials of a step that this check has.
    pub fn trials(&self, step: Step) -> impl Iterator<Item = Trial> {
        Trial::of(step, self.lab.is_some())
    }

    /// Whether everything that was asked for passed.
    pub fn whole(&self) -> bool {
        self.fault.is_none() && self.next.is_none() && self.obstacle.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn the_first_difference_is_counted_in_characters_from_one() {
        assert_eq!(difference("http://localhost:8080", "http://127.0.0.1:8080"), Some(8));
        assert_eq!(difference("/callback", "/callback/"), Some(10));
        assert_eq!(difference("照片x", "照片y"), Some(3));
        assert_eq!(difference("", "a"), Some(1));
        assert_eq!(difference("same", "same"), None);
    }
}
