//! The acts: one function each, by what they break.

pub(super) mod app;
pub(super) mod codes;
pub(super) mod requests;
pub(super) mod services;
