//! Where requests may go.

use doorward_protocol::values::is_loopback;
use url::Url;

use super::HttpError;

/// A host to connect to.
#[derive(Debug)]
pub(super) struct Target {
    /// A name, or an address without brackets.
    pub host: String,
    pub port: u16,
    pub https: bool,
}

impl Target {
    pub fn of(url: &Url) -> Result<Self, HttpError> {
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(HttpError::Address)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = url.port_or_known_default().ok_or(HttpError::Address)?;
        may_be_called(url).then(|| Self { host, port, https: url.scheme() == "https" }).ok_or(HttpError::Address)
    }
}

/// Whether a request may go there: by https, or by http to the loopback. Credentials in a URL are read by nobody who should.
pub(crate) fn may_be_called(url: &Url) -> bool {
    let plain = url.username().is_empty() && url.password().is_none() && url.host_str().is_some_and(|host| !host.is_empty());
    plain && (url.scheme() == "https" || url.scheme() == "http" && is_loopback(url))
}

#[cfg(test)]
mod tests {
    use super::may_be_called;
    use url::Url;

    #[test]
    fn http_is_for_the_loopback_and_everything_else_is_https() {
        for (url, good) in [
            ("https://login.example/x", true),
            ("http://127.0.0.1:8000/", true),
            ("http://[::1]:8000/", true),
            ("http://localhost:8000/", true),
            ("http://login.example/", false),
            ("http://127.0.0.1.evil.example/", false),
            ("http://localhost.evil.example/", false),
            ("http://127.0.0.1@evil.example/", false),
            ("https://me:secret@login.example/", false),
            ("ftp://127.0.0.1/", false),
            ("file:///etc/passwd", false),
            ("data:application/json,{}", false),
        ] {
            // Law: what is not confidential doesn't leave this machine.
            assert_eq!(Url::parse(url).is_ok_and(|url| may_be_called(&url)), good, "{url}");
        }
    }
}
