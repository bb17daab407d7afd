//! Pictures of apps: what is shown of them is what they are, not what they say (WHATWG MIME Sniffing §6.1 has the same signatures).

/// The longest, in bytes.
pub const MOST_BYTES: usize = 100 * 1024;

/// The media type of a picture that may be shown from this server's own address, by its first bytes. No SVG: it may hold scripts.
pub fn kind(bytes: &[u8]) -> Option<&'static str> {
    let webp = bytes.len() >= 12 && bytes.starts_with(b"RIFF") && &bytes[8..12] == b"WEBP";
    match bytes {
        _ if bytes.len() > MOST_BYTES => None,
        _ if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Some("image/png"),
        _ if bytes.starts_with(b"\xff\xd8\xff") => Some("image/jpeg"),
        _ if webp => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_without_scripts_are_shown() {
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(kind(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        for bad in [
            b"".as_slice(),
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
            b"<!doctype html><script>alert(1)</script>",
            b"GIF89a",
            b"RIFF\0\0\0\0WAVE",
            b"RIFF",
            b" \x89PNG\r\n\x1a\n",
            b"%PDF-1.7",
        ] {
            assert_eq!(kind(bad), None);
        }
        let mut large = b"\x89PNG\r\n\x1a\n".to_vec();
        large.resize(MOST_BYTES + 1, 0);
        // Law: nothing large, nothing that runs.
        assert_eq!(kind(&large), None);
    }
}
