//! What is done with tokens: shown to a service, and renewed.

use super::Beat::{Answer, Call, Does};
use super::{Drawing, Kind, Words, same};

const APP: (Words, Words) = (Words("Your app", "你的应用"), same(""));
const DOORWARD: (Words, Words) = (same("Doorward"), same(""));

pub(super) const REFRESH: Drawing = Drawing {
    name: "refresh",
    title: Words("Refreshing, and a stolen refresh token", "刷新令牌，以及令牌被盗时"),
    kind: Kind::Sequence(
        &[APP, DOORWARD, (Words("A thief", "窃贼"), same(""))],
        &[
            Call(0, 1, &[same("POST /token"), same("grant_type=refresh_token"), same("refresh_token=R1")]),
            Does(1, &[Words("R1 is spent", "R1 作废")]),
            Answer(1, 0, &[Words("new access token, R2", "新的访问令牌，R2")]),
            Call(2, 1, &[Words("POST /token, the stolen R1", "POST /token，偷来的 R1")]),
            Does(
                1,
                &[
                    Words("R1 a second time: somebody has a copy;", "R1 第二次出现：有人拿到了副本，"),
                    Words("the whole family ends", "整个令牌家族作废"),
                ],
            ),
            Answer(1, 2, &[same("400 invalid_grant")]),
            Call(0, 1, &[same("POST /token, R2")]),
            Answer(1, 0, &[Words("400 invalid_grant: log in again", "400 invalid_grant：重新登录")]),
        ],
    ),
};

pub(super) const API: Drawing = Drawing {
    name: "api",
    title: Words("Calling a service with an access token", "用访问令牌调用服务"),
    kind: Kind::Sequence(
        &[APP, (Words("Photo service", "照片服务"), same("127.0.0.1:8002")), DOORWARD],
        &[
            Call(0, 1, &[same("GET /photos"), same("Authorization: Bearer eyJ…")]),
            Call(1, 2, &[Words("GET /jwks.json (once, then kept)", "GET /jwks.json（取一次就缓存）")]),
            Answer(2, 1, &[Words("public keys", "公钥")]),
            Does(
                1,
                &[
                    Words("signature, iss, exp", "签名、iss、exp"),
                    Words("aud: is it for me?", "aud：是给我的吗？"),
                    Words("scope: photos:read?", "scope：有 photos:read 吗？"),
                ],
            ),
            Answer(1, 0, &[Words("200, the photos", "200，照片")]),
        ],
    ),
};
