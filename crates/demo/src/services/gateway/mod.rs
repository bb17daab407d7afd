//! The gateway: a web app that logs people in, and calls the first service with what they agreed to.

mod kept;
mod own_form;
mod pages;
mod tries;
mod view;

use doorward_client::web::{Language, User, Web};
use doorward_client::{Alg, Calls, Login};
use rocket::fairing::AdHoc;
use rocket::form::Form;
use rocket::http::uri::Host;
use rocket::http::{ContentType, Header, Status};
use rocket::{Build, FromForm, Request, Rocket, State, catch, catchers, get, post, routes};
use serde_json::{Value, json};
use url::Url;

use super::config::Program;
use super::peer::Peer;
use super::{SetUpError, Setting, TEAS, Wanted};
use crate::config::rocket_config;
use crate::pages::{Page, Pages, SeeOther};
use kept::{Kept, Kind};
use own_form::OwnForm;
use tries::Try;

struct Gateway {
    base: String,
    /// Where the server's pages are, without a slash at the end.
    server: String,
    calls: Calls,
    orders: Peer,
    stock: Peer,
    shipping: Peer,
    kept: Kept,
    pages: Pages,
}

pub(super) fn gateway(setting: &Setting<'_>) -> Result<Rocket<Build>, SetUpError> {
    let cfg = setting.cfg;
    let base = cfg.address(Program::Gateway);
    let login = Login::new(setting.provider()?, setting.client(Program::Gateway), &format!("{base}/callback"))?
        .id_token_alg(Alg::Es256)
        .scopes(["profile", "orders:place"])
        // The token of the code is for orders and opens nothing else (RFC 8707).
        .resource(cfg.audience(Program::Orders))
        .after_logout(&format!("{base}/"))?;
    // Cookies ignore ports: the name must differ from those of the other programs on this host.
    let web = Web::new(login).cookie_name("lantern_tea");
    let gateway = Gateway {
        server: cfg.issuer.trim_end_matches('/').to_owned(),
        calls: setting.calls(Program::Gateway)?,
        orders: setting.peer(Program::Orders),
        stock: setting.peer(Program::Stock),
        shipping: setting.peer(Program::Shipping),
        kept: Kept::default(),
        pages: pages::pages(),
        base,
    };
    // `form-action` also rules where the answer to a form may redirect: the logout form leads to the server.
    let server = Url::parse(&cfg.issuer)?.origin().ascii_serialization();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {server}; base-uri 'none'; frame-ancestors 'none'"
    );
    Ok(rocket::custom(rocket_config(cfg.port(Program::Gateway)))
        .manage(gateway)
        .attach(web.fairing())
        .mount("/", routes![home, place, ordered, hops, attempt, attempted, style, lantern])
        .register("/", catchers![caught])
        .attach(AdHoc::on_response("headers", move |_, response| {
            let policy = policy.clone();
            Box::pin(async move {
                // The library's own pages have a stricter one.
                if !response.headers().contains("Content-Security-Policy") {
                    response.set_header(Header::new("Content-Security-Policy", policy));
                }
                response.set_header(Header::new("Referrer-Policy", "same-origin"));
                response.set_header(Header::new("Cache-Control", "no-store"));
            })
        })))
}

#[get("/")]
fn home(user: Option<User>, gateway: &State<Gateway>, lang: Language, host: Option<&Host<'_>>) -> Result<Page, SeeOther> {
    // The login comes back to `base`: under another name of this machine the cookie would not be there.
    if host.is_some_and(|host| !gateway.base.ends_with(&format!("//{host}")) && host.domain() == "localhost") {
        return Err(SeeOther::to(format!("{}/", gateway.base)));
    }
    let Some(user) = user else { return Ok(gateway.page("welcome.html", lang, Status::Ok, None, json!({}))) };
    let orders: Vec<Value> = gateway.kept.all(user.subject(), Kind::Order);
    Ok(gateway.page("order.html", lang, Status::Ok, Some(&user), json!({ "teas": TEAS, "orders": orders })))
}

