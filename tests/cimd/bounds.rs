//! Many at once, hosts that don't answer, and what the operator bounds.

use super::*;
use doorward::store::failures;
use doorward_protocol::client::{Client, Metadata};
use doorward_protocol::throttle::{ALL_REGISTRATIONS, Verdict};

#[rocket::async_test]
async fn many_people_at_once_at_one_app_are_all_let_in() {
    let (world, host) = (builder().start().await, Host::start());
    let prints = host.app(&world);
    let path = prints.request().path();
    for round in 1..=3 {
        let asks = (0..60).map(|_| async { world.browser().get(&path).await.status == 200 });
        let all = rocket::futures::future::join_all(asks).await;
        // Law: who shares a request is not counted as one that knocks.
        assert_eq!((all.iter().filter(|let_in| **let_in).count(), host.asked()), (60, round));
        world.clock.advance(3_601);
    }
}

#[rocket::async_test]
async fn while_a_host_is_silent_its_app_keeps_what_it_holds_for_a_day_and_gets_nothing_new() {
    let (world, host) = (builder().start().await, Host::start());
    let prints = host.app(&world);
    let mut tokens = prints.redeem(&world.browser().allow(&prints.request()).await.code()).await;
    for silence in ["503 Down", "no HTTP"] {
        host.answer(silence, b"");
        world.clock.advance(3_601);
        tokens = prints.refresh(&tokens.text("refresh_token")).await;
        assert_eq!(tokens.status, 200, "{silence}: {}", tokens.body);
        assert_eq!(prints.revoke("x").await.status, 200, "{silence}");
        assert_eq!(world.browser().get(&prints.request().path()).await.status, 400, "{silence}");
        assert_eq!(prints.redeem("x").await.refusal(), (401, "invalid_client".to_owned()), "{silence}");
    }
    // It says otherwise, and falls silent again.
    for said in ["404 Not Found", "410 Gone", "403 Forbidden", "302 Found\r\nLocation: /other.json", "200 OK\r\nContent-Type: text/html"] {
        host.serve(&json!({}));
        world.clock.advance(3_601);
        assert_eq!(prints.revoke("x").await.status, 200, "{said}");
        for answer in [said, "503 Down"] {
            host.answer(answer, b"");
            world.clock.advance(3_601);
            assert_eq!(prints.revoke("x").await.refusal(), (401, "invalid_client".to_owned()), "{said}, {answer}");
        }
    }
    host.serve(&json!({}));
    world.clock.advance(3_601);
    assert_eq!(prints.revoke("x").await.status, 200);
    host.answer("503 Down", b"");
    world.clock.advance(86_400);
    // Law: not for ever.
    assert_eq!(prints.revoke("x").await.refusal(), (401, "invalid_client".to_owned()));
}

#[rocket::async_test]
async fn an_app_whose_document_the_operator_has_no_longer_read_is_unknown() {
    for (setting, value) in [("CLIENT_ID_METADATA_DOCUMENTS", "false"), ("CLIENT_ID_METADATA_HOSTS", "app.example")] {
        let (world, host) = (builder().set(setting, value).start().await, Host::start());
        let metadata = json!({"redirect_uris": ["https://prints.example/cb"], "token_endpoint_auth_method": "none"});
        let metadata = Metadata::read(metadata).expect("metadata");
        let client = Client { origin: Origin::Document, ..Client::new(ClientId::new(host.id()), metadata, None, world.clock.now()) };
        assert!(world.change(move |conn| clients::insert(conn, &client)).await);
        let prints = host.app(&world);
        assert!(world.browser().get(&prints.request().path()).await.status >= 400, "{setting}");
        // Law: what was switched off is off.
        assert_eq!(prints.redeem("x").await.refusal(), (401, "invalid_client".to_owned()), "{setting}");
    }
}

#[rocket::async_test]
async fn registrations_that_are_held_up_hold_up_no_app_with_a_document() {
    let (world, host) = (builder().start().await, Host::start());
    let now = world.clock.now();
    let fill = move |conn: &mut _| {
        while matches!(failures::count(conn, "registrations", ALL_REGISTRATIONS, now)?, Verdict::Go(_)) {}
        failures::count(conn, "registrations", ALL_REGISTRATIONS, now)
    };
    assert!(matches!(world.change(fill).await, Verdict::Wait(_)));
    // Law: one way in doesn't close the other.
    assert!(page(&world, &host.app(&world)).await.has_form("/consent"));
}
