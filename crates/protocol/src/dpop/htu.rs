//! The `htu` claim: which address a proof is for.

use url::Url;

/// The address in its normal form, without query and fragment; `None` when it is no absolute http or https URI.
///
/// RFC 9449 §4.3: compare "after applying Syntax-Based Normalization (RFC 3986 §6.2.2) and Scheme-Based Normalization
/// (§6.2.3)": case of scheme and host, escapes of what needs none, dot segments, default port, empty path.
pub(super) fn normal(uri: &str) -> Option<String> {
    // `Url` forgives what RFC 3986 doesn't: back slashes, white space, one slash or three, characters that need escaping.
    let uri = uri.split(['?', '#']).next().unwrap_or_default();
    let good = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/[]@!$&'()*+,;=%".contains(&b);
    let (scheme, rest) = uri.split_once("://")?;
    let http = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let authority = rest.split('/').next().unwrap_or_default();
    if !http || authority.is_empty() || authority.contains('@') || !uri.bytes().all(good) {
        return None;
    }
    let url = Url::parse(uri).ok()?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}://{}{port}{}", url.scheme(), url.host_str()?, escapes(url.path())?))
}

/// RFC 3986 §6.2.2.1 and §6.2.2.2: escapes in upper case, and none of an unreserved character.
fn escapes(path: &str) -> Option<String> {
    let mut pieces = path.split('%');
    let mut normal = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let hex = piece.get(..2).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let byte = u8::from_str_radix(hex, 16).ok()?;
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            normal.push(char::from(byte));
        } else {
            normal.push('%');
            normal.push_str(&hex.to_ascii_uppercase());
        }
        normal.push_str(piece.get(2..)?);
    }
    Some(normal)
}

#[cfg(test)]
mod tests {
    use super::normal;
    use proptest::prelude::*;

    #[test]
    fn other_spellings_of_one_address_are_equal() {
        let ours = normal("https://login.example/oauth/token");
        assert_eq!(ours.as_deref(), Some("https://login.example/oauth/token"));
        for spelling in [
            "HTTPS://LOGIN.Example/oauth/token",
            "https://login.example:443/oauth/token",
            "https://login.example:/oauth/token",
            "https://login.example/oauth/./token",
            "https://login.example/x/../oauth/token",
            "https://login.example/o%61uth/tok%65n",
            "https://login.example/oauth/token?a=b",
            "https://login.example/oauth/token#f",
            "https://login.example/oauth/token?a=%zz#é",
        ] {
            assert_eq!(normal(spelling), ours, "{spelling}");
        }
        assert_eq!(normal("https://a.example"), normal("https://a.example/"));
        assert_eq!(normal("https://a.example/%c3%a9"), normal("https://a.example/%C3%A9"));
        assert_eq!(normal("http://[::1]:80/x"), normal("http://[::1]/x"));
    }

    #[test]
    fn other_addresses_stay_others() {
        let ours = normal("https://login.example/oauth/token");
        for other in [
            "http://login.example/oauth/token",
            "https://login.example:8443/oauth/token",
            "https://login.example:80/oauth/token",
            "https://login.example./oauth/token",
            "https://login.example/oauth/token/",
            "https://login.example/oauth//token",
            "https://login.example/OAuth/token",
            "https://login.example/oauth%2Ftoken",
            "https://evil.example/oauth/token",
            "https://login.example/token",
            "https://login.example",
        ] {
            assert!(normal(other).is_some() && normal(other) != ours, "{other}");
        }
    }

    #[test]
    fn what_is_no_http_address_equals_nothing() {
        for bad in [
            "",
            "/oauth/token",
            "login.example/oauth/token",
            "//login.example/oauth/token",
            "https:/login.example/oauth/token",
            "https:///login.example/oauth/token",
            "https:login.example/oauth/token",
            "https://",
            "https://?x",
            "https://user@login.example/oauth/token",
            "https://login.example@evil.example/oauth/token",
            "https://login.example\\oauth\\token",
            "https://login.example/oauth/tok en",
            " https://login.example/oauth/token",
            "https://login.example/oauth/\ttoken",
            "https://login.example/%",
            "https://login.example/%4",
            "https://login.example/%zz",
            "https://login.example/é",
            "https://login.example:x/",
            "javascript://login.example/oauth/token",
            "file:///oauth/token",
        ] {
            assert_eq!(normal(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing_and_no_text_makes_it_panic(text in "\\PC{0,40}", path in "[a-zA-Z0-9/.%~_-]{0,30}") {
            let _ = normal(&text);
            if let Some(once) = normal(&format!("https://A.example:443/{path}")) {
                prop_assert_eq!(normal(&once), Some(once));
            }
        }
    }
}
