//! A client that changes its own registration, beside its operator and beside its end.

use super::*;
use doorward::flows::registration;
use doorward_protocol::client::{Client, Origin};
use doorward_protocol::secret::{ClientSecret, RegistrationAccess};
use serde_json::{Map, Value};

const ACCESS: &str = "a-registration-access-token";

fn access() -> Secret<RegistrationAccess> {
    Secret::shown(ACCESS)
}

fn id() -> ClientId {
    ClientId::new("app")
}

fn asked(number: usize) -> Map<String, Value> {
    let json = json!({"client_id": "app", "client_name": format!("App {number}"), "redirect_uris": ["https://app.example/callback"]});
    json.as_object().cloned().expect("members")
}

/// The client `app`, as if it had registered itself.
async fn registered(ctx: &Ctx) {
    populate(ctx, json!({})).await;
    let work = |conn: &mut _| {
        let client = clients::find(conn, &id())?.expect("the client");
        clients::delete(conn, &client.id)?;
        clients::insert(conn, &Client { origin: Origin::Dynamic, registration: Some(access().digest()), ..client })
    };
    assert!(ctx.store.write::<_, StoreError, _>(work).await.expect("to register"));
}

#[test]
fn a_secret_rotated_beside_updates_stays_rotated() {
    on_each(async |ctx| {
        registered(&ctx).await;
        let outcomes = at_once(8, |number| {
            let ctx = ctx.clone();
            async move {
                for round in 0..3 {
                    if number > 0 {
                        registration::replace(&ctx, id(), access(), asked(number)).await.expect("to update");
                        continue;
                    }
                    let digest = Secret::<ClientSecret>::shown(format!("secret {round}")).digest();
                    // As `doorward client rotate-secret` does.
                    let work = move |conn: &mut _| {
                        clients::hold(conn, &id())?;
                        let old = clients::find(conn, &id())?.expect("the client");
                        clients::update(conn, &Client { secret: Some(digest.clone()), ..old })
                    };
                    assert!(ctx.store.write::<_, StoreError, _>(work).await.expect("to rotate"));
                }
            }
        })
        .await;
        assert_eq!(outcomes.len(), 8);
        let client = ctx.store.read::<_, StoreError, _>(|conn| clients::find(conn, &id())).await.expect("to read").expect("the client");
        // Law: a secret that was replaced since it leaked is worth nothing again.
        assert!(client.secret == Some(Secret::<ClientSecret>::shown("secret 2").digest()));
        assert!(client.metadata.client_name.is_some_and(|name| name.starts_with("App")));
    });
}

#[test]
fn an_update_beside_the_end_of_a_registration_says_what_became_of_it() {
    on_each(async |ctx| {
        registered(&ctx).await;
        let outcomes = at_once(12, |number| {
            let ctx = ctx.clone();
            async move {
                if number % 4 == 2 {
                    return registration::remove(&ctx, id(), access()).await.map(|()| None);
                }
                registration::replace(&ctx, id(), access(), asked(number)).await.map(Some)
            }
        })
        .await;
        for outcome in outcomes.iter().filter(|outcome| outcome.is_err()) {
            assert_eq!(refused_by(outcome), Some(Check::RegistrationAccess), "{outcome:?}");
        }
        // Law: one ends it, and whoever comes later finds nothing.
        assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Ok(None))).count(), 1);
        let late = registration::replace(&ctx, id(), access(), asked(0)).await;
        assert_eq!(refused_by(&late), Some(Check::RegistrationAccess));
    });
}
