//! The pages for learners, as they are asked for: where they are, and where they aren't.
#![cfg(feature = "demo")]
#![allow(clippy::expect_used, missing_docs)]

mod workshop;

use doorward::pages::learn::Chapter;
use doorward_testkit::{World, app};
use rocket::http::Method;
use workshop::demo;

#[rocket::async_test]
async fn outside_of_the_demo_there_is_nothing_to_learn() {
    let world = World::usual().await;
    for path in ["/learn", "/learn/tutorial/login", "/learn/app", "/learn/lab", "/learn/services"] {
        // Law: a server for people has no page for learners.
        assert_eq!(world.get(path).await.status, 404, "{path}");
    }
    assert!(!world.get("/").await.body.contains("&#x2F;learn"));
}

#[rocket::async_test]
async fn in_the_demo_the_front_page_leads_there_and_the_navigation_names_each_part() {
    let world = demo().await;
    assert!(world.get("/").await.body.contains("href=\"&#x2F;learn\""));
    let page = world.get("/learn").await;
    assert_eq!(page.status, 200);
    for part in ["", "/app", "/trace", "/lab", "/services"] {
        assert!(page.body.contains(&format!("href=\"/learn{part}\"")), "{part}");
    }
    // Law: exactly one part is marked as the current one.
    assert_eq!(page.body.matches("aria-current=\"page\"").count(), 1);
}

/// Addresses of `href` on a page, decoded as a browser would.
fn links(body: &str) -> Vec<String> {
    body.split(" href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|link| link.replace("&#x2F;", "/").replace("&amp;", "&"))
        .collect()
}

fn resolved(page: &str, link: &str) -> String {
    let base = url::Url::parse(&format!("http://127.0.0.1:8000{page}")).expect("an address");
    base.join(link).expect("a link").to_string()
}

#[rocket::async_test]
async fn every_chapter_is_there_in_both_languages_and_its_links_lead_somewhere() {
    let world = demo().await;
    let mut pages = Vec::new();
    for language in ["en", "zh-CN"] {
        for chapter in Chapter::all() {
            let path = format!("/learn/tutorial/{}", chapter.name);
            let page = world.get(&format!("{path}?ui_locales={language}")).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(page.body.contains(&format!("<html lang=\"{language}\">")), "{path}");
            pages.push((path, page.body));
        }
    }
    for (path, body) in &pages {
        for link in links(body) {
            let target = resolved(path, &link);
            let Some(own) = target.strip_prefix("http://127.0.0.1:8000") else {
                let loopback = target.starts_with("http://127.0.0.1:800") || target.starts_with("http://localhost:8080");
                assert!(target.starts_with("https://") || loopback, "{path}: {target}");
                continue;
            };
            let (place, anchor) = own.split_once('#').map_or((own, None), |(place, anchor)| (place, Some(anchor)));
            let found = world.get(place).await;
            assert!(found.status == 200 || found.status == 303, "{path}: {target} answers {}", found.status);
            if let Some(anchor) = anchor {
                // Law: a link leads to what it names.
                assert!(found.body.contains(&format!("id=\"{anchor}\"")), "{path}: nothing is {target}");
            }
        }
    }
}

#[rocket::async_test]
async fn a_chapter_that_is_not_there_is_an_error_page_and_a_task_is_found_by_its_id() {
    let world = demo().await;
    for name in ["nothing", "01-start", "start.md", "%2e%2e", "login%00", "%3Cb%3E"] {
        assert_eq!(world.get(&format!("/learn/tutorial/{name}")).await.status, 404, "{name}");
    }
    let place = Chapter::task("step-1").expect("a task");
    let (path, anchor) = place.split_once('#').expect("an anchor");
    // Law: whoever gives a hint can lead to the task it is about.
    assert!(world.get(path).await.body.contains(&format!("id=\"{anchor}\"")));
    assert_eq!(Chapter::task("nothing"), None);
}

#[rocket::async_test]
async fn a_site_whose_name_was_made_to_lead_to_the_demo_reads_no_page_of_it() {
    let world = World::new().demo().client(app("shop")).user("ada").start().await;
    let (mut browser, shop) = (world.browser(), world.app("shop"));
    let code = browser.allow(&shop.request()).await.code();
    shop.redeem(&code).await;
    let flow = format!("/learn/trace/{}", world.traces.flows()[0].id);
    assert!(world.get(&flow).await.body.contains(&code));
    for path in ["/learn/trace", flow.as_str(), "/learn/trace/all/mark", "/errors"] {
        for host in ["evil.example:8000", "evil.example", "localhost.evil.example:8000", "127.0.0.1.evil.example:8000", "10.0.0.1:8000"] {
            let page = world.send(Method::Get, path, &[("Host", host)], &[]).await;
            // Law: what the demo shows to everybody is shown under its own name alone.
            assert_eq!((page.status, page.location()), (303, format!("http://127.0.0.1:8000{path}").as_str()), "{host}");
            assert!(page.body.is_empty());
        }
    }
    for (path, host) in [("/learn/trace", "127.0.0.1:8000"), ("/learn/trace", "localhost:9000"), ("/jwks.json", "evil.example:8000")] {
        assert_eq!(world.send(Method::Get, path, &[("Host", host)], &[]).await.status, 200, "{path} {host}");
    }
}
