//! `GET` and `POST /userinfo`: OpenID Connect Core §5.3.

use crate::flows::mint::Told;
use crate::flows::userinfo::{self, Visitor};
use crate::http::guards::{Here, Holder};
use crate::http::reply::Reply;
use rocket::http::Status;
use rocket::{get, post};

/// What the person allowed the token's client to know.
#[get("/userinfo")]
pub async fn get(holder: Holder<'_>, here: Here<'_>) -> Reply {
    answer(&holder.0, here).await
}

/// The same by POST. A token in the body isn't looked at: header only.
#[post("/userinfo")]
pub async fn post(holder: Holder<'_>, here: Here<'_>) -> Reply {
    answer(&holder.0, here).await
}

async fn answer(visitor: &Visitor<'_>, here: Here<'_>) -> Reply {
    let reply = match userinfo::userinfo(&here, visitor).await {
        Ok(Told::Plain(claims)) => Reply::json(Status::Ok, &claims),
        Ok(Told::Signed(jwt)) => Reply::jwt("jwt", jwt),
        Err(error) => Reply::bearer_error(&error),
    };
    reply.with_nonce(&here, &visitor.dpop)
}
