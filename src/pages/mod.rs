//! The pages a person sees: one typed context per template, two languages, one stylesheet.
//!
//! A page is a struct that implements [`Page`]; its strings may come from anywhere, the template engine escapes
//! them. URLs are built by the caller. Nothing here knows routes, the database or the clock: times are Unix seconds.
//!
//! There is one engine in a running server: `rocket_dyn_templates` with Tera, filled by [`Templates::install`] from
//! copies embedded in the binary. [`Renderer`] is the same thing without a server around it.

mod account;
mod client;
mod consent;
mod dates;
mod device;
mod engine;
mod error;
mod explained;
mod form_post;
mod frame;
mod functions;
mod hand_over;
mod home;
pub mod i18n;
mod keyed;
pub mod learn;
mod login;
mod logout;
mod messages;
mod overrides;
mod person;
pub mod rules;
mod scope;
mod select_account;
pub mod statics;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use account::{Account, AppAccess, BrowserSession, Notice};
pub use client::{ClientCard, Destination, DestinationKind, Stranger, WebLink};
pub use consent::{Consent, Remembered};
pub use device::{Device, DeviceConsent, DeviceDone, DeviceOrigin, DeviceProblem};
pub use engine::{RenderError, Renderer, Templates, attach, template_root};
pub use error::{ErrorKind, ErrorPage, WayBack};
pub use explained::Explained;
pub use form_post::{FormField, FormPost};
pub use frame::{Frame, LanguageLink, Site, View, respond};
pub use hand_over::HandOver;
pub use home::Home;
pub use i18n::{Locale, negotiate};
pub use login::{Login, LoginProblem, LoginReason};
pub use logout::{LoggedOut, Logout, Onward, ToldApp};
pub use overrides::TemplateError;
pub use person::Person;
pub use scope::{Claim, ClaimAsk, ScopeAsk, ScopeText, Shown, StandardScope};
pub use select_account::SelectAccount;
pub use statics::Statics;

/// A page: the context of one template.
pub trait Page: Serialize + Sized {
    /// Name of the template in the engine; ends in `.html`, because Tera escapes by that ending.
    const TEMPLATE: &'static str;

    /// One named example per state of the page. They are rendered by the tests, and at start when an operator's own
    /// templates replace embedded ones, so that a broken template is found before a person meets it.
    fn samples() -> Vec<(&'static str, Self)>;
}

/// Calls a macro with every page type, so that checks over all pages can't forget one.
macro_rules! each_page {
    ($call:ident) => {
        $call!(
            crate::pages::Login,
            crate::pages::Consent,
            crate::pages::SelectAccount,
            crate::pages::Device,
            crate::pages::DeviceConsent,
            crate::pages::DeviceDone,
            crate::pages::Logout,
            crate::pages::LoggedOut,
            crate::pages::Home,
            crate::pages::Account,
            crate::pages::ErrorPage,
            crate::pages::Explained,
            crate::pages::FormPost,
            crate::pages::HandOver,
            crate::pages::learn::Contents,
            crate::pages::learn::ChapterPage,
            crate::pages::learn::LearnerApp,
            crate::pages::learn::Services,
            crate::pages::learn::trace::FlowList,
            crate::pages::learn::trace::FlowPage,
            crate::pages::learn::Lab,
            crate::pages::learn::LabRun
        )
    };
}
pub(crate) use each_page;

/// Every message key that reaches a template as data instead of standing in it; the tests compare them with the
/// language files.
#[cfg(test)]
fn keys_in_data() -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    keys.extend(Claim::ALL.iter().map(|k| k.key().to_owned()));
    keys.extend(StandardScope::ALL.iter().map(|k| k.key().to_owned()));
    keys.extend(learn::AppNotice::ALL.iter().map(|k| k.key().to_owned()));
    keys.extend(learn::Way::ALL.iter().map(|k| k.key().to_owned()));
    keys.extend(Notice::ALL.iter().map(|k| k.key().to_owned()));
    keys.extend(learn::trace::keys_in_data());
    keys.extend(learn::lab::keys());
    for kind in ErrorKind::ALL {
        keys.extend(["title", "what", "next"].map(|part| format!("{}.{part}", kind.key())));
    }
    for reason in LoginReason::ALL {
        keys.extend(["title", "lede"].map(|part| format!("{}.{part}", reason.key())));
    }
    keys
}
