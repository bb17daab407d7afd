//! Distinguished names: as certificates have them, and as RFC 4514 writes them.

use std::fmt;

/// Short names that RFC 4514 §3 asks to know, and those of RFC 4519 and PKCS #9 that certificates have besides.
const TYPES: [(&str, &str); 15] = [
    ("CN", "2.5.4.3"),
    ("SN", "2.5.4.4"),
    ("SERIALNUMBER", "2.5.4.5"),
    ("C", "2.5.4.6"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("STREET", "2.5.4.9"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("TITLE", "2.5.4.12"),
    ("GIVENNAME", "2.5.4.42"),
    ("ORGANIZATIONIDENTIFIER", "2.5.4.97"),
    ("EMAILADDRESS", "1.2.840.113549.1.9.1"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("DC", "0.9.2342.19200300.100.1.25"),
];

/// One attribute: its type as a dotted number, and its value.
pub type Attribute = (String, Text);

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Text {
    /// Characters, whatever string type the certificate has them in.
    Plain(String),
    /// The hexadecimal BER of what is no text, in small letters (RFC 4514 §2.4).
    Hex(String),
}

/// A distinguished name, in the order of the certificate: the most general part first. Parts of several attributes are in one order,
/// since a set has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DistinguishedName(Vec<Vec<Attribute>>);

impl DistinguishedName {
    /// A name from its parts, in the order of the certificate.
    pub fn new(parts: Vec<Vec<Attribute>>) -> Self {
        let sorted = |mut part: Vec<Attribute>| {
            part.sort_unstable();
            part
        };
        Self(parts.into_iter().map(sorted).collect())
    }

    /// Whether there is nothing in it: such a subject names nobody.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads the text form (RFC 4514 §3). Attribute types in any case, by name or number; spaces around `,`, `+` and `=` don't count, as
    /// older tools write them; values are compared as they are.
    pub fn parse(text: &str) -> Option<Self> {
        // RFC 4514 §2.1: "starting with the last element of the sequence and moving backwards toward the first".
        let mut parts = split(text, ',')?.into_iter().map(part).collect::<Option<Vec<_>>>()?;
        parts.reverse();
        Some(Self::new(parts))
    }
}

fn part(text: &str) -> Option<Vec<Attribute>> {
    split(text, '+')?.into_iter().map(attribute).collect()
}

fn attribute(text: &str) -> Option<Attribute> {
    let (kind, text) = text.split_once('=')?;
    let kind = kind.trim();
    let named = TYPES.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind)).map(|(_, number)| *number);
    let number = named.or_else(|| is_number(kind).then_some(kind))?;
    Some((number.to_owned(), value(text)?))
}

fn is_number(text: &str) -> bool {
    let arc = |arc: &str| !arc.is_empty() && arc.len() <= 20 && arc.bytes().all(|b| b.is_ascii_digit());
    text.contains('.') && text.split('.').all(arc)
}

/// Pieces between separators that no backslash stands before.
fn split(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut pieces, mut from, mut escaped) = (Vec::new(), 0, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == separator => {
                pieces.push(&text[from..at]);
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    pieces.push(&text[from..]);
    (!escaped).then_some(pieces)
}

/// RFC 4514 §2.4: `\` before a special character, or before two hexadecimal digits for a byte of UTF-8.
fn value(text: &str) -> Option<Text> {
    let text = text.trim_start_matches(' ');
    if let Some(hex) = text.strip_prefix('#') {
        let hex = hex.trim_end_matches(' ').to_ascii_lowercase();
        let whole = !hex.is_empty() && hex.len() % 2 == 0 && hex.bytes().all(|b| b.is_ascii_hexdigit());
        return whole.then_some(Text::Hex(hex));
    }
    let (mut bytes, mut kept) = (Vec::with_capacity(text.len()), 0);
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => {
                let first = rest.next()?;
                let byte = match char::from(first).to_digit(16) {
                    Some(high) => u8::try_from(high * 16 + char::from(rest.next()?).to_digit(16)?).ok()?,
                    None if b" \"#+,;<=>\\".contains(&first) => first,
                    None => return None,
                };
                bytes.push(byte);
                kept = bytes.len();
            }
            b'"' | b'+' | b',' | b';' | b'<' | b'>' | 0 => return None,
            b' ' => bytes.push(b' '),
            other => {
                bytes.push(other);
                kept = bytes.len();
            }
        }
    }
    bytes.truncate(kept);
    String::from_utf8(bytes).ok().filter(|value| !value.is_empty()).map(Text::Plain)
}

impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.0.iter().rev().enumerate() {
            for (j, (number, value)) in part.iter().enumerate() {
                let before = if j > 0 {
                    "+"
                } else if i > 0 {
                    ","
                } else {
                    ""
                };
                let name = TYPES.iter().find(|(_, known)| known == number).map_or(number.as_str(), |(name, _)| *name);
                write!(f, "{before}{name}=")?;
                match value {
                    Text::Plain(text) => escaped(text, f)?,
                    Text::Hex(hex) => write!(f, "#{hex}")?,
                }
            }
        }
        Ok(())
    }
}

fn escaped(value: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let last = value.chars().count().saturating_sub(1);
    for (at, c) in value.chars().enumerate() {
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => write!(f, "\\{c}")?,
            ' ' if at == 0 || at == last => f.write_str("\\ ")?,
            '#' if at == 0 => f.write_str("\\#")?,
            '\0' => f.write_str("\\00")?,
            _ => write!(f, "{c}")?,
        }
    }
    Ok(())
}
