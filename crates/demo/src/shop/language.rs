//! English or Simplified Chinese, as the browser asks.

use std::convert::Infallible;

use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest, Request};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    English,
    Chinese,
}

impl Language {
    /// The BCP 47 tag, as in `lang` and `ui_locales`.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// The best of an `Accept-Language` header (RFC 9110 §12.5.4); English when it names neither.
    fn best(header: &str) -> Self {
        let mut best = (Self::English, 0.0);
        for range in header.split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse().ok()).unwrap_or(0.0);
            if let Some(language) = Self::named(&tag.trim().to_ascii_lowercase())
                && weight > best.1
            {
                best = (language, weight);
            }
        }
        best.0
    }

    fn named(tag: &str) -> Option<Self> {
        match tag {
            "zh" | "zh-cn" | "zh-sg" => Some(Self::Chinese),
            _ if tag.starts_with("zh-hans") => Some(Self::Chinese),
            _ if tag == "en" || tag.starts_with("en-") => Some(Self::English),
            _ => None,
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Language {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Infallible> {
        Outcome::Success(request.headers().get_one("Accept-Language").map_or_else(Self::default, Self::best))
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn the_weightiest_language_that_we_speak_wins() {
        for (header, spoken) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese),
            ("fr,zh-Hans-CN;q=0.5,en;q=0.4", Language::Chinese),
            ("en-GB;q=0.2,zh;q=0.1", Language::English),
            ("zh-TW,zh-Hant", Language::English),
            ("de;q=1", Language::English),
            ("zh;q=broken", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::best(header), spoken, "{header}");
        }
    }
}
