//! Telling apps that a session has ended (Back-Channel Logout 1.0 §2.5): whatever stands in the queue, put there by any node or command, is
//! taken, signed afresh at each try, and posted.

use super::subject::sub_for;
use super::{Ctx, FlowError};
use crate::fetch::FetchError;
use crate::store::deliveries::{self, Delivery};
use doorward_protocol::logout::retry;
use doorward_protocol::logout::token::{LogoutClaims, TYP};
use doorward_protocol::secret::random_id;
use doorward_protocol::values::{ClientId, Seconds, TokenId};
use rocket::tokio::task::JoinSet;
use std::collections::HashMap;
use std::sync::Arc;
use url::Url;

/// Tries under way at once on a node.
const AT_ONCE: usize = 16;
/// Of these for one app: one that is slow holds up nobody else.
const PER_APP: usize = 2;
/// A node has a delivery so long, and then another may take it: longer than a try can last.
const LEASE: Seconds = Seconds(60);
/// What found no room is looked at again so soon: a request takes no longer than that by much.
const NO_ROOM: Seconds = Seconds(2);

/// Carries logouts to apps.
#[derive(Debug)]
pub struct Courier {
    ctx: Ctx,
    under_way: JoinSet<ClientId>,
    busy: HashMap<ClientId, usize>,
}

impl Courier {
    /// One with nothing under way.
    pub fn new(ctx: Ctx) -> Self {
        Self { ctx, under_way: JoinSet::new(), busy: HashMap::new() }
    }

    /// Takes what is due, as far as there is room, and begins to tell it. Returns how much: none means that nothing more can be taken now.
    ///
    /// # Errors
    /// [`FlowError::Store`]; what was taken is due again when its lease ends.
    pub async fn take(&mut self) -> Result<usize, FlowError> {
        let room = AT_ONCE.saturating_sub(self.under_way.len());
        if room == 0 {
            return Ok(0);
        }
        let full: Vec<ClientId> = self.busy.iter().filter(|(_, tries)| **tries >= PER_APP).map(|(client, _)| client.clone()).collect();
        let now = self.ctx.now();
        let due = self.ctx.store.read(move |conn| Ok::<_, FlowError>(deliveries::due(conn, &full, 64, now)?)).await?;
        let chosen = self.choose(due, room);
        if chosen.is_empty() {
            return Ok(0);
        }
        let (wanted, now) = (chosen.len(), self.ctx.now());
        let taken = self
            .ctx
            .store
            .write(move |conn| {
                let mut taken = Vec::new();
                for due in &chosen {
                    // Another node may have been first.
                    if deliveries::lease(conn, due, now.plus(LEASE), now)? {
                        taken.push(Delivery { tries: due.tries + 1, ..due.clone() });
                    }
                }
                Ok::<_, FlowError>(taken)
            })
            .await?;
        for delivery in taken {
            *self.busy.entry(delivery.client.clone()).or_default() += 1;
            self.under_way.spawn(carry(self.ctx.clone(), delivery));
        }
        Ok(wanted)
    }

    fn choose(&self, due: Vec<Delivery>, room: usize) -> Vec<Delivery> {
        let mut busy = self.busy.clone();
        let fits = |due: &Delivery| {
            let tries = busy.entry(due.client.clone()).or_default();
            *tries += 1;
            *tries <= PER_APP
        };
        due.into_iter().filter(fits).take(room).collect()
    }

