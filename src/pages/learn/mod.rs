//! The pages for learners, below `/learn`.
//!
//! To add one, say `trace`:
//!
//! 1. `src/pages/learn/trace.rs`: the context. Its field `part` is [`Part::Trace`], by which the navigation marks it. It goes into `each_page!`.
//! 2. `templates/learn/trace.html.tera`: `{% extends "doorward/learn/base.html" %}`, blocks `title` and `main`; inside `main` a
//!    `<div class="learn">` gives the wide layout. It goes into the list `EMBEDDED` of `src/pages/engine.rs`.
//! 3. `templates/i18n/learn/trace.{en,zh-CN}.toml`: the words, under `[learn_trace]`.
//! 4. `src/http/endpoints/learn/trace.rs`: the handler; its route goes into `learn()` of `src/http/routes.rs`, which is mounted in
//!    the demo, and nowhere else; what needs the demo's own crate has a list beside it.
//! 5. `static/learn.css`: what `doorward.css` has no class for. Both are held below 15 KiB, and a class that no page has is refused.

mod app;
mod book;
mod chapter;
pub mod diagram;
pub mod lab;
mod services;
pub mod trace;

use serde::Serialize;

pub use app::{AppNotice, Difference, LearnerApp, MistakeCard, Outcome, Registered, SourceLink, StepCard, StepTask, TrialRow};
pub use book::Chapter;
pub use chapter::{ChapterPage, Contents, Entry};
pub use lab::{Lab, LabRun};
pub use services::{Arrow, CallRow, Drawing, Node, Services, Way};

/// A part of the learners' site, as the navigation shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The texts.
    Tutorial,
    /// The learner's own app, checked.
    App,
    /// What was sent and checked.
    Trace,
    /// Where flows are broken on purpose.
    Lab,
    /// The services that run in the demo.
    Services,
}

impl Part {
    /// Every part, in the order of the navigation.
    pub const ALL: [Self; 5] = [Self::Tutorial, Self::App, Self::Trace, Self::Lab, Self::Services];

    /// Its name in a context.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tutorial => "tutorial",
            Self::App => "app",
            Self::Trace => "trace",
            Self::Lab => "lab",
            Self::Services => "services",
        }
    }
}
