//! One message and its answer, with the checks that were made for it.

use super::endpoint::Endpoint;
use super::field::{Field, Kind, Shown, View, cut};
use super::lineage::{self, Link};
use super::notes::{Note, Noting, Taken};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use doorward_protocol::check::Evidence;
use doorward_protocol::params::Params;
use doorward_protocol::values::{ClientId, Timestamp};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The longest text of a header or of evidence kept.
const LONGEST: usize = 1024;

/// What is looked at of an answer's body.
pub const MOST_ANSWER: usize = 64 * 1024;

/// A message and its answer as they passed.
#[derive(Debug)]
pub struct Passed<'r> {
    /// The name of the request in log and header.
    pub request_id: &'r str,
    /// When it came.
    pub at: Timestamp,
    /// How long the answer took, in microseconds.
    pub micros: u64,
    /// The method.
    pub method: &'r str,
    /// The path below the issuer.
    pub path: &'r str,
    /// The path of the issuer.
    pub base: &'r str,
    /// The query.
    pub query: Option<&'r str>,
    /// The headers that came.
    pub headers: Vec<(&'r str, &'r str)>,
    /// The status of the answer.
    pub status: u16,
    /// The headers of the answer.
    pub answer_headers: Vec<(String, String)>,
    /// The body of the answer.
    pub answer: Vec<u8>,
    /// What was noted meanwhile.
    pub notes: &'r Noting,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing but headers.
    Empty,
    /// A JSON object.
    Json(Vec<Field>),
    /// A signed answer.
    Signed(Shown),
    /// A page of so many bytes; it isn't kept.
    Page(usize),
}

/// One message and its answer, as they may be seen.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The name of the request in log and header.
    pub request_id: String,
    /// When it came.
    pub at: Timestamp,
    /// How long the answer took, in microseconds.
    pub micros: u64,
    /// Whose request it is, as far as was found out.
    pub client: Option<ClientId>,
    /// Where it went.
    pub endpoint: Endpoint,
    /// The method.
    pub method: String,
    /// The path below the issuer.
    pub path: String,
    /// The parameters of the query.
    pub query: Vec<Field>,
    /// The parameters of a form, or the members of a JSON body.
    pub body: Vec<Field>,
    /// The headers that matter.
    pub headers: Vec<Field>,
    /// The status of the answer.
    pub status: u16,
    /// Its headers that matter.
    pub answer_headers: Vec<Field>,
    /// The parameters of an address the browser is sent to.
    pub redirect: Option<Redirect>,
    /// Its body.
    pub answer: Answer,
    /// Every check, in order.
    pub checks: Vec<Note>,
}

/// Where the browser is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The address without its query.
    pub to: String,
    /// The parameters it carries.
    pub params: Vec<Field>,
    /// Whether it leads away from us.
    pub away: bool,
}

impl Exchange {
    /// What is kept of a message, and what it leads from and to. None where nothing of it is kept.
    pub(super) fn take(view: &View, passed: &Passed<'_>) -> Option<(Self, Vec<Link>)> {
        let endpoint = Endpoint::of(passed.path)?;
        let Taken { notes, client, body } = passed.notes.take();
        let header =
            |name: &str| passed.answer_headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
        let location = header("Location");
        let links = links(endpoint, passed, location, &body);
        let private = private(view, passed, location, &body);
        let is_json = |kind: Option<&str>| kind.is_some_and(|kind| kind.starts_with("application/json"));
        let sent = passed.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("Content-Type")).map(|(_, value)| *value);
        let body = if is_json(sent) { object(&body).map(|object| view.members(&object)).unwrap_or_default() } else { params(view, &body) };
        let exchange = Self {
            request_id: passed.request_id.to_owned(),
            at: passed.at,
            micros: passed.micros,
            client,
            endpoint,
            method: passed.method.to_owned(),
            path: path(view, passed.path),
            query: params(view, passed.query.unwrap_or_default().as_bytes()),
            body,
            headers: passed.headers.iter().filter_map(|(name, value)| request_header(view, name, value)).collect(),
            status: passed.status,
            answer_headers: passed.answer_headers.iter().filter_map(|(name, value)| answer_header(view, name, value)).collect(),
            redirect: location.map(|location| redirect(view, location, passed)),
            answer: answer(view, header("Content-Type"), &passed.answer),
            checks: notes.into_iter().map(|note| bounded(note, &private)).collect(),
        };
        Some((exchange, links))
    }

    /// The check that decided against it.
    pub fn refused(&self) -> Option<&Note> {
        self.checks.iter().rev().find(|note| !note.holds)
    }

    /// Whether the answer is an error, to whoever sent it or to the app.
    pub fn is_refusal(&self) -> bool {
        let error = |redirect: &Redirect| redirect.params.iter().any(|field| field.name == "error");
        self.status >= 400 || self.redirect.as_ref().is_some_and(error)
    }

    /// About so many bytes are kept of it.
    pub(super) fn weight(&self) -> usize {
        let fields = |fields: &[Field]| fields.iter().map(|field| field.name.len() + field.value.weight()).sum::<usize>();
        let answer = match &self.answer {
            Answer::Json(members) => fields(members),
            Answer::Signed(token) => token.weight(),
            Answer::Empty | Answer::Page(_) => 0,
        };
        let checks = |note: &Note| 32 + note.evidence.as_ref().map_or(0, |evidence| evidence.expected.len() + evidence.received.len());
        let redirect = self.redirect.as_ref().map_or(0, |redirect| redirect.to.len() + fields(&redirect.params));
        512 + [&self.query, &self.body, &self.headers, &self.answer_headers].map(|part| fields(part)).iter().sum::<usize>()
            + answer
            + redirect
            + self.checks.iter().map(checks).sum::<usize>()
    }
}

