//! Logging out everywhere.

use super::Beat::{Answer, Call, Does};
use super::{Drawing, Kind, Words, same};

pub(super) const LOGOUT: Drawing = Drawing {
    name: "logout",
    title: Words("Logging out: at the app, at Doorward, at every other app", "退出登录：应用、Doorward、其他所有应用"),
    kind: Kind::Sequence(
        &[
            (Words("Browser", "浏览器"), same("")),
            (Words("Your app", "你的应用"), same("")),
            (same("Doorward"), same("")),
            (Words("Another app", "另一个应用"), same("")),
        ],
        &[
            Call(0, 1, &[same("POST /logout")]),
            Does(1, &[Words("forgets its own session", "删除自己的会话")]),
            Answer(1, 0, &[same("303 → end_session_endpoint")]),
            Call(0, 2, &[same("GET /logout?id_token_hint&client_id"), same("&post_logout_redirect_uri&state")]),
            Does(2, &[Words("asks the person, ends the session", "询问用户，结束会话")]),
            Answer(2, 0, &[same("303 → post_logout_redirect_uri?state")]),
            Call(2, 3, &[same("POST backchannel_logout_uri"), same("logout_token (iss, aud, sid, events)")]),
            Does(3, &[Words("checks it, forgets that session", "校验后删除对应会话")]),
            Answer(3, 2, &[same("200")]),
        ],
    ),
};
