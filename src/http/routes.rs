//! The map of the site on one screen.

use super::endpoints::{
    account, authorize, device, device_authorization, discovery, explain, forward_auth, health, home, interaction, introspect, learn,
    login, logo, logout, par, register, revoke, statics, token, userinfo,
};
use super::headers::Headers;
use super::{App, canonical, catchers, cors};
use rocket::{Build, Rocket, Route, routes};

/// Mounts everything below the path of the issuer: a whole app, or a part of somebody else's.
pub fn mount(rocket: Rocket<Build>, app: App) -> Rocket<Build> {
    let base = app.site.base.clone();
    let root = if base.is_empty() { "/".to_owned() } else { base.clone() };
    #[cfg_attr(not(feature = "demo"), expect(unused_mut, reason = "the workshop is the demo's"))]
    let mut learn = if app.demo { learn() } else { Vec::new() };
    #[cfg(feature = "demo")]
    learn.extend(app.workshop.iter().flat_map(|_| workshop()));
    #[cfg(feature = "demo")]
    learn.extend(app.lab.iter().flat_map(|_| lab()));
    let rocket = rocket
        .mount(&root, learn)
        .mount(&root, protocol())
        .mount(&root, pages())
        .mount(&root, cors::routes())
        .mount(&root, canonical::routes())
        .register(&root, catchers::catchers())
        .attach(Headers { base: base.clone() })
        .manage(app);
    if base.is_empty() { rocket } else { rocket.mount(format!("/.well-known/oauth-authorization-server{base}"), routes![inserted]) }
}

/// What programs speak to.
fn protocol() -> Vec<Route> {
    routes![
        discovery::openid_configuration,
        discovery::oauth_authorization_server,
        discovery::jwks,
        discovery::robots,
        authorize::get,
        authorize::post,
        par::push,
        token::token,
        device_authorization::device_authorization,
        userinfo::get,
        userinfo::post,
        introspect::introspect,
        forward_auth::forward_auth,
        revoke::revoke,
        register::register,
        register::read,
        register::replace,
        register::remove,
        logout::get,
        logout::post,
        health::healthz,
        health::readyz,
    ]
}

/// What people see.
fn pages() -> Vec<Route> {
    routes![
        home::home,
        login::show,
        login::submit,
        interaction::show,
        interaction::back,
        interaction::login,
        interaction::decide,
        interaction::cancel,
        interaction::keep,
        interaction::switch,
        device::form,
        device::enter,
        device::show,
        device::back,
        device::login,
        device::decide,
        device::switch,
        logout::show,
        logout::decide,
        logout::logged_out,
        account::show,
        account::end_session,
        account::end_others,
        account::revoke_app,
        statics::file,
        logo::show,
        explain::codes,
        explain::show,
        learn::trace::list,
        learn::trace::show,
        learn::trace::mark,
    ]
}

/// What learners see: in the demo alone.
fn learn() -> Vec<Route> {
    routes![learn::tutorial::contents, learn::tutorial::chapter, learn::services::show]
}

/// Where a learner's app is checked.
#[cfg(feature = "demo")]
fn workshop() -> Vec<Route> {
    routes![learn::app::show, learn::app::register, learn::app::check]
}

/// Where flows are broken on purpose: in the demo alone.
#[cfg(feature = "demo")]
fn lab() -> Vec<Route> {
    routes![learn::lab::acts, learn::lab::play, learn::lab::run]
}

/// RFC 8414 §3.1: for an issuer with a path, the well-known part stands between host and path.
#[rocket::get("/")]
async fn inserted(app: &rocket::State<App>) -> super::reply::Reply {
    discovery::document(app).await
}
