//! Software statements at registration: verified with the keys of the issuer that the operator trusts for it (RFC 7591 §2.3).

use super::catalog::Catalog;
use super::{Ctx, FlowError, issuer_keys};
use doorward_protocol::jose::KeySource;
use doorward_protocol::registration::Statement;
use doorward_protocol::trusted_issuer::TrustedFor;
use serde_json::{Map, Value};

/// What is asked with what the statement says in its place, and the statement, if one came.
///
/// # Errors
/// [`FlowError::Refused`] by the rules of [`Statement::settle`].
pub(super) async fn settle(
    ctx: &Ctx,
    catalog: &Catalog,
    asked: Map<String, Value>,
) -> Result<(Map<String, Value>, Option<Statement>), FlowError> {
    let checks = &mut ctx.checks();
    let Some(statement) = Statement::of(&asked, checks)? else { return Ok((asked, None)) };
    let trusted = catalog.issuers.get(&statement.issuer, TrustedFor::Registration);
    let keys = match trusted {
        Some(trusted) => issuer_keys::of(ctx, trusted, statement.kid.as_deref()).await,
        None => None,
    };
    let keys = keys.unwrap_or_default();
    let settled = statement.settle(asked, trusted.map(|trusted| (trusted, &keys as &dyn KeySource)), ctx.now(), checks)?;
    Ok((settled, Some(statement)))
}
