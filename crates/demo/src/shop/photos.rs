//! The shop at the photo service: an ordinary HTTP client that shows a token.

use std::sync::Arc;

use doorward_client::http::{Http, Request, Response};
use doorward_client::web::Language;
use serde::{Deserialize, Serialize};

use super::login::{Account, Login};
use super::trouble::Trouble;
use crate::config::DemoConfig;

/// What hangs on the shop's wall for one person.
#[derive(Serialize)]
pub(crate) struct Wall {
    photos: Vec<Shown>,
    albums: Albums,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    title: String,
}

#[derive(Serialize)]
struct Albums {
    /// Whether the person let us see them: a photo wall without albums is fine, too.
    allowed: bool,
    list: Vec<ShownAlbum>,
}

#[derive(Serialize)]
struct ShownAlbum {
    title: String,
    count: usize,
}

#[derive(Deserialize)]
struct PhotoList {
    photos: Vec<Photo>,
}

#[derive(Deserialize)]
struct Photo {
    id: String,
    title: Title,
}

#[derive(Deserialize)]
struct AlbumList {
    albums: Vec<Album>,
}

#[derive(Deserialize)]
struct Album {
    title: Title,
    photos: Vec<String>,
}

#[derive(Deserialize)]
struct Title {
    en: String,
    #[serde(rename = "zh-CN")]
    zh_cn: String,
}

impl Title {
    fn told(self, lang: Language) -> String {
        if lang == Language::Chinese { self.zh_cn } else { self.en }
    }
}

/// A photo's name that may stand in an address of the photo service.
pub(crate) struct Picture(String);

impl Picture {
    pub(crate) fn named(name: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (!name.is_empty() && name.len() <= 40 && name.bytes().all(plain)).then(|| Self(name.to_owned()))
    }
}

pub(crate) struct Photos {
    base: String,
    http: Http,
    login: Arc<Login>,
}

impl Photos {
    pub(crate) fn new(cfg: &DemoConfig, login: Arc<Login>) -> Self {
        Self { base: cfg.photos_base(), http: Http::new(), login }
    }

    pub(crate) async fn wall(&self, account: &Account, lang: Language) -> Result<Wall, Trouble> {
        let list: PhotoList = parsed(&self.ask(account, "/photos").await?)?;
        let photos = list.photos.into_iter().map(|photo| Shown { id: photo.id, title: photo.title.told(lang) });
        Ok(Wall { photos: photos.collect(), albums: self.albums(account, lang).await? })
    }

    /// The albums, or the plain fact that we may not see them: by the grant, or by the service's word.
    async fn albums(&self, account: &Account, lang: Language) -> Result<Albums, Trouble> {
        let none = Albums { allowed: false, list: Vec::new() };
        if !account.scopes.iter().any(|scope| scope == "albums:read") {
            return Ok(none);
        }
        match self.ask(account, "/albums").await {
            Ok(answer) => {
                let list: AlbumList = parsed(&answer)?;
                let list = list.albums.into_iter().map(|album| ShownAlbum { count: album.photos.len(), title: album.title.told(lang) });
                Ok(Albums { allowed: true, list: list.collect() })
            }
            Err(Trouble::PhotosRefused(403, _)) => Ok(none),
            Err(trouble) => Err(trouble),
        }
    }

    /// One photo's file.
    pub(crate) async fn picture(&self, account: &Account, picture: &Picture) -> Result<Vec<u8>, Trouble> {
        let answer = self.ask(account, &format!("/photos/{}", picture.0)).await?;
        let svg = answer.headers().get("Content-Type").is_some_and(|kind| kind == "image/svg+xml");
        if svg { Ok(answer.into_body()) } else { Err(Trouble::PhotosAway) }
    }

    async fn ask(&self, account: &Account, path: &str) -> Result<Response<Vec<u8>>, Trouble> {
        let token = self.login.fresh_token(account).await?;
        let request = Request::get(format!("{}{path}", self.base)).header("Authorization", format!("Bearer {token}"));
        let request = request.body(Vec::new()).map_err(|_| Trouble::Ours)?;
        let answer = self.http.send(request).await.map_err(|_| Trouble::PhotosAway)?;
        match answer.status().as_u16() {
            200 => Ok(answer),
            status @ (401 | 403) => {
                let challenge = answer.headers().get("WWW-Authenticate").and_then(|value| value.to_str().ok());
                let challenge = challenge.unwrap_or_default().chars().take(300).collect();
                Err(Trouble::PhotosRefused(status, challenge))
            }
            404 => Err(Trouble::NoSuchPage),
            _ => Err(Trouble::PhotosAway),
        }
    }
}

fn parsed<T: for<'de> Deserialize<'de>>(answer: &Response<Vec<u8>>) -> Result<T, Trouble> {
    serde_json::from_slice(answer.body()).map_err(|_| Trouble::PhotosAway)
}
