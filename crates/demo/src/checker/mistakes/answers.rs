//! Step 3: what the app does with the answer.

super::mistakes! {
    CALLBACK_MISSING LogIn "callback-missing" "RFC 6749 §4.1.2";
    "No callback" / "没有回调路由";
    seen "The callback is answered with 404 or 405" / "回调的应答是 404 或 405";
    hint "Mount GET at the path of the registered redirect URI; the browser comes back there with code, state and iss in the query." /
         "请在所登记回调地址的路径上挂载 GET 路由；浏览器会带着查询参数 code、state、iss 回到那里。";

    SECRET_MISSING LogIn "secret-missing" "RFC 6749 §3.2.1, §2.3.1";
    "No client secret" / "没有发送客户端密钥";
    seen "The token request carries no secret" / "令牌请求没有携带密钥";
    hint "Send client id and secret with HTTP Basic. Is CLIENT_SECRET set in the very terminal in which the app runs?" /
         "请用 HTTP Basic 发送客户端 ID 和密钥。运行应用的那个终端里设置 CLIENT_SECRET 了吗？在别的终端设置是不够的。";

    SECRET_IN_BODY LogIn "secret-in-body" "RFC 6749 §2.3.1; RFC 7591 §2";
    "The secret in the body" / "密钥放在了请求体里";
    seen "The token request shows the secret as client_secret in the form" / "令牌请求在表单中以 client_secret 携带密钥";
    hint "This app is registered for client_secret_basic: send the secret in the Authorization header, and nothing of it in the body." /
         "本应用登记的方式是 client_secret_basic：请把密钥放在 Authorization 头中，请求体里不要出现。";

    SECRET_NEWLINE LogIn "secret-newline" "RFC 6749 §2.3.1";
    "The secret with white space around it" / "密钥首尾带有空白";
    seen "The secret is the right one, with a newline or a space at its beginning or end" / "密钥本身正确，但首尾带有换行或空格";
    hint "Trim what you read from a file or a pipe: echo and editors put a newline at the end." / "从文件或管道读来的内容请去掉首尾空白：echo 和编辑器都会在末尾加上换行。";

    SECRET_HASHED LogIn "secret-hashed" "RFC 6749 §2.3.1";
    "A hash in the place of the secret" / "用哈希代替了密钥";
    seen "What came as the secret is a hash" / "作为密钥发来的是一个哈希值";
    hint "Send the secret itself, as it was shown once. Only the server keeps a hash; who has the hash alone can't log in with it, and that is its purpose." /
         "请发送密钥本身，即登记时只显示一次的那一串。哈希只由服务器保存；仅凭哈希无法通过认证，这正是它的用意。";

    SECRET_WRONG LogIn "secret-wrong" "RFC 6749 §2.3.1, §5.2";
    "Another secret" / "密钥不对";
    seen "The token request shows a secret that is not this client's" / "令牌请求携带的密钥不属于该客户端";
    hint "Copy the secret again, whole; if it is gone, register the app anew. Then restart the app." / "请重新完整复制密钥；若已遗失，请重新登记应用。然后重启应用。";

    VERIFIER_MISSING LogIn "verifier-missing" "RFC 7636 §4.5";
    "No verifier in the token request" / "令牌请求缺少 verifier";
    seen "The token request has no code_verifier although the login had a challenge" / "登录带有 challenge，令牌请求却没有 code_verifier";
    hint "Send the verifier of this login as code_verifier together with the code." / "请把这次登录的 verifier 作为 code_verifier 与授权码一同发送。";

    VERIFIER_LOST LogIn "verifier-lost" "RFC 7636 §4.5, §4.6";
    "The verifier got lost on the way" / "verifier 半路丢失";
    seen "code_verifier does not fit the code_challenge of this login" / "code_verifier 与这次登录的 code_challenge 不符";
    hint "The callback must find the verifier that the login made, not make a new one: keep it in the session, beside state and nonce." /
         "回调必须取出登录时生成的 verifier，而不是另外生成：请把它与 state、nonce 一起存入会话。";

    TOKEN_REDIRECT LogIn "token-redirect" "RFC 6749 §4.1.3";
    "Another redirect_uri in the token request" / "令牌请求的 redirect_uri 不同";
    seen "redirect_uri of the token request differs from that of the login" / "令牌请求的 redirect_uri 与登录时的不同";
    hint "Use one constant for both, or leave it out of the token request: PKCE ties the two together." / "两处请使用同一个常量，或在令牌请求中省略：PKCE 已把两者绑定。";

    USERINFO_TOKEN LogIn "userinfo-token" "OpenID Connect Core §5.3.1";
    "Userinfo called with the wrong token" / "用错误的令牌调用 userinfo";
    seen "Userinfo refuses the token that came" / "userinfo 拒绝了收到的令牌";
    hint "Userinfo takes an access token for Doorward, never the ID token. You may not need it at all: the claims you asked for can be read in the ID token." /
         "userinfo 只接受发给 Doorward 的访问令牌，绝不接受 ID 令牌。也许根本不必调用：你申请的声明在 ID 令牌里就能读到。";

    COOKIE_STRICT LogIn "cookie-strict" "RFC 6265bis §5.6.7";
    "SameSite=Strict for what the callback needs" / "回调所需的 cookie 用了 SameSite=Strict";
    seen "The login sets a cookie with SameSite=Strict, and the callback does not know the browser" / "登录设置了 SameSite=Strict 的 cookie，回调时便认不出浏览器";
    hint "Use SameSite=Lax: the browser comes to the callback from another site, and Strict cookies stay at home then. Rocket's cookies are Strict unless you say otherwise." /
         "请使用 SameSite=Lax：浏览器是从别的网站来到回调的，Strict 的 cookie 不会随行。Rocket 的 cookie 默认就是 Strict。";

    CLOCK_WRONG LogIn "clock-wrong" "OpenID Connect Core §3.1.3.7 rules 9 and 10";
    "The clock is wrong" / "时钟不准";
    seen "The app's Date header is more than a minute off, and it refuses good tokens" / "应用的 Date 头偏差超过一分钟，并拒绝了有效的令牌";
    hint "Set the clock of the machine or container the app runs on; virtual machines fall behind when they sleep. Allow a few seconds of difference, not more." /
         "请校准应用所在机器或容器的时钟；虚拟机休眠后时间会落后。容许几秒误差即可，不要更多。";

    CALLBACK_FAILS LogIn "callback-fails" "RFC 6749 §4.1.4";
    "The callback fails after the tokens came" / "拿到令牌之后回调出错";
    seen "Doorward refused nothing, and yet the callback answers with an error" / "Doorward 没有拒绝任何请求，回调却返回错误";
    hint "Read the app's log at the callback: it could not read the answer, or refused the ID token. Compare what it expects with the token in the trace." /
         "请查看应用在回调处的日志：可能读不懂应答，或拒绝了 ID 令牌。请把它的期望与流程透视中的令牌比对。";

    TOKEN_IN_URL LogIn "token-in-url" "RFC 6750 §2.3, §5.3; RFC 9700 §4.3.2";
    "A token in an address" / "令牌出现在地址里";
    seen "After the callback an address holds a token, a code or a JWT" / "回调之后的地址中含有令牌、授权码或 JWT";
    hint "Keep tokens in the session at the server and redirect to a clean address: addresses are kept in histories, logs and Referer headers." /
         "请把令牌保存在服务器端的会话中，并跳转到干净的地址：地址会留在历史记录、日志和 Referer 头里。";
}
