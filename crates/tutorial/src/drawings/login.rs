//! Logging in: with a password at the server, and the client's login by a code.

use super::Beat::{Answer, Call, Does};
use super::{Drawing, Kind, Words, same};

const BROWSER: (Words, Words) = (Words("Browser", "浏览器"), same(""));
const APP: (Words, Words) = (Words("Your app", "你的应用"), same("localhost:8080"));
const DOORWARD: (Words, Words) = (same("Doorward"), same("127.0.0.1:8000"));

pub(super) const PASSWORD: Drawing = Drawing {
    name: "password-login",
    title: Words("Logging in with a password", "用密码登录"),
    kind: Kind::Sequence(
        &[BROWSER, DOORWARD],
        &[
            Call(0, 1, &[same("GET /login")]),
            Answer(1, 0, &[Words("form, cookie doorward_browser", "表单、Cookie doorward_browser")]),
            Call(0, 1, &[same("POST /login"), same("username, password, csrf")]),
            Does(
                1,
                &[
                    Words("counts the attempt", "先记一次尝试"),
                    Words("hashes the password (argon2id)", "计算密码哈希（argon2id）"),
                    Words("makes a session under a new key", "用新的密钥建立会话"),
                ],
            ),
            Answer(1, 0, &[same("303 → /account"), Words("cookie doorward_session", "Cookie doorward_session")]),
        ],
    ),
};

pub(super) const CODE: Drawing = Drawing {
    name: "code",
    title: Words("Authorization code with PKCE", "授权码流程与 PKCE"),
    kind: Kind::Sequence(
        &[BROWSER, APP, DOORWARD],
        &[
            Call(0, 1, &[same("GET /login")]),
            Does(
                1,
                &[
                    Words("makes state, nonce and code_verifier,", "生成 state、nonce 和 code_verifier，"),
                    Words("keeps them for this browser", "为这个浏览器记住它们"),
                ],
            ),
            Answer(1, 0, &[same("303 → /authorize")]),
            Call(
                0,
                2,
                &[same("GET /authorize?response_type=code"), same("&client_id&redirect_uri&scope"), same("&state&nonce&code_challenge")],
            ),
            Does(2, &[Words("the person logs in and consents", "用户登录并同意授权")]),
            Answer(2, 0, &[same("303 → redirect_uri?code&state&iss")]),
            Call(0, 1, &[same("GET /callback?code&state&iss")]),
            Does(1, &[Words("state and iss as expected?", "核对 state 和 iss")]),
            Call(
                1,
                2,
                &[same("POST /token"), same("code, redirect_uri, code_verifier"), Words("+ the app’s own secret", "＋应用自己的密钥")],
            ),
            Does(
                2,
                &[Words("code unused? its client?", "授权码没用过？是这个客户端的？"), same("SHA-256(code_verifier) = code_challenge?")],
            ),
            Answer(2, 1, &[same("access_token, id_token")]),
            Does(
                1,
                &[Words("checks the ID token:", "校验 ID 令牌："), Words("signature, iss, aud, exp, nonce", "签名、iss、aud、exp、nonce")],
            ),
            Answer(1, 0, &[Words("303 → /me, the app’s own session", "303 → /me，应用自己的会话")]),
        ],
    ),
};
