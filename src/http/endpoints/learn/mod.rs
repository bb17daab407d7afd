//! What learners open: one file a part of `/learn`.

#[cfg(feature = "demo")]
pub mod app;
#[cfg(feature = "demo")]
mod checked;
pub mod services;
pub mod trace;
pub mod tutorial;
