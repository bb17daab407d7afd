//! Clients, APIs, the operator's lists and signing keys in memory, checked against the database's version at each request.

use super::FlowError;
use crate::keys::KeyRing;
use crate::schemas::Schemas;
use crate::seal::Seal;
use crate::store::{Conn, StoreError, apis, client_traces, clients, definitions, versions};
use doorward_protocol::api::Apis;
use doorward_protocol::client::{Client, Origin};
use doorward_protocol::client_document::address;
use doorward_protocol::detail_type::DetailType;
use doorward_protocol::exchange_rule::ExchangeRules;
use doorward_protocol::policy::Policy;
use doorward_protocol::trusted_issuer::TrustedIssuers;
use doorward_protocol::values::{ClientId, Timestamp};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// So many clients are kept; a server with more reads the others each time.
const MOST_CLIENTS: usize = 10_000;

/// Everything as of one version. It never changes but for clients being filled in.
#[derive(Debug, Default)]
pub struct Catalog {
    version: i64,
    /// The APIs.
    pub apis: Apis,
    /// The issuers whose assertions are believed.
    pub issuers: TrustedIssuers,
    /// Who may exchange tokens for whom.
    pub exchanges: ExchangeRules,
    /// Whose flows the glass box keeps, and until when.
    pub traced: HashMap<ClientId, Timestamp>,
    /// The signing keys, parsed.
    pub keys: KeyRing,
    policy: Option<Arc<Policy>>,
    clients: RwLock<HashMap<ClientId, Arc<Client>>>,
}

impl Catalog {
    /// The client of that id. One whose metadata document the operator doesn't have read (any more) is none.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't answer.
    pub fn client(&self, conn: &mut Conn, id: &ClientId) -> Result<Option<Arc<Client>>, StoreError> {
        if let Some(client) = self.clients.read().unwrap_or_else(PoisonError::into_inner).get(id) {
            return Ok(Some(Arc::clone(client)));
        }
        let found = clients::find(conn, id)?.filter(|client| client.origin != Origin::Document || self.reads(id));
        let Some(client) = found.map(Arc::new) else { return Ok(None) };
        let mut known = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MOST_CLIENTS {
            known.insert(id.clone(), Arc::clone(&client));
        }
        Ok(Some(client))
    }

    fn reads(&self, id: &ClientId) -> bool {
        self.policy.as_ref().is_some_and(|policy| address(id, policy).is_some())
    }
}

/// The catalog of the version last seen.
pub struct CatalogCache {
    seal: Arc<Seal>,
    policy: Arc<Policy>,
    current: RwLock<Arc<Catalog>>,
}

impl CatalogCache {
    /// Nothing seen yet.
    pub fn new(seal: Arc<Seal>, policy: Arc<Policy>) -> Self {
        Self { seal, policy, current: RwLock::default() }
    }

    /// The catalog as the database has it now: one small read when nothing changed.
    ///
    /// # Errors
    /// [`FlowError`] when the database can't answer or a key can't be opened.
    pub fn get(&self, conn: &mut Conn) -> Result<Arc<Catalog>, FlowError> {
        let version = versions::catalog(conn)?;
        let known = Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner));
        if known.version == version {
            return Ok(known);
        }
        // Read outside of a transaction: what is older than its version is read again at the next request; never the other way round.
        let types: Vec<DetailType> = definitions::list(conn)?;
        let schemas = Arc::new(Schemas::of(&types));
        let fresh = Arc::new(Catalog {
            version,
            apis: Apis::new(apis::list(conn)?).with_details(types, schemas),
            issuers: TrustedIssuers::new(definitions::list(conn)?),
            exchanges: ExchangeRules::new(definitions::list(conn)?),
            traced: client_traces::list(conn)?,
            keys: KeyRing::load(conn, &self.seal)?,
            policy: Some(Arc::clone(&self.policy)),
            clients: RwLock::default(),
        });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
    }
}

impl fmt::Debug for CatalogCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CatalogCache(…)")
    }
}