    /// Whether a try is under way.
    pub fn is_busy(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// Returns when a try has ended, and at once when none is under way.
    pub async fn one_ended(&mut self) {
        // One that panicked doesn't say whose it was: its place is free again when all have ended.
        if let Some(Ok(client)) = self.under_way.join_next().await
            && let Some(tries) = self.busy.get_mut(&client)
        {
            *tries -= 1;
        }
        self.busy.retain(|_, tries| *tries > 0);
        if self.under_way.is_empty() {
            self.busy.clear();
        }
    }
}

/// Why an app wasn't told.
enum Untold {
    /// There was no room for one more outgoing request, which says nothing of the app.
    NoRoom,
    /// What to tell the operator.
    Failed(String),
}

/// One try, and what follows from it.
async fn carry(ctx: Ctx, delivery: Delivery) -> ClientId {
    let client = delivery.client.clone();
    let outcome = tell(&ctx, &delivery).await;
    if let Err(why) = note(&ctx, delivery, outcome).await {
        tracing::warn!(%client, %why, "how a logout was taken could not be noted; it is told again");
    }
    client
}

async fn tell(ctx: &Ctx, delivery: &Delivery) -> Result<(), Untold> {
    let (cache, id) = (Arc::clone(&ctx.catalog), delivery.client.clone());
    let found = ctx.store.read(move |conn| {
        let catalog = cache.get(conn)?;
        Ok::<_, FlowError>((catalog.client(conn, &id)?, catalog))
    });
    let (client, catalog) = found.await.map_err(failed)?;
    // Gone since, or it wants to hear nothing any more.
    let Some(client) = client else { return Ok(()) };
    let Some(uri) = client.metadata.backchannel_logout_uri.as_deref() else { return Ok(()) };
    let uri = Url::parse(uri).map_err(|_| failed("backchannel_logout_uri is no URL"))?;
    let (now, alg) = (ctx.now(), client.metadata.id_token_signed_response_alg);
    let subject = sub_for(&ctx.seal, &client, &delivery.subject);
    let jti = TokenId::new(random_id(&*ctx.rng));
    let claims = LogoutClaims::new(ctx.policy.issuer.as_str(), &client.id, &subject, &delivery.session, &jti, now);
    // §2.4, §2.6: by the keys and the algorithm of the app's ID tokens.
    let key = catalog.keys.signer(alg, now).ok_or_else(|| failed(format!("there is no {alg} key to sign with")))?;
    let token = key.sign(TYP, &claims).map_err(failed)?;
    match ctx.fetch.post_form(&uri, &[("logout_token", &token)]).await {
        Ok(answer) if answer.is_delivered() => Ok(()),
        Ok(answer) => Err(failed(format!("it answered {}", answer.0))),
        Err(FetchError::Busy) => Err(Untold::NoRoom),
        Err(why) => Err(failed(why)),
    }
}

fn failed(why: impl ToString) -> Untold {
    Untold::Failed(why.to_string())
}

/// Told; or tried again later; or given up, which the operator can see.
async fn note(ctx: &Ctx, delivery: Delivery, outcome: Result<(), Untold>) -> Result<(), FlowError> {
    let now = ctx.now();
    let why = match outcome {
        Ok(()) => return ctx.store.write(move |conn| Ok::<_, FlowError>(deliveries::done(conn, &delivery)?)).await,
        Err(Untold::NoRoom) => {
            let next = now.plus(NO_ROOM);
            return ctx.store.write(move |conn| Ok::<_, FlowError>(deliveries::put_back(conn, &delivery, next)?)).await;
        }
        Err(Untold::Failed(why)) => why,
    };
    let mut chance = [0];
    ctx.rng.fill(&mut chance);
    let next = retry::next(delivery.tries, now, chance[0]);
    let why: String = why.chars().take(300).collect();
    let (row, problem) = (delivery.clone(), why.clone());
    if !ctx.store.write(move |conn| Ok::<_, FlowError>(deliveries::failed(conn, &row, &problem, next, now)?)).await? {
        return Ok(());
    }
    let Delivery { client, session, tries, .. } = delivery;
    if let Some(next) = next {
        let wait = next.since(now).0;
        tracing::info!(target: "doorward::security", %client, %session, tries, wait, why, "logout not delivered; it is tried again");
    } else {
        tracing::warn!(target: "doorward::security", %client, %session, tries, why, "logout not delivered; it is given up");
    }
    Ok(())
}
