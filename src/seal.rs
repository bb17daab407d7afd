//! The server's secret and what derives from it: encryption of what must be known, and form tokens.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_protocol::secret::{Entropy, Kind, Secret};
use std::fmt;
use zeroize::Zeroizing;

/// Keys derived from the server's secret. Each use has a key of its own (RFC 5869 `info`).
pub struct Seal {
    encryption: LessSafeKey,
    forms: hmac::Key,
    nonces: Zeroizing<[u8; 32]>,
    subjects: hmac::Key,
    short: hmac::Key,
    explanations: LessSafeKey,
}

/// What was sealed can't be opened: another secret sealed it, or it was altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongSecret;

impl fmt::Display for WrongSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what is encrypted in the database was sealed with another secret")
    }
}

impl std::error::Error for WrongSecret {}

impl Seal {
    /// Derives the keys. The secret is long and random, so that a fast derivation does.
    #[expect(clippy::expect_used, reason = "HKDF-SHA256 gives 32 bytes, and AES-256 takes 32")]
    pub fn new(secret: &str) -> Self {
        let root = Salt::new(HKDF_SHA256, b"doorward").extract(secret.as_bytes());
        let derive = |info: &[u8]| {
            let mut key = Zeroizing::new([0u8; 32]);
            root.expand(&[info], HKDF_SHA256).and_then(|okm| okm.fill(&mut *key)).expect("32 bytes are within HKDF's bound");
            key
        };
        let aead = |info: &[u8]| LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*derive(info)).expect("32 bytes are an AES-256 key"));
        let mac = |info: &[u8]| hmac::Key::new(hmac::HMAC_SHA256, &*derive(info));
        Self {
            encryption: aead(b"encryption 1"),
            forms: mac(b"forms 1"),
            nonces: derive(b"dpop nonces 1"),
            subjects: mac(b"pairwise subjects 1"),
            short: mac(b"short codes 1"),
            // A key of its own: strangers can have many made.
            explanations: aead(b"explanations 1"),
        }
    }

    /// Encrypts `plain`, bound to `context`: it opens only under the same one.
    pub fn seal(&self, context: &str, plain: &[u8], rng: &dyn Entropy) -> String {
        seal(&self.encryption, context, plain, rng)
    }

    /// Decrypts what [`Self::seal`] made.
    ///
    /// # Errors
    /// [`WrongSecret`].
    pub fn open(&self, context: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, WrongSecret> {
        open(&self.encryption, context, sealed)
    }

    /// Encrypts what an `error_uri` holds.
    pub fn seal_explanation(&self, plain: &[u8], rng: &dyn Entropy) -> String {
        seal(&self.explanations, "", plain, rng)
    }

    /// Decrypts what [`Self::seal_explanation`] made.
    ///
    /// # Errors
    /// [`WrongSecret`].
    pub fn open_explanation(&self, sealed: &str) -> Result<Zeroizing<Vec<u8>>, WrongSecret> {
        open(&self.explanations, "", sealed)
    }

    /// What DPoP nonces are made and known by, on every node (RFC 9449 §8).
    pub fn nonce_key(&self) -> &[u8; 32] {
        &self.nonces
    }

    /// What is stored in place of a secret short enough to be tried out: its digest under a key that the database doesn't hold.
    pub fn keyed<K: Kind>(&self, secret: &Secret<K>) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.short, secret.digest().to_text().as_bytes()))
    }

    /// The token a form carries: it belongs to the browser that holds `nonce` and to no other (OWASP ASVS 5.0 3.5.1).
    pub fn form_token(&self, nonce: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.forms, nonce.as_bytes()))
    }

    /// Whether `token` is the one for `nonce`, in constant time.
    pub fn is_form_token(&self, nonce: &str, token: &str) -> bool {
        URL_SAFE_NO_PAD.decode(token).is_ok_and(|tag| hmac::verify(&self.forms, nonce.as_bytes(), &tag).is_ok())
    }

    /// What a person is called in a sector (OpenID Connect Core §8.1): always the same there, and nothing that can be turned back or be
    /// compared with another sector's.
    pub fn pairwise(&self, sector: &str, subject: &str) -> String {
        // Neither a sector nor a subject holds NUL: no two pairs give the same bytes.
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.subjects, &[sector.as_bytes(), b"\0", subject.as_bytes()].concat()))
    }
}

