//! What the demo app itself has to refuse: the browser is in other hands on the way.

use url::Url;

use crate::lab::Words;
use crate::lab::keys::random;
use crate::lab::sabotage::report::{Came, Failure};
use crate::lab::sabotage::run::{Run, looked_up, parameter};
use crate::lab::sabotage::said;
use crate::player::Browser;

/// The same address with other parameters.
fn changed(url: &Url, change: impl Fn(&str, String) -> Option<String>) -> Url {
    let pairs: Vec<(String, String)> =
        url.query_pairs().filter_map(|(name, value)| change(&name, value.into_owned()).map(|value| (name.into_owned(), value))).collect();
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(pairs);
    changed
}

/// A browser begins at the app: where the app sends it.
fn begun(run: &mut Run<'_>, browser: &mut Browser<'_>) -> Result<Url, Failure> {
    let start = Url::parse(&format!("{}/login", run.bench.shop))?;
    let answer = browser.get(&start)?;
    run.step(said::SHOP_ASKS, looked_up(&start), Came::page(&answer));
    answer.target().ok_or_else(|| Failure("the demo app began no login".to_owned()))
}

/// The browser arrives at the app with this address instead of the honest one; that is what is refused.
fn arrives(run: &mut Run<'_>, browser: &mut Browser<'_>, what: Words, back: &Url, honest: &Url) -> Result<(), Failure> {
    let answer = browser.get(back)?;
    let named = answer.body.split_once("data-trouble=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(name, _)| name.to_owned());
    run.step(what, looked_up(back), Came::page(&answer));
    if back != honest {
        run.instead_of(looked_up(honest));
    }
    if answer.status >= 400 {
        run.refused(named, None);
    }
    Ok(())
}

/// A login at the app, with question and answer changed on their way.
fn login(run: &mut Run<'_>, question: (Words, &dyn Fn(Url) -> Url), answer: (Words, &dyn Fn(Url) -> Url)) -> Result<(), Failure> {
    let player = run.player()?;
    let mut browser = player.browser();
    let begun = begun(run, &mut browser)?;
    let asked = question.1(begun.clone());
    let shop = run.bench.shop.clone();
    let back = run.there_and_back(&mut browser, question.0, &asked, &shop)?;
    if asked != begun {
        run.instead_of(looked_up(&begun));
    }
    arrives(run, &mut browser, answer.0, &answer.1(back.clone()), &back)
}

pub(crate) fn state_changed(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words { en: "The browser comes back with another state", zh: "浏览器返回时，state 换成了另一个" };
    let other = random()?;
    let change = |url: Url| changed(&url, |name, value| Some(if name == "state" { other.clone() } else { value }));
    login(run, (said::SHOP_LOGIN, &|url| url), (WHAT, &change))
}

pub(crate) fn issuer_changed(run: &mut Run<'_>) -> Result<(), Failure> {
    const WHAT: Words = Words {
        en: "The browser comes back with an answer that says it is from another server",
        zh: "浏览器带回的应答声称来自另一台服务器",
    };
    let change = |url: Url| changed(&url, |name, value| Some(if name == "iss" { "https://login.evil.example".to_owned() } else { value }));
    login(run, (said::SHOP_LOGIN, &|url| url), (WHAT, &change))
}

pub(crate) fn nonce_removed(run: &mut Run<'_>) -> Result<(), Failure> {
    const ASKED: Words = Words {
        en: "On the way to the server the nonce is taken out of the request; the person logs in",
        zh: "在去服务器的路上，请求里的 nonce 被拿掉；用户照常登录",
    };
    const WHAT: Words = Words {
        en: "The app redeems the code, and finds an ID token without its nonce",
        zh: "应用兑换授权码，发现 ID 令牌里没有自己的 nonce",
    };
    let change = |url: Url| changed(&url, |name, value| (name != "nonce").then_some(value));
    login(run, (ASKED, &change), (WHAT, &|url| url))
}

/// The attacker's code in the victim's browser, so that the victim would work in the attacker's account.
pub(crate) fn code_injected(run: &mut Run<'_>) -> Result<(), Failure> {
    const ATTACKER: Words = Words {
        en: "The attacker logs in at the app as far as the code, and keeps it",
        zh: "攻击者在应用里登录，拿到授权码后停下，把它留着",
    };
    const WHAT: Words = Words {
        en: "The browser of the other person comes back with the attacker's code, and with its own state",
        zh: "另一个人的浏览器返回时，带的是攻击者的授权码和自己的 state",
    };
    let player = run.player()?;
    let shop = run.bench.shop.clone();
    let asked = begun(run, &mut player.browser())?;
    let stolen = run.there_and_back(&mut player.browser(), ATTACKER, &asked, &shop)?;
    let stolen = parameter(&stolen, "code").ok_or_else(|| Failure("the server gave no code".to_owned()))?;
    let change = |url: Url| changed(&url, |name, value| Some(if name == "code" { stolen.clone() } else { value }));
    login(run, (said::SHOP_LOGIN, &|url| url), (WHAT, &change))?;
    // The app's page says only that the server refused; the check is the server's.
    run.by_the_server();
    Ok(())
}
