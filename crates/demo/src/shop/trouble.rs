//! Everything that can go wrong, as a person meets it: each has a page with a way on (`texts/*.json`, under `trouble`).

use rocket::http::Status;

use doorward_client::error::Check;
use doorward_client::login::LoginError;

#[derive(Debug)]
pub(crate) enum Trouble {
    /// The person said no. Nothing is wrong.
    Denied,
    /// The server answered with a protocol error: its code and its sentence.
    ServerSaid(String),
    /// The answer belongs to no login that this browser has begun, or it was used before.
    UnknownState,
    /// The answer came from another server than the one that was asked.
    OtherIssuer,
    /// An answer that is not of the agreed form.
    BadAnswer,
    /// The ID token failed a check.
    BadIdToken(Check),
    /// The server can't be reached.
    ServerAway,
    /// The photo service can't be reached or answers nonsense.
    PhotosAway,
    /// The photo service refused the token: its status, and what it says is wrong.
    PhotosRefused(u16, String),
    /// The permission has ended or was withdrawn.
    PermissionEnded,
    /// No such page.
    NoSuchPage,
    /// A mistake of our own.
    Ours,
}

impl Trouble {
    /// What the server says is shown as text, shortened: it comes from outside.
    pub(crate) fn server_said(error: &str, description: Option<&str>) -> Self {
        let said = match description {
            Some(description) => format!("{error}: {description}"),
            None => error.to_owned(),
        };
        Self::ServerSaid(said.chars().take(300).collect())
    }

    /// Where its title and text are found.
    pub(crate) fn key(&self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::ServerSaid(_) => "server_said",
            Self::UnknownState => "unknown_state",
            Self::OtherIssuer => "other_issuer",
            Self::BadAnswer => "bad_answer",
            Self::BadIdToken(_) => "bad_id_token",
            Self::ServerAway => "server_away",
            Self::PhotosAway => "photos_away",
            Self::PhotosRefused(..) => "photos_refused",
            Self::PermissionEnded => "permission_ended",
            Self::NoSuchPage => "no_such_page",
            Self::Ours => "ours",
        }
    }

    /// What to tell the app's author, below the text for everybody.
    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Self::ServerSaid(said) => Some(said.clone()),
            Self::BadIdToken(why) => Some(format!("ID token: {} ({})", why.sentence(), why.source())),
            Self::PhotosRefused(status, challenge) => Some(format!("{status} {challenge}")),
            Self::Denied
            | Self::UnknownState
            | Self::OtherIssuer
            | Self::BadAnswer
            | Self::ServerAway
            | Self::PhotosAway
            | Self::PermissionEnded
            | Self::NoSuchPage
            | Self::Ours => None,
        }
    }

    pub(crate) fn status(&self) -> Status {
        match self {
            Self::Denied => Status::Ok,
            Self::ServerSaid(_) | Self::UnknownState | Self::OtherIssuer | Self::BadAnswer => Status::BadRequest,
            Self::PhotosRefused(..) | Self::PermissionEnded => Status::Forbidden,
            Self::BadIdToken(_) | Self::ServerAway | Self::PhotosAway => Status::BadGateway,
            Self::NoSuchPage => Status::NotFound,
            Self::Ours => Status::InternalServerError,
        }
    }
}

impl From<LoginError> for Trouble {
    fn from(why: LoginError) -> Self {
        match why {
            LoginError::Said(said) if said.check() == Check::Declined => Self::Denied,
            LoginError::Said(said) => Self::server_said(said.error(), said.description()),
            LoginError::State | LoginError::TooLate => Self::UnknownState,
            LoginError::OtherIssuer => Self::OtherIssuer,
            LoginError::BadAnswer(_) | LoginError::BadTokens(_) | LoginError::Userinfo(_) => Self::BadAnswer,
            LoginError::Provider(why) if why.check() == Check::ProviderIssuer => Self::OtherIssuer,
            LoginError::Provider(_) => Self::ServerAway,
            LoginError::Ended => Self::PermissionEnded,
            LoginError::IdToken(_) | LoginError::OtherPerson => Self::BadIdToken(why.check()),
            // The library may learn to name more.
            LoginError::Config(_) | _ => Self::Ours,
        }
    }
}
