//! `doorward api …`: APIs (resource servers), the audiences of access tokens.

use doorward_protocol::api::{Api, Apis};
use doorward_protocol::resource_metadata;
use doorward_protocol::values::{Issuer, ResourceUri};
use serde_json::{Map, Value, json};
use std::sync::Arc;

use super::super::args::{Api as Command, ApiAdd, ApiUpdate};
use super::super::output::CliError;
use super::{Desk, json as objects};
use crate::config::parse_duration;
use crate::schemas::Schemas;
use crate::store::{Conn, apis, clients, definitions};

pub(super) fn run(command: Command, desk: &mut Desk<'_>) -> Result<(), CliError> {
    match command {
        Command::Add(asked) => add(&asked, desk),
        Command::List => list(desk),
        Command::Show(asked) => {
            let api = desk.open()?.read_blocking(|conn| found(conn, &asked.resource))?;
            desk.output.show(&api)
        }
        Command::Update(asked) => update(asked, desk),
        Command::Metadata(asked) => metadata(&asked.resource, desk),
        Command::Delete(asked) => delete(asked.resource, desk),
    }
}

fn add(asked: &ApiAdd, desk: &mut Desk<'_>) -> Result<(), CliError> {
    let api = read(objects::without_nulls(objects::read_object(&asked.file)?))?;
    refuse_issuer(&api.resource, &desk.settings.policy.issuer).map_err(wrong)?;
    let (row, now) = (api.clone(), desk.now);
    desk.open_or_make()?.write_blocking(move |conn| {
        if !apis::insert(conn, &row, now)? {
            let what = format!("there is an API {} already: change it by `doorward api update`", row.resource);
            return Err(CliError::new("conflict", what));
        }
        scopes_are_its_own(conn, &row)
    })?;
    desk.output.show(&api)
}

fn list(desk: &mut Desk<'_>) -> Result<(), CliError> {
    let all = desk.open()?.read_blocking(apis::list)?;
    if desk.output.is_json() {
        return desk.output.list(&all, &[]);
    }
    let row = |api: &Api| json!({"resource": api.resource, "name": api.name, "scopes": api.scopes.keys().collect::<Vec<_>>(), "signing_alg": api.signing_alg});
    let rows: Vec<Value> = all.iter().map(row).collect();
    desk.output.list(&rows, &["resource", "name", "scopes", "signing_alg"])
}

fn update(asked: ApiUpdate, desk: &mut Desk<'_>) -> Result<(), CliError> {
    let patch = objects::read_object(&asked.file)?;
    let api = desk.open()?.write_blocking(move |conn| {
        let api = changed(&found(conn, &asked.resource)?, patch.clone())?;
        apis::update(conn, &api)?;
        scopes_are_its_own(conn, &api)?;
        Ok::<_, CliError>(api)
    })?;
    desk.output.show(&api)
}

fn delete(resource: String, desk: &mut Desk<'_>) -> Result<(), CliError> {
    let gone = resource.clone();
    let left = desk.open()?.write_blocking(move |conn| {
        if !apis::delete(conn, &gone)? {
            return Err(unknown(&gone));
        }
        let left = clients::list(conn)?.into_iter().filter(|client| client.is_resource(&gone));
        Ok(left.map(|client| client.id).collect::<Vec<_>>())
    })?;
    for id in left {
        desk.output.note(&format!("the client {id} names it as its resource and may introspect tokens for it still"));
    }
    desk.output.deleted(&resource)
}

fn metadata(resource: &str, desk: &mut Desk<'_>) -> Result<(), CliError> {
    let (api, types) = desk.open()?.read_blocking(|conn| Ok::<_, CliError>((found(conn, resource)?, definitions::list(conn)?)))?;
    // The document lists types and holds no object against a schema.
    let apis = Apis::new(Vec::new()).with_details(types, Arc::new(Schemas::default()));
    if let Some(address) = resource_metadata::well_known(resource) {
        desk.output.note(&format!("publish this at {address}"));
    }
    desk.output.show(&resource_metadata::document(&api, &apis, &desk.settings.policy))
}

fn found(conn: &mut Conn, resource: &str) -> Result<Api, CliError> {
    Apis::new(apis::list(conn)?).get(resource).cloned().ok_or_else(|| unknown(resource))
}

fn unknown(resource: &str) -> CliError {
    CliError::new("not_found", format!("there is no API {resource:?}; `doorward api list` shows all"))
}

fn wrong(text: String) -> CliError {
    CliError::new("invalid", text)
}

/// The issuer is the audience of tokens for userinfo: an API of that name would take them for its own.
pub(super) fn refuse_issuer(resource: &ResourceUri, issuer: &Issuer) -> Result<(), String> {
    let same = resource.as_str().trim_end_matches('/') == issuer.as_str();
    if same { Err(format!("resource: {resource} is this server itself; an API needs a URI of its own")) } else { Ok(()) }
}

