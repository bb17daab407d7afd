//! Clients whose id is the address of their own metadata: the document is fetched before a request is looked at, and what it says is kept as a
//! client of its own kind (draft-ietf-oauth-client-id-metadata-document).

use super::{Ctx, FlowError, register, sector};
use crate::fetch::Document;
use crate::store::{Conn, client_documents, clients, failures, leases};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_protocol::check::{Check, Checks, Evidence};
use doorward_protocol::client::{Client, Metadata, Origin};
use doorward_protocol::client_document::{address, read};
use doorward_protocol::error::Refusal;
use doorward_protocol::jose::sha256;
use doorward_protocol::registration::MOST_UNUSED;
use doorward_protocol::throttle::{ALL_REGISTRATIONS, DOCUMENTS, Verdict};
use doorward_protocol::values::{ClientId, Seconds, Timestamp};
use std::sync::Arc;
use url::Url;

/// For so long a document that was read stands without a question, on all nodes; beyond that its own cache headers decide.
const STANDS: Seconds = Seconds::minutes(5);

/// For so long a client is kept that has got no token yet: it comes back with its next request.
const KEPT: Seconds = Seconds::days(1);

/// Makes sure that the client `id` is what its document says now, if its id is the address of one. A client that was registered otherwise is
/// never looked for elsewhere.
///
/// # Errors
/// [`Check::DocumentRead`], [`Check::DocumentFit`]: then the client is none, whatever its document said before.
pub async fn ensure(ctx: &Ctx, id: &ClientId) -> Result<(), FlowError> {
    let Some(url) = address(id, &ctx.policy) else { return Ok(()) };
    let (now, asked, host) = (ctx.now(), id.clone(), url.authority().to_owned());
    let settled = ctx
        .store
        .read(move |conn| {
            let registered = clients::find(conn, &asked)?.is_some_and(|client| client.origin != Origin::Document);
            Ok::<_, FlowError>(registered || client_documents::is_fresh(conn, &asked, now)?)
        })
        .await?;
    if settled {
        return Ok(());
    }
    let key = format!("documents of {host}");
    let counted = key.clone();
    // Counted before it is fetched, so that nobody makes this server knock at a door again and again; what is good is given back.
    let verdict = ctx.store.write(move |conn| Ok::<_, FlowError>(failures::count(conn, &counted, DOCUMENTS, now)?)).await?;
    if let Verdict::Wait(_) = verdict {
        return Err(unread(&url, "too many documents of this host were asked for that could not be used"));
    }
    let fetched = ctx.fetch.get(&url, &Document::CLIENT_METADATA, now).await.map_err(|why| unread(&url, &why.to_string()))?;
    let cache = Arc::clone(&ctx.catalog);
    let catalog = ctx.store.read(move |conn| cache.get(conn)).await?;
    let metadata = if fetched.is_json() {
        read(id, &fetched.body, &ctx.policy, &register::scopes(&catalog), &mut Checks::silent())
    } else {
        Err(Refusal::by(Check::DocumentFit))
    };
    let metadata = metadata.inspect_err(|_| ctx.fetch.forget(&url, &Document::CLIENT_METADATA))?;
    // OpenID Connect Core §8.1: or a stranger's document would name another's sector, and see its people under the same names.
    sector::verify(&ctx.fetch, &metadata, now).await.map_err(|why| unread(&url, &why.text))?;
    let document = Read { id: id.clone(), metadata, digest: URL_SAFE_NO_PAD.encode(sha256(&fetched.body)), key, now };
    match ctx.store.write(move |conn| document.commit(conn)).await? {
        None => Ok(()),
        Some(refusal) => Err(refusal.into()),
    }
}

fn unread(url: &Url, why: &str) -> FlowError {
    let evidence = Evidence::new("the metadata document of the client", format!("{url}: {why}"));
    FlowError::Refused(Refusal { check: Check::DocumentRead, evidence: Some(evidence), authenticated: false })
}

struct Read {
    id: ClientId,
    metadata: Metadata,
    digest: String,
    key: String,
    now: Timestamp,
}

impl Read {
    fn commit(&self, conn: &mut Conn) -> Result<Option<Refusal>, FlowError> {
        let client = Client::new(self.id.clone(), self.metadata.clone(), None, self.now);
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
                let paced = matches!(failures::count(conn, "new documents", ALL_REGISTRATIONS, self.now)?, Verdict::Wait(_));
                if paced || leases::count(conn)? >= MOST_UNUSED {
                    return Ok(Some(Refusal::by(Check::RegistrationsPaced)));
                }
                if clients::insert(conn, &Client { origin: Origin::Document, ..client })? {
                    leases::insert(conn, &self.id, self.now.plus(KEPT))?;
                }
            }
        }
        failures::take_back(conn, &self.key)?;
        client_documents::put(conn, &self.id, &self.digest, self.now.plus(STANDS), self.now.plus(KEPT))?;
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
