//! Step 3: what the app sends the browser away with.

super::mistakes! {
    ACCOUNT_OPEN Stranger "account-open" "RFC 9110 §15.5.2";
    "The account page is open to strangers" / "账户页面对陌生人开放";
    seen "Without a login it is answered with 200" / "未登录时应答为 200";
    hint "Answer 401, or redirect to the login, when the request carries no session: let the guard decide, not the template." /
         "请求没有会话时，请返回 401 或跳转到登录：应由守卫（guard）决定，而不是由模板决定。";

    LOGIN_STAYS Leave "login-stays" "RFC 6749 §4.1.1";
    "The login does not lead to the server" / "登录没有跳转到服务器";
    seen "The path that login names is no redirect to Doorward" / "login 所指路径没有跳转到 Doorward";
    hint "Answer GET at the login path with a redirect to the authorization endpoint; no page, no form of your own." /
         "请让登录路径的 GET 直接跳转到授权端点；不要自己显示页面或表单。";

    ENDPOINT_GUESSED Leave "endpoint-guessed" "OpenID Connect Discovery §4";
    "The address of an endpoint was guessed" / "端点地址是猜的";
    seen "The redirect goes to Doorward, but not to its authorization endpoint" / "跳转到了 Doorward，却不是它的授权端点";
    hint "Take authorization_endpoint from /.well-known/openid-configuration of the issuer; paths differ from server to server." /
         "请从签发者的 /.well-known/openid-configuration 读取 authorization_endpoint；各服务器的路径并不相同。";

    RESPONSE_TYPE Leave "response-type" "RFC 9700 §2.1.2";
    "Not the code flow" / "不是授权码流程";
    seen "response_type is not code" / "response_type 不是 code";
    hint "Ask with response_type=code. Tokens in the address of a page end up in histories and logs, so Doorward gives none there." /
         "请使用 response_type=code。放在地址里的令牌会留在历史记录和日志中，所以 Doorward 不在那里给出令牌。";

    REDIRECT_MISSING Leave "redirect-missing" "OpenID Connect Core §3.1.2.1";
    "No redirect_uri" / "缺少 redirect_uri";
    seen "The request has no redirect_uri" / "请求中没有 redirect_uri";
    hint "Send redirect_uri with the very text that is registered." / "请发送 redirect_uri，并与登记的文本一字不差。";

    REDIRECT_HOST Leave "redirect-host" "RFC 9700 §4.1.3";
    "localhost and 127.0.0.1 mixed up" / "混用 localhost 与 127.0.0.1";
    seen "redirect_uri has another host or scheme than the registered one" / "redirect_uri 的主机或协议与登记的不同";
    hint "They lead to the same machine and are two names: addresses are compared letter by letter, and cookies of the one don't reach the other. Use the registered one everywhere, also in your browser." /
         "两者指向同一台机器，却是两个名字：地址逐字比较，一边的 cookie 也到不了另一边。请处处使用登记的那个，包括在浏览器里输入时。";

    REDIRECT_PORT Leave "redirect-port" "RFC 9700 §4.1.3";
    "redirect_uri with another port" / "redirect_uri 端口不对";
    seen "redirect_uri has another port than the registered one" / "redirect_uri 的端口与登记的不同";
    hint "Build redirect_uri from the same setting that the app listens by, and register the app anew if it moved." /
         "请用应用监听所依据的同一项设置来生成 redirect_uri；应用若换了端口，请重新登记。";

    REDIRECT_SLASH Leave "redirect-slash" "RFC 9700 §4.1.3";
    "A slash at the end" / "末尾多了或少了斜杠";
    seen "redirect_uri differs from the registered one by a slash at its end" / "redirect_uri 与登记的只差末尾一个斜杠";
    hint "/callback and /callback/ are two addresses. Write it as it is registered." / "/callback 与 /callback/ 是两个地址。请照登记的写。";

    REDIRECT_PATH Leave "redirect-path" "RFC 9700 §4.1.3";
    "redirect_uri with another path" / "redirect_uri 路径不对";
    seen "redirect_uri has another path or query than the registered one" / "redirect_uri 的路径或查询参数与登记的不同";
    hint "The whole address is compared, letter by letter. Mount the callback where it is registered and put nothing behind it; what you want to remember belongs into the session." /
         "比较的是整个地址，逐字进行。请把回调挂在登记的路径上，后面不要附加任何内容；要记住的东西放进会话。";

    SCOPE_OPENID Leave "scope-openid" "OpenID Connect Core §3.1.2.1";
    "scope without openid" / "scope 中没有 openid";
    seen "scope does not contain openid" / "scope 不包含 openid";
    hint "Add openid: without it this is no login, and no ID token comes that says who is there." /
         "请加上 openid：没有它就不算登录，也不会有说明来者是谁的 ID 令牌。";

    STATE_MISSING Leave "state-missing" "RFC 6749 §10.12";
    "No state" / "缺少 state";
    seen "The request has no state" / "请求中没有 state";
    hint "Make a random state, keep it in this browser's session, send it, and compare it when the answer comes." /
         "请生成随机的 state，存入该浏览器的会话并随请求发送，应答回来时再比对。";

    STATE_GUESSABLE Leave "state-guessable" "RFC 6749 §10.10";
    "A state that can be guessed" / "state 可以猜到";
    seen "state is shorter than 16 characters" / "state 不足 16 个字符";
    hint "Take at least 128 bits from the system's random generator, 22 characters in base64url. A counter or a time is no secret." /
         "请取系统随机数生成器的至少 128 位，即 base64url 的 22 个字符。计数器和时间都不是秘密。";

    NONCE_MISSING Leave "nonce-missing" "OpenID Connect Core §15.5.2";
    "No nonce" / "缺少 nonce";
    seen "The request has no nonce" / "请求中没有 nonce";
    hint "Send a random nonce and compare it with the one in the ID token: it ties the token to this login." /
         "请发送随机的 nonce，并与 ID 令牌中的比对：它把令牌与这一次登录绑定在一起。";

    CHALLENGE_MISSING Leave "challenge-missing" "RFC 7636 §4.3; RFC 9700 §2.1.1";
    "No PKCE" / "没有使用 PKCE";
    seen "The request has no code_challenge" / "请求中没有 code_challenge";
    hint "Make a verifier for each login, keep it in the session, and send its SHA-256 as code_challenge with code_challenge_method=S256." /
         "请为每次登录生成 verifier 并存入会话，把它的 SHA-256 作为 code_challenge 发送，并带上 code_challenge_method=S256。";

    CHALLENGE_PLAIN Leave "challenge-plain" "RFC 7636 §4.2; RFC 9700 §2.1.1";
    "PKCE with plain" / "PKCE 用了 plain";
    seen "code_challenge_method is not S256" / "code_challenge_method 不是 S256";
    hint "Say code_challenge_method=S256: without it plain is meant, and then whoever sees the request has the verifier." /
         "请写明 code_challenge_method=S256：不写就等于 plain，看到请求的人也就得到了 verifier。";

    STATE_CONSTANT Again "state-constant" "RFC 6749 §10.12";
    "The same state for every login" / "每次登录都用同一个 state";
    seen "Two logins have the same state" / "两次登录的 state 相同";
    hint "Make it anew in the handler of the login, not at the start of the program." / "请在登录的处理函数里每次重新生成，不要在程序启动时生成。";

    NONCE_CONSTANT Again "nonce-constant" "OpenID Connect Core §15.5.2";
    "The same nonce for every login" / "每次登录都用同一个 nonce";
    seen "Two logins have the same nonce" / "两次登录的 nonce 相同";
    hint "Make it anew for each login; a constant one lets an old ID token pass for a new one." / "请为每次登录重新生成；固定不变的 nonce 会让旧的 ID 令牌冒充新的。";

    VERIFIER_CONSTANT Again "verifier-constant" "RFC 7636 §4.1, §7.1";
    "The same verifier for every login" / "每次登录都用同一个 verifier";
    seen "Two logins have the same code_challenge" / "两次登录的 code_challenge 相同";
    hint "A verifier is good for one login. Make it where you make the state, and keep both together." / "verifier 只能用于一次登录。请在生成 state 的地方一并生成，并放在一起保存。";

    SCOPE_TOO_WIDE LogIn "scope-too-wide" "RFC 6749 §3.3";
    "A scope that is not registered" / "申请了未登记的权限范围";
    seen "Doorward comes back with error=invalid_scope" / "Doorward 返回 error=invalid_scope";
    hint "Ask for openid, profile, email and photos:read at most: that is what this app is registered for." /
         "最多只能申请 openid、profile、email 和 photos:read：本应用登记的就是这些。";

    REQUEST_REFUSED LogIn "request-refused" "RFC 6749 §4.1.2.1";
    "The request is refused for another reason" / "请求因其他原因被拒绝";
    seen "Doorward comes back with an error, or shows one" / "Doorward 返回或显示了错误";
    hint "Read the check that failed and change the parameter that it names; the trace shows the whole request." /
         "请看是哪项检查没有通过，并修改它所指的参数；流程透视中有完整的请求。";
}
