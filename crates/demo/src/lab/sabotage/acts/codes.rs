//! Codes and refresh tokens in the wrong hands, or used in the wrong way.

use url::Url;

use crate::lab::Words;
use crate::lab::sabotage::report::{Failure, Honest, Message};
use crate::lab::sabotage::run::{Fields, Run};
use crate::lab::sabotage::wire::{By, message};
use crate::lab::sabotage::{App, said};

const SCOPE: &str = "openid notes:read";

/// A login, and its code redeemed with a change; that is what is refused.
fn redeemed(run: &mut Run<'_>, what: Words, app: &App, change: impl Fn(Fields) -> Fields) -> Result<(), Failure> {
    let code = run.log_in(SCOPE)?;
    let form = change(run.redeeming(&code));
    run.token(what, app, &form)?;
    let honest = run.honest_redeeming(&code)?;
    run.instead_of(honest);
    run.judged();
    Ok(())
}

pub(crate) fn replayed(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words { en: "The same code is redeemed a second time", zh: "同一个授权码被第二次兑换" };
    let code = run.log_in(SCOPE)?;
    run.redeem(&code)?;
    let (form, bench) = (run.redeeming(&code), run.bench);
    run.token(WHAT, &bench.app, &form)?;
    run.honestly(Honest::Never);
    run.judged();
    Ok(())
}

pub(crate) fn verifier_dropped(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words { en: "The code is redeemed without code_verifier", zh: "兑换授权码时没有带 code_verifier" };
    let bench = run.bench;
    redeemed(run, WHAT, &bench.app, |form| form.without("code_verifier"))
}

pub(crate) fn verifier_wrong(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "Somebody who saw the code redeems it with a verifier of his own",
        zh: "有人窥见了授权码，拿自己的 code_verifier 去兑换",
    };
    let bench = run.bench;
    redeemed(run, WHAT, &bench.app, |form| form.with("code_verifier", &"guess-".repeat(8)))
}

pub(crate) fn redirect_at_token(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "The code is redeemed with another redirect_uri than the one it was sent to",
        zh: "兑换时的 redirect_uri 与授权码送达的地址不同",
    };
    let bench = run.bench;
    redeemed(run, WHAT, &bench.app, |form| form.with("redirect_uri", "https://app.evil.example/callback"))
}

pub(crate) fn of_another(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "Another app redeems the code, with its own name and its own secret",
        zh: "另一个应用用自己的名称和密钥来兑换这个授权码",
    };
    let bench = run.bench;
    redeemed(run, WHAT, &bench.other, |form| form)
}

pub(crate) fn secret_wrong(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words { en: "The code is redeemed with a wrong client secret", zh: "用错误的客户端密钥兑换授权码" };
    let app = App { id: run.bench.app.id.clone(), secret: "not-the-secret-but-just-as-long-as-one".to_owned() };
    redeemed(run, WHAT, &app, |form| form)?;
    // The one secret that may be shown.
    run.last_header(&format!("Basic ({}:{})", app.id, app.secret));
    Ok(())
}

pub(crate) fn as_bearer(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "The code is shown at userinfo as if it were an access token",
        zh: "把授权码当作访问令牌，拿去访问 userinfo",
    };
    let code = run.log_in(SCOPE)?;
    let at = run.endpoint("userinfo_endpoint")?;
    run.call(WHAT, &at, &code.code)?;
    let honest = run.honest_redeeming(&code)?;
    run.instead_of(honest);
    run.judged();
    Ok(())
}

fn refreshing(token: &str) -> Fields {
    Fields::of(&[("grant_type", "refresh_token"), ("refresh_token", token)])
}

