//! What comes next for a request: a login, a choice of account, a question, a code, or a refusal.

use super::prompt::Prompt;
use super::raw::RedirectError;
use super::request::Request;
use crate::api::Apis;
use crate::check::{Check, Checks};
use crate::claims_request::{ClaimsRequest, Names};
use crate::client::Client;
use crate::consent::Consent;
use crate::error::Refusal;
use crate::policy::Policy;
use crate::scopes::Scopes;
use crate::tokens::claims::Person;
use crate::values::{SessionId, Subject, Timestamp};
use serde::{Deserialize, Serialize};

/// The login session of the browser that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Which one.
    pub id: SessionId,
    /// Who is logged in.
    pub subject: Subject,
    /// When the person last proved who they are.
    pub auth_time: Timestamp,
}

/// What has happened on the pages of this very request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The session in which the person logged in on these pages: it satisfies `prompt=login` and `max_age`, which nothing else can.
    pub logged_in: Option<SessionId>,
    /// The session the person chose to go on with.
    pub chosen: Option<SessionId>,
}

/// What [`decide`] says.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Show the login page.
    Login(LoginAsk),
    /// Let the person choose between the account in use and another.
    SelectAccount,
    /// Ask for consent.
    Consent(ConsentAsk),
    /// Give a code.
    Issue(Approval),
    /// Tell the client why not.
    Refuse(RedirectError),
}

/// What the login page needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginAsk {
    /// The person is known and only has to prove it again.
    pub again: bool,
}

/// What the consent page asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsentAsk {
    /// To be decided now.
    pub asked: Scopes,
    /// Of these, what can't be unticked.
    pub required: Scopes,
    /// Allowed before and still remembered.
    pub already: Scopes,
    /// Claims asked for by name that no scope of the request hands over: to be decided now.
    pub claims: Names,
    /// Those allowed before and still remembered.
    pub claims_already: Names,
    /// Whether the answer will be remembered.
    pub remembered: bool,
}

/// A person's answer to a [`ConsentAsk`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Allow, with these boxes left ticked: of scopes, and of claims by name.
    Allow(Scopes, Names),
    /// Deny.
    Deny,
}

/// What may be given.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval {
    /// The scopes granted.
    pub scopes: Scopes,
    /// The claims granted of those asked for by name.
    pub claims: ClaimsRequest,
    /// The consent to store, where one was given just now and is to be remembered.
    pub consent: Option<Consent>,
}

/// What is loaded for a decision.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'f> {
    /// Who asks.
    pub client: &'f Client,
    /// The session of the browser, if it holds.
    pub session: Option<&'f Session>,
    /// The person of that session, with the `sub` that this client sees (Core §8).
    pub person: Option<&'f Person>,
    /// What the person of that session answered this client before.
    pub consent: Option<&'f Consent>,
    /// What happened on the pages of this request.
    pub progress: &'f Progress,
    /// The APIs of this server.
    pub apis: &'f Apis,
}

/// Decides over a stored request. Asked again after each step, it never skips one.
pub fn decide(req: &Request, facts: Facts<'_>, now: Timestamp, checks: &mut Checks<'_>) -> Next {
    let Facts { session, person, progress, .. } = facts;
    let silent = req.prompts.has(Prompt::None);
    let refuse = |check: Check, checks: &mut Checks<'_>| {
        let refusal = checks.hold(check, false).err().unwrap_or_else(|| Refusal::by(check));
        Next::Refuse(RedirectError { refusal, target: req.target.clone() })
    };
    let here = session.is_some_and(|s| progress.logged_in.as_ref() == Some(&s.id));
    // OpenID Connect Core §3.1.2.1: max_age; §3.1.2.3: prompt=login "MUST reauthenticate".
    let stale = |s: &Session| req.max_age.is_some_and(|max| now.since(s.auth_time) > max || max.0 == 0);
    let fresh = session.filter(|s| here || !(req.prompts.has(Prompt::Login) || stale(s)));
    let Some(session) = fresh else {
        return if silent { refuse(Check::SessionPresent, checks) } else { Next::Login(LoginAsk { again: session.is_some() }) };
    };
    let sub = person.map_or(&session.subject, |person| &person.subject);
    // Core §3.1.2.1 id_token_hint, §3.1.2.2 a sub asked for by value: for anybody else "the Authorization Server SHOULD return an error".
    let expected = [
        (Check::HintedPerson, req.hinted.as_ref().is_none_or(|hinted| hinted == sub)),
        (Check::SubjectAsked, req.claims.takes_subject(sub.as_str())),
    ];
    if let Some((check, _)) = expected.into_iter().find(|(_, holds)| !holds) {
        return if silent || here { refuse(check, checks) } else { Next::Login(LoginAsk { again: false }) };
    }
    let chosen = here || progress.chosen.as_ref() == Some(&session.id);
    if req.prompts.has(Prompt::SelectAccount) && !chosen {
        return if silent { refuse(Check::AccountChosen, checks) } else { Next::SelectAccount };
    }
    match asked(req, facts, now) {
        None => Next::Issue(grantable(req, facts, now)),
        Some(_) if silent => refuse(Check::ConsentPresent, checks),
        Some(ask) => {
            // Told to a listener: nothing refuses here.
            let _ = checks.hold(Check::ConsentPresent, false);
            Next::Consent(ask)
        }
    }
}

