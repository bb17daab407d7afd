//! Step 6: what must fail.

super::mistakes! {
    STATE_UNCHECKED OtherState "state-unchecked" "RFC 6749 §10.12; RFC 9700 §4.7";
    "state is not compared" / "没有比对 state";
    seen "An answer with another state logs in" / "带着另一个 state 的应答也能登录";
    hint "Compare the state of the answer with the one in the session before anything else, and refuse when it differs." / "请首先比对应答中的 state 与会话中的是否一致，不一致就拒绝。";

    STATE_OPTIONAL NoState "state-optional" "RFC 6749 §4.1.2, §10.12";
    "state is compared only when it comes" / "只在有 state 时才比对";
    seen "An answer without state logs in" / "没有 state 的应答也能登录";
    hint "An absent state is a wrong one: whoever makes a forged answer leaves it out." / "缺少 state 就是不符：伪造应答的人自然会把它去掉。";

    STATE_UNBOUND Foreign "state-unbound" "RFC 9700 §4.7";
    "state is not tied to the browser" / "state 没有与浏览器绑定";
    seen "The answer of one browser logs in another that never began a login" / "一个浏览器的应答，能让另一个从未发起登录的浏览器登录";
    hint "Keep the state in the session of this browser, not in a list of the program: otherwise an attacker sends a victim his own answer, and the victim works in his account." /
         "请把 state 存入该浏览器的会话，不要存在程序的公共列表里：否则攻击者可把自己的应答发给受害者，让受害者在攻击者的账户里操作。";

    ISS_UNCHECKED OtherIss "iss-unchecked" "RFC 9207 §2.4; RFC 9700 §4.4";
    "iss is not compared" / "没有比对 iss";
    seen "An answer that says it is another server's logs in" / "声称来自另一台服务器的应答也能登录";
    hint "Compare iss with the issuer you began the login with, before the code is used." / "请在使用授权码之前，比对 iss 与发起登录的签发者是否一致。";

    ISS_OPTIONAL NoIss "iss-optional" "RFC 9207 §2.4, §3";
    "iss is compared only when it comes" / "只在有 iss 时才比对";
    seen "An answer without iss logs in" / "没有 iss 的应答也能登录";
    hint "The discovery document promises it with authorization_response_iss_parameter_supported: refuse an answer without it." /
         "发现文档以 authorization_response_iss_parameter_supported 承诺会带上它：没有 iss 的应答请拒绝。";

    DENIED_CRASHES Denied "denied-crashes" "RFC 6749 §4.1.2.1";
    "A refusal crashes the app" / "用户拒绝时应用崩溃";
    seen "error=access_denied is answered with 500, or not at all" / "对 error=access_denied 返回 500 或没有应答";
    hint "Somebody who says no is no exception: when error is there, there is no code. Show a page that says so and offers a way on." /
         "用户说“不”并不是异常：有 error 时就没有 code。请显示一个页面说明情况，并给出继续的办法。";

    DENIED_WELCOMED Denied "denied-welcomed" "RFC 6749 §4.1.2.1";
    "A refusal is taken for a login" / "把拒绝当成了登录";
    seen "After error=access_denied the account page is open" / "收到 error=access_denied 之后账户页面照样打开";
    hint "Log in only after the code was redeemed and the ID token verified; to have come back is not enough." / "只有兑换了授权码并验证了 ID 令牌之后才算登录；仅仅返回了还不够。";

    ERROR_UNESCAPED ErrorText "error-unescaped" "RFC 6749 §10.14";
    "The description of an error is put into the page as it is" / "把错误描述原样放进页面";
    seen "HTML of error_description comes back in the page" / "error_description 中的 HTML 原样出现在页面里";
    hint "Anybody can write that text into an address. Show a sentence of your own for the error code, or escape it as your template engine does." /
         "任何人都能在地址里写上这段文字。请按错误代码显示你自己的句子，或像模板引擎那样转义。";

    CODE_TWICE Replay "code-twice" "RFC 6749 §4.1.2";
    "Reloading the callback uses the code again" / "刷新回调页面会再次使用授权码";
    seen "The same callback address sends the code to Doorward again, or fails with 500" / "同一个回调地址再次把授权码发给 Doorward，或返回 500";
    hint "Take state, nonce and verifier out of the session when the answer comes, so that it counts once, and leave the callback by a redirect. A code that comes twice ends the tokens it gave." /
         "应答到来时，请从会话中取出并删除 state、nonce 和 verifier，让它只算一次，并以跳转离开回调页面。授权码用第二次，会使它换来的令牌失效。";

    NONCE_UNCHECKED Nonce "nonce-unchecked" "OpenID Connect Core §3.1.3.7 rule 11";
    "nonce is not compared" / "没有比对 nonce";
    seen "An ID token with another nonce logs in" / "nonce 不同的 ID 令牌也能登录";
    hint "Compare nonce of the ID token with the one in the session: it must be there and be the same." / "请比对 ID 令牌中的 nonce 与会话中的：必须存在，而且相同。";

    SESSION_FIXED Fixation "session-fixed" "RFC 6265 §8.4";
    "The session keeps its id at the login" / "登录时会话标识不变";
    seen "A cookie from before the login is logged in afterwards" / "登录之前的 cookie 在登录之后也成了登录状态";
    hint "Give the session a new id at the login and forget the old one: otherwise whoever planted the old cookie is logged in, too." / "请在登录时换用新的会话标识，并废弃旧的：否则植入旧 cookie 的人也就登录了。";

    LOGIN_LOGS_OUT LoginLink "login-logs-out" "RFC 9110 §9.2.1";
    "The login link logs out" / "登录链接会使人退出";
    seen "Opening the login without finishing it ends the session" / "打开登录地址但不完成，原有会话就结束了";
    hint "Put what the login needs beside the session, and replace the session only when a login has succeeded." / "请把登录所需的数据放在会话之外另存，登录成功之后才替换会话。";

    OPEN_REDIRECT ReturnPath "open-redirect" "RFC 9700 §4.11.1";
    "The app redirects to any site" / "应用会跳转到任意网站";
    seen "A parameter of the login leads to another site after the callback" / "登录地址上的参数使回调之后跳转到别的网站";
    hint "Accept only paths of your own: exactly one slash at the beginning, no backslash. Better still, keep a short list of pages." / "只接受自己站内的路径：以单个斜杠开头，不含反斜杠。更好的办法是只允许一份简短的页面列表。";

    SIGNATURE_UNCHECKED Lab "signature-unchecked" "OpenID Connect Core §3.1.3.7 rule 6; RFC 8725 §3.1, §3.3";
    "The signature of the ID token is not verified" / "没有验证 ID 令牌的签名";
    seen "An ID token that the issuer did not sign logs in" / "不是签发者签名的 ID 令牌也能登录";
    hint "Verify with the keys of jwks_uri and with an algorithm that your side fixes; to decode a token is not to verify it." / "请用 jwks_uri 公布的密钥、按你这边固定的算法验证；解码不等于验证。";

    AUDIENCE_UNCHECKED Lab "audience-unchecked" "OpenID Connect Core §3.1.3.7 rules 3 to 5";
    "The audience of the ID token is not checked" / "没有检查 ID 令牌的受众";
    seen "An ID token for another app logs in" / "给另一个应用的 ID 令牌也能登录";
    hint "aud must be your client id, and azp, where there is one, too: otherwise any app can log in here with what it was given." / "aud 必须是你的客户端 ID，如有 azp 也必须是：否则任何应用都能拿自己得到的令牌来这里登录。";

    ISSUER_UNCHECKED Lab "issuer-unchecked" "OpenID Connect Core §3.1.3.7 rule 2";
    "The issuer of the ID token is not checked" / "没有检查 ID 令牌的签发者";
    seen "An ID token of another issuer logs in" / "另一个签发者的 ID 令牌也能登录";
    hint "iss must be the issuer you began the login with, letter by letter." / "iss 必须是发起登录时的那个签发者，一字不差。";

    EXPIRY_UNCHECKED Lab "expiry-unchecked" "OpenID Connect Core §3.1.3.7 rules 9 and 10";
    "The times of the ID token are not checked" / "没有检查 ID 令牌的时间";
    seen "An ID token that has expired, or has no end, logs in" / "已经过期或没有期限的 ID 令牌也能登录";
    hint "exp must be there and lie ahead, and iat not far ahead; a few seconds of difference are enough." / "exp 必须存在且尚未到达，iat 不能远在将来；容许几秒误差即可。";
}
