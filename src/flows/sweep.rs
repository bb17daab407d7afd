//! Removing what has ended, while serving.

use super::{Ctx, FlowError};
use crate::keys::KEPT_AFTER_USE;
use crate::store::{keys, sweep};

/// Removes one batch; returns how many rows went. Zero: nothing is left for now.
///
/// # Errors
/// [`FlowError::Store`]; the next call tries again.
pub async fn once(ctx: &Ctx) -> Result<usize, FlowError> {
    let now = ctx.now();
    let gone = ctx.store.write(move |conn| Ok::<_, FlowError>(sweep::sweep(conn, now)?)).await?;
    if gone == 0 {
        return ctx.store.write(move |conn| Ok::<_, FlowError>(keys::remove_retired(conn, now.minus(KEPT_AFTER_USE))?)).await;
    }
    Ok(gone)
}