fn links(endpoint: Endpoint, passed: &Passed<'_>, location: Option<&str>, body: &[u8]) -> Vec<Link> {
    if matches!(endpoint, Endpoint::Discovery | Endpoint::Jwks) {
        return vec![lineage::of_metadata()];
    }
    let mut links = lineage::of_params(passed.query.unwrap_or_default().as_bytes());
    links.extend(lineage::of_params(body));
    links.extend(lineage::of_path(passed.path));
    let authorization = passed.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Authorization"));
    links.extend(authorization.filter_map(|(_, value)| lineage::of_authorization(value)));
    links.extend(location.map(|location| lineage::of_location(location, passed.base)).unwrap_or_default());
    links.extend(lineage::of_json(&passed.answer));
    links.extend(std::str::from_utf8(&passed.answer).map(lineage::of_page).unwrap_or_default());
    links
}

fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(bytes).ok()
}

/// Every parameter, those that came twice as well.
fn params(view: &View, raw: &[u8]) -> Vec<Field> {
    let text = |half: &[u8]| String::from_utf8_lossy(half).into_owned();
    let pieces = raw.split(|b| *b == b'&').filter(|piece| !piece.is_empty()).take(64);
    pieces
        .map(|piece| match Params::parse(piece, &[]).ok().as_ref().and_then(Params::first) {
            Some((name, value)) => view.field(name, value),
            // What can't be read may be anything.
            None => Field { name: "…".to_owned(), value: view.hide(Kind::Other, &text(piece)) },
        })
        .collect()
}

/// The id of a stored request is no secret, but the person's.
fn path(view: &View, path: &str) -> String {
    let mut parts = path.split('/').skip(1);
    match (view.is_whole(), parts.next(), parts.next()) {
        (false, Some(room @ ("interaction" | "logout" | "device")), Some(_)) => {
            parts.fold(format!("/{room}/…"), |path, part| format!("{path}/{}", cut(part, 20)))
        }
        _ => cut(path, LONGEST),
    }
}

fn request_header(view: &View, name: &str, value: &str) -> Option<Field> {
    let field = |value: Shown| Some(Field { name: name.to_owned(), value });
    match name.to_ascii_lowercase().as_str() {
        "authorization" => field(authorization(view, value)),
        "cookie" => field(Shown::Clear(cookie_names(value))),
        "dpop" => field(view.show("request", value)),
        "content-type" | "accept" | "origin" => field(Shown::Clear(cut(value, LONGEST))),
        _ => None,
    }
}

fn answer_header(view: &View, name: &str, value: &str) -> Option<Field> {
    let field = |value: Shown| Some(Field { name: name.to_owned(), value });
    match name.to_ascii_lowercase().as_str() {
        "cache-control" | "content-type" | "www-authenticate" | "retry-after" | "allow" => field(Shown::Clear(cut(value, LONGEST))),
        "dpop-nonce" => field(view.show("nonce", value)),
        "set-cookie" => field(Shown::Clear(cookie_names(value.split(';').next().unwrap_or_default()))),
        _ => None,
    }
}

/// The scheme in clear; of credentials the client's id; a token as tokens are shown.
fn authorization(view: &View, value: &str) -> Shown {
    let Some((scheme, rest)) = value.split_once(' ') else { return view.hide(Kind::Other, value) };
    if scheme.eq_ignore_ascii_case("Basic") {
        let id = STANDARD.decode(rest.trim()).ok().and_then(|plain| String::from_utf8(plain).ok());
        let id = id.as_deref().and_then(|plain| plain.split_once(':')).map(|(id, _)| id.to_owned());
        return Shown::Clear(format!("Basic {}:••••••••", id.as_deref().map_or_else(|| "…".to_owned(), |id| cut(id, 200))));
    }
    match view.show("token", rest.trim()) {
        Shown::Clear(token) => Shown::Clear(format!("{} {token}", cut(scheme, 20))),
        other => other,
    }
}

fn cookie_names(value: &str) -> String {
    let names = value.split(';').filter_map(|pair| pair.split('=').next()).map(str::trim).filter(|name| !name.is_empty());
    names.take(30).map(|name| format!("{}=••••", cut(name, 60))).collect::<Vec<_>>().join("; ")
}

