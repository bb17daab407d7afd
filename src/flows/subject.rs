//! Under which `sub` a client sees a person: the one place that knows.

use crate::seal::Seal;
use doorward_protocol::client::{Client, SubjectType};
use doorward_protocol::sector;
use doorward_protocol::values::Subject;

/// The `sub` of a person towards a client (OpenID Connect Core §8): in every token, at userinfo, in introspection of the client's tokens and
/// in logout tokens. What is stored is always the person's own; a pairwise one can't be turned back, only made again and compared.
pub fn sub_for(seal: &Seal, client: &Client, subject: &Subject) -> Subject {
    match client.metadata.subject_type {
        SubjectType::Public => subject.clone(),
        SubjectType::Pairwise => Subject::new(seal.pairwise(&sector::of(client), subject.as_str())),
    }
}
