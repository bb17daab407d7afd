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
    // An access token of ours is no ID token (RFC 8725 §3.12): it names its client elsewhere.
    if text("iss") != Some(issuer) || verified.claims().contains_key("client_id") {
        return Err(());
    }
    Ok(Hint {
        client_id: text("aud").map(ClientId::new).ok_or(())?,
        subject: text("sub").map(Subject::new).ok_or(())?,
        session: text("sid").map(SessionId::new),
    })
}
