//! English or Simplified Chinese, as the browser asks.

use std::convert::Infallible;

use rocket::request::{FromRequest, Outcome, Request};

/// A language that the pages of this crate speak. As a request guard: the one that the browser likes best.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// The BCP 47 tag, as in `lang`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// What the browser likes best (RFC 9110 section 12.5.4); English when it names neither.
    pub fn of(request: &Request<'_>) -> Self {
        request.headers().get_one("Accept-Language").map_or_else(Self::default, Self::best)
    }

    fn best(header: &str) -> Self {
        let mut best = (Self::English, 0.0);
        for range in header.split(',').take(20) {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse().ok()).unwrap_or(0.0);
            let tag = tag.trim().to_ascii_lowercase();
            let spoken = match tag.as_str() {
                "zh" | "zh-cn" | "zh-sg" => Some(Self::Chinese),
                tag if tag.starts_with("zh-hans") => Some(Self::Chinese),
                tag if tag == "en" || tag.starts_with("en-") => Some(Self::English),
                _ => None,
            };
            if let Some(language) = spoken.filter(|_| weight > best.1) {
                best = (language, weight);
            }
        }
        best.0
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Language {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(Self::of(request))
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
