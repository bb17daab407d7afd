//! Who is who.

use super::{Drawing, Kind, Words, same};

pub(super) const COMPONENTS: Drawing = Drawing {
    name: "components",
    title: Words("Who talks to whom", "谁和谁说话"),
    kind: Kind::Map(
        &[
            (Words("Browser", "浏览器"), &[Words("the person uses it", "用户在用它")], 0, 0),
            (
                Words("Doorward", "Doorward"),
                &[Words("authorization server,", "授权服务器，"), Words("knows the passwords", "只有它知道密码")],
                1,
                0,
            ),
            (Words("Your app", "你的应用"), &[Words("client: wants to act", "客户端：想替用户"), Words("for the person", "做事")], 0, 1),
            (Words("A service", "服务"), &[Words("holds the person’s", "存放用户的数据，"), Words("data: an API", "也就是 API")], 1, 1),
        ],
        &[
            (0, 1, &[Words("logs in, consents", "登录、授权")], false),
            (0, 2, &[Words("uses the pages", "使用页面")], false),
            (2, 3, &[Words("access token", "访问令牌")], false),
            (3, 1, &[Words("fetches the keys", "取公钥"), Words("(/jwks.json)", "（/jwks.json）")], true),
            (2, 1, &[same("code → token")], false),
        ],
    ),
};