#[expect(clippy::expect_used, reason = "sealing fails only for inputs of many gigabytes")]
fn seal(key: &LessSafeKey, context: &str, plain: &[u8], rng: &dyn Entropy) -> String {
    let mut nonce = [0u8; NONCE_LEN];
    rng.fill(&mut nonce);
    let mut sealed = plain.to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context.as_bytes()), &mut sealed)
        .expect("the input is short");
    URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())
}

fn open(key: &LessSafeKey, context: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, WrongSecret> {
    let mut bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(sealed).map_err(|_| WrongSecret)?);
    let (nonce, _) = bytes.split_first_chunk::<NONCE_LEN>().ok_or(WrongSecret)?;
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let plain = key.open_in_place(nonce, Aad::from(context.as_bytes()), &mut bytes[NONCE_LEN..]).map_err(|_| WrongSecret)?;
    Ok(Zeroizing::new(plain.to_vec()))
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemEntropy;

    const SECRET: &str = "a secret of at least thirty-two characters";

    #[test]
    fn what_is_sealed_opens_under_the_same_secret_and_context_only() -> Result<(), WrongSecret> {
        let sealed = Seal::new(SECRET).seal("kid", b"private", &SystemEntropy::default());
        assert_eq!(Seal::new(SECRET).open("kid", &sealed)?.as_slice(), b"private");
        assert_eq!(Seal::new(SECRET).open("other", &sealed).err(), Some(WrongSecret));
        assert_eq!(Seal::new("another secret of thirty-two characters!").open("kid", &sealed).err(), Some(WrongSecret));
        for bad in ["", "AAAA", &sealed[..sealed.len() - 2], &sealed.replace(&sealed[..4], "AAAA")] {
            assert_eq!(Seal::new(SECRET).open("kid", bad).err(), Some(WrongSecret), "{bad}");
        }
        Ok(())
    }

    #[test]
    fn a_short_secret_cannot_be_tried_out_without_the_servers() {
        use doorward_protocol::secret::{DeviceCode, UserCode};
        let (code, seal) = (Secret::<UserCode>::shown("WDJBMJHT"), Seal::new(SECRET));
        assert_eq!(seal.keyed(&code), Seal::new(SECRET).keyed(&code));
        assert_ne!(seal.keyed(&code), seal.keyed(&Secret::<UserCode>::shown("WDJBMJHV")));
        assert_ne!(seal.keyed(&code), seal.keyed(&Secret::<DeviceCode>::shown("WDJBMJHT")));
        assert_ne!(seal.keyed(&code), Seal::new("another secret of thirty-two characters!").keyed(&code));
        assert_ne!(seal.keyed(&code), code.digest().to_text());
    }

    #[test]
    fn a_form_token_belongs_to_one_browser() {
        let seal = Seal::new(SECRET);
        let token = seal.form_token("one");
        assert!(seal.is_form_token("one", &token));
        assert!(!seal.is_form_token("two", &token));
        assert!(!seal.is_form_token("one", ""));
        assert!(!Seal::new("another secret of thirty-two characters!").is_form_token("one", &token));
    }

    #[test]
    fn a_pairwise_subject_is_stable_and_differs_between_sectors_people_and_servers() {
        let (seal, mut seen) = (Seal::new(SECRET), std::collections::BTreeSet::new());
        // Parts that would run together without a mark between them are other pairs, too.
        for (sector, subject) in
            [("a.example", "ada"), ("b.example", "ada"), ("a.example", "bob"), ("a.examplea", "da"), ("", "a.exampleada")]
        {
            let sub = seal.pairwise(sector, subject);
            assert_eq!(sub, Seal::new(SECRET).pairwise(sector, subject));
            assert!(sub.len() == 43 && !sub.contains(subject));
            assert!(seen.insert(sub), "{sector} {subject}");
            assert!(seen.insert(Seal::new("another secret of thirty-two characters!").pairwise(sector, subject)));
        }
    }
}
