//! The pages for learners, as they are asked for: where they are, and where they aren't.
#![allow(clippy::expect_used, missing_docs)]

use doorward_testkit::World;

async fn learning() -> World {
    World::new().set("LEARN", "true").start().await
}

#[rocket::async_test]
async fn without_the_setting_there_is_nothing_to_learn() {
    let world = World::usual().await;
    for path in ["/learn", "/learn/tutorial/login", "/learn/app", "/learn/lab", "/learn/services"] {
        // Law: a server for people has no page for learners.
        assert_eq!(world.get(path).await.status, 404, "{path}");
    }
    assert!(!world.get("/").await.body.contains("&#x2F;learn"));
}

#[rocket::async_test]
async fn with_it_the_front_page_leads_there_and_the_navigation_names_each_part() {
    let world = learning().await;
    assert!(world.get("/").await.body.contains("href=\"&#x2F;learn\""));
    let page = world.get("/learn").await;
    assert_eq!(page.status, 200);
    for part in ["", "/app", "/trace", "/lab", "/services"] {
        assert!(page.body.contains(&format!("href=\"/learn{part}\"")), "{part}");
    }
    // Law: exactly one part is marked as the current one.
    assert_eq!(page.body.matches("aria-current=\"page\"").count(), 1);
}
