//! The rows of the table, in both languages.

use super::faults::AnswerFault::{ErrorWithCode, NoIss, NoState, RepeatedCode, ReplayedState, WrongIss, WrongState};
use super::faults::ClaimsFault::{
    Expired, ExtraAudience, FromTheFuture, NoExpiry, NoNonce, NoScope, NotYetValid, WrongAtHash, WrongAudience, WrongAzp, WrongIssuer,
    WrongNonce,
};
use super::faults::HeaderFault::{
    AlgNone, Critical, Edited, EmbeddedJku, EmbeddedJwk, ForeignKey, Hs256, OtherKind, UnknownKid, WrongType,
};
use super::faults::{Fault, Row, Side, Words};

macro_rules! rows {
    ($($name:literal $fault:expr, $side:ident, $source:literal;
       does $does_en:literal / $does_zh:literal;
       must $must_en:literal / $must_zh:literal;)+) => {
        pub(super) const ROWS: &[Row] = &[$(Row {
            name: $name,
            fault: $fault,
            side: Side::$side,
            source: $source,
            does: Words { en: $does_en, zh: $does_zh },
            must: Words { en: $must_en, zh: $must_zh },
        },)+];
    };
}

rows! {
    "correct" Fault::None, Both, "OpenID Connect Core §3.1; RFC 9068 §4";
    does "Makes no mistake." / "一切正常，没有任何错误。";
    must "The login succeeds and the service answers. Try this one first: it shows that you are connected at all." /
         "登录成功，服务正常应答。请先试它：由此确认你的应用确实连上了实验室。";

    // In the answer that the browser carries
    "wrong-state" Fault::Answer(WrongState), App, "RFC 6749 §10.12; RFC 9700 §4.7";
    does "Comes back with another state than the one your app sent." / "返回的 state 不是你的应用发出的那一个。";
    must "Refuse before the code is even looked at: this browser began no such login." /
         "在理会授权码之前就拒绝：这个浏览器从未发起过这样的登录。";
    "missing-state" Fault::Answer(NoState), App, "RFC 6749 §4.1.2, §10.12";
    does "Comes back without any state." / "返回时根本没有 state。";
    must "Refuse. A state that is absent is not a state that fits." / "拒绝。缺少 state 不等于 state 相符。";
    "replayed-state" Fault::Answer(ReplayedState), App, "RFC 9700 §4.7";
    does "The first login goes well; every later one comes back with the state of the first." /
         "第一次登录正常；此后每次返回的都是第一次用过的 state。";
    must "Log in twice. The second answer is refused, since a state counts once." / "请登录两次。第二次必须拒绝，因为一个 state 只能用一次。";
    "wrong-iss" Fault::Answer(WrongIss), App, "RFC 9207 §2.4; RFC 9700 §4.4";
    does "Says in iss that the answer is from another issuer." / "返回的 iss 声称应答来自另一个签发者。";
    must "Refuse, and send the code nowhere: it may belong to another server (mix-up)." /
         "拒绝，并且不把授权码发往任何地方：它可能属于另一台服务器（混淆攻击）。";
    "missing-iss" Fault::Answer(NoIss), App, "RFC 9207 §2.4";
    does "Leaves iss out, although its discovery document promises one." / "发现文档承诺会带 iss，返回时却没有带。";
    must "Refuse: whoever left it out may have had a reason." / "拒绝：去掉它的人，或许正有所图。";
    "repeated-code" Fault::Answer(RepeatedCode), App, "RFC 6749 §3.1";
    does "Comes back with code twice, a foreign one first." / "返回两个 code 参数，第一个是外来的。";
    must "Refuse: two readers of this address might each pick another one." / "拒绝：读同一个地址的两段程序，可能各取其一。";
    "error-with-code" Fault::Answer(ErrorWithCode), App, "RFC 6749 §4.1.2.1";
    does "Comes back with error=access_denied and a code that works." / "返回 error=access_denied，同时又带着一个可用的 code。";
    must "The error decides. Nobody is logged in, and the code is not redeemed." / "以错误为准。不得登录任何人，也不得兑换这个授权码。";

    // Before and after the token
    "other-issuer" Fault::Discovery, App, "OpenID Connect Discovery §4.3; RFC 8414 §3.3";
    does "Its discovery document names another issuer." / "发现文档里写的是另一个签发者。";
    must "Refuse to use the document at all: no login begins." / "整份文档都不采用：登录根本不会开始。";
    "other-person" Fault::Userinfo, App, "OpenID Connect Core §5.3.2";
    does "Userinfo answers with another sub than the ID token." / "userinfo 返回的 sub 与 ID 令牌里的不同。";
    must "Use nothing of that answer: it is about somebody else." / "这份应答一概不用：它说的是另一个人。";
    "wrong-at-hash" Fault::Claims(WrongAtHash), App, "OpenID Connect Core §3.1.3.8";
    does "at_hash belongs to another access token." / "at_hash 对应的是另一个访问令牌。";
    must "Refuse: the access token was swapped on its way." / "拒绝：访问令牌在途中被调换过。";

    // What a token claims
    "wrong-nonce" Fault::Claims(WrongNonce), App, "OpenID Connect Core §3.1.3.7 rule 11";
    does "The ID token carries the nonce of another login." / "ID 令牌里的 nonce 属于另一次登录。";
    must "Refuse: it was made for another login and put into this one." / "拒绝：它是为另一次登录签发的，被塞进了这一次。";
    "missing-nonce" Fault::Claims(NoNonce), App, "OpenID Connect Core §3.1.3.7 rule 11";
    does "The ID token has no nonce, although your app sent one." / "你的应用发送了 nonce，ID 令牌里却没有。";
    must "Refuse. If this one logs in, your app sends no nonce, or looks only when there is one." /
         "拒绝。如果竟然登录成功，说明你的应用没有发送 nonce，或者只在它出现时才核对。";
    "expired" Fault::Claims(Expired), Both, "OpenID Connect Core §3.1.3.7 rule 9; RFC 9068 §4";
    does "The token expired an hour ago." / "令牌一小时前就已过期。";
    must "Refuse; a few seconds of clock difference are fine, an hour is not." / "拒绝；时钟相差几秒可以容忍，一小时不行。";
    "missing-expiry" Fault::Claims(NoExpiry), Both, "OpenID Connect Core §2; RFC 9068 §2.2";
    does "The token has no exp." / "令牌没有 exp。";
    must "Refuse: what has no end never ends." / "拒绝：没有写明终点的令牌，永远不会结束。";
    "issued-in-the-future" Fault::Claims(FromTheFuture), App, "OpenID Connect Core §3.1.3.7 rule 10";
    does "The ID token says it was issued tomorrow." / "ID 令牌声称自己签发于明天。";
    must "Refuse: a clock is badly wrong, and times then prove nothing." / "拒绝：必有一方的时钟错得离谱，时间便不再可信。";
    "not-yet-valid" Fault::Claims(NotYetValid), Service, "RFC 7519 §4.1.5";
    does "The access token is valid from an hour hence (nbf)." / "访问令牌一小时之后才生效（nbf）。";
    must "401 invalid_token." / "返回 401 invalid_token。";
    "wrong-audience" Fault::Claims(WrongAudience), Both, "OpenID Connect Core §3.1.3.7 rule 3; RFC 9068 §4; RFC 8725 §3.9";
    does "The token is meant for somebody else (aud)." / "令牌是给别人用的（aud）。";
    must "Refuse: otherwise any other app or service could spend here what it was given." /
         "拒绝：否则，任何应用或服务都能把自己拿到的令牌花到这里来。";
    "extra-audience" Fault::Claims(ExtraAudience), App, "OpenID Connect Core §3.1.3.7 rules 3 and 4";
    does "aud names your app and a stranger, and no azp says for whom it was made." /
         "aud 里既有你的应用，也有一个陌生方，又没有 azp 说明究竟为谁签发。";
    must "Refuse: the stranger holds this token, too." / "拒绝：那个陌生方手里也有这枚令牌。";
    "wrong-azp" Fault::Claims(WrongAzp), App, "OpenID Connect Core §3.1.3.7 rule 5";
    does "azp names another app: the token was made for that one." / "azp 写的是另一个应用：令牌是为它签发的。";
    must "Refuse: that app logged the person in, not yours." / "拒绝：让用户登录的是那个应用，不是你的。";
    "wrong-issuer" Fault::Claims(WrongIssuer), Both, "OpenID Connect Core §3.1.3.7 rule 2; RFC 9068 §4; RFC 8725 §3.8";
    does "iss in the token is another issuer, though the signature is good." / "签名无误，令牌里的 iss 却是另一个签发者。";
    must "Refuse: the same sub at another issuer is another person." / "拒绝：同一个 sub，换了签发者就是另一个人。";
    "missing-scope" Fault::Claims(NoScope), Service, "RFC 6750 §3.1; RFC 9068 §4";
    does "A good access token, without the scope you asked for." / "访问令牌本身完好，只是缺少你要的权限范围。";
    must "403 insufficient_scope, naming the scope that is needed." / "返回 403 insufficient_scope，并指明需要哪个权限范围。";

    // How a token is signed
    "alg-none" Fault::Header(AlgNone), Both, "RFC 8725 §3.1, §3.2; OpenID Connect Core §3.1.3.7 rule 7";
    does "Unsigned: the header says alg none, and the signature is empty." / "没有签名：头部写着 alg 为 none，签名部分是空的。";
    must "Refuse: your side fixes the algorithm, not the token." / "拒绝：用哪种算法由你决定，不由令牌决定。";
    "hs256-public-key" Fault::Header(Hs256), Both, "RFC 8725 §2.1, §3.1";
    does "Signed with HS256, and the secret is the public key in PEM form, which everybody knows." /
         "用 HS256 签名，密钥就是人人皆知的公钥（PEM 格式）。";
    must "Refuse: an asymmetric key never verifies an HMAC." / "拒绝：非对称密钥绝不能拿来验证 HMAC。";
    "unknown-key" Fault::Header(UnknownKid), Both, "OpenID Connect Core §10.1.1; RFC 7515 §4.1.4";
    does "Signed by a stranger; the kid is not in the key set." / "由陌生方签名；kid 不在密钥集里。";
    must "Fetch the key set once more, not for each token, and then refuse." / "重新获取一次密钥集（不是每个令牌都去取），仍找不到就拒绝。";
    "foreign-key" Fault::Header(ForeignKey), Both, "OpenID Connect Core §3.1.3.7 rule 6; RFC 8725 §3.3";
    does "Signed by a stranger, under the kid of the real key." / "由陌生方签名，却冒用真密钥的 kid。";
    must "Refuse: the name of a key is no signature." / "拒绝：密钥的名字不是签名。";
    "embedded-jwk" Fault::Header(EmbeddedJwk), Both, "RFC 8725 §3.10; RFC 7515 §4.1.3";
    does "Brings its own key along in the header (jwk), and verifies with that." / "头部自带密钥（jwk），用它验证便能通过。";
    must "Refuse: keys come from the issuer's key set only." / "拒绝：密钥只能来自签发者公布的密钥集。";
    "embedded-jku" Fault::Header(EmbeddedJku), Service, "RFC 8725 §3.10; RFC 7515 §4.1.2";
    does "Names in its header where to fetch the keys that verify it (jku)." / "头部给出获取密钥的地址（jku），用那里的密钥验证便能通过。";
    must "Refuse, and don't call that address at all." / "拒绝，并且根本不去访问那个地址。";
    "edited" Fault::Header(Edited), Both, "OpenID Connect Core §3.1.3.7 rule 6; RFC 8725 §3.3";
    does "The payload was edited after it was signed: another sub." / "签名之后，内容被改动过：sub 换了人。";
    must "Refuse. If it passes, your app decodes tokens without verifying them." / "拒绝。如果通过了，说明你的程序只解码、不验证。";
    "critical-header" Fault::Header(Critical), Both, "RFC 7515 §4.1.11";
    does "The header marks an extension as critical that nobody knows." / "头部把一个谁也不认识的扩展标为必须理解（crit）。";
    must "Refuse: what must be understood isn't." / "拒绝：要求必须理解的内容，你并不理解。";
    "wrong-kind" Fault::Header(OtherKind), Both, "RFC 8725 §3.11, §3.12; RFC 9068 §4";
    does "An app gets an access token as its ID token; a service gets an ID token as its access token." /
         "应用拿到的 ID 令牌其实是访问令牌；服务拿到的访问令牌其实是 ID 令牌。";
    must "Refuse by typ: the two are signed with the same key and mean different things." / "按 typ 拒绝：两者由同一把密钥签名，含义却不同。";
    "wrong-type" Fault::Header(WrongType), Service, "RFC 9068 §4; RFC 8725 §3.11";
    does "Right in all, but for typ, which says logout+jwt." / "处处正确，只有 typ 写成了 logout+jwt。";
    must "401 invalid_token: only at+jwt is an access token." / "返回 401 invalid_token：只有 at+jwt 才是访问令牌。";
}
