//! What clients that register themselves may have.

use doorward_protocol::client_document::Documents;
use doorward_protocol::grants::GrantType;
use doorward_protocol::registration::{Admission, Rules, ScopeBound};
use doorward_protocol::scopes::{Scopes, is_scope_token};

use super::error::quoted;
use super::keys::Key;
use super::raw::RawSettings;

pub(super) fn read(raw: &mut RawSettings) -> Option<Rules> {
    let admission = raw.word(Key::Registration).map(|word| match word {
        "open" => Admission::Open,
        "token" => Admission::Token,
        _ => Admission::Closed,
    });
    let require_pkce = raw.flag(Key::RegistrationRequirePkce);
    let scopes = scopes(raw);
    let grants = grants(raw);
    let unused = raw.span(Key::RegistrationUnused);
    Some(Rules { admission: admission?, require_pkce: require_pkce?, scopes: scopes?, grants: grants?, unused: unused? })
}

/// Whose metadata documents are read.
pub(super) fn documents(raw: &mut RawSettings) -> Option<Documents> {
    let on = raw.flag(Key::ClientIdMetadataDocuments)?;
    if !raw.has(Key::ClientIdMetadataHosts) {
        return Some(if on { Documents::Everybody } else { Documents::Off });
    }
    let hosts: Vec<String> = raw.list(Key::ClientIdMetadataHosts)?.iter().map(|host| host.to_ascii_lowercase()).collect();
    let named = |host: &String| !host.contains('*') && url::Host::parse(host).is_ok_and(|read| read.to_string() == *host);
    let problem = match hosts.iter().find(|host| !named(host)) {
        Some(wrong) => format!("has the entry {}, which is no host name", quoted(wrong)),
        None if hosts.is_empty() => "is empty: to read no documents set CLIENT_ID_METADATA_DOCUMENTS to false".to_owned(),
        None => return Some(if on { Documents::Hosts(hosts) } else { Documents::Off }),
    };
    raw.fault(Key::ClientIdMetadataHosts, problem);
    None
}

fn scopes(raw: &mut RawSettings) -> Option<ScopeBound> {
    if !raw.has(Key::RegistrationScopes) {
        return Some(Rules::default().scopes);
    }
    let entries = raw.list(Key::RegistrationScopes)?;
    if entries == ["*"] {
        return Some(ScopeBound::All);
    }
    let problem = match entries.iter().find(|entry| *entry == "*" || !is_scope_token(entry)) {
        None if !entries.is_empty() => return Some(ScopeBound::Listed(entries.into_iter().collect::<Scopes>())),
        None => "is empty: a client needs a scope; to take no registrations leave REGISTRATION closed".to_owned(),
        Some(star) if star == "*" => "has * beside others: write it alone".to_owned(),
        Some(wrong) => format!("has the entry {}, which is no scope", quoted(wrong)),
    };
    raw.fault(Key::RegistrationScopes, problem);
    None
}

fn grants(raw: &mut RawSettings) -> Option<Vec<GrantType>> {
    if !raw.has(Key::RegistrationGrants) {
        return Some(Rules::default().grants);
    }
    let entries = raw.list(Key::RegistrationGrants)?;
    let named = |entry: &String| GrantType::ALL.into_iter().find(|grant| grant.as_str() == entry);
    if let Some(wrong) = entries.iter().find(|entry| named(entry).is_none()) {
        let all = GrantType::ALL.map(GrantType::as_str).join(", ");
        raw.fault(Key::RegistrationGrants, format!("has the entry {}, which is none of {all}", quoted(wrong)));
        return None;
    }
    let grants: Vec<GrantType> = entries.iter().filter_map(named).collect();
    if grants.iter().all(|grant| *grant == GrantType::RefreshToken) {
        raw.fault(Key::RegistrationGrants, "gives nothing that can be begun with: name authorization_code, too");
        return None;
    }
    Some(grants)
}
