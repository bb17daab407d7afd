//! One client assertion, shown by many at once.

use super::*;
use doorward::flows::client_auth::{Sender, authenticate};
use doorward_protocol::check::Checks;
use doorward_protocol::client_auth::Presented;
use doorward_testkit::{ASSERTION_TYPE, AppKey, encode};

fn sender(assertion: &str) -> Sender {
    let form = encode(&[("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)]);
    let params = Params::parse(form.as_bytes(), &[]).expect("parameters");
    Sender { shown: Presented::read(&[], &params, &mut Checks::silent()).expect("an assertion"), dpop: Vec::new(), certificate: None }
}

fn claims(ctx: &Ctx, jti: &str) -> serde_json::Value {
    json!({"iss": "app", "sub": "app", "aud": ctx.policy.issuer, "jti": jti, "exp": NOW.0 + 60})
}

#[test]
fn an_assertion_shown_by_many_at_once_proves_one_of_them() {
    on_each(async |ctx| {
        let key = AppKey::new();
        populate(&ctx, json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key.jwks()})).await;
        let (one, other) = (key.jwt(&claims(&ctx, "one")), key.jwt(&claims(&ctx, "other")));
        let outcomes = at_once(MANY, |_| {
            let (ctx, one) = (ctx.clone(), one.clone());
            async move { authenticate(&ctx, &sender(&one)).await.map(drop) }
        })
        .await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        for outcome in &lost {
            assert_eq!(refused_by(outcome), Some(Check::AssertionOnce), "{outcome:?}");
        }
        // Law: RFC 7523 §3, whoever intercepts an assertion has nothing; the next one is as good as ever.
        assert!(authenticate(&ctx, &sender(&other)).await.is_ok());
    });
}
