//! The acts in both languages: what is done, why it must fail, and what stops it.

use crate::lab::Words;

/// Who refuses, and by which named check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The server, by this check of its table.
    Server(&'static str),
    /// A service's guard, for this reason.
    Service(&'static str),
    /// The app itself, for this trouble.
    App(&'static str),
}

impl Stop {
    /// The name of the check.
    pub const fn check(self) -> &'static str {
        match self {
            Self::Server(name) | Self::Service(name) | Self::App(name) => name,
        }
    }
}

/// What an act breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The request that begins a login.
    Requests,
    /// A code or a token, shown at the server.
    Codes,
    /// What the browser brings to the app.
    App,
    /// A token, shown to a service.
    Services,
}

impl Group {
    /// All of them, in the order in which a login meets them.
    pub const ALL: [Self; 4] = [Self::Requests, Self::Codes, Self::App, Self::Services];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Codes => "codes",
            Self::App => "app",
            Self::Services => "services",
        }
    }
}

macro_rules! acts {
    ($($act:ident $key:literal, $group:ident, $stop:expr, $source:literal; $title_en:literal / $title_zh:literal; $why_en:literal / $why_zh:literal;)+) => {
        /// One thing to break.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Act { $(#[doc = $title_en] $act,)+ }

        impl Act {
            /// Its name in addresses.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$act => $key,)+ }
            }

            /// What its button says.
            pub const fn title(self) -> Words {
                match self { $(Self::$act => Words { en: $title_en, zh: $title_zh },)+ }
            }

            /// Why the check exists.
            pub const fn why(self) -> Words {
                match self { $(Self::$act => Words { en: $why_en, zh: $why_zh },)+ }
            }

            /// What it breaks.
            pub const fn group(self) -> Group {
                match self { $(Self::$act => Group::$group,)+ }
            }

            /// What stops it.
            pub const fn stop(self) -> Stop {
                match self { $(Self::$act => $stop,)+ }
            }

            /// Where the check is written.
            pub const fn source(self) -> &'static str {
                match self { $(Self::$act => $source,)+ }
            }

            /// The act of that name.
            pub fn named(key: &str) -> Option<Self> {
                acts().iter().copied().find(|act| act.key() == key)
            }
        }

        /// All of them.
        pub const fn acts() -> &'static [Act] {
            &[$(Act::$act,)+]
        }
    };
}

