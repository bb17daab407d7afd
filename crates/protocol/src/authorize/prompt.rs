//! The `prompt` parameter (OpenID Connect Core §3.1.2.1).

use crate::check::{Check, Checks, Evidence};
use crate::error::Refusal;
use crate::params::Params;
use serde::{Deserialize, Serialize};

/// The values of `prompt` (OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Show no page.
    None,
    /// Ask for the password again.
    Login,
    /// Ask for consent again.
    Consent,
    /// Let the person choose an account.
    SelectAccount,
}

impl Prompt {
    /// Every value, as discovery lists them.
    pub const ALL: [Self; 4] = [Self::None, Self::Login, Self::Consent, Self::SelectAccount];

    /// As it stands in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
        }
    }
}

/// The set of prompts of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prompts(Vec<Prompt>);

impl Prompts {
    /// Reads the parameter.
    ///
    /// # Errors
    /// [`Check::PromptKnown`], [`Check::PromptNoneAlone`].
    pub(super) fn read(params: &Params, checks: &mut Checks<'_>) -> Result<Prompts, Refusal> {
        let Some(text) = params.get("prompt") else { return Ok(Prompts::default()) };
        let mut prompts = Vec::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let known = Prompt::ALL.into_iter().find(|prompt| prompt.as_str() == word);
            let evidence = || Evidence::new("none, login, consent, select_account", word.to_owned());
            prompts.push(checks.require_some(Check::PromptKnown, known, evidence)?);
        }
        checks.hold(Check::PromptNoneAlone, !prompts.contains(&Prompt::None) || prompts.len() == 1)?;
        Ok(Prompts(prompts))
    }

    /// Whether `prompt` was asked.
    pub fn has(&self, prompt: Prompt) -> bool {
        self.0.contains(&prompt)
    }

    /// A set of these, for tests and for requests of our own.
    pub fn of(prompts: &[Prompt]) -> Self {
        Self(prompts.to_vec())
    }
}
