//! The table of mistakes: what learners get wrong, what shows it, and what to change. `docs/tutorial/mistakes.md` is written from it.

mod answers;
mod beginning;
mod hostile;
mod leaving;
mod requests;
mod sessions;
#[cfg(test)]
mod tests;

use super::trials::Trial;
use crate::lab::Words;

/// One mistake.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name: in addresses, tests and the documentation.
    pub key: &'static str,
    /// What is tried.
    pub trial: Trial,
    /// Where the rule is written.
    pub source: &'static str,
    /// The mistake in a few words.
    pub name: Words,
    /// What is seen.
    pub seen: Words,
    /// What to change.
    pub hint: Words,
}

macro_rules! mistakes {
    ($($name:ident $trial:ident $key:literal $source:literal;
       $en:literal / $zh:literal;
       seen $seen_en:literal / $seen_zh:literal;
       hint $hint_en:literal / $hint_zh:literal;)+) => {
        $(pub(super) const $name: $crate::checker::mistakes::Row = $crate::checker::mistakes::Row {
            key: $key,
            trial: $crate::checker::trials::Trial::$trial,
            source: $source,
            name: $crate::lab::Words { en: $en, zh: $zh },
            seen: $crate::lab::Words { en: $seen_en, zh: $seen_zh },
            hint: $crate::lab::Words { en: $hint_en, zh: $hint_zh },
        };)+

        #[cfg(test)]
        pub(super) const ROWS: &[$crate::checker::mistakes::Row] = &[$($name,)+];
    };
}
use mistakes;

macro_rules! every {
    ($($module:ident { $($mistake:ident $row:ident,)+ })+) => {
        /// A mistake of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Mistake {
            $($(#[doc = concat!("The row `", stringify!($row), "`.")] $mistake,)+)+
        }

        impl Mistake {
            /// All of them, in the order in which they are looked for.
            pub const ALL: &'static [Self] = &[$($(Self::$mistake,)+)+];

            /// Its row.
            pub const fn row(self) -> &'static Row {
                match self { $($(Self::$mistake => &$module::$row,)+)+ }
            }
        }

        /// How many rows each file has, for the test that none is forgotten.
        #[cfg(test)]
        const WRITTEN: usize = $($module::ROWS.len() +)+ 0;
    };
}

