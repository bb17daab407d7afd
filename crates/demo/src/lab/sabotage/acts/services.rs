//! Tokens that a service must not take.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use url::Url;

use super::codes::good_token;
use crate::lab::Words;
use crate::lab::keys::{Alg, Key, message as signing_input, sign_hs256};
use crate::lab::sabotage::report::{Failure, Honest};
use crate::lab::sabotage::run::Run;
use crate::lab::sabotage::wire::{By, message};

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

/// Shows this token to the notes service; that is what is refused. An honest app shows the other one there.
fn forged(run: &mut Run<'_>, what: Words, token: &str, honest: &str) -> Result<(), Failure> {
    let at = run.bench.notes();
    let instead = message("GET", &Url::parse(&at)?, By::Bearer(honest), &[]);
    shown(run, what, &at, token, Honest::Sends(Box::new(instead)))
}

fn shown(run: &mut Run<'_>, what: Words, at: &str, token: &str, honest: Honest) -> Result<(), Failure> {
    let heard = run.call(what, at, token)?;
    run.honestly(honest);
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
    let own = Url::parse(&run.endpoint("userinfo_endpoint")?)?;
    let honest = message("GET", &own, By::Bearer(&tokens.access), &[]);
    let at = run.bench.notes();
    shown(run, WHAT, &at, &tokens.access, Honest::Sends(Box::new(honest)))
}

pub(crate) fn edited(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words { en: "The sub in the token is changed to somebody else's", zh: "令牌里的 sub 被改成了别人" };
    let token = good_token(run)?;
    let (header, mut claims, signature) = opened(&token)?;
    claims["sub"] = json!("the-administrator");
    forged(run, WHAT, &format!("{}.{signature}", signing_input(&header, &claims)), &token)
}

pub(crate) fn alg_none(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "The same claims, but the header says alg none, and there is no signature",
        zh: "内容照旧，但头部改成 alg 为 none，签名留空",
    };
    let token = good_token(run)?;
    let (mut header, claims, _) = opened(&token)?;
    header["alg"] = json!("none");
    forged(run, WHAT, &format!("{}.", signing_input(&header, &claims)), &token)
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
    forged(run, WHAT, &sign_hs256(secret.as_bytes(), &header, &claims), &token)
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
    forged(run, WHAT, &key.sign(&header, &claims)?, &token)
}

pub(crate) fn id_token(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words { en: "The ID token is shown in the place of the access token", zh: "用 ID 令牌冒充访问令牌" };
    let code = run.log_in("openid notes:read")?;
    let tokens = run.redeem(&code)?;
    forged(run, WHAT, &tokens.id, &tokens.access)
}

pub(crate) fn scope(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words =
        Words { en: "A token that may only write notes is used to read them", zh: "一枚只准写笔记的令牌，被拿来读笔记" };
    let code = run.log_in("openid notes:write")?;
    let tokens = run.redeem(&code)?;
    forged(run, WHAT, &tokens.access, &tokens.access)?;
    run.honest_claim("scope", "notes:read");
    Ok(())
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
    shown(run, WHAT, &at, &tokens.access, Honest::Never)
}
