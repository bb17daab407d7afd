//! What the lab remembers between two requests: little, and not for long.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// How many codes, tokens and states are kept: the newest. Anybody on this machine may ask for more.
const KEPT: usize = 200;

/// What a code was given for.
pub(super) struct Asked {
    pub(super) fault: &'static str,
    pub(super) client: String,
    pub(super) redirect_uri: String,
    pub(super) nonce: Option<String>,
    pub(super) challenge: Option<String>,
    pub(super) scope: String,
}

#[derive(Default)]
struct Kept {
    codes: VecDeque<(String, Asked)>,
    tokens: VecDeque<String>,
    states: VecDeque<(String, String)>,
}

#[derive(Default)]
pub(super) struct Desk(Mutex<Kept>);

impl Desk {
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn give_code(&self, code: String, asked: Asked) {
        keep(&mut self.kept().codes, (code, asked));
    }

    /// Taken, so that it works once.
    pub(super) fn take_code(&self, code: &str) -> Option<Asked> {
        let codes = &mut self.kept().codes;
        let at = codes.iter().position(|(known, _)| known == code)?;
        codes.remove(at).map(|(_, asked)| asked)
    }

    pub(super) fn give_token(&self, token: String) {
        keep(&mut self.kept().tokens, token);
    }

    pub(super) fn knows_token(&self, token: &str) -> bool {
        self.kept().tokens.iter().any(|known| known == token)
    }

    /// The first state that came under this key: this one, when it is the first.
    pub(super) fn first_state(&self, key: &str, state: &str) -> String {
        let states = &mut self.kept().states;
        if let Some((_, first)) = states.iter().find(|(known, _)| known == key) {
            return first.clone();
        }
        keep(states, (key.to_owned(), state.to_owned()));
        state.to_owned()
    }
}

fn keep<T>(row: &mut VecDeque<T>, new: T) {
    if row.len() == KEPT {
        row.pop_front();
    }
    row.push_back(new);
}
