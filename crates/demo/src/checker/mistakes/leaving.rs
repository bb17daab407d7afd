//! Step 5: logging out.

super::mistakes! {
    LOGOUT_BY_GET LogoutLink "logout-by-get" "RFC 9110 §9.2.1";
    "A link logs out" / "点链接就会退出";
    seen "GET at the logout path ends the session" / "对退出路径的 GET 结束了会话";
    hint "Let only POST log out: a picture on any site can make a browser GET an address." / "请只允许 POST 退出：任何网站上的一张图片都能让浏览器 GET 某个地址。";

    LOGOUT_FORM_MISSING LogoutForm "logout-form-missing" "RFC 9110 §9.3.3";
    "No form to log out" / "没有退出表单";
    seen "The home page has no form that posts to the logout path" / "首页没有以 POST 提交到退出路径的表单";
    hint "Put a form with method=post and the logout path as its action on the home page of whoever is logged in." / "请在已登录者的首页放一个表单，method=post，action 为退出路径。";

    LOGOUT_KEPT LogoutForm "logout-kept" "OpenID Connect RP-Initiated Logout §2";
    "Still logged in after the logout" / "退出之后仍是登录状态";
    seen "After the form was sent, the account page still shows the person" / "提交表单之后，账户页面仍显示该用户";
    hint "End the session at the server and take the cookie away with the same name and path that it was set with." / "请在服务器端结束会话，并用设置时的同名、同路径删除 cookie。";

    LOGOUT_LOCAL LogoutServer "logout-local" "OpenID Connect RP-Initiated Logout §2";
    "Logged out here, still logged in there" / "这边退出了，那边仍登录着";
    seen "The logout does not lead to Doorward, or the session there lives on" / "退出没有前往 Doorward，或那边的会话仍在";
    hint "Redirect to end_session_endpoint of the discovery document after ending your own session; otherwise the next click on the login brings the person back without a password." /
         "结束自己的会话之后，请跳转到发现文档中的 end_session_endpoint；否则下次点登录无需密码就会回到登录状态。";

    LOGOUT_NO_HINT LogoutServer "logout-no-hint" "OpenID Connect RP-Initiated Logout §2, §3";
    "The logout does not say whose it is" / "退出请求没有说明是哪个应用";
    seen "The request to end_session_endpoint has neither id_token_hint nor client_id" / "发往 end_session_endpoint 的请求既没有 id_token_hint，也没有 client_id";
    hint "Keep the ID token in the session and send it as id_token_hint: only then does Doorward know the app that it may lead back to." /
         "请把 ID 令牌保存在会话中，并作为 id_token_hint 发送：这样 Doorward 才知道可以回到哪个应用。";

    LOGOUT_UNREGISTERED LogoutServer "logout-unregistered" "OpenID Connect RP-Initiated Logout §3";
    "post_logout_redirect_uri is not registered" / "post_logout_redirect_uri 未登记";
    seen "post_logout_redirect_uri differs from the registered one" / "post_logout_redirect_uri 与登记的不同";
    hint "Write it as it is registered, letter by letter: the slash at the end belongs to it." / "请与登记的一字不差：末尾的斜杠也是地址的一部分。";
}