/// What is granted without a question: everything to a first party, what is remembered to others.
fn grantable(req: &Request, facts: Facts<'_>, now: Timestamp) -> Approval {
    let own = req.claims.own(&req.scopes, facts.person);
    let (scopes, names) = match facts.consent.filter(|consent| consent.holds(now)) {
        Some(consent) if facts.client.metadata.require_consent => (req.scopes.and(&consent.granted), &own & &consent.claims),
        _ => (req.scopes.clone(), own),
    };
    Approval { claims: req.claims.granted(&scopes, &names), scopes, consent: None }
}

/// The question to ask, if one must be asked.
fn asked(req: &Request, facts: Facts<'_>, now: Timestamp) -> Option<ConsentAsk> {
    let Facts { client, person, consent, apis, .. } = facts;
    let again = req.prompts.has(Prompt::Consent);
    if !client.metadata.require_consent && !again {
        return None;
    }
    // RFC 8252 §8.6: nobody vouches for a public client behind a loopback address or a scheme of its own.
    let unvouched = !client.is_vouched() && req.target.uri.is_unvouched();
    // A consent speaks of scopes only: what it remembers says nothing of an API that has none.
    let unscoped = req.resources.iter().any(|r| apis.get(r.as_str()).is_some_and(|api| api.scopes.is_empty()));
    let known = consent.filter(|consent| consent.holds(now) && !again && !unvouched && !unscoped);
    let granted = known.map_or_else(Scopes::default, |consent| req.scopes.and(&consent.granted));
    let declined = known.map_or_else(Scopes::default, |consent| req.scopes.and(&consent.declined));
    let asked = req.scopes.without(&granted).without(&declined);
    // RFC 9396 §1.2: details are a transaction of their own, asked each time.
    let transaction = !req.details.is_empty();
    // Claims by name alike: one that was never shown is asked, whatever else is remembered.
    let own = req.claims.own(&req.scopes, person);
    let claims_already = known.map_or_else(Names::default, |consent| &own & &consent.claims);
    let claims = known.map_or_else(|| own.clone(), |consent| &(&own - &consent.claims) - &consent.claims_declined);
    // Nothing granted of what is asked now can't give a code.
    if asked.is_empty() && claims.is_empty() && !granted.is_empty() && !transaction {
        return None;
    }
    let asked = if asked.is_empty() && granted.is_empty() && !transaction { req.scopes.without(&granted) } else { asked };
    let remembered = !unvouched && !unscoped;
    Some(ConsentAsk { required: fixed(&asked, apis), asked, already: granted, claims, claims_already, remembered })
}

/// Of these, what can't be unticked: `openid`, and what its API says is required.
pub(crate) fn fixed(asked: &Scopes, apis: &Apis) -> Scopes {
    let required = |scope: &str| apis.owner_of(scope).is_some_and(|api| api.scopes.get(scope).is_some_and(|text| text.required));
    asked.only(|scope| scope == "openid" || required(scope))
}

impl ConsentAsk {
    /// Of what is asked now, what an answer grants: what wasn't asked can't be granted by adding it to the form; what is required can't be
    /// left out.
    pub(crate) fn granted(&self, answer: &Answer) -> Scopes {
        match answer {
            Answer::Deny => Scopes::default(),
            Answer::Allow(ticked, _) => self.asked.and(ticked).or(&self.required),
        }
    }

    /// The same of claims by name.
    fn claims_granted(&self, answer: &Answer) -> Names {
        match answer {
            Answer::Deny => Names::default(),
            Answer::Allow(_, ticked) => &self.claims & ticked,
        }
    }
}

/// What follows from the person's answer.
///
/// # Errors
/// [`Check::PersonAllows`] when nothing was allowed: RFC 6749 §4.1.2.1 `access_denied`.
pub fn answer(
    req: &Request,
    ask: &ConsentAsk,
    answer: &Answer,
    before: Option<&Consent>,
    policy: &Policy,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<Approval, RedirectError> {
    let ticked = ask.granted(answer);
    let scopes = match answer {
        Answer::Deny => Scopes::default(),
        Answer::Allow(..) => ticked.or(&ask.already),
    };
    let unscoped = (req.scopes.is_empty() || !req.details.is_empty()) && *answer != Answer::Deny;
    checks
        .hold(Check::PersonAllows, !scopes.is_empty() || unscoped)
        .map_err(|refusal| RedirectError { refusal, target: req.target.clone() })?;
    let claims = ask.claims_granted(answer);
    let granted = req.claims.granted(&scopes, &(&claims | &ask.claims_already));
    let given = Consent {
        declined: ask.asked.without(&ticked),
        granted: ticked,
        claims_declined: &ask.claims - &claims,
        claims,
        given_at: now,
        expires_at: now.plus(policy.consent_lifetime),
    };
    let consent = ask.remembered.then(|| before.filter(|old| old.holds(now)).map_or_else(|| given.clone(), |old| old.amended(&given)));
    Ok(Approval { scopes, claims: granted, consent })
}
