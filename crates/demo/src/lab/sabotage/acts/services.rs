//! Tokens that a service must not take.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::codes::good_token;
use crate::lab::Words;
use crate::lab::keys::{Alg, Key, message, sign_hs256};
use crate::lab::sabotage::report::Failure;
use crate::lab::sabotage::run::Run;
use crate::lab::sabotage::wire::By;

/// How often a token that lives for a second is tried, and how long is waited between.
const TRIES: u32 = 12;
const PAUSE: Duration = Duration::from_millis(400);

/// Header and claims of a token that a service just took.
fn opened(token: &str) -> Result<(Value, Value, String), Failure> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { return Err(Failure("the access token is no JWT".to_owned())) };
    let read = |part: &str| -> Result<Value, Failure> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).map_err(Failure::new)?).map_err(Failure::new)
    };
    Ok((read(header)?, read(claims)?, (*signature).to_owned()))
}

/// Shows this token to the notes service; that is what is refused.
fn shown(run: &mut Run<'_>, what: Words, at: &str, token: &str) -> Result<(), Failure> {
    let heard = run.call(what, at, token)?;
    let text = |name: &str| heard.json[name].as_str().map(str::to_owned);
    if heard.came.status >= 400 {
        run.refused(text("check"), text("error_description"));
    }
    Ok(())
}

pub(crate) fn audience(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "A token for the server's userinfo is shown to the notes service",
        zh: "把用于访问服务器 userinfo 的令牌拿给笔记服务",
    };
    let code = run.log_in("openid profile")?;
    let tokens = run.redeem(&code)?;
    let at = run.bench.notes();
    shown(run, WHAT, &at, &tokens.access)
}

pub(crate) fn edited(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words { en: "The sub in the token is changed to somebody else's", zh: "令牌里的 sub 被改成了别人" };
    let token = good_token(run)?;
    let (header, mut claims, signature) = opened(&token)?;
    claims["sub"] = json!("the-administrator");
    let at = run.bench.notes();
    shown(run, WHAT, &at, &format!("{}.{signature}", message(&header, &claims)))
}

pub(crate) fn alg_none(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "The same claims, but the header says alg none, and there is no signature",
        zh: "内容照旧，但头部改成 alg 为 none，签名留空",
    };
    let token = good_token(run)?;
    let (mut header, claims, _) = opened(&token)?;
    header["alg"] = json!("none");
    let at = run.bench.notes();
    shown(run, WHAT, &at, &format!("{}.", message(&header, &claims)))
}

pub(crate) fn hs256(run: &mut Run<'_>) -> Result<(), Failure> {
    const KEYS: Words = Words { en: "Everybody may read the server's public keys", zh: "服务器的公钥人人可读" };
    const WHAT: Words = Words {
        en: "The same claims, signed with HS256 and the public key as the secret",
        zh: "内容照旧，改用 HS256 签名，把公钥当作密钥",
    };
    let token = good_token(run)?;
    let (mut header, claims, _) = opened(&token)?;
    let at = run.endpoint("jwks_uri")?;
    let keys = run.call_bare(KEYS, &at)?.json;
    let key = keys["keys"].as_array().into_iter().flatten().find(|key| key["kid"] == header["kid"]);
    header["alg"] = json!("HS256");
    let secret = key.map(Value::to_string).unwrap_or_default();
    let at = run.bench.notes();
    shown(run, WHAT, &at, &sign_hs256(secret.as_bytes(), &header, &claims))
}

pub(crate) fn own_key(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "The same claims, signed with a key of the attacker, which stands in the header (jwk)",
        zh: "内容照旧，改用攻击者自己的密钥签名，并把它放进头部（jwk）",
    };
    let token = good_token(run)?;
    let (_, claims, _) = opened(&token)?;
    let key = Key::new(Alg::Es256)?;
    let header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": key.kid, "jwk": key.jwk() });
    let at = run.bench.notes();
    shown(run, WHAT, &at, &key.sign(&header, &claims)?)
}

pub(crate) fn id_token(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words { en: "The ID token is shown in the place of the access token", zh: "用 ID 令牌冒充访问令牌" };
    let code = run.log_in("openid notes:read")?;
    let tokens = run.redeem(&code)?;
    let at = run.bench.notes();
    shown(run, WHAT, &at, &tokens.id)
}

pub(crate) fn scope(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words =
        Words { en: "A token that may only write notes is used to read them", zh: "一枚只准写笔记的令牌，被拿来读笔记" };
    let code = run.log_in("openid notes:write")?;
    let tokens = run.redeem(&code)?;
    let at = run.bench.notes();
    shown(run, WHAT, &at, &tokens.access)
}

/// The tokens of this service live for a second. One is tried until it is refused.
pub(crate) fn expired(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "Two seconds later the token is tried again; the tokens of this service live for one",
        zh: "两秒之后再用这枚令牌；这个服务的令牌只有一秒寿命",
    };
    let code = run.log_in("openid moment:read")?;
    let tokens = run.redeem(&code)?;
    let at = run.bench.moment();
    for _ in 0..TRIES {
        if run.try_quietly(&at, By::Bearer(&tokens.access))? != 200 {
            break;
        }
        std::thread::sleep(PAUSE);
    }
    shown(run, WHAT, &at, &tokens.access)
}
