//! What must not work, done for real with the person's own token.

use doorward_client::AccessToken;
use serde::Serialize;
use serde_json::json;

use super::Gateway;
use crate::services::peer::Refused;

/// Something that must be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Try {
    /// The token for orders is shown to stock.
    Stock,
    /// The gateway asks for a token for shipping, although no edge leads there.
    Edge,
    /// Orders asks for more at stock than its edge allows.
    Wider,
    /// A letter of the token is another.
    Changed,
    /// No token at all.
    Bare,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(super) struct Made {
    what: &'static str,
    /// What was sent where.
    sent: String,
    /// Nothing, if it went through: then something is broken.
    refused: Option<Refused>,
}

impl Try {
    pub(super) const ALL: [Self; 5] = [Self::Stock, Self::Edge, Self::Wider, Self::Changed, Self::Bare];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Edge => "edge",
            Self::Wider => "wider",
            Self::Changed => "changed",
            Self::Bare => "bare",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    pub(super) async fn make(self, gateway: &Gateway, token: &AccessToken) -> Made {
        let order = json!({ "tea": "oolong", "quantity": 1 });
        let bearer = format!("Bearer {}", token.expose());
        let (sent, came) = match self {
            Self::Stock => {
                let came = gateway.stock.ask("/reservations", Some(&bearer), Some(&order)).await;
                (format!("POST {}", gateway.stock.at("/reservations")), came.err())
            }
            Self::Edge => {
                let came = gateway.calls.exchange(token, gateway.shipping.audience(), &["shipping:book"]).await;
                (format!("POST {}/token · resource={}", gateway.server, gateway.shipping.audience()), came.err().map(Refused::from))
            }
            Self::Wider => {
                let came = gateway.orders.ask("/tries/wider", Some(&bearer), Some(&order)).await;
                (format!("POST {}/token · scope=stock:count stock:reserve", gateway.server), came.err())
            }
            Self::Changed => {
                let came = gateway.orders.ask("/orders", Some(&changed(&bearer)), Some(&order)).await;
                (format!("POST {}", gateway.orders.at("/orders")), came.err())
            }
            Self::Bare => {
                let came = gateway.orders.ask("/orders", None, Some(&order)).await;
                (format!("POST {}", gateway.orders.at("/orders")), came.err())
            }
        };
        Made { what: self.name(), sent, refused: came }
    }
}

/// The same with one letter in the middle of the signature changed.
fn changed(token: &str) -> String {
    let at = token.len() - 20;
    let other = if token[at..].starts_with('A') { "B" } else { "A" };
    format!("{}{other}{}", &token[..at], &token[at + 1..])
}
