//! The operator's commands, run as an operator runs them: the real program, in a folder of its own.

#![allow(clippy::expect_used)]

#[path = "cli/apis.rs"]
mod apis;
#[path = "cli/beside_a_server.rs"]
mod beside_a_server;
#[path = "cli/clients.rs"]
mod clients;
#[path = "cli/folder.rs"]
mod folder;
#[path = "cli/keys.rs"]
mod keys;
#[path = "cli/lists.rs"]
mod lists;
#[path = "cli/registration_tokens.rs"]
mod registration_tokens;
#[path = "cli/settings.rs"]
mod settings;
#[path = "cli/trust.rs"]
mod trust;
#[path = "cli/usage.rs"]
mod usage;
#[path = "cli/users.rs"]
mod users;
