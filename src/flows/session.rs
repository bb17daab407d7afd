//! The session of the browser that asks.

use super::{Ctx, FlowError};
use crate::store::sessions::{self, SessionRecord};
use crate::store::users::{self, User};
use doorward_protocol::secret::{Secret, SessionKey};
use doorward_protocol::values::Seconds;

/// Use is noted at most this often: a page view mustn't cost a write.
const NOTED_EVERY: Seconds = Seconds::minutes(1);

/// A session with the person it belongs to.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session.
    pub record: SessionRecord,
    /// The person.
    pub user: User,
}

/// The living session of a cookie's key, of a person who may be logged in; its use is noted.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn current(ctx: &Ctx, key: &Secret<SessionKey>) -> Result<Option<SignedIn>, FlowError> {
    let (digest, now) = (key.digest(), ctx.now());
    let found: Option<SignedIn> = ctx
        .read(move |conn| {
            let Some(record) = sessions::by_key(conn, &digest, now)? else { return Ok(None) };
            let user = users::find(conn, &record.session.subject)?.filter(|user| !user.disabled);
            Ok::<_, FlowError>(user.map(|user| SignedIn { record, user }))
        })
        .await?;
    if let Some(signed_in) = &found
        && now.since(signed_in.record.seen_at) >= NOTED_EVERY
    {
        let (id, idle) = (signed_in.record.session.id.clone(), ctx.policy.session_idle);
        ctx.write(move |conn| Ok::<_, FlowError>(sessions::touch(conn, &id, idle, now)?)).await?;
    }
    Ok(found)
}
