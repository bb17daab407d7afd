//! Messages that somebody watches are handed to the glass box when they are answered.

use super::reply::app;
use crate::flows::Ctx;
use crate::trace::{MOST_ANSWER, Passed};
use rocket::tokio::io::AsyncReadExt;
use rocket::{Request, Response};
use std::io::Cursor;

/// The [`Ctx`] of a request of its own, where it is watched.
struct Own(Option<Ctx>);

/// What flows work with, for this very request.
pub fn ctx<'r>(request: &'r Request<'_>) -> &'r Ctx {
    let app = app(request);
    // Where nobody is watched a request has nothing of its own: no room is made for it.
    if app.traces.is_off() {
        return &app.ctx;
    }
    let own = request.local_cache(|| {
        let path = request.uri().path();
        let path = path.as_str().strip_prefix(app.site.base.as_str()).unwrap_or(path.as_str());
        let notes = app.traces.noting(path, || app.ctx.now());
        Own(notes.is_on().then(|| Ctx { notes, ..app.ctx.clone() }))
    });
    own.0.as_ref().unwrap_or(&app.ctx)
}

/// Keeps the message with its answer, if it is watched.
pub async fn keep<'r>(request: &'r Request<'_>, response: &mut Response<'r>, id: &str, micros: u64) {
    let (app, ctx) = (app(request), ctx(request));
    if !ctx.notes.is_on() {
        return;
    }
    let at = ctx.now();
    if !app.traces.wants(&ctx.notes, at) {
        return;
    }
    let base = app.site.base.as_str();
    // A stored page may be large; one of ours never is.
    let mut answer = Vec::new();
    if response.body().preset_size().is_some_and(|size| size <= MOST_ANSWER)
        && response.body_mut().read_to_end(&mut answer).await.is_ok()
        && !answer.is_empty()
    {
        response.set_sized_body(answer.len(), Cursor::new(answer.clone()));
    }
    let (path, headers) = (request.uri().path(), request.headers().iter().collect::<Vec<_>>());
    let answer_headers = response.headers().iter().map(|header| (header.name().to_string(), header.value().to_owned()));
    app.traces.keep(&Passed {
        request_id: id,
        at,
        micros,
        method: request.method().as_str(),
        path: path.as_str().strip_prefix(base).unwrap_or(path.as_str()),
        base,
        query: request.uri().query().map(|query| query.as_str()),
        headers: headers.iter().map(|header| (header.name().as_str(), header.value())).collect(),
        status: response.status().code,
        answer_headers: answer_headers.collect(),
        answer,
        notes: &ctx.notes,
    });
}
