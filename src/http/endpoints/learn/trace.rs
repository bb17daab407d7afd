//! The glass box: in the demo for the learner, elsewhere for the owner of a client that is traced.

use crate::flows::{FlowError, traced};
use crate::http::guards::Visit;
use crate::http::reply::{Csp, Reply};
use crate::pages::learn::trace::{FlowList, FlowPage, Traced};
use crate::pages::{ErrorKind, ErrorPage};
use crate::trace::Flow;
use doorward_protocol::values::ClientId;
use rocket::get;
use rocket::http::Status;

/// What a reader may see.
enum Sight {
    /// Everything: the demo.
    Whole,
    /// The flows of these clients, of which some are traced now.
    Of(Vec<ClientId>, Vec<Traced>),
    /// Nothing before they have logged in.
    LoggedOut,
}

impl Sight {
    async fn of(visit: &Visit<'_>) -> Result<Self, FlowError> {
        if visit.app.traces.is_demo() {
            return Ok(Self::Whole);
        }
        let Some(reader) = visit.signed_in().await?.filter(|reader| traced::is_recent(visit.ctx, reader)) else {
            return Ok(Self::LoggedOut);
        };
        let all = traced::all(visit.ctx).await?;
        let theirs = traced::owned(visit.ctx, &reader, all.keys().cloned().collect()).await?;
        let now = visit.ctx.now();
        let running = theirs.iter().filter_map(|id| all.get(id).filter(|until| **until > now).map(|until| (id, until)));
        let running = running.map(|(id, until)| Traced { client: id.as_str().to_owned(), until: until.0 }).collect();
        Ok(Self::Of(theirs, running))
    }

    fn sees(&self, flow: &Flow) -> bool {
        match self {
            Self::Whole => true,
            Self::Of(clients, _) => clients.iter().any(|client| flow.is_of(client)),
            Self::LoggedOut => false,
        }
    }

    fn is_whole(&self) -> bool {
        matches!(self, Self::Whole)
    }

    fn flows(&self, visit: &Visit<'_>) -> Vec<Flow> {
        visit.app.traces.flows().into_iter().filter(|flow| self.sees(flow)).collect()
    }

    fn list(&self, visit: &Visit<'_>) -> FlowList {
        match self {
            Self::LoggedOut => FlowList::sign_in(visit.app.path("/login"), visit.app.demo),
            Self::Whole => FlowList::of(&self.flows(visit), true, visit.app.demo),
            Self::Of(_, running) => FlowList::of(&self.flows(visit), false, visit.app.demo).traced(running.clone()),
        }
    }
}

/// The last flows.
#[get("/learn/trace")]
pub async fn list(visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    match Sight::of(&visit).await {
        Ok(sight) => visit.page_at("/learn/trace", Status::Ok, &sight.list(&visit), &Csp::live()),
        Err(error) => visit.failed(&error),
    }
}

/// One flow, message by message.
#[get("/learn/trace/<flow>")]
pub async fn show(flow: &str, visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    let sight = match Sight::of(&visit).await {
        Ok(sight) => sight,
        Err(error) => return visit.failed(&error),
    };
    let Some(found) = visit.app.traces.flow(flow).filter(|flow| sight.sees(flow)) else {
        return visit.trouble(Status::NotFound, &ErrorPage::new(ErrorKind::NotFound));
    };
    let page = FlowPage::of(&found, visit.locale, sight.is_whole(), visit.app.demo);
    visit.page_at(&format!("/learn/trace/{}", found.id), Status::Ok, &page, &Csp::live())
}

/// The place of the last message, of one flow or of `all` that the reader may see: asked for by the script that follows live.
#[get("/learn/trace/<flow>/mark")]
pub async fn mark(flow: &str, visit: Visit<'_>) -> Reply {
    let sight = match Sight::of(&visit).await {
        Ok(sight) => sight,
        Err(error) => return Reply::json_error(&error),
    };
    let marks = sight.flows(&visit).into_iter().filter(|known| flow == "all" || known.id == flow).map(|flow| flow.mark().0);
    let last = marks.max().unwrap_or_default();
    Reply::text(Status::Ok, format!("{last}\n")).with("Cache-Control", "no-store")
}
