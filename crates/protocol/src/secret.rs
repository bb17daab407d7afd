//! Secrets that are minted, shown once and digested: only digests reach the store, and only of the right kind.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{fmt, marker::PhantomData};
use zeroize::Zeroizing;

/// Where chance comes from: the operating system in a running server, a seed in tests.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with unpredictable ones.
    fn fill(&self, bytes: &mut [u8]);
}

/// 128 random bits as base64url: a name nobody can guess, though it isn't a secret by itself.
pub fn random_id(rng: &dyn Entropy) -> String {
    let mut bytes = [0u8; 16];
    rng.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The same for what an operator types: it doesn't begin like an option of a command.
pub fn typable_id(rng: &dyn Entropy) -> String {
    loop {
        let id = random_id(rng);
        if !id.starts_with('-') {
            return id;
        }
    }
}

/// A kind of secret. Kinds never mix: a code can't be looked up as a refresh token (RFC 8725 §3.12 in spirit).
pub trait Kind: 'static {
    /// Stands before the random part, so that a leaked secret can be told and searched for.
    const PREFIX: &'static str;
    /// Separates the digests of one kind from those of another.
    const NAME: &'static str;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $kind {}
        impl Kind for $kind {
            const PREFIX: &'static str = $prefix;
            const NAME: &'static str = stringify!($kind);
        }
    )+};
}

kinds! {
    /// An authorization code (RFC 6749 §1.3.1).
    Code = "dwc_";
    /// A refresh token (RFC 6749 §1.5).
    Refresh = "dwr_";
    /// An opaque access token (RFC 6749 §1.4).
    Access = "dwa_";
    /// What a client proves itself with (RFC 6749 §2.3.1).
    ClientSecret = "dws_";
    /// What manages a dynamic registration (RFC 7592 §3).
    RegistrationAccess = "dwm_";
    /// What lets a client register (RFC 7591 §3, initial access token).
    InitialAccess = "dwi_";
    /// A pushed authorization request (RFC 9126 §2.2).
    PushedRequest = "";
    /// What a device polls with (RFC 8628 §3.2).
    DeviceCode = "dwd_";
    /// What a person types from a device (RFC 8628 §3.2), in its one normal form.
    UserCode = "";
    /// What the session cookie holds.
    SessionKey = "";
    /// What binds a browser to the pages it was given.
    Browser = "";
    /// Tells a browser in which this person has logged in before.
    KnownBrowser = "";
}

/// A secret in clear. It is shown once; it can't be printed, compared or serialised by accident.
pub struct Secret<K: Kind>(Zeroizing<String>, PhantomData<K>);

impl<K: Kind> Secret<K> {
    /// A new one with 256 random bits.
    pub fn mint(rng: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0u8; 32]);
        rng.fill(&mut *bytes);
        Self::shown(format!("{}{}", K::PREFIX, URL_SAFE_NO_PAD.encode(*bytes)))
    }

    /// One that came from outside, of whatever form: only its digest decides.
    pub fn shown(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()), PhantomData)
    }

    /// The text, for the one who is to have it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored in its place: SHA-256 over kind and text.
    pub fn digest(&self) -> Digest<K> {
        let mut input = Zeroizing::new(Vec::with_capacity(K::NAME.len() + 1 + self.0.len()));
        input.extend_from_slice(K::NAME.as_bytes());
        input.push(0);
        input.extend_from_slice(self.0.as_bytes());
        let hash = digest(&SHA256, &input);
        let mut bytes = [0u8; 32];
        bytes.copy_from_slice(hash.as_ref());
        Digest(bytes, PhantomData)
    }
}

impl<K: Kind> fmt::Debug for Secret<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret<{}>(…)", K::NAME)
    }
}

/// The digest of a secret: useless to who reads it, enough to recognise the secret.
pub struct Digest<K: Kind>([u8; 32], PhantomData<K>);

impl<K: Kind> Digest<K> {
    /// As it stands in the database.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Reads what [`Self::to_text`] wrote.
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?, PhantomData))
    }
}

impl<K: Kind> Clone for Digest<K> {
    fn clone(&self) -> Self {
        Self(self.0, PhantomData)
    }
}

impl<K: Kind> PartialEq for Digest<K> {
    /// In constant time.
    fn eq(&self, other: &Self) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl<K: Kind> Eq for Digest<K> {}

impl<K: Kind> fmt::Debug for Digest<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest<{}>(…)", K::NAME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;
    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for (i, b) in bytes.iter_mut().enumerate() {
                *b = u8::try_from(i % 251).unwrap_or_default();
            }
        }
    }

    #[test]
    fn an_id_that_is_typed_is_no_option() {
        struct DashFirst(std::sync::atomic::AtomicBool);
        impl Entropy for DashFirst {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(if self.0.swap(false, std::sync::atomic::Ordering::Relaxed) { 0xfb } else { 1 });
            }
        }
        assert!(random_id(&DashFirst(true.into())).starts_with('-'));
        assert!(!typable_id(&DashFirst(true.into())).starts_with('-'));
    }

    #[test]
    fn a_secret_never_shows_itself_in_debug_output() {
        let secret = Secret::<Refresh>::mint(&Counting);
        let shown = format!("{secret:?} {:?}", secret.digest());
        assert!(!shown.contains(secret.expose()) && !shown.contains(&secret.digest().to_text()));
        assert_eq!(shown, "Secret<Refresh>(…) Digest<Refresh>(…)");
    }

    #[test]
    fn a_digest_of_one_kind_is_none_of_another() {
        let text = "the same text";
        assert_ne!(Secret::<Code>::shown(text).digest().to_text(), Secret::<Refresh>::shown(text).digest().to_text());
    }

    #[test]
    fn a_digest_survives_the_store_and_nothing_else_is_read_as_one() {
        let digest = Secret::<Code>::mint(&Counting).digest();
        assert_eq!(Digest::<Code>::from_text(&digest.to_text()), Some(digest));
        for bad in ["", "AAAA", "not base64!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(Digest::<Code>::from_text(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_minted_secret_has_256_bits_and_its_kind_in_front() {
        let secret = Secret::<Code>::mint(&Counting);
        assert!(secret.expose().starts_with("dwc_"));
        assert_eq!(secret.expose().len(), "dwc_".len() + 43);
    }
}
