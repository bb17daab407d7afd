//! Where the secret comes from that encrypts private keys at rest.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// The least length of a secret, in characters.
pub const SECRET_MIN_CHARS: usize = 32;

/// The most that is read of a secret file, in bytes.
const SECRET_FILE_MAX: usize = 4096;

/// How to make one.
pub(super) const HOW_TO: &str = "make one with `openssl rand -base64 48`";

/// Where the secret comes from. `Debug` never shows it.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// It was given itself; long enough.
    Inline(Zeroizing<String>),
    /// It stands in a file of the operator's.
    File(PathBuf),
    /// It stands in a file of this name in the folder of the SQLite database, made there at the first start.
    BesideDatabase {
        /// `doorward.key`; the demo has one of its own.
        file_name: &'static str,
    },
}

impl SecretSource {
    /// The secret that the operator gave, or `None` when it is the program's own beside the database.
    ///
    /// # Errors
    /// A sentence that names the file and what is wrong with it.
    pub fn given(&self) -> Result<Option<Zeroizing<String>>, String> {
        match self {
            Self::Inline(secret) => Ok(Some(secret.clone())),
            Self::File(path) => read(path).map(Some),
            Self::BesideDatabase { .. } => Ok(None),
        }
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline(_) => f.write_str("Inline(…)"),
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::BesideDatabase { file_name } => write!(f, "BesideDatabase({file_name})"),
        }
    }
}

/// Refuses a secret that is too short to be one.
pub(super) fn check_length(secret: &str) -> Result<(), String> {
    let count = secret.chars().count();
    if count < SECRET_MIN_CHARS {
        return Err(format!("has {count} characters, at least {SECRET_MIN_CHARS} are needed; {HOW_TO}"));
    }
    Ok(())
}

/// Reads a secret file: UTF-8, one trailing newline stripped, long enough.
fn read(path: &Path) -> Result<Zeroizing<String>, String> {
    let failed = |why: &str| format!("the file {} {why}", path.display());
    let mut text = Zeroizing::new(String::with_capacity(SECRET_FILE_MAX + 64));
    File::open(path)
        .and_then(|file| file.take(SECRET_FILE_MAX as u64 + 1).read_to_string(&mut text))
        .map_err(|error| failed(&format!("can't be read: {error}")))?;
    if text.len() > SECRET_FILE_MAX {
        return Err(failed(&format!("is longer than {SECRET_FILE_MAX} bytes")));
    }
    let secret = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    check_length(secret).map_err(|why| failed(&why))?;
    Ok(Zeroizing::new(secret.to_owned()))
}
