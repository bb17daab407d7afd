//! Secrets of clients at rest: a digest for all; beside it the secret itself, encrypted, where an HMAC must be verified with it, and
//! nowhere else.

use crate::seal::{Seal, WrongSecret};
use doorward_protocol::client::{AuthMethod, Client};
use doorward_protocol::secret::{ClientSecret, Entropy, Secret};
use doorward_protocol::values::ClientId;
use zeroize::Zeroizing;

/// What a sealed secret is bound to: it opens for its own client only.
fn context(id: &ClientId) -> String {
    format!("client secret {}", id.as_str())
}

/// Whether a client registered for `method` has its secret kept.
pub fn is_kept(method: AuthMethod) -> bool {
    method == AuthMethod::ClientSecretJwt
}

/// The secret of a client, encrypted.
pub fn sealed(id: &ClientId, secret: &Secret<ClientSecret>, seal: &Seal, rng: &dyn Entropy) -> String {
    seal.seal(&context(id), secret.expose().as_bytes(), rng)
}

/// The client with `secret` as its own, in the form its method asks for. To be called with the metadata already in place.
#[must_use]
pub fn with_secret(client: Client, secret: &Secret<ClientSecret>, seal: &Seal, rng: &dyn Entropy) -> Client {
    let kept = is_kept(client.metadata.token_endpoint_auth_method);
    let sealed_secret = kept.then(|| sealed(&client.id, secret, seal, rng));
    Client { secret: Some(secret.digest()), sealed_secret, ..client }
}

/// The client `new` with the secret that `old` had, after its metadata changed. `None` when the new method must know the secret and only
/// its digest is left: then a new secret is needed.
pub fn carried_over(old: &Client, new: Client) -> Option<Client> {
    let method = new.metadata.token_endpoint_auth_method;
    if !method.has_secret() {
        return Some(Client { secret: None, sealed_secret: None, ..new });
    }
    let sealed_secret = if is_kept(method) { Some(old.sealed_secret.clone()?) } else { None };
    Some(Client { secret: old.secret.clone(), sealed_secret, ..new })
}

/// The secret of a client that is registered for [`AuthMethod::ClientSecretJwt`]; empty, which verifies nothing, when it has none yet.
///
/// # Errors
/// [`WrongSecret`] when another server's secret sealed it.
pub fn open(seal: &Seal, client: &Client) -> Result<Zeroizing<Vec<u8>>, WrongSecret> {
    client.sealed_secret.as_deref().map_or_else(|| Ok(Zeroizing::default()), |sealed| seal.open(&context(&client.id), sealed))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]

    use super::*;
    use crate::clock::SystemEntropy;
    use doorward_protocol::client::Metadata;
    use doorward_protocol::values::Timestamp;
    use serde_json::json;

    const SECRET: &str = "a-secret-of-at-least-32-characters!!";

    fn seal() -> Seal {
        Seal::new("a secret of at least thirty-two characters")
    }

    fn client(id: &str, method: &str) -> Client {
        let metadata =
            json!({"redirect_uris": ["https://a.example/"], "token_endpoint_auth_method": method, "jwks_uri": "https://a.example/k"});
        Client::new(ClientId::new(id), Metadata::read(metadata).expect("metadata"), None, Timestamp(0))
    }

    fn with(id: &str, method: &str) -> Client {
        with_secret(client(id, method), &Secret::shown(SECRET), &seal(), &SystemEntropy::default())
    }

    #[test]
    fn a_secret_is_kept_for_those_alone_who_sign_with_it() {
        let kept = with("app", "client_secret_jwt");
        assert_eq!(open(&seal(), &kept).expect("it opens").as_slice(), SECRET.as_bytes());
        for method in ["client_secret_basic", "client_secret_post"] {
            let client = with("app", method);
            // Law: secrets at rest are useless.
            assert!(client.sealed_secret.is_none() && client.secret == Some(Secret::shown(SECRET).digest()), "{method}");
        }
    }

    #[test]
    fn a_sealed_secret_moved_to_another_client_does_not_open() {
        let stolen = Client { sealed_secret: with("app", "client_secret_jwt").sealed_secret, ..client("eve", "client_secret_jwt") };
        assert!(open(&seal(), &stolen).is_err());
        assert!(open(&seal(), &client("app", "client_secret_jwt")).expect("nothing to open").is_empty());
    }

    #[test]
    fn a_change_of_method_takes_along_what_the_new_one_needs_and_no_more() {
        let carried = |from: &str, to: &str| carried_over(&with("app", from), client("app", to));
        let had = |client: Option<Client>| client.map(|client| (client.secret.is_some(), client.sealed_secret.is_some()));
        assert_eq!(had(carried("client_secret_basic", "client_secret_post")), Some((true, false)));
        assert_eq!(had(carried("client_secret_jwt", "client_secret_jwt")), Some((true, true)));
        assert_eq!(had(carried("client_secret_jwt", "client_secret_basic")), Some((true, false)));
        assert_eq!(had(carried("client_secret_jwt", "private_key_jwt")), Some((false, false)));
        assert_eq!(had(carried("client_secret_basic", "none")), Some((false, false)));
        // Law: what only a digest is left of can't verify an HMAC.
        assert!(carried("client_secret_basic", "client_secret_jwt").is_none());
    }
}
