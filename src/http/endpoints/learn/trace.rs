//! The glass box: in the demo for the learner, elsewhere for the owner of a client that is traced.

use crate::flows::{FlowError, traced};
use crate::http::guards::Visit;
use crate::http::reply::{Csp, Reply};
use crate::pages::learn::trace::{FlowList, FlowPage};
use crate::pages::{ErrorKind, ErrorPage};
use crate::trace::Flow;
use doorward_protocol::values::ClientId;
use rocket::get;
use rocket::http::Status;
use std::collections::BTreeSet;

/// What a reader may see.
enum Sight {
    /// Everything: the demo.
    Whole,
    /// The flows of these clients.
    Of(Vec<ClientId>),
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
        let flows = visit.app.traces.flows();
        let kept: BTreeSet<ClientId> = flows.iter().filter_map(|flow| flow.client().cloned()).collect();
        Ok(Self::Of(traced::owned(visit.ctx, &reader, kept.into_iter().collect()).await?))
    }

    fn sees(&self, flow: &Flow) -> bool {
        match self {
            Self::Whole => true,
            Self::Of(clients) => clients.iter().any(|client| flow.is_of(client)),
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
            Self::LoggedOut => FlowList::sign_in(visit.app.path("/login"), visit.app.learn),
            Self::Whole | Self::Of(_) => FlowList::of(&self.flows(visit), self.is_whole(), visit.app.learn),
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
    let page = FlowPage::of(&found, visit.locale, sight.is_whole(), visit.app.learn);
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
