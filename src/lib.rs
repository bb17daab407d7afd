//! Doorward: a login server. OAuth 2.1 authorization server and OpenID Provider with server-rendered pages.

pub mod clock;
pub mod flows;
pub mod keys;
pub mod pages;
pub mod passwords;
pub mod seal;
pub mod store;
