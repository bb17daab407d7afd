//! What tokens say.

pub mod access;
pub mod claims;
pub mod id_token;
