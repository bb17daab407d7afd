//! Many services: one person's identity from hop to hop, and many nodes.

use super::Beat::{Answer, Call, Does};
use super::{Drawing, Kind, Words, same};

pub(super) const EXCHANGE: Drawing = Drawing {
    name: "exchange",
    title: Words("One identity through several services", "一个身份，穿过多个服务"),
    kind: Kind::Sequence(
        &[
            (Words("Gateway", "网关"), same("")),
            (Words("Orders", "订单"), same("aud: orders")),
            (same("Doorward"), same("")),
            (Words("Stock", "库存"), same("aud: stock")),
        ],
        &[
            Call(0, 1, &[Words("order something", "下单"), Words("token: aud=orders, sub=Robin", "令牌：aud=orders，sub=Robin")]),
            Does(1, &[Words("for me? scope?", "是给我的吗？有权限吗？")]),
            Call(1, 2, &[same("POST /token"), Words("token exchange: this token, for stock", "令牌交换：拿它换一张给 stock 的")]),
            Does(2, &[Words("may orders call stock? not more than before?", "orders 可以调用 stock 吗？权限没有变大吧？")]),
            Answer(2, 1, &[same("aud=stock, sub=Robin, act=orders")]),
            Call(1, 3, &[Words("reserve it", "预留库存"), Words("the new token", "换来的令牌")]),
            Does(3, &[Words("for me? who asks, for whom?", "是给我的吗？谁在替谁请求？")]),
            Answer(3, 1, &[same("200")]),
            Answer(1, 0, &[same("201")]),
        ],
    ),
};

pub(super) const FORWARD_AUTH: Drawing = Drawing {
    name: "forward-auth",
    title: Words("A proxy asks before it forwards", "代理先问再转发"),
    kind: Kind::Sequence(
        &[
            (Words("Caller", "调用方"), same("")),
            (same("nginx"), same("auth_request")),
            (same("Doorward"), same("")),
            (Words("Any service", "任意服务"), Words("in any language", "任何语言")),
        ],
        &[
            Call(0, 1, &[Words("a request with a token", "带令牌的请求")]),
            Call(1, 2, &[same("GET /forward-auth"), Words("the same token", "同一个令牌")]),
            Does(2, &[Words("alive? for this service? scope?", "有效吗？给这个服务的吗？权限够吗？")]),
            Answer(2, 1, &[Words("200 and who it is, or 401, 403", "200 和身份，或 401、403")]),
            Call(1, 3, &[Words("the request, and who it is", "请求，附上身份")]),
        ],
    ),
};

pub(super) const NODES: Drawing = Drawing {
    name: "nodes",
    title: Words("From one file to many nodes", "从一个文件到多个节点"),
    kind: Kind::Map(
        &[
            (Words("Load balancer", "负载均衡"), &[Words("ends TLS", "终结 TLS")], 0, 0),
            (Words("Doorward", "Doorward"), &[Words("node 1, keeps no state", "节点 1，无状态")], 1, 0),
            (Words("Doorward", "Doorward"), &[Words("node 2, keeps no state", "节点 2，无状态")], 1, 1),
            (same("PostgreSQL"), &[Words("what must happen once", "只能发生一次的事"), Words("happens here", "都在这里决定")], 2, 0),
        ],
        &[(0, 1, &[same("HTTP")], false), (0, 2, &[], false), (1, 3, &[same("SQL")], false), (2, 3, &[], false)],
    ),
};
