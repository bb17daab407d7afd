//! Why an outgoing request gave nothing.

use super::address::Class;
use std::fmt;
use std::net::IpAddr;

/// Why an outgoing request gave nothing. The text is for the log and the operator: told to whoever named the URL, it would say what
/// our network looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchError {
    /// Neither https nor http, no host, or too long.
    Url,
    /// http, but this server is no development server, or the target isn't its own machine.
    PlainHttp,
    /// The URL holds a user name or a password.
    Userinfo,
    /// The host is at an address that outgoing requests may not reach.
    Address {
        /// The host as the URL names it.
        host: String,
        /// The first of its addresses that is refused.
        ip: IpAddr,
        /// What it is.
        class: Class,
    },
    /// The name has no address, or nobody knows.
    Resolve,
    /// None of its addresses takes a connection in time.
    Connect,
    /// The certificate isn't one for this host by an authority that is trusted, or the handshake failed.
    Tls(String),
    /// The time was over before the answer was whole.
    Timeout,
    /// What came is no HTTP.
    Protocol,
    /// The answer has another status than 200.
    Status(u16),
    /// The answer is longer than so many bytes.
    TooLarge(usize),
    /// The answer is compressed, although nobody asked for that.
    Encoding,
    /// More redirects than this document may have.
    Redirects,
    /// A redirect without a URL.
    BadRedirect,
    /// A redirect from https to http.
    Downgrade,
    /// As many requests as may be are under way, altogether or to this host.
    Busy,
    /// This host gave too often what could not be used.
    Paced,
    /// Something of our own is broken.
    Broken,
}

impl FetchError {
    /// Whether it may be kept as the answer for a while: it says something of the target, not of ourselves.
    pub fn is_about_the_target(&self) -> bool {
        !matches!(self, Self::Busy | Self::Paced | Self::Broken)
    }
}

impl FetchError {
    /// Whether the target answered, and its answer is the error.
    pub(super) fn is_an_answer(&self) -> bool {
        match self {
            Self::Protocol
            | Self::Status(_)
            | Self::TooLarge(_)
            | Self::Encoding
            | Self::Redirects
            | Self::BadRedirect
            | Self::Downgrade => true,
            Self::Url
            | Self::PlainHttp
            | Self::Userinfo
            | Self::Address { .. }
            | Self::Resolve
            | Self::Connect
            | Self::Tls(_)
            | Self::Timeout
            | Self::Busy
            | Self::Paced
            | Self::Broken => false,
        }
    }

    /// Whether nothing was said of the document: what was known of it before may still be so.
    pub fn is_silence(&self) -> bool {
        match self {
            // RFC 9110 §15.6: a server that "is aware that it has erred"; RFC 6585 §4: too many requests.
            Self::Status(status) => matches!(status, 429 | 500..=599),
            Self::Resolve | Self::Connect | Self::Tls(_) | Self::Timeout | Self::Protocol | Self::Busy | Self::Paced | Self::Broken => true,
            Self::Url
            | Self::PlainHttp
            | Self::Userinfo
            | Self::Address { .. }
            | Self::TooLarge(_)
            | Self::Encoding
            | Self::Redirects
            | Self::BadRedirect
            | Self::Downgrade => false,
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url => f.write_str("the URL is no https URL of a sound length with a host"),
            Self::PlainHttp => f.write_str("the URL is http: only a development server calls its own machine without TLS"),
            Self::Userinfo => f.write_str("the URL holds a user name or a password"),
            Self::Address { host, ip, class } => {
                write!(f, "{host} is at {ip} ({class}): name the host or the network in FETCH_ALLOW if that is meant")
            }
            Self::Resolve => f.write_str("the host's name has no address"),
            Self::Connect => f.write_str("the host takes no connection"),
            Self::Tls(why) => write!(f, "no TLS with the host: {why}"),
            Self::Timeout => f.write_str("the host didn't answer in time"),
            Self::Protocol => f.write_str("the host's answer is no HTTP"),
            Self::Status(status) => write!(f, "the host answered {status}"),
            Self::TooLarge(most) => write!(f, "the answer is longer than {most} bytes"),
            Self::Encoding => f.write_str("the answer is compressed"),
            Self::Redirects => f.write_str("the host redirects more often than is followed"),
            Self::BadRedirect => f.write_str("the host redirects to no URL"),
            Self::Downgrade => f.write_str("the host redirects from https to http"),
            Self::Busy => f.write_str("too many outgoing requests are under way"),
            Self::Paced => f.write_str("too many documents of this host were asked for that could not be used"),
            Self::Broken => f.write_str("the outgoing request broke down"),
        }
    }
}

impl std::error::Error for FetchError {}
