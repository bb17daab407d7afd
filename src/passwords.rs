//! Passwords: argon2id off the asynchronous threads, so many at once and no more, alike for known and unknown names.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use rocket::tokio::sync::Semaphore;
use rocket::tokio::task::spawn_blocking;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// Memory in KiB, passes and lanes: OWASP's first choice for argon2id.
const PARAMS: (u32, u32, u32) = (19 * 1024, 2, 1);
/// For each hashing thread so many may wait; the next is told to come back.
const WAITING_PER_THREAD: usize = 64;
/// The longest password taken, in bytes: NIST SP 800-63B-4 asks for 64 characters at least.
const LONGEST: usize = 1024;

/// A hash that no password is known for, of the parameters in force: what an unknown name is checked against.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$RG9vcndhcmQgbm9ib2R5IQ$4tXzzSVaLK2cfhbPAr3bCTPAz3NW3v2pNoCSxP0MxYs";

/// Hashes and verifies passwords.
#[derive(Clone, Debug)]
pub struct Hasher {
    permits: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    most_waiting: usize,
}

/// Why a password was not hashed or verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashError {
    /// Too many wait already.
    Overloaded,
    /// The hash in the database can't be read, or hashing failed.
    Broken,
}

impl fmt::Display for HashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Overloaded => "too many logins wait already",
            Self::Broken => "a password could not be hashed or its hash not be read",
        })
    }
}

impl std::error::Error for HashError {}

/// The outcome of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// It isn't the password.
    No,
    /// It is; a new hash is to be stored where the old one's parameters are out of date.
    Yes(Option<String>),
}

/// Why a password isn't taken (NIST SP 800-63B-4 §3.1.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It has fewer characters than so many.
    TooShort(usize),
    /// It is longer than so many bytes.
    TooLong(usize),
    /// It is one character, or a short piece, over and over, or a run of the keyboard.
    Pattern,
    /// It is made of the user's name or address.
    Personal,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort(least) => write!(f, "the password is too short: give at least {least} characters, a sentence for instance"),
            Self::TooLong(most) => write!(f, "the password is too long: at most {most} bytes"),
            Self::Pattern => f.write_str("the password repeats itself or is a run of the keyboard: others guess it first"),
            Self::Personal => f.write_str("the password is made of the name or the address: others guess it first"),
        }
    }
}

impl std::error::Error for Unfit {}

fn argon2() -> Result<Argon2<'static>, HashError> {
    let params = Params::new(PARAMS.0, PARAMS.1, PARAMS.2, None).map_err(|_| HashError::Broken)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The form in which a password is hashed: one text, however it was typed (NIST SP 800-63B-4 §3.1.1.2).
fn normal(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfkc().collect())
}

/// Hashes on the calling thread: for the command line.
///
/// # Errors
/// [`HashError::Broken`].
pub fn hash_blocking(password: &str) -> Result<String, HashError> {
    let hash = argon2()?.hash_password(normal(password).as_bytes()).map_err(|_| HashError::Broken)?;
    Ok(hash.to_string())
}

fn verify_blocking(password: &str, stored: Option<&str>) -> Result<Verified, HashError> {
    let parsed = PasswordHash::new(stored.unwrap_or(NOBODY)).map_err(|_| HashError::Broken)?;
    let right = argon2()?.verify_password(normal(password).as_bytes(), &parsed).is_ok();
    if !right || stored.is_none() {
        return Ok(Verified::No);
    }
    Ok(Verified::Yes(if is_current(&parsed) { None } else { Some(hash_blocking(password)?) }))
}

fn is_current(hash: &PasswordHash) -> bool {
    let same = Params::try_from(hash).is_ok_and(|p| (p.m_cost(), p.t_cost(), p.p_cost()) == PARAMS);
    same && hash.algorithm.as_str() == "argon2id"
}

impl Hasher {
    /// At most `threads` hashes at once.
    pub fn new(threads: usize) -> Self {
        let permits = Arc::new(Semaphore::new(threads.max(1)));
        Self { permits, waiting: Arc::default(), most_waiting: threads.max(1) * WAITING_PER_THREAD }
    }

    /// Whether `password` is the one of `stored`; without one, work of the same length is done and the answer is no.
    ///
    /// # Errors
    /// [`HashError`].
    pub async fn verify(&self, password: Zeroizing<String>, stored: Option<String>) -> Result<Verified, HashError> {
        if password.len() > LONGEST {
            return Ok(Verified::No);
        }
        let _waiting = Waiting::join(&self.waiting, self.most_waiting)?;
        // First come, first served: the semaphore is fair.
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| HashError::Overloaded)?;
        let work = spawn_blocking(move || {
            let outcome = verify_blocking(&password, stored.as_deref());
            drop(permit);
            outcome
        });
        work.await.map_err(|_| HashError::Broken)?
    }
}

