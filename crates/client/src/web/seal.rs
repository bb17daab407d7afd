//! What a cookie holds is read and made by this app alone.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// Encrypts and authenticates by AES-256-GCM under a key that HKDF derives from the app's, for this app at this provider: subjects of another
/// provider are other people, whoever shares the secret.
pub(super) struct Seal(LessSafeKey);

impl Seal {
    #[expect(clippy::expect_used, reason = "HKDF-SHA256 gives 32 bytes, and AES-256 takes 32")]
    pub fn new(secret: &[u8], issuer: &str, client: &str) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        let root = Salt::new(HKDF_SHA256, b"doorward-client").extract(secret);
        // An issuer holds no NUL: no two pairs give the same bytes.
        let info = [b"cookies 2\0", issuer.as_bytes(), b"\0", client.as_bytes()];
        root.expand(&info, HKDF_SHA256).and_then(|out| out.fill(&mut *key)).expect("32 bytes are within HKDF's bound");
        Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*key).expect("32 bytes are an AES-256 key")))
    }

    /// The value sealed for this one name: it opens under no other.
    #[expect(clippy::expect_used, reason = "sealing fails only without randomness, or for inputs of many gigabytes")]
    pub fn seal(&self, name: &str, value: &impl Serialize) -> String {
        let mut nonce = [0; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut nonce).expect("the system's randomness");
        let mut sealed = serde_json::to_vec(value).expect("values of ours are JSON");
        let aad = Aad::from(name.as_bytes());
        self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed).expect("the input is short");
        URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())
    }

    /// What was sealed for this name; nothing when it was altered, or sealed for another, or with another key.
    pub fn open<T: DeserializeOwned>(&self, name: &str, sealed: &str) -> Option<T> {
        let mut bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(sealed).ok()?);
        let (nonce, _) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self.0.open_in_place(nonce, Aad::from(name.as_bytes()), &mut bytes[NONCE_LEN..]).ok()?;
        serde_json::from_slice(plain).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Seal;

    #[test]
    fn what_was_sealed_opens_with_its_key_and_name_alone_and_unaltered() {
        let of = |secret: &[u8]| Seal::new(secret, "https://login.example", "app");
        let seal = of(b"a secret of the app's own, long enough");
        let sealed = seal.seal("session", &"ada");
        assert_eq!(seal.open::<String>("session", &sealed).as_deref(), Some("ada"));
        assert_ne!(sealed, seal.seal("session", &"ada"), "no nonce twice");
        assert!(!sealed.contains("ada"));
        assert_eq!(seal.open::<String>("login", &sealed), None);
        assert_eq!(of(b"another secret").open::<String>("session", &sealed), None);
        for (at, _) in sealed.char_indices() {
            let other = if sealed.as_bytes()[at] == b'A' { "B" } else { "A" };
            let altered = format!("{}{other}{}", &sealed[..at], &sealed[at + 1..]);
            // Law: nothing but what we wrote is ever read.
            assert_eq!(seal.open::<String>("session", &altered), None, "{at}");
        }
        for bad in ["", "A", "AAAAAAAAAAAAAAAA", "not base64!", &sealed[1..]] {
            assert_eq!(seal.open::<String>("session", bad), None, "{bad}");
        }
    }
}
