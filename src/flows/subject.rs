//! Under which `sub` a client sees a person: the one place that knows.

use super::FlowError;
use super::catalog::Catalog;
use crate::seal::Seal;
use crate::store::Conn;
use doorward_protocol::client::{Client, SubjectType};
use doorward_protocol::resource::AccessRecord;
use doorward_protocol::sector;
use doorward_protocol::values::Subject;
use std::sync::Arc;

/// The `sub` of a person towards a client (OpenID Connect Core §8): in every token, at userinfo, in introspection of the client's tokens and
/// in logout tokens. What is stored is always the person's own; a pairwise one can't be turned back, only made again and compared.
pub fn sub_for(seal: &Seal, client: &Client, subject: &Subject) -> Subject {
    match client.metadata.subject_type {
        SubjectType::Public => subject.clone(),
        SubjectType::Pairwise => Subject::new(seal.pairwise(&sector::of(client), subject.as_str())),
    }
}

/// The client by whose name for the person an access token tells of them: after an exchange that may be another than its own (RFC 8693). None
/// when it is gone.
///
/// # Errors
/// [`FlowError::Store`].
pub fn viewer(conn: &mut Conn, catalog: &Catalog, token: &AccessRecord) -> Result<Option<Arc<Client>>, FlowError> {
    Ok(catalog.client(conn, token.seen_by())?)
}