#[derive(FromForm)]
struct OrderForm {
    tea: String,
    quantity: u32,
}

/// The token goes to orders, for which it is. What happens behind that door, the gateway doesn't know and needn't.
#[post("/orders", data = "<form>")]
async fn place(user: User, _own: OwnForm, form: Form<OrderForm>, gateway: &State<Gateway>, lang: Language) -> Result<SeeOther, Page> {
    let form = form.into_inner();
    let wanted = Wanted { tea: form.tea, quantity: form.quantity };
    if !wanted.is_sensible() {
        return Err(gateway.page("trouble.html", lang, Status::UnprocessableEntity, Some(&user), json!({ "key": "bad_order" })));
    }
    let bearer = format!("Bearer {}", user.access_token().expose());
    match gateway.orders.ask("/orders", Some(&bearer), Some(&json!(wanted))).await {
        Ok(order) => Ok(SeeOther::to(format!("/orders/{}", gateway.kept.keep(user.subject(), Kind::Order, order)))),
        Err(refused) => {
            Err(gateway.page("trouble.html", lang, Status::BadGateway, Some(&user), json!({ "key": "not_placed", "refused": refused })))
        }
    }
}

#[get("/orders/<id>")]
fn ordered(user: User, id: &str, gateway: &State<Gateway>, lang: Language) -> Option<Page> {
    let order = gateway.kept.one(user.subject(), Kind::Order, id)?;
    Some(gateway.page("ordered.html", lang, Status::Ok, Some(&user), json!({ "order": order })))
}

/// What each token on the way said, and why the next service took it.
#[get("/orders/<id>/hops")]
fn hops(user: User, id: &str, gateway: &State<Gateway>, lang: Language) -> Option<Page> {
    let order = gateway.kept.one(user.subject(), Kind::Order, id)?;
    let values = json!({ "order": order, "hops": view::hops(&order["hops"]), "tries": Try::ALL.map(Try::name) });
    Some(gateway.page("hops.html", lang, Status::Ok, Some(&user), values))
}

/// Does what must not work, and shows by what it was stopped.
#[post("/tries/<what>")]
async fn attempt(user: User, _own: OwnForm, what: &str, gateway: &State<Gateway>) -> Option<SeeOther> {
    let made = Try::named(what)?.make(gateway, &user.access_token()).await;
    Some(SeeOther::to(format!("/tries/{}", gateway.kept.keep(user.subject(), Kind::Try, json!(made)))))
}

#[get("/tries/<id>")]
fn attempted(user: User, id: &str, gateway: &State<Gateway>, lang: Language) -> Option<Page> {
    let made = gateway.kept.one(user.subject(), Kind::Try, id)?;
    let values = json!({ "made": made, "tries": Try::ALL.map(Try::name) });
    Some(gateway.page("tried.html", lang, Status::Ok, Some(&user), values))
}

#[get("/style.css")]
fn style() -> (ContentType, &'static str) {
    (ContentType::CSS, include_str!("static/style.css"))
}

#[get("/lantern.svg")]
fn lantern() -> (ContentType, &'static str) {
    (ContentType::SVG, include_str!("static/lantern.svg"))
}

#[catch(default)]
async fn caught(status: Status, request: &Request<'_>) -> Option<(Status, Page)> {
    let lang = request.guard::<Language>().await.succeeded().unwrap_or_default();
    let key = match status.code {
        403 => "foreign",
        422 => "bad_order",
        500.. => "ours",
        _ => "no_such_page",
    };
    let gateway = request.rocket().state::<Gateway>()?;
    Some((status, gateway.page("trouble.html", lang, status, None, json!({ "key": key }))))
}

impl Gateway {
    fn page(&self, template: &str, lang: Language, status: Status, user: Option<&User>, mut values: Value) -> Page {
        values["inside"] = json!(user.is_some());
        values["person"] = json!(user.and_then(|user| user.claims().name()));
        values["server"] = json!(self.server);
        self.pages.render(template, lang, status, values)
    }
}
