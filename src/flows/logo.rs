//! The picture of an app, fetched with care and served from our own address: no page of ours loads anything from elsewhere.

use super::{Ctx, FlowError};
use crate::fetch::Document;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_protocol::logo::{MOST_BYTES, kind};
use doorward_protocol::values::ClientId;
use std::sync::Arc;
use url::Url;

const PICTURE: Document =
    Document { accept: "image/png, image/jpeg, image/webp", most_bytes: MOST_BYTES, redirects: 3, keeps_errors: true };

/// A picture.
#[derive(Clone, Debug)]
pub struct Logo {
    /// Its media type, by its content.
    pub kind: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The picture of the client that `name` stands for; none when it has none that may be shown.
///
/// # Errors
/// [`FlowError::Store`] when the database can't answer.
pub async fn logo(ctx: &Ctx, name: &str) -> Result<Option<Logo>, FlowError> {
    let Some(id) = URL_SAFE_NO_PAD.decode(name).ok().and_then(|bytes| Some(ClientId::new(String::from_utf8(bytes).ok()?))) else {
        return Ok(None);
    };
    let cache = Arc::clone(&ctx.catalog);
    let client = ctx.read(move |conn| Ok::<_, FlowError>(cache.get(conn)?.client(conn, &id)?)).await?;
    let uri = client.and_then(|client| client.metadata.logo_uri.as_deref().and_then(|uri| Url::parse(uri).ok()));
    let Some(uri) = uri else { return Ok(None) };
    match ctx.fetch.get(&uri, &PICTURE, ctx.now()).await {
        Ok(fetched) => Ok(kind(&fetched.body).map(|kind| Logo { kind, bytes: fetched.body.clone() })),
        Err(why) => {
            tracing::info!(%uri, %why, "the picture of an app could not be had");
            Ok(None)
        }
    }
}
