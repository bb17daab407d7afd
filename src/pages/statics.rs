//! The static files: embedded, replaceable by a folder, served under a path that holds the hash of their content.

use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::frame::Site;

/// Name of the stylesheet.
pub const STYLES: &str = "doorward.css";
/// Name of the stylesheet that the pages of the tutorial have on top.
pub const LEARN_STYLES: &str = "learn.css";
/// Name of the icon.
pub const ICON: &str = "favicon.svg";
/// Name of the script of the `form_post` page.
pub const FORM_POST_SCRIPT: &str = "form-post.js";
/// Name of the script that follows the glass box live.
pub const TRACE_SCRIPT: &str = "trace.js";

const EMBEDDED: [(&str, &str, &[u8]); 5] = [
    (STYLES, "text/css; charset=utf-8", include_bytes!("../../static/doorward.css")),
    (LEARN_STYLES, "text/css; charset=utf-8", include_bytes!("../../static/learn.css")),
    (ICON, "image/svg+xml", include_bytes!("../../static/favicon.svg")),
    (FORM_POST_SCRIPT, "text/javascript; charset=utf-8", include_bytes!("../../static/form-post.js")),
    (TRACE_SCRIPT, "text/javascript; charset=utf-8", include_bytes!("../../static/trace.js")),
];

/// One file, ready to be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticFile {
    /// File name.
    pub name: &'static str,
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// First 12 characters of the base64url SHA-256 of the content; also a good `ETag`.
    pub hash: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// A file of the operator's folder could not be read.
#[derive(Debug)]
pub struct StaticError {
    /// The file.
    pub file: PathBuf,
    /// Why.
    pub reason: io::Error,
}

impl fmt::Display for StaticError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "static file {}: {}", self.file.display(), self.reason)
    }
}

impl std::error::Error for StaticError {}

/// All static files.
#[derive(Debug, Clone)]
pub struct Statics {
    files: Vec<StaticFile>,
}

impl Statics {
    /// Takes the embedded files; one that a folder has too is read from there. Files of other names are not served.
    ///
    /// # Errors
    /// When the folder does not exist, or has a file of such a name that can't be read.
    pub fn load(folder: Option<&Path>) -> Result<Self, StaticError> {
        if let Some(folder) = folder {
            fs::read_dir(folder).map_err(|reason| StaticError { file: folder.to_owned(), reason })?;
        }
        let mut files = Vec::with_capacity(EMBEDDED.len());
        for (name, content_type, embedded) in EMBEDDED {
            let bytes = match folder.map(|folder| folder.join(name)) {
                None => embedded.to_vec(),
                Some(file) => match fs::read(&file) {
                    Ok(own) => own,
                    Err(e) if e.kind() == io::ErrorKind::NotFound => embedded.to_vec(),
                    Err(reason) => return Err(StaticError { file, reason }),
                },
            };
            let mut hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, &bytes));
            hash.truncate(12);
            files.push(StaticFile { name, content_type, hash, bytes });
        }
        Ok(Self { files })
    }

    /// The file for `/static/<hash>/<name>`. A stale hash gives nothing: it must not be kept for a year under a path that
    /// promises other content.
    pub fn get(&self, hash: &str, name: &str) -> Option<&StaticFile> {
        self.files.iter().find(|file| file.name == name && file.hash == hash)
    }

    /// All files.
    pub fn files(&self) -> &[StaticFile] {
        &self.files
    }

    /// The paths that pages link to, for an issuer whose path is `base` (empty, or `/auth`).
    pub fn site(&self, base: &str) -> Site {
        let base = base.trim_end_matches('/');
        let path = |name: &str| {
            let hash = self.files.iter().find(|file| file.name == name).map_or("", |file| file.hash.as_str());
            format!("{base}/static/{hash}/{name}")
        };
        Site {
            base: base.to_owned(),
            styles: path(STYLES),
            learn_styles: path(LEARN_STYLES),
            icon: path(ICON),
            form_post_script: path(FORM_POST_SCRIPT),
            trace_script: path(TRACE_SCRIPT),
        }
    }
}
