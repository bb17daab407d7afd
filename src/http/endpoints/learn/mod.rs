//! What learners open: one file a part of `/learn`.

pub mod tutorial;
