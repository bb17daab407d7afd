//! The HTTP client that the library is given, and the one below the little browser: plain, without redirects.

use openidconnect::http::{Request, Response};

/// An agent that follows no redirect, takes every status as an answer, and uses no proxy.
#[must_use]
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None).build().into()
}

/// Sends one request and reads its whole answer.
///
/// # Errors
/// When no answer came, or none that is HTTP.
pub fn send(agent: &ureq::Agent, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, ureq::Error> {
    let (parts, mut body) = agent.run(request)?.into_parts();
    Ok(Response::from_parts(parts, body.read_to_vec()?))
}
