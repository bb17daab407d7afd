//! Two messages beside each other: the one that was sent, and the one of an honest flow.

use super::report::{Message, Token};

/// Where something stands in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Method and address.
    Line,
    /// A parameter of the query.
    Query,
    /// A header.
    Header,
    /// A field of the form.
    Form,
    /// A member of the header of the token.
    TokenHeader,
    /// A claim of the token.
    Claim,
    /// The signature of the token.
    Signature,
}

impl Place {
    /// All of them, in the order of a message.
    pub const ALL: [Self; 7] = [Self::Line, Self::Query, Self::Header, Self::Form, Self::TokenHeader, Self::Claim, Self::Signature];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Query => "query",
            Self::Header => "header",
            Self::Form => "form",
            Self::TokenHeader => "token_header",
            Self::Claim => "claim",
            Self::Signature => "signature",
        }
    }
}

/// One part of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it stands.
    pub place: Place,
    /// What it is called; empty where the place says it.
    pub name: String,
    /// What an honest flow has there.
    pub honest: Option<String>,
    /// What was sent.
    pub sent: Option<String>,
}

impl Line {
    /// Whether it is what was changed.
    pub fn differs(&self) -> bool {
        self.honest != self.sent
    }
}

type Part = (Place, String, String);

/// Every part of the two, those of the same name beside each other.
pub fn compare(honest: &Message, sent: &Message) -> Vec<Line> {
    let (mut left, sent) = (parts(honest), parts(sent));
    let mut lines = Vec::new();
    for place in Place::ALL {
        for (_, name, value) in sent.iter().filter(|(at, ..)| *at == place) {
            let twin = left.iter().position(|(at, known, _)| *at == place && known == name);
            let honest = twin.map(|at| left.remove(at).2);
            lines.push(Line { place, name: name.clone(), honest, sent: Some(value.clone()) });
        }
        // What was taken out.
        let gone = left.iter().filter(|(at, ..)| *at == place);
        lines.extend(gone.map(|(_, name, value)| Line { place, name: name.clone(), honest: Some(value.clone()), sent: None }));
    }
    lines
}

fn parts(message: &Message) -> Vec<Part> {
    let mut parts = vec![(Place::Line, String::new(), format!("{} {}", message.method, message.address))];
    let mut add = |place, pairs: &[(String, String)]| {
        parts.extend(pairs.iter().map(|(name, value)| (place, name.clone(), value.clone())));
    };
    add(Place::Query, &message.query);
    add(Place::Header, &message.headers);
    add(Place::Form, &message.form);
    if let Some(Token { header, claims, signature }) = &message.token {
        add(Place::TokenHeader, header);
        add(Place::Claim, claims);
        if !signature.is_empty() {
            add(Place::Signature, &[(String::new(), signature.clone())]);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn differences(honest: &Message, sent: &Message) -> Vec<(Place, String, Option<String>, Option<String>)> {
        compare(honest, sent).into_iter().filter(Line::differs).map(|line| (line.place, line.name, line.honest, line.sent)).collect()
    }

    #[test]
    fn what_was_changed_added_or_taken_out_is_marked_and_nothing_else() {
        let honest = Message {
            method: "GET",
            address: "/a".to_owned(),
            query: pairs(&[("state", "1"), ("scope", "openid"), ("nonce", "n")]),
            ..Message::default()
        };
        assert!(differences(&honest, &honest.clone()).is_empty());
        let sent = Message { query: pairs(&[("state", "2"), ("scope", "openid"), ("scope", "email")]), ..honest.clone() };
        let text = |value: &str| Some(value.to_owned());
        // Law: the difference is all of the difference.
        assert_eq!(
            differences(&honest, &sent),
            [
                (Place::Query, "state".to_owned(), text("1"), text("2")),
                (Place::Query, "scope".to_owned(), None, text("email")),
                (Place::Query, "nonce".to_owned(), text("n"), None),
            ]
        );
    }

    #[test]
    fn a_token_is_compared_member_by_member_and_a_missing_signature_shows() {
        let token = |alg: &str, signature: &str| Message {
            token: Some(Token { header: pairs(&[("alg", alg)]), claims: pairs(&[("sub", "ada")]), signature: signature.to_owned() }),
            ..Message::default()
        };
        let places: Vec<Place> = differences(&token("ES256", "x"), &token("none", "")).into_iter().map(|line| line.0).collect();
        // Law: what a header and a signature say is seen, not only that two strings differ.
        assert_eq!(places, [Place::TokenHeader, Place::Signature]);
    }
}
