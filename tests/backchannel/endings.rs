//! Whoever ends sessions, and what ends with them.

use super::*;

#[rocket::async_test]
async fn whoever_ends_sessions_the_apps_are_told() {
    let mut receiver = Receiver::always("200 OK");
    let world = told("shop", &receiver).user("eve").start().await;
    let ada = || Subject::new("sub-ada");
    for way in ["everywhere", "another", "others", "a new password", "disabled", "another account", "deleted"] {
        let (mut browser, mut phone) = (world.browser(), world.browser());
        let id = claims(&join(&mut phone, &world.app("shop"), "openid").await.text("id_token"));
        let now = world.ctx.now();
        match way {
            "everywhere" => {
                browser.log_in("ada").await;
                let asked = browser.get("/logout").await;
                browser.submit(asked.form(&asked.path).tick("everywhere", "true").press("decision", "logout")).await;
            }
            "another" => {
                browser.log_in("ada").await;
                let account = browser.get("/account").await;
                let path = format!("/account/sessions/{}/end", id["sid"].as_str().expect("a sid"));
                browser.submit(account.form(&path)).await;
            }
            "others" => {
                browser.log_in("ada").await;
                let account = browser.get("/account").await;
                browser.submit(account.form("/account/sessions/others/end")).await;
            }
            // By the operator's command, in another process: nothing rings.
            "a new password" => drop(world.change(move |conn| users::set_password(conn, &ada(), "x", now)).await),
            "disabled" => {
                world.disable("ada", true).await;
                world.disable("ada", false).await;
            }
            "another account" => {
                let page = phone.open(&world.app("shop").request().with("prompt", "select_account")).await;
                phone.submit(page.form("/switch")).await;
            }
            _ => world.delete("ada").await,
        }
        let told = verified(&world, receiver.next().await.token(), "RS256", "shop").await;
        // Law: each way, once, with the session that ended.
        assert_eq!((&told["sid"], &told["sub"]), (&id["sid"], &json!("sub-ada")), "{way}");
        if way == "a new password" {
            let hash = doorward::passwords::hash_blocking(doorward_testkit::PASSWORD).expect("a hash");
            world.change(move |conn| users::set_password(conn, &Subject::new("sub-ada"), &hash, now)).await;
        }
    }
    until(&world, "shop", |now| *now == Standing::default()).await;
    assert!(receiver.is_quiet());
}

each_backend! {
    async fn under_any_race_each_delivery_is_taken_by_one_node(backend: Backend) {
        let receiver = Receiver::always("200 OK");
        // Not started: no courier of its own.
        let opened = told("shop", &receiver).on(backend).open().await;
        let ctx = opened.setup.ctx().clone();
        let (now, rows) = (ctx.now(), 12);
        ctx.store.write(move |conn| queued(conn, rows, now)).await.expect("to queue");
        let due = ctx.store.read(move |conn| deliveries::due(conn, &[], 100, now)).await.expect("to ask");
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let (store, due) = (ctx.store.clone(), due.clone());
                tokio::spawn(async move {
                    let mut taken = 0;
                    for one in due {
                        let until = now.plus(Seconds::minutes(1));
                        let mine = store.write(move |conn| deliveries::lease(conn, &one, until, now)).await;
                        taken += usize::from(mine.expect("to try"));
                    }
                    taken
                })
            })
            .collect();
        let mut taken = 0;
        for task in tasks {
            taken += task.await.expect("no panic");
        }
        // Law: as many as there are, however many try.
        assert_eq!((due.len(), taken), (rows, rows));
    }

    async fn what_a_node_took_and_did_not_tell_another_tells_when_the_lease_is_over(backend: Backend) {
        let mut receiver = Receiver::always("200 OK");
        let opened = told("shop", &receiver).on(backend).open().await;
        let ctx = opened.setup.ctx().clone();
        let now = ctx.now();
        ctx.store.write(move |conn| queued(conn, 1, now)).await.expect("to queue");
        let taken = ctx.store.read(move |conn| deliveries::due(conn, &[], 1, now)).await.expect("to ask").pop().expect("one");
        let lease = now.plus(Seconds::minutes(1));
        assert!(ctx.store.write(move |conn| deliveries::lease(conn, &taken, lease, now)).await.expect("to take"));
        // That node is dead. The next one:
        let doorward_testkit::Opened { setup, figment, sleeping } = opened;
        let world = sleeping.wake(setup.rocket(&figment).expect("a Rocket")).await;
        let mut courier = Courier::new(world.ctx.clone());
        world.clock.advance(59);
        assert_eq!(courier.take().await.expect("to look"), 0);
        assert!(receiver.is_quiet());
        world.clock.advance(1);
        world.ctx.sessions_ended.notify_one();
        // Law: nothing that was queued is lost with whoever held it.
        assert_eq!(verified(&world, receiver.next().await.token(), "RS256", "shop").await["sid"], "session 0");
    }
}

/// Sessions of Ada's at `shop`, ended.
fn queued(conn: &mut doorward::store::Conn, count: usize, now: doorward_protocol::values::Timestamp) -> Result<(), StoreError> {
    use doorward_protocol::secret::{Secret, SessionKey};
    for number in 0..count {
        let id = SessionId::new(format!("session {number}"));
        let login = sessions::Login {
            id: id.clone(),
            key: Secret::<SessionKey>::shown(format!("key {number}")).digest(),
            subject: Subject::new("sub-ada"),
            origin: sessions::Origin { user_agent: String::new(), address: String::new() },
            idle: Seconds::hours(1),
            absolute: Seconds::days(1),
        };
        sessions::log_in(conn, &login, None, now)?;
        doorward::store::participants::join(conn, &id, &ClientId::new("shop"), now)?;
        assert!(sessions::end(conn, &id, now)?);
    }
    Ok(())
}

#[rocket::async_test]
async fn backchannel_2_7_what_was_given_without_offline_access_ends_and_the_rest_stays() {
    let mut receiver = Receiver::always("200 OK");
    let world = told("shop", &receiver).start().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    let bound = join(&mut browser, &shop, "openid").await;
    let offline = join(&mut browser, &shop, "openid offline_access").await;
    leave(&mut browser).await;
    receiver.next().await;
    assert_eq!(shop.refresh(&bound.text("refresh_token")).await.refusal(), (400, "invalid_grant".to_owned()));
    // Law: offline_access is what it says.
    assert_eq!(shop.refresh(&offline.text("refresh_token")).await.status, 200);
}

#[rocket::async_test]
async fn backchannel_4_1_a_logout_token_opens_nothing_here() {
    let mut receiver = Receiver::always("200 OK");
    let world = told("shop", &receiver).start().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    join(&mut browser, &shop, "openid").await;
    leave(&mut browser).await;
    let token = receiver.next().await.token().to_owned();
    let hinted = browser.look(&format!("/logout?{}", encode(&[("id_token_hint", &token)]))).await;
    assert_eq!(hinted.status, 400);
    assert_eq!(shop.userinfo(&token).await.status, 401);
    assert!(!shop.is_active(&token).await);
    let landing = browser.open(&shop.request().with("prompt", "none").with("id_token_hint", &token)).await.landing();
    // Law: it is no ID token and no access token.
    assert_eq!(landing.error(), "invalid_request");
}

#[rocket::async_test]
async fn backchannel_2_1_discovery_says_so() {
    let world = World::new().client(app("shop")).start().await;
    let document = world.get("/.well-known/openid-configuration").await.json();
    let says = |member: &str| document[member] == json!(true);
    // Law: with the session's sid in every token.
    assert!(says("backchannel_logout_supported") && says("backchannel_logout_session_supported"));
}