acts! {
    CodeReplayed "code-replayed", Codes, Stop::Server("CodeUnspent"), "RFC 6749 §4.1.2";
    "Redeem the code twice" / "把授权码兑换两次";
    "Codes travel through the browser, where others may see them; one that works once is worth nothing afterwards, and a second try shows that somebody saw it." /
    "授权码要经过浏览器，可能被人看到；只能用一次，用过便一文不值，而第二次尝试正说明有人见过它。";

    VerifierDropped "verifier-dropped", Codes, Stop::Server("PkceVerifierPresent"), "RFC 7636 §4.6; RFC 9700 §4.8.2";
    "Drop the verifier" / "去掉 code_verifier";
    "If leaving the proof out were enough, PKCE would protect nobody." /
    "如果不带证明也能过关，PKCE 就谁也保护不了。";

    VerifierWrong "verifier-wrong", Codes, Stop::Server("PkceVerifier"), "RFC 7636 §4.6";
    "Guess the verifier" / "猜一个 code_verifier";
    "Only the app that began the login knows the verifier, so a stolen code can't be redeemed by the thief." /
    "只有发起登录的应用知道 code_verifier，偷到授权码的人无法兑换。";

    RedirectAtToken "redirect-at-token", Codes, Stop::Server("CodeRedirectUri"), "RFC 6749 §4.1.3";
    "Redeem with another redirect URI" / "兑换时换一个 redirect_uri";
    "A code that was sent to one address must not be redeemed as if it had been sent to another: whoever lured it there would gain by it." /
    "送往一个地址的授权码，不能当作送往另一个地址来兑换，否则把它骗走的人就会得手。";

    CodeOfAnother "code-of-another", Codes, Stop::Server("CodeOfClient"), "RFC 6749 §4.1.3";
    "Use somebody else's code" / "使用别的应用的授权码";
    "The person allowed it to one app; another one with a good secret of its own still has no part in that." /
    "用户同意的是某一个应用；别的应用即使密钥无误，也与此无关。";

    SecretWrong "secret-wrong", Codes, Stop::Server("ClientAuthentic"), "RFC 6749 §2.3.1";
    "Send a wrong client secret" / "发送错误的客户端密钥";
    "The secret is what tells an app from a program that merely knows its name." /
    "应用与只知道其名字的程序，区别就在这把密钥。";

    CodeAsBearer "code-as-bearer", Codes, Stop::Server("TokenActive"), "RFC 6750 §3.1";
    "Use the code as an access token" / "把授权码当访问令牌用";
    "A value of one kind must never work as another kind, or what leaks at one place opens another." /
    "一种凭据绝不能当另一种来用，否则一处泄漏，别处也会失守。";

    RefreshReplayed "refresh-replayed", Codes, Stop::Server("RefreshUnspent"), "RFC 9700 §4.14.2";
    "Use a refresh token twice" / "把刷新令牌用两次";
    "When one refresh token is used twice, one of the two users is a thief; ending the whole family takes away what he has." /
    "同一枚刷新令牌被用了两次，必有一方是窃贼；整个家族一并作废，他手里的也就没用了。";

    ScopeWidened "scope-widened", Codes, Stop::Server("ScopeNotWidened"), "RFC 6749 §6";
    "Ask for more while refreshing" / "刷新时索要更多权限";
    "Nobody is there to be asked when an app refreshes, so it can't get more than the person once allowed." /
    "刷新时没有人可问，所以得到的不能多于用户当初同意的。";

    TokenRevoked "token-revoked", Codes, Stop::Server("TokenActive"), "RFC 7009 §2; RFC 6750 §3.1";
    "Use a token that was given back" / "使用已撤销的令牌";
    "Logging out, or losing a phone, must end what the app held." /
    "退出登录或者丢了手机之后，应用手里的令牌必须失效。";

    TokenInAddress "token-in-address", Codes, Stop::Server("BearerPresent"), "RFC 9700 §4.3.2; RFC 6750 §2.3";
    "Put the token into the address" / "把令牌放进地址";
    "Addresses end up in logs, histories and Referer headers, and the token with them." /
    "地址会留在日志、浏览历史和 Referer 头里，令牌也就跟着泄漏。";

    TokenAtServer "token-at-server", Codes, Stop::Server("TokenAudience"), "RFC 9700 §2.3; RFC 9068 §4";
    "Take a service's token to the server" / "拿服务的令牌去找服务器";
    "A token is for one audience, so a service that is broken into can't use its visitors' tokens at the server." /
    "一枚令牌只对一个受众有效：某个服务被攻破，也不能拿来访者的令牌到服务器上冒充他们。";

    RedirectChanged "redirect-changed", Requests, Stop::Server("RedirectUriExact"), "RFC 9700 §2.1, §4.1.3";
    "Alter the redirect URI" / "篡改 redirect_uri";
    "Codes go to the address in the request; only one that is registered, letter for letter, is surely the app's." /
    "授权码会送到请求里的地址；只有与登记的一字不差，才确定是应用自己的。";

    ChallengeMissing "challenge-missing", Requests, Stop::Server("PkceChallengePresent"), "RFC 9700 §2.1.1; OAuth 2.1 §4.1.1";
    "Leave PKCE out" / "不用 PKCE";
    "A login without a challenge could be finished by whoever gets hold of its code." /
    "没有 challenge 的登录，谁拿到授权码谁就能完成。";

    ChallengePlain "challenge-plain", Requests, Stop::Server("PkceMethodS256"), "RFC 7636 §4.2; RFC 9700 §2.1.1";
    "Downgrade PKCE to plain" / "把 PKCE 降级为 plain";
    "A plain challenge is the verifier itself, readable by everybody who sees the request." /
    "plain 的 challenge 就是 verifier 本身，看到请求的人都能读到。";

    ParameterRepeated "parameter-repeated", Requests, Stop::Server("ParamNotRepeated"), "RFC 6749 §3.1";
    "Send a parameter twice" / "重复一个参数";
    "Two programs that read the same request might take different ones of the two, and what one checked the other doesn't use." /
    "读同一个请求的两段程序可能各取一个：一段检查的，另一段并没有用。";

    Implicit "implicit", Requests, Stop::Server("ResponseTypeCode"), "OAuth 2.1 §4.1.1; RFC 9700 §2.1.2";
    "Ask for the token in the address" / "要求在地址里返回令牌";
    "Tokens that come by way of the browser are seen by everything in it." /
    "经由浏览器返回的令牌，浏览器里的一切都看得见。";

    ScopeUnregistered "scope-unregistered", Requests, Stop::Server("ScopeRegistered"), "RFC 6749 §3.3; RFC 7591 §2";
    "Ask for what the app may not have" / "索要应用无权的权限范围";
    "What an app may ask for was settled when it was registered, so that a hijacked one can't ask for everything." /
    "应用可以索要什么，登记时就已定下；即使被劫持，也不能什么都要。";

    TokenElsewhere "token-elsewhere", Services, Stop::Service("Audience"), "RFC 9068 §4; RFC 9700 §2.3";
    "Use a token at the wrong service" / "在错误的服务使用令牌";
    "The audience says for whom a token was made; who doesn't look takes tokens that were given to others." /
    "aud 写明令牌为谁而发；不看它的服务，会收下给别人的令牌。";

    JwtEdited "jwt-edited", Services, Stop::Service("Signature"), "RFC 7515 §5.2; RFC 9068 §4";
    "Edit the JWT" / "改动 JWT 的内容";
    "Anybody can decode a JWT and write a new one; only the signature says that the server wrote this one." /
    "任何人都能解开 JWT 再写一份新的；只有签名能证明这一份出自服务器。";

    AlgNone "alg-none", Services, Stop::Service("Algorithm"), "RFC 8725 §3.1, §3.2";
    "Set alg to none" / "把 alg 改成 none";
    "A service that lets the token choose how it is verified lets it choose not to be verified." /
    "让令牌自己选择如何验证，就等于让它选择不被验证。";

    Hs256 "hs256", Services, Stop::Service("Algorithm"), "RFC 8725 §2.1, §3.1";
    "Sign with the public key" / "用公钥签名";
    "With the wrong algorithm the public key becomes the secret, and everybody has it." /
    "算法一旦弄错，公钥就成了密钥，而公钥人人都有。";

    OwnKey "own-key", Services, Stop::Service("UnknownKey"), "RFC 8725 §3.10; RFC 7515 §4.1.3";
    "Bring a key of one's own" / "自带密钥";
    "A key inside the token proves only that whoever made the token has that key." /
    "令牌里自带的密钥，只能证明造令牌的人有这把密钥。";

    IdTokenAtService "id-token-at-service", Services, Stop::Service("TokenType"), "RFC 9068 §4; RFC 8725 §3.11";
    "Use the ID token as an access token" / "用 ID 令牌冒充访问令牌";
    "An ID token tells an app who logged in; it gives nobody leave to do anything." /
    "ID 令牌只告诉应用谁登录了，并没有准许任何人做任何事。";

    ScopeMissing "scope-missing", Services, Stop::Service("Scope"), "RFC 6750 §3.1";
    "Do what the token doesn't allow" / "做令牌没有准许的事";
    "The person ticked what the app may do; the service is the one who keeps to it." /
    "应用能做什么，由用户勾选；守住它的是服务。";

    TokenExpired "token-expired", Services, Stop::Service("Expired"), "RFC 7519 §4.1.4; RFC 9068 §4";
    "Use an expired token" / "使用过期的令牌";
    "Services verify tokens without asking the server, so a stolen one is good until it ends; that end must count." /
    "服务自行验证令牌，不必询问服务器；被偷的令牌到期之前都有效，所以到期必须算数。";

    StateChanged "state-changed", App, Stop::App("unknown_state"), "RFC 6749 §10.12; RFC 9700 §4.7";
    "Change the state" / "改掉 state";
    "Without it anybody could send a browser back with an answer that it never asked for, and log its owner into a stranger's account." /
    "没有它，任何人都能让浏览器带着从未请求过的应答返回，把人登录到陌生人的账号里。";

    IssuerChanged "issuer-changed", App, Stop::App("other_issuer"), "RFC 9207 §2.4; RFC 9700 §4.4";
    "Answer as another server" / "冒充另一台服务器应答";
    "An app that knows several servers must not send the code of one to another (mix-up)." /
    "认识多台服务器的应用，绝不能把一台的授权码发给另一台（混淆攻击）。";

    NonceRemoved "nonce-removed", App, Stop::App("bad_id_token"), "OpenID Connect Core §3.1.3.7 rule 11";
    "Take the nonce out" / "拿掉 nonce";
    "The nonce ties the ID token to this very login, so that one from another login can't be put in its place." /
    "nonce 把 ID 令牌与这一次登录绑在一起，别次登录的令牌无法顶替。";

    CodeInjected "code-injected", App, Stop::Server("PkceVerifier"), "RFC 9700 §4.5; RFC 7636 §4.6";
    "Slip somebody another code" / "塞给别人一个授权码";
    "The victim's app sends the verifier of its own login, and that doesn't fit the attacker's code." /
    "受害者的应用发出的是自己那次登录的 verifier，与攻击者的授权码对不上。";
}
