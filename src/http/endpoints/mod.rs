//! One file an endpoint. A handler parses, calls a flow, and maps its outcome.

pub mod account;
pub mod authorize;
pub mod device;
pub mod device_authorization;
pub mod discovery;
pub mod explain;
pub mod forward_auth;
pub mod health;
pub mod home;
pub mod interaction;
pub mod introspect;
pub mod learn;
pub mod login;
pub mod logo;
pub mod logout;
pub mod par;
pub mod register;
pub mod revoke;
pub mod statics;
pub mod token;
pub mod userinfo;
