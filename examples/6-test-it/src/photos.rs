//! Calling a service: the photos of whoever is logged in, with the access token that they let the app have.

use std::collections::HashMap;

use oauth2::http::Request;
use rocket::response::content::RawHtml;
use rocket::{State, get};
use serde::Deserialize;

use crate::login::Session;
use crate::problem::Problem;
use crate::{App, escape, page};

#[derive(Deserialize)]
struct Photos {
    photos: Vec<Photo>,
}

#[derive(Deserialize)]
struct Photo {
    /// By language.
    title: HashMap<String, String>,
}

// region: photos
#[get("/photos")]
pub async fn photos(session: Session, app: &State<App>) -> Result<RawHtml<String>, Problem> {
    // In the header, and nowhere else: addresses end up in logs and histories.
    let request = Request::get(format!("{}photos", app.photos)).header("Authorization", format!("Bearer {}", session.access_token));
    let answer = app.provider.http().send(request.body(Vec::new())?).await?;
    match answer.status().as_u16() {
        200 => {}
        401 => return Err(Problem::new("The photo service takes the token no longer. Log in again.")),
        403 => return Err(Problem::new("You did not allow this app to see your photos.")),
        other => return Err(Problem::new(&format!("The photo service answered {other}."))),
    }
    let album: Photos = serde_json::from_slice(answer.body())?;
    let titles = album.photos.iter().filter_map(|photo| photo.title.get("en"));
    let lines: Vec<String> = titles.map(|title| format!("<p>{}</p>", escape(title))).collect();
    Ok(page(&lines.concat()))
}
// endregion: photos