fn redirect(view: &View, location: &str, passed: &Passed<'_>) -> Redirect {
    let (to, query) = location.split_once('?').unwrap_or((location, ""));
    let own = to.strip_prefix(passed.base).filter(|path| path.starts_with('/') && !path.starts_with("//"));
    Redirect {
        to: own.map_or_else(|| cut(to, LONGEST), |own| path(view, own)),
        params: params(view, query.as_bytes()),
        away: own.is_none(),
    }
}

fn answer(view: &View, kind: Option<&str>, body: &[u8]) -> Answer {
    let Some(kind) = kind.filter(|_| !body.is_empty()) else { return Answer::Empty };
    let text = || String::from_utf8_lossy(body);
    if kind.starts_with("application/json") {
        return object(body).map_or(Answer::Page(body.len()), |object| Answer::Json(view.members(&object)));
    }
    if kind.starts_with("application/") { Answer::Signed(view.show("token", &text())) } else { Answer::Page(body.len()) }
}

/// Shorter values say too little, and stand in too much.
const SHORTEST: usize = 6;

/// The values of a message that aren't shown: evidence mustn't show them, either.
fn private(view: &View, passed: &Passed<'_>, location: Option<&str>, body: &[u8]) -> Vec<String> {
    if view.is_whole() {
        return Vec::new();
    }
    let query = location.and_then(|location| location.split_once('?')).map(|(_, query)| query).unwrap_or_default();
    let mut named: Vec<(String, String)> = Vec::new();
    for raw in [passed.query.unwrap_or_default().as_bytes(), body, query.as_bytes()] {
        let pieces = raw.split(|b| *b == b'&').take(64).filter_map(|piece| Params::parse(piece, &[]).ok());
        named.extend(pieces.filter_map(|piece| piece.first().map(|(name, value)| (name.to_owned(), value.to_owned()))));
    }
    let members = [body, &passed.answer].into_iter().filter_map(object).flatten();
    named.extend(members.filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))));
    let hidden = named.into_iter().filter(|(name, value)| !matches!(view.show(name, value), Shown::Clear(_)));
    let mut private: Vec<String> = hidden.map(|(_, value)| value).collect();
    let header =
        |name: &'static str| passed.headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
    private.extend(header("Authorization").flat_map(|value| value.split(' ').skip(1)).map(str::to_owned));
    private.extend(header("Cookie").flat_map(|value| value.split([';', '='])).map(|part| part.trim().to_owned()));
    private.retain(|value| value.len() >= SHORTEST);
    private.sort_unstable();
    private.dedup();
    private
}

/// The text without these values. All are found before any is taken out: a mark that was looked through again would grow without end by
/// values that are made of marks.
fn masked(text: &str, private: &[String]) -> String {
    let mut hidden = vec![false; text.len()];
    for value in private {
        text.match_indices(value.as_str()).for_each(|(at, found)| hidden[at..at + found.len()].fill(true));
    }
    let (mut told, mut marked) = (String::with_capacity(text.len()), false);
    for (at, character) in text.char_indices() {
        match (hidden[at], marked) {
            (false, _) => told.push(character),
            (true, false) => told.push_str("•••"),
            (true, true) => {}
        }
        marked = hidden[at];
    }
    told
}

fn bounded(note: Note, private: &[String]) -> Note {
    let short = |text: &Cow<'static, str>| match text {
        Cow::Borrowed(text) => Cow::Borrowed(*text),
        Cow::Owned(text) => Cow::Owned(cut(&masked(text, private), LONGEST)),
    };
    let evidence =
        note.evidence.as_ref().map(|Evidence { expected, received }| Evidence { expected: short(expected), received: short(received) });
    Note { evidence, ..note }
}

#[cfg(test)]
mod tests {
    use super::masked;

    fn values(all: &[&str]) -> Vec<String> {
        all.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn values_made_of_marks_do_not_make_evidence_grow_without_end() {
        let text = "•".repeat(200);
        let many: Vec<String> = (2..62).map(|count| "•".repeat(count)).chain(vec!["••".to_owned(); 60]).collect();
        // Law: however many values a stranger sends, what is kept is no longer than what came.
        assert_eq!(masked(&text, &many), "•••");
        assert_eq!(masked("a••b••", &many), "a•••b•••");
    }

    #[test]
    fn what_is_private_is_taken_out_wherever_and_however_it_overlaps() {
        for (text, private, told) in [
            ("expected abcdef, received ghijkl", &["abcdef", "ghijkl"][..], "expected •••, received •••"),
            ("abcdefghi", &["abcdef", "defghi"], "•••"),
            ("abcdefabcdef", &["abcdef"], "•••"),
            ("见abcdef见", &["abcdef"], "见•••见"),
            ("nothing of it", &["abcdef"], "nothing of it"),
            ("", &["abcdef"], ""),
        ] {
            // Law: no part of a private value is left.
            assert_eq!(masked(text, &values(private)), told);
        }
    }
}
