//! The page of a trouble: what happened, and what to do.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::language::Language;
use super::trouble::{Kind, Trouble};

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{margin:0;min-height:100vh;display:grid;place-items:center;font:1.0625rem/1.6 system-ui,sans-serif;background:Canvas;color:CanvasText}\
main{box-sizing:border-box;width:100%;max-width:34rem;padding:2rem 1.5rem}\
h1{font-size:1.5rem;line-height:1.3;margin:0 0 .75rem}\
p{margin:0 0 1rem}\
nav{display:flex;flex-wrap:wrap;gap:.75rem 1.25rem;margin:1.5rem 0}\
a{color:LinkText}\
aside{margin-top:2rem;padding:1rem;border:1px solid GrayText;border-radius:.5rem;font-size:.9375rem;overflow-wrap:anywhere}\
aside h2{font-size:1rem;margin:0 0 .5rem}\
aside dl{margin:0}\
aside dt{font-weight:600;margin-top:.75rem}\
aside dd{margin:0}\
code{font-family:ui-monospace,monospace;font-size:.9375em}\
footer{margin-top:2rem;font-size:.9375rem;opacity:.8}";

/// A policy under which this page, and nothing else, can be shown.
pub(super) fn policy() -> String {
    let hash = STANDARD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
}

struct Texts {
    title: &'static str,
    what: &'static str,
    advice: &'static str,
}

