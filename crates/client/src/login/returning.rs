//! Where a person wanted to go before they had to log in.

/// The longest path, in bytes.
const LONGEST: usize = 2048;

/// The text, if it is a path of this site, with or without a query: then it can be redirected to without leaving the site.
///
/// Browsers read `//host`, `/\host` and a tab or line break between slashes as another site's address; all of that is refused. So are
/// texts that are no ASCII or too long.
///
/// ```
/// use doorward_client::login::local_path;
///
/// assert_eq!(local_path("/orders/7?tab=2"), Some("/orders/7?tab=2"));
/// assert_eq!(local_path("//evil.example"), None);
/// ```
pub fn local_path(text: &str) -> Option<&str> {
    let clean = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let local = text.starts_with('/') && !text.starts_with("//") && text.len() <= LONGEST;
    (clean && local).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::local_path;
    use url::Url;

    #[test]
    fn a_path_of_this_site_is_kept_as_it_is() {
        for good in ["/", "/a", "/a/b?c=d&e=%2F%2Fevil", "/a#b", "/a//b", "/:80", "/@x", "/a?next=https://b.example"] {
            assert_eq!(local_path(good), Some(good));
        }
    }

    #[test]
    fn nothing_that_leaves_this_site_is_one() {
        for bad in [
            "",
            "a",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\nSet-Cookie: a=b",
            " //evil.example",
            "\u{0}//evil.example",
            "https://evil.example",
            "https:/evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "/\u{2044}evil",
            "/a b",
            &format!("/{}", "a".repeat(2048)),
        ] {
            assert_eq!(local_path(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn what_is_kept_never_changes_the_origin() {
        let base = Url::parse("https://app.example/callback").expect("a URL");
        // Every pair and triple of the characters that browsers trip over.
        let odd = ["/", "\\", "\t", "\n", " ", "@", ":", "?", "#", ".", "%2f", "%5c", "a", "\u{a0}", "\u{ff0f}"];
        for number in 0..odd.len().pow(3) {
            let pick = |place: u32| odd[number / odd.len().pow(place) % odd.len()];
            let text = format!("/{}{}{}evil.example", pick(0), pick(1), pick(2));
            if let Some(path) = local_path(&text) {
                // Law: what comes after the login is this site.
                assert_eq!(base.join(path).expect("a URL").origin(), base.origin(), "{text:?}");
            }
        }
    }
}
