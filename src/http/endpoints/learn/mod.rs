//! What learners open: one file a part of `/learn`.

#[cfg(feature = "demo")]
pub mod app;
#[cfg(feature = "demo")]
mod checked;
#[cfg(feature = "demo")]
pub mod lab;
pub mod services;
pub mod trace;
pub mod tutorial;
