//! Frames that tell apps through the browser (OpenID Connect Front-Channel Logout 1.0).

use crate::authorize::response::append_query;
use crate::client::Metadata;
use crate::redirect_uri::RedirectUri;
use crate::values::{Issuer, SessionId};

/// A frame of the page after a logout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutFrame {
    /// What it shows: the registered address with `iss` and `sid`.
    pub uri: String,
    /// Its origin as a source of `frame-src`; where the host can't be written as one (`[::1]`), its scheme.
    pub source: String,
}

/// The frame of a client for a session that has ended; none when it registered no address.
///
/// §2: the query that was registered is kept, and `iss` and `sid` are added, both or neither; they are added to every address, also where
/// `frontchannel_logout_session_required` doesn't ask for them.
pub fn frame(metadata: &Metadata, issuer: &Issuer, session: &SessionId) -> Option<LogoutFrame> {
    let registered = metadata.frontchannel_logout_uri.as_deref()?;
    let uri = append_query(registered, [("iss", issuer.as_str()), ("sid", session.as_str())]);
    let source =
        RedirectUri::stored(registered).csp_source().or_else(|| registered.split_once(':').map(|(scheme, _)| format!("{scheme}:")))?;
    Some(LogoutFrame { uri, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn framed(uri: Option<&str>) -> Option<(String, String)> {
        let mut json = json!({"redirect_uris": ["https://rp.example.org/cb", "http://[::1]:9/cb"]});
        if let Some(uri) = uri {
            json["frontchannel_logout_uri"] = json!(uri);
        }
        let metadata = Metadata::read(json).expect("metadata");
        let issuer = Issuer::parse("https://server.example.com").expect("an issuer");
        let frame = frame(&metadata, &issuer, &SessionId::new("08a5019c-17e1-4977-8f42-65a12843ea02"));
        frame.map(|frame| (frame.uri, frame.source))
    }

    #[test]
    fn frontchannel_3_the_example_of_the_specification_is_made() {
        let sid = "08a5019c-17e1-4977-8f42-65a12843ea02";
        for (registered, uri, source) in [
            (
                "https://rp.example.org/frontchannel_logout",
                format!("https://rp.example.org/frontchannel_logout?iss=https%3A%2F%2Fserver.example.com&sid={sid}"),
                "https://rp.example.org",
            ),
            // §2: the query that is there stays.
            (
                "https://rp.example.org/out?tenant=a%20b",
                format!("https://rp.example.org/out?tenant=a%20b&iss=https%3A%2F%2Fserver.example.com&sid={sid}"),
                "https://rp.example.org",
            ),
            ("http://[::1]:9/out", format!("http://[::1]:9/out?iss=https%3A%2F%2Fserver.example.com&sid={sid}"), "http:"),
        ] {
            assert_eq!(framed(Some(registered)), Some((uri, source.to_owned())), "{registered}");
        }
        // Law: who registered nothing is shown nothing.
        assert_eq!(framed(None), None);
    }
}
