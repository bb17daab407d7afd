//! `GET` and `POST /userinfo`: OpenID Connect Core §5.3.

use crate::flows::{FlowError, userinfo};
use crate::http::App;
use crate::http::guards::Authorization;
use crate::http::reply::Reply;
use doorward_protocol::check::Checks;
use doorward_protocol::resource;
use rocket::http::Status;
use rocket::{State, get, post};

/// What the person allowed the token's client to know.
#[get("/userinfo")]
pub async fn get(authorization: Authorization<'_>, app: &State<App>) -> Reply {
    answer(&authorization, app).await
}

/// The same by POST. A token in the body isn't looked at: header only.
#[post("/userinfo")]
pub async fn post(authorization: Authorization<'_>, app: &State<App>) -> Reply {
    answer(&authorization, app).await
}

async fn answer(authorization: &Authorization<'_>, app: &App) -> Reply {
    let told = match resource::bearer(&authorization.0, &mut Checks::silent()) {
        Ok(token) => userinfo::userinfo(&app.ctx, token.to_owned()).await,
        Err(refusal) => Err(FlowError::Refused(refusal)),
    };
    match told {
        Ok(claims) => Reply::json(Status::Ok, &claims),
        Err(error) => Reply::bearer_error(&error),
    }
}
