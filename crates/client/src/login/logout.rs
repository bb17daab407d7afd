//! Logging out at the provider, too (OpenID Connect RP-Initiated Logout 1.0).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use url::Url;

use super::{Login, LoginError, Tokens};
use crate::random::random;

/// Where a browser is sent to log out.
#[derive(Debug)]
#[non_exhaustive]
pub struct Goodbye {
    /// Where it is sent, by status 303.
    pub url: Url,
    /// What comes back in the parameter `state`, if the browser comes back.
    pub state: String,
}

impl Goodbye {
    /// Whether what the browser brought back is the answer to this.
    pub fn is_answered_by(&self, state: &str) -> bool {
        verify_slices_are_equal(self.state.as_bytes(), state.as_bytes()).is_ok()
    }
}

impl Login {
    /// Where to send the browser of somebody who has just been logged out of the app. End the app's own session first: whatever the
    /// provider asks or says, it is over.
    ///
    /// With their tokens the provider knows whose session is meant and need not ask; it comes back to
    /// [`after_logout`](Self::after_logout) if that is set.
    ///
    /// # Errors
    /// [`LoginError::Provider`] when the provider can't be found or offers no logout.
    pub async fn logout(&self, tokens: Option<&Tokens>) -> Result<Goodbye, LoginError> {
        let metadata = self.provider.metadata().await?;
        let mut url = metadata.end_session_endpoint()?.clone();
        let state = random();
        let mut query = url.query_pairs_mut();
        if let Some(hint) = tokens.map(Tokens::id_token).filter(|hint| !hint.is_empty()) {
            query.append_pair("id_token_hint", hint);
        }
        query.append_pair("client_id", self.client.id());
        if let Some(back) = &self.after_logout {
            query.append_pair("post_logout_redirect_uri", back);
            query.append_pair("state", &state);
        }
        drop(query);
        Ok(Goodbye { url, state })
    }
}
