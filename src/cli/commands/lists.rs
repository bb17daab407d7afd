//! What is special of each of the operator's lists.

use doorward_protocol::detail_type::DetailType;
use doorward_protocol::exchange_rule::ExchangeRule;
use doorward_protocol::trusted_issuer::TrustedIssuer;
use doorward_protocol::values::ClientId;

use super::definition::Listed;
use crate::config::Settings;
use crate::schemas::Schemas;
use crate::store::{Conn, StoreError, apis, clients};

impl Listed for TrustedIssuer {
    const NOUN: &'static str = "a trusted issuer";
    const NAME: &'static str = "issuer";
    const DURATIONS: &'static [&'static str] = &["max_lifetime"];
    const COLUMNS: &'static [&'static str] = &["issuer", "name", "use", "algs", "clients"];

    fn validate(&self, settings: &Settings) -> Result<(), String> {
        // What this server signs is exchanged (RFC 8693), never believed as another's word.
        if self.issuer.trim_end_matches('/') == settings.policy.issuer.as_str() {
            return Err(format!("issuer: {} is this server itself; for its own tokens see `doorward exchange --help`", self.issuer));
        }
        Self::validate(self)
    }

    fn remarks(&self, conn: &mut Conn) -> Result<Vec<String>, StoreError> {
        self.clients.iter().filter_map(|id| client_remark(conn, id).transpose()).collect()
    }
}

impl Listed for ExchangeRule {
    const NOUN: &'static str = "an exchange";
    const NAME: &'static str = "name";
    const DURATIONS: &'static [&'static str] = &["lifetime"];
    const COLUMNS: &'static [&'static str] = &["name", "client", "subject_audience", "target", "scopes", "mode"];

    fn validate(&self, settings: &Settings) -> Result<(), String> {
        // Tokens for userinfo come from a person's own approval alone.
        if self.target.as_str().trim_end_matches('/') == settings.policy.issuer.as_str() {
            return Err(format!("target: {} is this server itself; name an API", self.target));
        }
        Self::validate(self)
    }

    fn beside(&self, others: &[Self]) -> Result<(), String> {
        let same = others.iter().find(|other| other.name != self.name && self.same_edge(other));
        same.map_or(Ok(()), |other| Err(format!("target: {:?} declares this edge already; change that one", other.name)))
    }

    fn remarks(&self, conn: &mut Conn) -> Result<Vec<String>, StoreError> {
        let mut remarks: Vec<String> = client_remark(conn, &self.client)?.into_iter().collect();
        match apis::list(conn)?.into_iter().find(|api| api.resource == self.target) {
            None => remarks.push(format!("there is no API {} yet: `doorward api add`", self.target)),
            Some(api) => {
                let foreign = self.scope_set().without(&api.scope_set());
                if !foreign.is_empty() {
                    remarks.push(format!("the API {} has no scope {foreign}: it is never given", self.target));
                }
            }
        }
        Ok(remarks)
    }
}

impl Listed for DetailType {
    const NOUN: &'static str = "a type of authorization details";
    const NAME: &'static str = "type";
    const COLUMNS: &'static [&'static str] = &["type", "resource", "sentence"];

    fn validate(&self, _: &Settings) -> Result<(), String> {
        Self::validate(self)?;
        Schemas::check(self).map_err(|why| format!("schema: {why}"))
    }

    fn remarks(&self, conn: &mut Conn) -> Result<Vec<String>, StoreError> {
        let known = apis::list(conn)?.iter().any(|api| api.resource == self.resource);
        Ok(if known { Vec::new() } else { vec![format!("there is no API {} yet: `doorward api add`", self.resource)] })
    }
}

/// A client that isn't there: what names it may come before it.
fn client_remark(conn: &mut Conn, id: &ClientId) -> Result<Option<String>, StoreError> {
    Ok(clients::find(conn, id)?.is_none().then(|| format!("there is no client {id} yet: `doorward client add`")))
}
