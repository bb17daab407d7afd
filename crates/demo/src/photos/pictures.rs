//! The photos: landscapes drawn from a few numbers. Everybody has the same ones here; a real service would look at `sub`.

use std::fmt::Write;

use serde_json::{Value, json};

struct Photo {
    id: &'static str,
    title: (&'static str, &'static str),
    sky: (&'static str, &'static str),
    sun: (i32, i32, i32, &'static str),
    hills: [&'static str; 3],
    /// Bends the hills.
    seed: f64,
}

const PHOTOS: [Photo; 6] = [
    Photo {
        id: "morning-lake",
        title: ("Morning at the lake", "湖边的清晨"),
        sky: ("#f9d8b7", "#fbeee0"),
        sun: (430, 150, 44, "#f4a261"),
        hills: ["#9db4c0", "#5c8594", "#2f5d62"],
        seed: 0.4,
    },
    Photo {
        id: "red-dunes",
        title: ("Red dunes", "红色沙丘"),
        sky: ("#ffb38a", "#ffe3c7"),
        sun: (160, 130, 56, "#fff1d6"),
        hills: ["#e07a4f", "#bb4d3a", "#7f2f2b"],
        seed: 2.1,
    },
    Photo {
        id: "pine-ridge",
        title: ("Pine ridge in fog", "雾中松岭"),
        sky: ("#cfd8dc", "#eef2f3"),
        sun: (320, 110, 30, "#ffffff"),
        hills: ["#a7b8ad", "#6d8b78", "#35523f"],
        seed: 3.7,
    },
    Photo {
        id: "night-ferry",
        title: ("From the night ferry", "夜航渡轮上"),
        sky: ("#1b1f3b", "#53599a"),
        sun: (470, 90, 28, "#f7f3d7"),
        hills: ["#3d4375", "#2b2f57", "#161833"],
        seed: 5.2,
    },
    Photo {
        id: "tea-fields",
        title: ("Tea fields after rain", "雨后茶田"),
        sky: ("#bfe3e0", "#f3faf4"),
        sun: (120, 100, 36, "#fdf6c9"),
        hills: ["#a3c585", "#6fa04f", "#3f7337"],
        seed: 6.9,
    },
    Photo {
        id: "last-light",
        title: ("Last light", "最后一缕光"),
        sky: ("#5b3a66", "#f2a07b"),
        sun: (300, 215, 60, "#ffd9a0"),
        hills: ["#8a4f6d", "#5a355c", "#2d1f3d"],
        seed: 8.3,
    },
];

/// The list, as the API gives it.
pub(crate) fn photos() -> Vec<Value> {
    let entry = |photo: &Photo| json!({ "id": photo.id, "title": { "en": photo.title.0, "zh-CN": photo.title.1 } });
    PHOTOS.iter().map(entry).collect()
}

/// The albums, as the API gives them.
pub(crate) fn albums() -> Value {
    json!([
        { "title": { "en": "By the water", "zh-CN": "水边" }, "photos": ["morning-lake", "night-ferry"] },
        { "title": { "en": "Up in the hills", "zh-CN": "山间" }, "photos": ["pine-ridge", "tea-fields", "last-light"] },
    ])
}

/// One photo, as an SVG file of 600 × 400.
pub(crate) fn draw(id: &str) -> Option<String> {
    let photo = PHOTOS.iter().find(|photo| photo.id == id)?;
    let (x, y, r, light) = photo.sun;
    let mut hills = String::new();
    for (layer, colour) in (0_u8..).zip(photo.hills) {
        let path = hill(photo.seed, f64::from(layer));
        // Writing to a String cannot fail.
        let _ = write!(hills, r#"<path d="{path}" fill="{colour}"/>"#);
    }
    Some(format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 400" width="600" height="400"><defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="{}"/><stop offset="1" stop-color="{}"/></linearGradient></defs><rect width="600" height="400" fill="url(#s)"/><circle cx="{x}" cy="{y}" r="{r}" fill="{light}"/>{hills}</svg>"#,
        photo.sky.0, photo.sky.1
    ))
}

/// The outline of one range of hills: two waves added, the nearer range lower in the picture and steeper.
fn hill(seed: f64, layer: f64) -> String {
    let base = 220.0 + layer * 58.0;
    let mut path = "M0 400".to_owned();
    for step in 0..=30 {
        let x = f64::from(step * 20);
        let long = (x / (120.0 - layer * 18.0) + seed * (layer + 1.0)).sin() * (34.0 - layer * 5.0);
        let short = (x / 37.0 + seed * 3.0 + layer * 2.0).sin() * (6.0 + layer * 3.0);
        let _ = write!(path, "L{x} {:.1}", base + long + short);
    }
    path + "L600 400Z"
}
