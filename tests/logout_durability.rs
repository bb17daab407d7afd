//! The real program, killed and started again: what a command ended is told by whichever server runs next.
#![allow(clippy::expect_used)]

mod support;

use doorward_testkit::{Receiver, claims};
use serde_json::json;
use support::server::{Server, operate};
use support::{Place, SERVER_SECRET, ada, populate, runtime, tokens};

/// Ada logs in at the app; the name of her session.
fn joined(place: &Place, register_at: Option<&str>) -> String {
    let setup = place.open_now();
    let ctx = setup.ctx().clone();
    runtime().block_on(async {
        if let Some(uri) = register_at {
            populate(&ctx, json!({"backchannel_logout_uri": uri})).await;
        }
        let who = ada(&ctx).await;
        tokens(&ctx, &who, "openid offline_access").await;
        ctx.store.shutdown().await;
        who.session.id.as_str().to_owned()
    })
}

#[test]
fn what_a_command_ends_is_told_by_the_server_that_runs_or_by_the_next_one() {
    for place in Place::all() {
        let env = [("DOORWARD_DATABASE_URL", place.url()), ("DOORWARD_SECRET", SERVER_SECRET)];
        let mut receiver = Receiver::always("200 OK");
        let first = joined(&place, Some(&receiver.uri()));
        Server::start(&place.folder, &env).kill();
        // Nobody serves: the command queues it.
        operate(&place.folder, &env, &["user", "disable", "ada"], "");
        assert!(receiver.is_quiet());
        let server = Server::start(&place.folder, &env);
        assert_eq!(claims(receiver.wait().token())["sid"], json!(first));
        operate(&place.folder, &env, &["user", "enable", "ada"], "");
        let second = joined(&place, None);
        operate(&place.folder, &env, &["user", "delete", "ada"], "");
        // Law: no way to end a session keeps it from the apps, not even one that leaves no person behind.
        assert_eq!(claims(receiver.wait().token())["sid"], json!(second));
        server.kill();
        assert!(receiver.is_quiet());
    }
}
