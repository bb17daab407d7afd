//! What a step is called, where several acts have the same.

use crate::lab::Words;

pub(super) const LOGIN: Words = Words {
    en: "The app sends the browser to the server; the person logs in and allows it, and the browser is sent back with a code",
    zh: "应用把浏览器带到服务器；用户登录并同意，浏览器带着授权码返回",
};
pub(super) const REDEEM: Words = Words { en: "The app redeems the code for tokens", zh: "应用用授权码换取令牌" };
pub(super) const SHOP_ASKS: Words = Words { en: "A browser begins a login at the demo app", zh: "浏览器在演示应用里开始登录" };
pub(super) const SHOP_LOGIN: Words = Words {
    en: "The person logs in at the server and allows it; the browser is sent back to the app",
    zh: "用户在服务器登录并同意，浏览器被送回应用",
};
pub(super) const NOTES: Words = Words { en: "The token opens the notes service", zh: "这枚令牌可以访问笔记服务" };