every! {
    beginning {
        AppSilent APP_SILENT,
        ManifestMissing MANIFEST_MISSING,
        ManifestNotJson MANIFEST_NOT_JSON,
        ManifestForeign MANIFEST_FOREIGN,
        ClientIdTypo CLIENT_ID_TYPO,
        HomeFails HOME_FAILS,
    }
    requests {
        AccountOpen ACCOUNT_OPEN,
        LoginStays LOGIN_STAYS,
        EndpointGuessed ENDPOINT_GUESSED,
        ResponseType RESPONSE_TYPE,
        RedirectMissing REDIRECT_MISSING,
        RedirectHost REDIRECT_HOST,
        RedirectPort REDIRECT_PORT,
        RedirectSlash REDIRECT_SLASH,
        RedirectPath REDIRECT_PATH,
        ScopeOpenid SCOPE_OPENID,
        StateMissing STATE_MISSING,
        StateGuessable STATE_GUESSABLE,
        NonceMissing NONCE_MISSING,
        ChallengeMissing CHALLENGE_MISSING,
        ChallengePlain CHALLENGE_PLAIN,
        StateConstant STATE_CONSTANT,
        NonceConstant NONCE_CONSTANT,
        VerifierConstant VERIFIER_CONSTANT,
        ScopeTooWide SCOPE_TOO_WIDE,
        RequestRefused REQUEST_REFUSED,
    }
    answers {
        CallbackMissing CALLBACK_MISSING,
        SecretMissing SECRET_MISSING,
        SecretInBody SECRET_IN_BODY,
        SecretNewline SECRET_NEWLINE,
        SecretHashed SECRET_HASHED,
        SecretWrong SECRET_WRONG,
        VerifierMissing VERIFIER_MISSING,
        VerifierLost VERIFIER_LOST,
        TokenRedirect TOKEN_REDIRECT,
        UserinfoToken USERINFO_TOKEN,
        CookieStrict COOKIE_STRICT,
        ClockWrong CLOCK_WRONG,
        CallbackFails CALLBACK_FAILS,
        TokenInUrl TOKEN_IN_URL,
    }
    sessions {
        SessionLost SESSION_LOST,
        AccountEmpty ACCOUNT_EMPTY,
        SessionGlobal SESSION_GLOBAL,
        CookieScripts COOKIE_SCRIPTS,
        CookieSites COOKIE_SITES,
        ScopePhotos SCOPE_PHOTOS,
        PhotosIdToken PHOTOS_ID_TOKEN,
        PhotosNoToken PHOTOS_NO_TOKEN,
        PhotosAudience PHOTOS_AUDIENCE,
        PhotosUncalled PHOTOS_UNCALLED,
        PhotosFail PHOTOS_FAIL,
    }
    leaving {
        LogoutByGet LOGOUT_BY_GET,
        LogoutFormMissing LOGOUT_FORM_MISSING,
        LogoutKept LOGOUT_KEPT,
        LogoutLocal LOGOUT_LOCAL,
        LogoutNoHint LOGOUT_NO_HINT,
        LogoutUnregistered LOGOUT_UNREGISTERED,
    }
    hostile {
        StateUnchecked STATE_UNCHECKED,
        StateOptional STATE_OPTIONAL,
        StateUnbound STATE_UNBOUND,
        IssUnchecked ISS_UNCHECKED,
        IssOptional ISS_OPTIONAL,
        DeniedCrashes DENIED_CRASHES,
        DeniedWelcomed DENIED_WELCOMED,
        ErrorUnescaped ERROR_UNESCAPED,
        CodeTwice CODE_TWICE,
        NonceUnchecked NONCE_UNCHECKED,
        SessionFixed SESSION_FIXED,
        LoginLogsOut LOGIN_LOGS_OUT,
        OpenRedirect OPEN_REDIRECT,
        SignatureUnchecked SIGNATURE_UNCHECKED,
        AudienceUnchecked AUDIENCE_UNCHECKED,
        IssuerUnchecked ISSUER_UNCHECKED,
        ExpiryUnchecked EXPIRY_UNCHECKED,
    }
}

impl Mistake {
    /// The mistake of that key.
    pub fn named(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mistake| mistake.row().key == key)
    }
}

/// The table as Markdown, in English or, with `zh-CN`, in Chinese.
pub fn document(tag: &str) -> String {
    use std::fmt::Write as _;
    let chinese = tag.starts_with("zh");
    let mut text = if chinese {
        "# 常见错误一览\n\n本页由 `crates/demo/src/checker/` 中的表格生成。“检查我的应用”（`/learn/app`）逐项尝试，遇到第一个错误就给出对应的提示；\
         每一行都有一个故意犯此错误的小应用在测试中验证（`tests/check_me.rs`）。\n"
            .to_owned()
    } else {
        "# Mistakes that \"check me\" knows\n\nWritten from the table in `crates/demo/src/checker/`. \"Check me\" at `/learn/app` tries one thing \
         after the other and answers the first\nmistake with its hint; for each row the tests have a small app that makes exactly this one \
         (`tests/check_me.rs`).\n"
            .to_owned()
    };
    let head = if chinese {
        "| 错误 | 尝试 | 现象 | 提示 | 依据 |"
    } else {
        "| mistake | stimulus | observation | hint | specification |"
    };
    for step in super::trials::Step::ALL {
        let rows: Vec<&Row> = Mistake::ALL.iter().map(|mistake| mistake.row()).filter(|row| row.trial.step() == step).collect();
        if rows.is_empty() {
            continue;
        }
        let title = if chinese {
            format!("第 {} 步：{}", step.number(), step.name().zh)
        } else {
            format!("Step {}: {}", step.number(), step.name().en)
        };
        let _ = write!(text, "\n## {title}\n\n{head}\n| --- | --- | --- | --- | --- |\n");
        for row in rows {
            let say = |words: Words| words.said_in(tag).replace('|', "\\|").replace('<', "&lt;");
            let _ = writeln!(
                text,
                "| `{}`: {} | {} | {} | {} | {} |",
                row.key,
                say(row.name),
                say(row.trial.words()),
                say(row.seen),
                say(row.hint),
                row.source
            );
        }
    }
    text
}
