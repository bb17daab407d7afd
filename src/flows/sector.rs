//! Asking the document behind a `sector_identifier_uri` whether it knows a client (OpenID Connect Core §8.1, Registration §5).

use crate::fetch::{Document, Fetcher};
use doorward_protocol::client::{Metadata, MetadataError};
use doorward_protocol::error::ErrorCode;
use doorward_protocol::sector;
use doorward_protocol::values::Timestamp;
use url::Url;

/// Fetches the document where one is named, and checks it: without that, anybody could enter somebody else's sector and see its people by
/// the names it knows.
///
/// # Errors
/// [`MetadataError`] says what the document lacks, or why it can't be had.
pub async fn verify(fetch: &Fetcher, metadata: &Metadata, now: Timestamp) -> Result<(), MetadataError> {
    let Some(uri) = &metadata.sector_identifier_uri else { return Ok(()) };
    let wrong = |why: String| MetadataError { code: ErrorCode::InvalidClientMetadata, text: format!("sector_identifier_uri: {why}") };
    let url = Url::parse(uri).map_err(|_| wrong("it is no URL".to_owned()))?;
    let document = fetch.get(&url, &Document::JSON, now).await.map_err(|why| wrong(why.to_string()))?;
    sector::check(&document.body, metadata)
}
