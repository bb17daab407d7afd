//! The error page: what happened, what to do, and the id to quote.

use serde::Serialize;

use super::Page;
use super::keyed::keyed;

keyed! {
    /// What a person is told. The sentences are general: what exactly was wrong with an app's request is for its author
    /// (the log, or the app's own channel), never for a stranger.
    pub enum ErrorKind {
        /// `client_id` is missing or unknown.
        UnknownClient => "error.unknown_client",
        /// The redirect URI is not one of the client's.
        RedirectNotRegistered => "error.redirect_not_registered",
        /// The request could not be understood.
        BadRequest => "error.bad_request",
        /// A parameter came twice.
        RepeatedParameter => "error.repeated_parameter",
        /// The interaction is too old.
        InteractionExpired => "error.interaction_expired",
        /// The interaction was finished before (back button, second tab).
        InteractionDone => "error.interaction_done",
        /// The interaction was begun in another browser.
        OtherBrowser => "error.other_browser",
        /// The form's token or origin does not fit.
        CsrfFailed => "error.csrf_failed",
        /// Nothing at this address.
        NotFound => "error.not_found",
        /// The address does not take this method.
        MethodNotAllowed => "error.method_not_allowed",
        /// The request is larger than allowed.
        TooLarge => "error.too_large",
        /// Too many requests from one address.
        TooManyRequests => "error.too_many_requests",
        /// The server can't serve now.
        Unavailable => "error.unavailable",
        /// A fault of ours.
        Internal => "error.internal",
    }
}

/// A way on from an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WayBack {
    /// Name of the app.
    pub name: String,
    /// Its registered home page.
    pub href: super::client::WebLink,
}

/// The error page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorPage {
    /// What happened.
    pub kind: ErrorKind,
    /// The protocol's error code, where there is one (`invalid_request`).
    pub code: Option<String>,
    /// Seconds after which another try makes sense.
    pub retry_after: Option<i64>,
    /// The way back to the app, where it is known.
    pub back: Option<WayBack>,
    /// What the app's developer may read of it.
    pub explanation: Option<String>,
}

impl ErrorPage {
    /// A page that only says what happened.
    pub const fn new(kind: ErrorKind) -> Self {
        Self { kind, code: None, retry_after: None, back: None, explanation: None }
    }
}

impl Page for ErrorPage {
    const TEMPLATE: &'static str = "doorward/error.html";

    fn samples() -> Vec<(&'static str, Self)> {
        ErrorKind::ALL
            .iter()
            .map(|&kind| {
                let name = kind.key().trim_start_matches("error.");
                let page = match kind {
                    ErrorKind::UnknownClient | ErrorKind::RepeatedParameter | ErrorKind::BadRequest => {
                        let explanation = Some("https://login.example/errors/c2VhbGVk".to_owned());
                        Self { code: Some("invalid_request".to_owned()), explanation, ..Self::new(kind) }
                    }
                    ErrorKind::TooManyRequests | ErrorKind::Unavailable => Self { retry_after: Some(30), ..Self::new(kind) },
                    ErrorKind::InteractionExpired | ErrorKind::InteractionDone => Self {
                        back: super::client::WebLink::parse("https://prints.example.com/")
                            .map(|href| WayBack { name: "Sunny Prints".to_owned(), href }),
                        ..Self::new(kind)
                    },
                    ErrorKind::RedirectNotRegistered
                    | ErrorKind::OtherBrowser
                    | ErrorKind::CsrfFailed
                    | ErrorKind::NotFound
                    | ErrorKind::MethodNotAllowed
                    | ErrorKind::TooLarge
                    | ErrorKind::Internal => Self::new(kind),
                };
                (name, page)
            })
            .collect()
    }
}