/// A place among those who wait.
struct Waiting<'w>(&'w AtomicUsize);

impl<'w> Waiting<'w> {
    fn join(waiting: &'w AtomicUsize, most: usize) -> Result<Self, HashError> {
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        let place = Self(waiting);
        if before >= most { Err(HashError::Overloaded) } else { Ok(place) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether a password may be chosen: long enough, no pattern, not made of what everybody knows of the person. No rules of composition.
///
/// # Errors
/// [`Unfit`] says what is wrong.
pub fn fit(password: &str, least: usize, personal: &[&str]) -> Result<(), Unfit> {
    if password.len() > LONGEST {
        return Err(Unfit::TooLong(LONGEST));
    }
    let normal = normal(password);
    let characters: Vec<char> = normal.to_lowercase().chars().collect();
    if normal.chars().count() < least {
        return Err(Unfit::TooShort(least));
    }
    let repeats = (1..=characters.len() / 2).any(|n| characters.chunks(n).all(|piece| characters.starts_with(piece)));
    let steps: Vec<i64> = characters.windows(2).map(|pair| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0]))).collect();
    let run = steps.iter().filter(|step| step.abs() <= 1).count() * 10 >= steps.len() * 9;
    if repeats || run {
        return Err(Unfit::Pattern);
    }
    let text: String = characters.iter().collect();
    let rest = personal.iter().flat_map(|known| known.split(['@', '.'])).map(str::to_lowercase).filter(|known| known.len() > 2);
    let left = rest.fold(text, |text, known| text.replace(&known, ""));
    if left.chars().filter(|c| !c.is_whitespace()).count() < 6 { Err(Unfit::Personal) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stand_in_for_nobody_costs_what_a_real_hash_costs() {
        assert!(PasswordHash::new(NOBODY).is_ok_and(|hash| is_current(&hash)));
        assert_eq!(verify_blocking("anything", None), Ok(Verified::No));
    }

    #[test]
    fn a_password_is_known_however_its_letters_were_composed() -> Result<(), HashError> {
        let hash = hash_blocking("caf\u{e9} au lait, s'il vous pla\u{ee}t")?;
        assert_eq!(verify_blocking("cafe\u{301} au lait, s'il vous plai\u{302}t", Some(&hash))?, Verified::Yes(None));
        assert_eq!(verify_blocking("cafe au lait, s'il vous plait", Some(&hash))?, Verified::No);
        Ok(())
    }

    #[test]
    fn a_hash_of_old_parameters_is_renewed_at_login() -> Result<(), HashError> {
        let old = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8 * 1024, 1, 1, None).map_err(|_| HashError::Broken)?);
        let hash = old.hash_password(b"a long enough password").map_err(|_| HashError::Broken)?.to_string();
        let Verified::Yes(Some(renewed)) = verify_blocking("a long enough password", Some(&hash))? else {
            return Err(HashError::Broken);
        };
        assert_eq!(verify_blocking("a long enough password", Some(&renewed))?, Verified::Yes(None));
        Ok(())
    }

    #[test]
    fn a_broken_hash_is_an_error_and_no_login() {
        assert_eq!(verify_blocking("x", Some("not a hash")), Err(HashError::Broken));
    }

    #[test]
    fn the_whole_password_counts() -> Result<(), HashError> {
        let long = "a b c d e f g h ".repeat(16);
        let hash = hash_blocking(&long)?;
        assert_eq!(verify_blocking(&long[..long.len() - 1], Some(&hash))?, Verified::No);
        Ok(())
    }

    #[test]
    fn which_passwords_are_unfit() {
        let check = |password: &str| fit(password, 15, &["ada", "ada.lovelace@example.org"]);
        assert_eq!(check("short"), Err(Unfit::TooShort(15)));
        assert_eq!(check("fourteen chars"), Err(Unfit::TooShort(15)));
        assert_eq!(check(&"x".repeat(1025)), Err(Unfit::TooLong(1024)));
        assert_eq!(check("aaaaaaaaaaaaaaaaaa"), Err(Unfit::Pattern));
        assert_eq!(check("abcabcabcabcabcabc"), Err(Unfit::Pattern));
        assert_eq!(check("abcdefghijklmnopqrst"), Err(Unfit::Pattern));
        assert_eq!(check("ada.lovelace@example.org"), Err(Unfit::Personal));
        for good in
            ["correct horse battery staple", "密码应该是一句很长的话才安全好吗", "Ada wrote the first program", "!@#$%^&*()_+ 4x7q2"]
        {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }
}
