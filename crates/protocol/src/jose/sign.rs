//! Private keys, and the tokens signed with them.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
    RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use zeroize::Zeroizing;

use super::alg::Alg;
use super::error::JoseError;
use super::jwk::{Jwk, Material};

/// A private key, parsed once and ready to sign, with its public half.
///
/// Parsing and checking an RSA key costs nearly as much as a signature, so the parsed key is what is kept and
/// shared (`Arc<SigningKey>`). `Debug` shows the `kid` alone.
pub struct SigningKey {
    alg: Alg,
    pair: Pair,
    public: Jwk,
    kid: String,
}

enum Pair {
    Ec(Box<EcdsaKeyPair>),
    Ed(Ed25519KeyPair),
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
}

/// The protected header of what we sign (RFC 7515 section 4.1).
#[derive(Serialize)]
struct Header<'a> {
    alg: Alg,
    kid: &'a str,
    typ: &'a str,
}

impl SigningKey {
    /// Makes a new key: P-256, Ed25519, or RSA of 2048 bits.
    ///
    /// The key is drawn from the generator inside aws-lc-rs, which the operating system seeds; see the
    /// [module](super). An RSA key takes up to a second, so this belongs on a blocking thread.
    ///
    /// # Errors
    /// [`JoseError::Generate`].
    pub fn generate(alg: Alg) -> Result<Self, JoseError> {
        let pair = match alg {
            Alg::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(|p| Pair::Ec(Box::new(p))),
            Alg::EdDsa => Ed25519KeyPair::generate().map(Pair::Ed),
            Alg::Rs256 => RsaKeyPair::generate(KeySize::Rsa2048).map(|p| Pair::Rsa(p, &RSA_PKCS1_SHA256)),
            Alg::Ps256 => RsaKeyPair::generate(KeySize::Rsa2048).map(|p| Pair::Rsa(p, &RSA_PSS_SHA256)),
        };
        Self::new(alg, pair.map_err(|_| JoseError::Generate)?)
    }

    /// Reads a key from PKCS#8 (RFC 5958), for use with `alg` only. RSA keys of 2048 to 8192 bits are taken.
    ///
    /// # Errors
    /// [`JoseError::KeyRejected`] when it is malformed, inconsistent or of another type.
    pub fn from_pkcs8(alg: Alg, pkcs8: &[u8]) -> Result<Self, JoseError> {
        let pair = match alg {
            Alg::Es256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map(|p| Pair::Ec(Box::new(p))),
            Alg::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).map(Pair::Ed),
            Alg::Rs256 => RsaKeyPair::from_pkcs8(pkcs8).map(|p| Pair::Rsa(p, &RSA_PKCS1_SHA256)),
            Alg::Ps256 => RsaKeyPair::from_pkcs8(pkcs8).map(|p| Pair::Rsa(p, &RSA_PSS_SHA256)),
        };
        Self::new(alg, pair.map_err(|_| JoseError::KeyRejected)?)
    }

    fn new(alg: Alg, pair: Pair) -> Result<Self, JoseError> {
        let material = match &pair {
            Pair::Ec(pair) => Material::Ec(fixed(pair.public_key().as_ref())?),
            Pair::Ed(pair) => Material::Okp(fixed(pair.public_key().as_ref())?),
            Pair::Rsa(pair, _) => {
                let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                Material::Rsa { n, e }
            }
        };
        let public = Jwk::own(material, alg);
        let kid = public.thumbprint();
        Ok(Self { alg, pair, public, kid })
    }

    /// The private key as PKCS#8 (RFC 5958), to be encrypted and stored. The bytes are wiped when dropped.
    ///
    /// # Errors
    /// [`JoseError::Export`].
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, JoseError> {
        let pkcs8 = |der: Result<Pkcs8V1Der<'static>, _>| der.map(|der| Zeroizing::new(der.as_ref().to_vec()));
        match &self.pair {
            Pair::Ec(pair) => pair.to_pkcs8v1().map(|der| Zeroizing::new(der.as_ref().to_vec())),
            Pair::Ed(pair) => pkcs8(pair.as_der()),
            Pair::Rsa(pair, _) => pkcs8(pair.as_der()),
        }
        .map_err(|_| JoseError::Export)
    }

    /// The algorithm it signs with.
    pub const fn alg(&self) -> Alg {
        self.alg
    }

    /// The public half, as it goes into the JWK Set.
    pub const fn public(&self) -> &Jwk {
        &self.public
    }

    /// The name of the key: its thumbprint (RFC 7638).
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Signs claims as a compact JWS (RFC 7515 section 7.1) whose header has `alg`, `kid` and `typ`.
    ///
    /// `typ` tells kinds of tokens apart (RFC 8725 section 3.11): `JWT`, `at+jwt` …
    ///
    /// # Errors
    /// [`JoseError::Claims`] when the claims are no JSON object, [`JoseError::Sign`].
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, JoseError> {
        self.sign_under(&Header { alg: self.alg, kid: &self.kid, typ }, claims)
    }

    /// Signs claims as a DPoP proof: a compact JWS whose header has `typ`, `alg` and the public half as `jwk` (RFC 9449
    /// section 4.2).
    ///
    /// # Errors
    /// As [`sign`](Self::sign).
    pub fn sign_proof(&self, claims: &impl Serialize) -> Result<String, JoseError> {
        self.sign_under(&ProofHeader { typ: "dpop+jwt", alg: self.alg, jwk: &self.public }, claims)
    }

    /// Signs claims under a header that the caller vouches for.
    pub(crate) fn sign_under(&self, header: &impl Serialize, claims: &impl Serialize) -> Result<String, JoseError> {
        let header = serde_json::to_vec(header).map_err(|_| JoseError::Claims)?;
        let claims = serde_json::to_vec(claims).map_err(|_| JoseError::Claims)?;
        if claims.first() != Some(&b'{') {
            return Err(JoseError::Claims);
        }
        let mut token = String::with_capacity((header.len() + claims.len()) * 4 / 3 + 400);
        URL_SAFE_NO_PAD.encode_string(header, &mut token);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = self.signature(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    /// The raw signature of `message`, in the form that JWS takes (RFC 7518 section 3.4 for ES256: r and s side by
    /// side).
    pub(super) fn signature(&self, message: &[u8]) -> Result<Vec<u8>, JoseError> {
        // The generator argument is ignored by aws-lc-rs, which draws from its own.
        match &self.pair {
            Pair::Ec(pair) => pair.sign(&SystemRandom::new(), message).map(|s| s.as_ref().to_vec()),
            Pair::Ed(pair) => pair.try_sign(message).map(|s| s.as_ref().to_vec()),
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &SystemRandom::new(), message, &mut signature).map(|()| signature)
            }
        }
        .map_err(|_| JoseError::Sign)
    }
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], JoseError> {
    bytes.try_into().map_err(|_| JoseError::KeyRejected)
}

/// The header of a proof of possession.
#[derive(Serialize)]
struct ProofHeader<'k> {
    typ: &'static str,
    alg: Alg,
    jwk: &'k Jwk,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.kid)
    }
}
