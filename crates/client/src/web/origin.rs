//! A form counts only when it stands on a page of this app.

use rocket::Request;

/// Whether a POST may be by a form of the app whose origin is `own`. Another site's form would carry no cookie of ours in today's browsers
/// (`SameSite=Lax`); this is beside it, and stops forms of the same site, such as another port's or a subdomain's.
///
/// `Sec-Fetch-Site` decides where the browser sends it, since `Origin` may be `null` for an app's own forms; then `Origin`. What sends
/// neither is no browser that keeps cookies from other sites' forms, or none at all.
pub(super) fn is_own_form(request: &Request<'_>, own: &str) -> bool {
    let header = |name: &str| {
        let mut values = request.headers().get(name);
        (values.next(), values.next().is_some())
    };
    match (header("Sec-Fetch-Site"), header("Origin")) {
        ((_, true), _) | (_, (_, true)) => false,
        ((Some(site), _), _) => site == "same-origin",
        ((None, _), (Some(origin), _)) => origin == own,
        ((None, _), (None, _)) => true,
    }
}
