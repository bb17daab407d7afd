//! What becomes part of the program while it is built: the migrations, and the tutorial as HTML. A tutorial that does not hold together
//! (a missing example, a link that leads nowhere) is no program.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use doorward_tutorial::book::{Book, Chapter, FOLDER, Told};

fn main() {
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed={FOLDER}");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let book = Book::read(&root).unwrap_or_else(|faults| {
        for fault in faults {
            println!("cargo::error={fault}");
        }
        process::exit(1);
    });
    for file in &book.files {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    if let Err(why) = write(&book, &out.join("tutorial.rs")) {
        println!("cargo::error=the tutorial can't be written: {why}");
    }
}

/// As a constant of the type that `src/pages/learn/book.rs` declares.
fn write(book: &Book, file: &Path) -> std::io::Result<()> {
    let mut code = format!("pub(super) const CHAPTERS: [Chapter; {}] = [\n", book.chapters.len());
    for Chapter { name, told, .. } in &book.chapters {
        let [en, zh] = told;
        let _ = writeln!(code, "Chapter {{ name: {name:?}, en: {}, zh_cn: {} }},", literal(en), literal(zh));
    }
    code.push_str("];\n");
    fs::write(file, code)
}

fn literal(told: &Told) -> String {
    let sections: Vec<String> = told
        .sections
        .iter()
        .filter(|section| section.level == 2)
        .map(|section| format!("Section {{ id: {:?}, heading: {:?} }}", section.id, section.heading))
        .collect();
    let (title, summary, html) = (&told.title, &told.summary, &told.html);
    format!(
        "Told {{ title: {title:?}, summary: {summary:?}, minutes: {}, html: {html:?}, sections: &[{}], tasks: &{:?} }}",
        told.minutes,
        sections.join(", "),
        told.tasks
    )
}
