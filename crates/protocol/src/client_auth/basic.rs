//! Id and secret in HTTP Basic.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;

/// RFC 7617 §2 with the form-encoding of both parts that RFC 6749 §2.3.1 asks for.
pub(super) fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || encoded.len() > 8192 {
        return None;
    }
    let bytes = STANDARD.decode(encoded.trim_start_matches(' ')).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (id, secret) = text.split_once(':')?;
    let id = form_decode(id).filter(|id| !id.is_empty())?;
    Some((id, form_decode(secret)?))
}

fn form_decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?.into_owned();
    (!decoded.contains('\0')).then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_of_basic_are_form_decoded() {
        let header = format!("Basic {}", STANDARD.encode("a%20b+c:p%3Aq%2B"));
        assert_eq!(basic(&header), Some(("a b c".to_owned(), "p:q+".to_owned())));
    }
}