pub(crate) fn refresh_replayed(run: &mut Run<'_>) -> Result<(), Failure> {
    const FIRST: Words = Words {
        en: "The app refreshes: it gets new tokens, and a new refresh token",
        zh: "应用刷新令牌：得到新的令牌和新的刷新令牌",
    };
    const AGAIN: Words = Words { en: "The old refresh token is used a second time", zh: "旧的刷新令牌被第二次使用" };
    const BOTH: Words = Words {
        en: "Two hold one token, and nobody can tell who is the thief: the new refresh token is dead as well",
        zh: "一枚令牌落在两人手里，分不清谁是窃贼：新的刷新令牌也一并失效",
    };
    let bench = run.bench;
    let code = run.log_in(SCOPE)?;
    let tokens = run.redeem(&code)?;
    let renewed = run.token(FIRST, &bench.app, &refreshing(&tokens.refresh))?;
    run.token(AGAIN, &bench.app, &refreshing(&tokens.refresh))?;
    run.honestly(Honest::Never);
    run.judged();
    run.token(BOTH, &bench.app, &refreshing(renewed.json["refresh_token"].as_str().unwrap_or_default()))?;
    run.honestly(Honest::Never);
    Ok(())
}

pub(crate) fn scope_widened(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "The app refreshes, and asks for a scope that the person was never asked about",
        zh: "应用刷新令牌，顺带索要一个从未征得用户同意的权限范围",
    };
    let bench = run.bench;
    let code = run.log_in(SCOPE)?;
    let tokens = run.redeem(&code)?;
    let honest = refreshing(&tokens.refresh);
    let heard = run.token(WHAT, &bench.app, &honest.clone().with("scope", "openid notes:read notes:write"))?;
    run.instead_of(Message { form: honest.shown(), ..heard.sent });
    run.judged();
    Ok(())
}

pub(crate) fn revoked(run: &mut Run<'_>) -> Result<(), Failure> {
    const GOOD: Words = Words { en: "The token opens userinfo", zh: "这枚令牌可以访问 userinfo" };
    const REVOKE: Words = Words { en: "The app gives the token back", zh: "应用撤销这枚令牌" };
    const WHAT: Words = Words { en: "Somebody who kept a copy tries it", zh: "留有副本的人再来一试" };
    let bench = run.bench;
    let code = run.log_in("openid profile")?;
    let tokens = run.redeem(&code)?;
    let at = run.endpoint("userinfo_endpoint")?;
    run.call(GOOD, &at, &tokens.access)?;
    run.post(REVOKE, "revocation_endpoint", &bench.app, &Fields::of(&[("token", &tokens.access)]))?;
    run.call(WHAT, &at, &tokens.access)?;
    run.honestly(Honest::Never);
    run.judged();
    Ok(())
}

pub(crate) fn in_the_address(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "The token is put into the address, where logs and histories keep it",
        zh: "把令牌放进地址里——日志和浏览历史都会留下它",
    };
    let code = run.log_in("openid profile")?;
    let tokens = run.redeem(&code)?;
    let at = run.endpoint("userinfo_endpoint")?;
    run.call_bare(WHAT, &format!("{at}?access_token={}", tokens.access))?;
    run.instead_of(message("GET", &Url::parse(&at)?, By::Bearer(&tokens.access), &[]));
    run.judged();
    Ok(())
}

pub(crate) fn wrong_place(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "The notes service, or whoever stole its token, tries it at the server's userinfo",
        zh: "笔记服务（或者偷到令牌的人）拿它去访问服务器的 userinfo",
    };
    let code = run.log_in(SCOPE)?;
    let tokens = run.redeem(&code)?;
    let at = run.endpoint("userinfo_endpoint")?;
    run.call(WHAT, &at, &tokens.access)?;
    run.instead_of(message("GET", &Url::parse(&run.bench.notes())?, By::Bearer(&tokens.access), &[]));
    run.judged();
    Ok(())
}

/// What the acts with forged tokens begin with.
pub(crate) fn good_token(run: &mut Run<'_>) -> Result<String, Failure> {
    let code = run.log_in(SCOPE)?;
    let tokens = run.redeem(&code)?;
    let at = run.bench.notes();
    run.call(said::NOTES, &at, &tokens.access)?;
    Ok(tokens.access)
}
