//! Clients whose id is the address of their own metadata: the document is fetched before a request is looked at, and what it says is kept as a
//! client of its own kind (draft-ietf-oauth-client-id-metadata-document).

mod fetched;

use super::{Ctx, FlowError};
use crate::store::{Conn, client_documents, clients, failures, leases};
use doorward_protocol::check::Check;
use doorward_protocol::client::{Client, Metadata, Origin};
use doorward_protocol::client_document::address;
use doorward_protocol::error::Refusal;
use doorward_protocol::registration::MOST_UNUSED;
use doorward_protocol::throttle::{ALL_NEW_DOCUMENTS, NEW_DOCUMENTS, Verdict};
use doorward_protocol::values::{ClientId, Seconds, Timestamp};
use fetched::{Lack, fetched, unread};

/// For so long a document that was read stands without a question, on all nodes; beyond that its own cache headers decide.
const STANDS: Seconds = Seconds::minutes(5);

/// For so long one that was read may be used where its host doesn't answer.
const USABLE: Seconds = Seconds::days(1);

/// For so long a client is kept that has got no token yet: it comes back with its next request.
const KEPT: Seconds = Seconds::days(1);

/// What a client's document is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Something new: the document must be had.
    New,
    /// What the client holds already (refreshing, revoking, introspecting): while the host doesn't answer, what was read last does.
    Held,
}

/// Makes sure that the client `id` is what its document says now, if its id is the address of one. A client that was registered otherwise is
/// never looked for elsewhere.
///
/// # Errors
/// [`Check::DocumentRead`], [`Check::DocumentFit`]: then the client is none, whatever its document said before.
pub async fn ensure(ctx: &Ctx, id: &ClientId, need: Need) -> Result<(), FlowError> {
    let Some(url) = address(id, &ctx.policy) else { return Ok(()) };
    let (now, asked) = (ctx.now(), id.clone());
    let known = ctx.read(move |conn| Ok::<_, FlowError>((clients::find(conn, &asked)?, client_documents::until(conn, &asked)?))).await?;
    let (client, until) = known;
    if client.is_some_and(|client| client.origin != Origin::Document) || until.is_some_and(|until| until.minus(USABLE).plus(STANDS) > now) {
        return Ok(());
    }
    let refused = match fetched(ctx, id, &url, now).await {
        Ok(document) => return ctx.write(move |conn| document.commit(conn)).await?.map_or(Ok(()), |refusal| Err(refusal.into())),
        Err(Lack::Answer(why)) if need == Need::Held && until.is_some_and(|until| until > now) => {
            tracing::info!(client_id = %id, %why, "a client's metadata document is used as it was read last");
            return Ok(());
        }
        Err(Lack::Answer(why)) => return Err(unread(&url, &why.to_string())),
        Err(Lack::Document(refused)) => refused,
    };
    // The document, not our database, says so.
    if until.is_some() && matches!(refused, FlowError::Refused(_)) {
        let gone = id.clone();
        ctx.write(move |conn| Ok::<_, FlowError>(client_documents::forget(conn, &gone)?)).await?;
    }
    Err(refused)
}

struct Read {
    id: ClientId,
    metadata: Metadata,
    digest: String,
    host: String,
    now: Timestamp,
}

impl Read {
    fn commit(&self, conn: &mut Conn) -> Result<Option<Refusal>, FlowError> {
        let client = Client::new(self.id.clone(), self.metadata.clone(), None, self.now);
        clients::hold(conn, &self.id)?;
        match clients::find(conn, &self.id)? {
            // The operator was quicker.
            Some(old) if old.origin != Origin::Document => return Ok(None),
            Some(old) if old.metadata == self.metadata => {}
            Some(old) => {
                clients::update(conn, &Client { origin: Origin::Document, created_at: old.created_at, ..client })?;
                if is_another(&old.metadata, &self.metadata) {
                    client_documents::forget_consents(conn, &self.id)?;
                }
                tracing::info!(target: "doorward::security", client_id = %self.id, "a client's metadata document has changed");
            }
            None => {
                for (key, allowance) in
                    [(format!("new documents of {}", self.host), NEW_DOCUMENTS), ("new documents".to_owned(), ALL_NEW_DOCUMENTS)]
                {
                    if let Verdict::Wait(_) = failures::count(conn, &key, allowance, self.now)? {
                        return Ok(Some(Refusal::by(Check::RegistrationsPaced)));
                    }
                }
                if leases::count(conn, Origin::Document)? >= MOST_UNUSED {
                    return Ok(Some(Refusal::by(Check::RegistrationsPaced)));
                }
                if clients::insert(conn, &Client { origin: Origin::Document, ..client })? {
                    leases::insert(conn, &self.id, self.now.plus(KEPT))?;
                }
            }
        }
        client_documents::put(conn, &self.id, &self.digest, self.now.plus(USABLE), self.now.plus(KEPT))?;
        Ok(None)
    }
}

/// Whether a client has become another: what people allowed was for the one before (Changes in Client Metadata).
fn is_another(old: &Metadata, new: &Metadata) -> bool {
    old.redirect_uris != new.redirect_uris
        || old.client_name != new.client_name
        || old.token_endpoint_auth_method != new.token_endpoint_auth_method
        || old.jwks_uri != new.jwks_uri
}