/// The page. Details are for the app's author.
pub(super) fn render(trouble: &Trouble, language: Language, home: &str, details: bool) -> String {
    let Texts { title, what, advice } = match language {
        Language::English => english(trouble.kind()),
        Language::Chinese => chinese(trouble.kind()),
    };
    let Words { again, back, code, .. } = WORDS[usize::from(language == Language::Chinese)];
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>{title}</h1>\n<p>{what}</p>\n<p>{advice}</p>\n<nav>",
        language.tag()
    );
    // Writing into a String doesn't fail.
    if let Some(path) = trouble.again() {
        let _ = write!(page, "<a href=\"{}\">{again}</a> ", escaped(path));
    }
    let _ = writeln!(page, "<a href=\"{}\">{back}</a></nav>", escaped(home));
    if details {
        for_the_author(&mut page, trouble, language);
    } else {
        let _ = writeln!(page, "<footer>{code} <code>{}</code></footer>", trouble.check().code());
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

/// Which check failed, what that means, what to do, and the very detail.
fn for_the_author(page: &mut String, trouble: &Trouble, language: Language) {
    let check = trouble.check();
    let Words { author, which, remedy, detail, more, .. } = WORDS[usize::from(language == Language::Chinese)];
    let (what, todo) = match language {
        Language::English => (check.sentence(), check.remedy()),
        Language::Chinese => (check.sentence_in_chinese(), check.remedy_in_chinese()),
    };
    let _ = write!(
        page,
        "<aside>\n<h2>{author}</h2>\n<dl>\n<dt>{which} <code>{}</code> ({})</dt>\n<dd>{what}</dd>\n<dt>{remedy}</dt>\n<dd>{todo}</dd>\n\
         <dt>{detail}</dt>\n<dd lang=\"en\">{}</dd>\n",
        check.code(),
        check.source(),
        escaped(&trouble.to_string())
    );
    if let Some(crate::login::LoginError::Said(said)) = trouble.login_error()
        && let Some(uri) = said.uri()
    {
        let _ = writeln!(page, "<dd><a href=\"{}\" rel=\"noreferrer\">{more}</a></dd>", escaped(uri));
    }
    page.push_str("</dl>\n</aside>\n");
}

/// The page's own words, in English and Chinese.
struct Words {
    again: &'static str,
    back: &'static str,
    code: &'static str,
    author: &'static str,
    which: &'static str,
    remedy: &'static str,
    detail: &'static str,
    more: &'static str,
}

static WORDS: [Words; 2] = [
    Words {
        again: "Log in again",
        back: "Go to the start page",
        code: "Error code:",
        author: "For the author of this app",
        which: "What failed:",
        remedy: "What to do",
        detail: "Detail",
        more: "More about this error, from the login server",
    },
    Words {
        again: "重新登录",
        back: "回到首页",
        code: "错误代码：",
        author: "给本应用的开发者",
        which: "未通过的检查：",
        remedy: "怎么办",
        detail: "详情",
        more: "登录服务器对此错误的说明",
    },
];

fn english(kind: Kind) -> Texts {
    let (title, what, advice) = match kind {
        Kind::Declined => (
            "You are not logged in",
            "You chose not to let this app know who you are. It has learned nothing about you.",
            "If that was a slip, log in again.",
        ),
        Kind::Asked => (
            "The login server has to ask you something",
            "It could not log you in without a word from you.",
            "Log in again, and it will ask.",
        ),
        Kind::Unknown => (
            "This login can't be finished",
            "It was finished before, or this browser did not begin it. That happens when a page is reloaded, when cookies are turned off, or when you follow a link that was not meant for you.",
            "Begin again from here, and keep to this browser.",
        ),
        Kind::TooLate => (
            "That took a little too long",
            "For your safety a login must be finished within an hour, and this one was not.",
            "Log in again. Nothing is lost.",
        ),
        Kind::Unbelieved => (
            "We could not trust the answer",
            "The answer of the login server did not pass our checks, so nobody was logged in.",
            "Try again. If it happens once more, tell the people who run this app.",
        ),
        Kind::Away => {
            ("The login server can't be reached", "It does not answer at the moment. Your account is fine.", "Try again in a minute.")
        }
        Kind::NotSetUp => (
            "This app is not set up correctly",
            "The login server does not accept the way this app asks. You have done nothing wrong, and can't solve it.",
            "Please tell the people who run this app.",
        ),
        Kind::Foreign => (
            "That came from another site",
            "Another site tried to do something here in your name. Nothing was done.",
            "If you wanted to log out, do so on a page of this app.",
        ),
        Kind::NoSessions => (
            "We can't see who is logged in",
            "A part of this app does not answer at the moment. Nothing is lost.",
            "Try again in a minute.",
        ),
    };
    Texts { title, what, advice }
}

fn chinese(kind: Kind) -> Texts {
    let (title, what, advice) = match kind {
        Kind::Declined => ("你没有登录", "你选择了不让本应用知道你是谁。它没有得到你的任何信息。", "如果只是点错了，请重新登录。"),
        Kind::Asked => ("登录服务器需要先问你", "没有你的回答，它无法让你登录。", "请重新登录，它会向你询问。"),
        Kind::Unknown => (
            "这次登录无法完成",
            "它已经完成过了，或者不是从这个浏览器开始的。刷新了页面、关闭了 Cookie，或点开了不是给你的链接，都会这样。",
            "请从这里重新开始，并一直使用同一个浏览器。",
        ),
        Kind::TooLate => ("时间太久了", "为了你的安全，登录须在一小时内完成，而这次超过了。", "请重新登录，什么都没有丢失。"),
        Kind::Unbelieved => (
            "我们无法相信这个答复",
            "登录服务器的答复没有通过我们的检查，因此没有任何人登录。",
            "请再试一次。如果再次出现，请告诉本应用的运营者。",
        ),
        Kind::Away => ("无法连接登录服务器", "它暂时没有响应。你的账户没有问题。", "请过一分钟再试。"),
        Kind::NotSetUp => ("本应用的设置有误", "登录服务器不接受本应用的请求方式。这不是你的错，你也无法解决。", "请告诉本应用的运营者。"),
        Kind::Foreign => (
            "这个请求来自别的网站",
            "有别的网站想以你的名义在这里做些什么。我们什么都没有做。",
            "如果你想退出登录，请在本应用的页面上操作。",
        ),
        Kind::NoSessions => ("暂时看不到谁登录了", "本应用的一个部分暂时没有响应。什么都没有丢失。", "请过一分钟再试。"),
    };
    Texts { title, what, advice }
}

/// Text for HTML, in attributes too.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Language, render};
    use crate::login::{Answer, LoginError};
    use crate::web::Trouble;

    #[test]
    fn what_came_from_outside_is_text_and_never_markup() {
        let query =
            "state=s&error=%3Cscript%3E&error_description=%22%3E%3Cimg%20src%3Dx%3E&error_uri=https%3A%2F%2Fa.example%2F%22%3E%3Cb%3E";
        let answer = Answer::from_query(query).expect("an answer");
        let why = answer.code().expect_err("an error");
        for language in [Language::English, Language::Chinese] {
            let trouble = Trouble::from(why.clone()).with_retry("/login?return_to=\"><script>".to_owned());
            let page = render(&trouble, language, "/\"><b>", true);
            // Law: markup is ours alone.
            assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>"), "{page}");
        }
    }

    #[test]
    fn a_stranger_sees_no_detail() {
        let trouble = Trouble::from(LoginError::Config("the secret plan"));
        assert!(!render(&trouble, Language::English, "/", false).contains("the secret plan"));
        assert!(render(&trouble, Language::English, "/", true).contains("the secret plan"));
    }
}
