//! ID tokens as hints: at the authorization endpoint and at logout.

use super::catalog::Catalog;
use doorward_protocol::jose::{Alg, Rules, Typ, verify};
use doorward_protocol::logout::Hint;
use doorward_protocol::values::{ClientId, SessionId, Subject};
use serde_json::Value;

/// What an ID token of ours proves, whatever its age.
pub(super) fn read(token: &str, catalog: &Catalog, issuer: &str) -> Result<Hint, ()> {
    let verified = verify(token, &Rules::new(&Alg::ALL, Typ::Optional(&["JWT"])), &catalog.keys).map_err(|_| ())?;
    let text = |name: &str| verified.claims().get(name).and_then(Value::as_str);
    // Other tokens of ours are no ID tokens (RFC 8725 §3.12): an access token names its client elsewhere, signed userinfo never ends.
    let is_id_token = verified.claims().contains_key("exp") && !verified.claims().contains_key("client_id");
    if text("iss") != Some(issuer) || !is_id_token {
        return Err(());
    }
    Ok(Hint {
        client_id: text("aud").map(ClientId::new).ok_or(())?,
        subject: text("sub").map(Subject::new).ok_or(())?,
        session: text("sid").map(SessionId::new),
    })
}
