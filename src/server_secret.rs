//! The server's secret: given by the operator, or made beside a new database and never again.

use crate::config::SecretSource;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The secret of `source`. `database` is the SQLite file, if it is one; `has_keys` says whether keys are sealed in it already.
///
/// # Errors
/// A sentence: the file can't be read or made, or keys are there without the secret that opens them.
pub fn load(source: &SecretSource, database: Option<&Path>, has_keys: bool) -> Result<Zeroizing<String>, String> {
    if let Some(given) = source.given()? {
        return Ok(given);
    }
    let SecretSource::BesideDatabase { file_name } = source else { return Err("no secret is set".to_owned()) };
    let folder =
        database.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty()).map_or_else(PathBuf::new, Path::to_path_buf);
    let path = folder.join(file_name);
    match read(&path) {
        Ok(secret) => Ok(secret),
        Err(why) if why.kind() != ErrorKind::NotFound => Err(format!("the secret {} can't be read: {why}", path.display())),
        Err(_) if has_keys => Err(format!(
            "the database holds signing keys, but the secret that opens them, {}, is missing: put it back from a backup, or set DOORWARD_SECRET_FILE to where it is",
            path.display()
        )),
        Err(_) => make(&path).map_err(|why| format!("the secret {} can't be made: {why}", path.display())),
    }
}

fn read(path: &Path) -> std::io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    File::open(path)?.take(4096).read_to_string(&mut text)?;
    let secret = text.trim_end_matches(['\n', '\r']);
    if secret.chars().count() < crate::config::SECRET_MIN_CHARS {
        return Err(std::io::Error::other("it is too short to be one; put it back from a backup"));
    }
    Ok(Zeroizing::new(secret.to_owned()))
}

/// Makes the file whole or not at all: two processes that start together agree on one.
fn make(path: &Path) -> std::io::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new([0u8; 32]);
    SystemRandom::new().fill(&mut *bytes).map_err(|_| std::io::Error::other("no random bytes"))?;
    let secret = Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes));
    let draft = path.with_extension(format!("key-{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    let written = file.write_all(secret.as_bytes()).and_then(|()| file.write_all(b"\n")).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| std::fs::hard_link(&draft, path));
    std::fs::remove_file(&draft)?;
    match linked {
        Ok(()) => Ok(secret),
        Err(why) if why.kind() == ErrorKind::AlreadyExists => read(path),
        Err(why) => Err(why),
    }
}
