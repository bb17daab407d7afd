//! Authorization requests that are stopped before anybody is asked anything.

use crate::lab::Words;
use crate::lab::sabotage::report::Failure;
use crate::lab::sabotage::run::{Fields, Run, looked_up};

const SCOPE: &str = "openid notes:read";

fn broken(run: &mut Run<'_>, what: Words, change: impl Fn(Fields) -> Fields) -> Result<(), Failure> {
    let (fields, _) = run.question(SCOPE)?;
    run.ask_once(what, &change(fields.clone()))?;
    let honest = looked_up(&run.asking(&fields)?);
    run.instead_of(honest);
    run.judged();
    Ok(())
}

pub(crate) fn redirect_changed(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "A link sends the browser to the server, with the app's name and another address to come back to",
        zh: "一个链接把浏览器带到服务器：应用名没变，返回地址却换了",
    };
    let elsewhere = format!("{}.evil.example/", run.bench.callback());
    broken(run, WHAT, |fields| fields.with("redirect_uri", &elsewhere))
}

pub(crate) fn challenge_missing(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words { en: "The request comes without code_challenge", zh: "请求里没有 code_challenge" };
    broken(run, WHAT, |fields| fields.without("code_challenge").without("code_challenge_method"))
}

pub(crate) fn challenge_plain(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "The request sends the verifier itself as the challenge (plain)",
        zh: "请求直接把 verifier 当作 challenge 发送（plain）",
    };
    broken(run, WHAT, |fields| fields.with("code_challenge_method", "plain"))
}

pub(crate) fn parameter_repeated(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words { en: "The request names scope twice", zh: "请求里出现两个 scope" };
    broken(run, WHAT, |fields| fields.and("scope", "openid"))
}

pub(crate) fn implicit(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "The request wants the token at once, in the address (response_type=token)",
        zh: "请求要求把令牌直接放在地址里返回（response_type=token）",
    };
    broken(run, WHAT, |fields| fields.with("response_type", "token"))
}

pub(crate) fn scope_unregistered(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "The request asks for a scope that the app is not registered for",
        zh: "请求索要一个该应用并未登记的权限范围",
    };
    broken(run, WHAT, |fields| fields.with("scope", "openid email"))
}