/// A scope says which API is meant, so it belongs to one alone. Asked after writing: what was written holds the row of
/// versions, so that of two commands at once the second sees the first.
fn scopes_are_its_own(conn: &mut Conn, api: &Api) -> Result<(), CliError> {
    let all = apis::list(conn)?;
    for other in all.iter().filter(|other| other.resource != api.resource) {
        if let Some(scope) = api.scopes.keys().find(|scope| other.scopes.contains_key(*scope)) {
            let what = format!("scopes: {scope:?} belongs to the API {} already; name it otherwise", other.resource);
            return Err(CliError::new("conflict", what));
        }
    }
    Ok(())
}

/// An API after a change (RFC 7396).
fn changed(old: &Api, patch: Map<String, Value>) -> Result<Api, CliError> {
    if patch.get("resource").is_some_and(|uri| uri.as_str() != Some(old.resource.as_str())) {
        return Err(wrong("resource: it can't change, since tokens and services hold it; leave it out, or add another API".to_owned()));
    }
    let Ok(Value::Object(mut object)) = serde_json::to_value(old) else {
        return Err(CliError::new("database", "the stored API is no JSON object"));
    };
    objects::merge(&mut object, patch);
    read(object)
}

/// Reads and checks the JSON form. `token_lifetime` is a number of seconds, or a text with its unit.
fn read(mut object: Map<String, Value>) -> Result<Api, CliError> {
    if let Some(Value::String(text)) = object.get("token_lifetime") {
        let seconds = parse_duration(text).map_err(|why| wrong(format!("token_lifetime: {text:?} {why}; for example \"10m\"")))?;
        object.insert("token_lifetime".to_owned(), seconds.0.into());
    }
    let api: Api = objects::read(object).map_err(wrong)?;
    api.validate().map_err(wrong)?;
    Ok(api)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(json: Value) -> Result<Api, String> {
        read(json.as_object().cloned().unwrap_or_default()).map_err(|why| why.message())
    }

    fn photos() -> Result<Api, String> {
        api(
            json!({"resource": "https://photos.example/api", "scopes": {"photos:read": {"en": "See them"}, "photos:edit": {}}, "token_lifetime": "5m"}),
        )
    }

    #[test]
    fn a_lifetime_is_seconds_or_a_text_with_its_unit() -> Result<(), String> {
        assert_eq!(photos()?.token_lifetime.map(|span| span.0), Some(300));
        assert_eq!(api(json!({"resource": "https://a.example", "token_lifetime": 60}))?.token_lifetime.map(|span| span.0), Some(60));
        for bad in [json!("60"), json!("5 m"), json!("9s"), json!("2d"), json!(9), json!(1.5), json!(true)] {
            let why = api(json!({"resource": "https://a.example", "token_lifetime": bad})).err().unwrap_or_default();
            // Law: a span is never guessed.
            assert!(why.contains("token_lifetime"), "{bad}: {why}");
        }
        Ok(())
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (json, says) in [
            (json!({}), "resource"),
            (json!({"resource": "photos"}), "resource: "),
            (json!({"resource": "https://a.example", "signing_alg": "HS256"}), "signing_alg: "),
            (json!({"resource": "https://a.example", "token_typ": "jwt"}), "token_typ: "),
            (json!({"resource": "https://a.example", "scopes": ["a"]}), "scopes: "),
            (json!({"resource": "https://a.example", "scopes": {"openid": {}}}), "OpenID"),
            (json!({"resource": "https://a.example", "scopes": {"a": {"required": "yes"}}}), "scopes: "),
            (json!({"resource": "https://a.example", "token_life": 60}), "token_life"),
        ] {
            let why = api(json.clone()).err().unwrap_or_default();
            // Law: the operator learns which member to change.
            assert!(why.contains(says), "{json}: {why}");
        }
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name_and_never_the_resource_changes() -> Result<(), String> {
        let old = photos()?;
        let change = |patch: Value| changed(&old, patch.as_object().cloned().unwrap_or_default());
        let new = change(json!({"scopes": {"photos:edit": null, "photos:read": {"zh-CN": "查看"}}, "name": "Photos"}))
            .map_err(|why| why.message())?;
        assert_eq!(new.scopes.keys().collect::<Vec<_>>(), ["photos:read"]);
        assert_eq!(new.scopes["photos:read"].sentences.len(), 2);
        assert!(change(json!({"resource": old.resource})).is_ok());
        for bad in
            [json!({"resource": "https://other.example"}), json!({"resource": null}), json!({"scopes": {"a b": {}}}), json!({"x": 1})]
        {
            // Law: an audience that tokens hold stays what it is.
            assert!(change(bad.clone()).is_err(), "{bad}");
        }
        Ok(())
    }

    #[test]
    fn no_api_is_the_server_itself() -> Result<(), String> {
        let issuer = Issuer::parse("https://login.example/tenant").map_err(|why| why.to_string())?;
        for (uri, fine) in [
            ("https://login.example/tenant", false),
            ("https://login.example/tenant/", false),
            ("https://login.example/tenant/api", true),
            ("https://login.example", true),
        ] {
            let resource = ResourceUri::parse(uri).ok_or("no URI")?;
            // Law: a token for userinfo is accepted by userinfo alone.
            assert_eq!(refuse_issuer(&resource, &issuer).is_ok(), fine, "{uri}");
        }
        Ok(())
    }
}
