//! Where a message went, and who speaks there.

/// An endpoint whose messages belong to a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// `/authorize`.
    Authorize,
    /// `/par`.
    Par,
    /// A page of a stored authorization request, asked for.
    Page,
    /// The login form.
    Login,
    /// The consent form.
    Consent,
    /// Another form of those pages: cancel, keep or switch the account.
    Choice,
    /// `/token`.
    Token,
    /// `/userinfo`.
    Userinfo,
    /// `/introspect`.
    Introspect,
    /// `/forward-auth`.
    ForwardAuth,
    /// `/revoke`.
    Revoke,
    /// `/logout` and its page.
    Logout,
    /// `/jwks.json`.
    Jwks,
    /// The metadata documents.
    Discovery,
    /// Where a person enters the code of a device, and the pages behind it.
    Device,
    /// `/device_authorization`.
    DeviceAuthorization,
    /// `/register` and what is below it.
    Register,
}

/// Who sent a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// The person's browser.
    Browser,
    /// The client.
    App,
    /// An API that asks about a token or for keys.
    Service,
}

impl Endpoint {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Authorize,
        Self::Par,
        Self::Page,
        Self::Login,
        Self::Consent,
        Self::Choice,
        Self::Token,
        Self::Userinfo,
        Self::Introspect,
        Self::ForwardAuth,
        Self::Revoke,
        Self::Logout,
        Self::Jwks,
        Self::Discovery,
        Self::Device,
        Self::DeviceAuthorization,
        Self::Register,
    ];

    /// That of a path below the issuer; none for what is no message of the protocol.
    pub fn of(path: &str) -> Option<Self> {
        let mut parts = path.split('/').skip(1);
        let (first, second, third) = (parts.next()?, parts.next(), parts.next());
        Some(match (first, second, third) {
            ("authorize", None, _) => Self::Authorize,
            ("par", None, _) => Self::Par,
            ("interaction", Some(_), Some("login")) => Self::Login,
            ("interaction", Some(_), Some("consent")) => Self::Consent,
            ("interaction", Some(_), Some(_)) => Self::Choice,
            ("interaction", Some(_), None) => Self::Page,
            ("token", None, _) => Self::Token,
            ("userinfo", None, _) => Self::Userinfo,
            ("introspect", None, _) => Self::Introspect,
            ("forward-auth", None, _) => Self::ForwardAuth,
            ("revoke", None, _) => Self::Revoke,
            ("logout", _, _) => Self::Logout,
            ("jwks.json", None, _) => Self::Jwks,
            (".well-known", Some("openid-configuration" | "oauth-authorization-server"), _) => Self::Discovery,
            ("device", _, _) => Self::Device,
            ("device_authorization", None, _) => Self::DeviceAuthorization,
            ("register", _, _) => Self::Register,
            _ => return None,
        })
    }

    /// Its name in addresses of texts and in lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Par => "par",
            Self::Page => "page",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::Choice => "choice",
            Self::Token => "token",
            Self::Userinfo => "userinfo",
            Self::Introspect => "introspect",
            Self::ForwardAuth => "forward_auth",
            Self::Revoke => "revoke",
            Self::Logout => "logout",
            Self::Jwks => "jwks",
            Self::Discovery => "discovery",
            Self::Device => "device",
            Self::DeviceAuthorization => "device_authorization",
            Self::Register => "register",
        }
    }

    /// Who speaks there.
    pub const fn sender(self) -> Lane {
        match self {
            Self::Authorize | Self::Page | Self::Login | Self::Consent | Self::Choice | Self::Logout | Self::Device => Lane::Browser,
            Self::Par
            | Self::Token
            | Self::Userinfo
            | Self::Revoke
            | Self::DeviceAuthorization
            | Self::Register
            | Self::Discovery
            | Self::Jwks => Lane::App,
            Self::Introspect | Self::ForwardAuth => Lane::Service,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_message_of_the_protocol_is_none() {
        for path in ["/", "/account", "/static/x/y.css", "/learn/trace", "/interaction", "/healthz", "/.well-known/other", "/client-logo/x"]
        {
            // Law: only the protocol is watched.
            assert_eq!(Endpoint::of(path), None, "{path}");
        }
        assert_eq!(Endpoint::of("/interaction/abc/login"), Some(Endpoint::Login));
        assert_eq!(Endpoint::of("/logout/abc"), Some(Endpoint::Logout));
    }
}
