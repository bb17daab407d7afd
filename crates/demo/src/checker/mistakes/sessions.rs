//! Steps 3 and 4: the session after the login, and the photo service.

super::mistakes! {
    SESSION_LOST Account "session-lost" "RFC 6265 §4.1.2.4";
    "The session is lost after the login" / "登录之后会话丢失";
    seen "The callback went well, and the account page still knows nobody" / "回调成功，账户页面却仍不认识任何人";
    hint "The callback must set the session cookie with Path=/, and the account page must read the same one: without a path the cookie is sent below the callback's folder only." /
         "回调必须设置 Path=/ 的会话 cookie，账户页面读取的也必须是它：不写路径时，cookie 只在回调所在的目录下发送。";

    ACCOUNT_EMPTY Account "account-empty" "OpenID Connect Core §2, §5.1";
    "The account page does not say who is there" / "账户页面没有显示是谁";
    seen "The page shows neither the name nor the sub of the person who logged in" / "页面既没有登录者的姓名，也没有 sub";
    hint "Show name or sub from the ID token of this login, not a fixed text; name comes with the scope profile." / "请显示这次登录的 ID 令牌中的 name 或 sub，不要写固定文字；name 需要权限范围 profile。";

    COOKIE_SCRIPTS Cookie "cookie-scripts" "RFC 6265 §4.1.2.6";
    "Scripts can read the session cookie" / "脚本能读取会话 cookie";
    seen "The session cookie is without HttpOnly" / "会话 cookie 没有 HttpOnly";
    hint "Set HttpOnly: no script of yours needs it, and a foreign one must not have it." / "请设置 HttpOnly：你的脚本用不到它，外来的脚本更不该得到它。";

    COOKIE_SITES Cookie "cookie-sites" "RFC 6265bis §5.6.7, §8.8";
    "The session cookie goes along from every site" / "会话 cookie 会被任何网站带上";
    seen "The session cookie says neither SameSite=Lax nor SameSite=Strict" / "会话 cookie 没有写明 SameSite=Lax 或 SameSite=Strict";
    hint "Write SameSite=Lax. Not every browser assumes it, and the default makes an exception for fresh cookies." / "请写明 SameSite=Lax。并非所有浏览器都默认如此，而且默认规则对新设置的 cookie 有例外。";

    SESSION_GLOBAL OtherBrowser "session-global" "RFC 6265 §8.4";
    "One session for everybody" / "所有人共用一个会话";
    seen "Another browser sees the person who logged in in the first" / "另一个浏览器看到了在第一个浏览器登录的人";
    hint "Keep who is logged in by session, not in one variable of the program: the cookie says which session, and without a cookie there is none." /
         "请按会话保存登录者，不要放在程序的某个全局变量里：由 cookie 指明是哪个会话，没有 cookie 就没有会话。";

    SCOPE_PHOTOS Scope "scope-photos" "RFC 6749 §3.3";
    "photos:read is not asked for" / "没有申请 photos:read";
    seen "scope does not contain photos:read" / "scope 不包含 photos:read";
    hint "Add photos:read to scope and log in again: a token carries what the person allowed, nothing more." / "请在 scope 中加上 photos:read，然后重新登录：令牌只携带用户允许的内容。";

    PHOTOS_ID_TOKEN Photos "photos-id-token" "RFC 9068 §4; RFC 8725 §3.11";
    "The ID token sent to the service" / "把 ID 令牌发给了服务";
    seen "The photo service got a token that is no access token" / "照片服务收到的不是访问令牌";
    hint "Send access_token. The ID token is for your app alone: it says who logged in and opens nothing." / "请发送 access_token。ID 令牌只给你的应用看：它说明谁登录了，不能用来打开任何东西。";

    PHOTOS_NO_TOKEN Photos "photos-no-token" "RFC 6750 §2.1";
    "No token in the Authorization header" / "Authorization 头中没有令牌";
    seen "The photo service was called without a bearer token" / "调用照片服务时没有携带 Bearer 令牌";
    hint "Send Authorization: Bearer and the access token; a token in the query or in a cookie is not looked at." / "请发送 Authorization: Bearer 加访问令牌；放在查询参数或 cookie 里的令牌不会被理会。";

    PHOTOS_AUDIENCE Photos "photos-audience" "RFC 8707 §2; RFC 9068 §4";
    "A token for somebody else" / "令牌是给别人的";
    seen "The photo service got a token with another audience or without its scope" / "照片服务收到的令牌受众不符，或缺少所需的权限范围";
    hint "Ask with resource naming the photo service, or leave resource out: photos:read alone makes it the audience." / "申请时让 resource 指向照片服务，或干脆省略：有 photos:read 时受众自然就是它。";

    PHOTOS_UNCALLED Photos "photos-uncalled" "RFC 6749 §7";
    "The photo service is not called" / "没有调用照片服务";
    seen "The photos page answers, and the photo service heard nothing" / "照片页面有应答，照片服务却没有收到请求";
    hint "Call the photo service in the handler of the page; its address stands on this page, and the path is /photos." / "请在页面的处理函数中调用照片服务；它的地址见本页，路径是 /photos。";

    PHOTOS_FAIL Photos "photos-fail" "RFC 6750 §3.1";
    "The photos page fails" / "照片页面出错";
    seen "The photos page is not answered with 200" / "照片页面的应答不是 200";
    hint "The photo service was content, so look at what the app does with its answer: it is JSON with the members owner and photos." / "照片服务没有异议，请检查应用如何处理它的应答：那是含有 owner 和 photos 成员的 JSON。";
}
