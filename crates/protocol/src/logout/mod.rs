//! Logging out: asked by an app (RP-Initiated Logout 1.0), and told to the apps that took part (Back-Channel and Front-Channel Logout 1.0).

pub mod frontchannel;
mod request;
pub mod retry;
pub mod token;

pub use request::{Hint, LogoutRequest, RedirectUriStored, client_named, is_proven, validate};
