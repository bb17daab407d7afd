//! One file: Markdown to HTML, with what the tutorial allows and nothing else.

use std::ops::Range;
use std::path::PathBuf;

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};

use super::blocks::{FROM_FILES, Info, excerpt};
use super::colour::colour;
use super::diff::diff;
use super::links::{SERVER, Shelf, Target};
use super::slug::slugs;
use super::{Fault, Section, Told};
use crate::text::escape;
use crate::{Language, drawings};

/// The headings of a file with the ids that code hosts give them; the first is the chapter's own.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    headings: Vec<(String, u8)>,
    /// Their ids.
    pub ids: Vec<String>,
}

/// What reading a file gave.
#[derive(Default)]
pub struct Read {
    /// The chapter.
    pub told: Told,
    /// What does not hold together.
    pub faults: Vec<Fault>,
    /// Files that its code came from.
    pub files: Vec<PathBuf>,
    /// Blocks whose text differs from where it comes from, with the text that is right.
    pub stale: Vec<(Range<usize>, String)>,
}

fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_GFM)
}

/// The headings of a file.
pub fn outline(text: &str) -> Outline {
    let (mut headings, mut inside): (Vec<(String, u8)>, bool) = (Vec::new(), false);
    for event in parser(text) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                inside = true;
                headings.push((String::new(), level as u8));
            }
            Event::End(TagEnd::Heading(_)) => inside = false,
            Event::Text(words) | Event::Code(words) if inside => {
                if let Some((heading, _)) = headings.last_mut() {
                    heading.push_str(&words);
                }
            }
            _ => {}
        }
    }
    let ids = slugs(headings.iter().map(|(heading, _)| heading.as_str()));
    Outline { headings, ids }
}

/// Reads a chapter. `language` counts in [`Language::ALL`].
pub fn read(shelf: &Shelf<'_>, number: usize, language: usize, file: &str, text: &str) -> Read {
    let mut reader = Reader {
        shelf,
        number,
        language,
        file,
        text,
        read: Read::default(),
        at: 0,
        heading: 0,
        task: None,
        code: None,
        closing: "",
        python: false,
        title: false,
    };
    let mut events: Vec<Event<'_>> = Vec::new();
    for (event, range) in parser(text).into_offset_iter() {
        reader.at = range.start;
        reader.take(event, range, &mut events);
    }
    let Reader { mut read, .. } = reader;
    html::push_html(&mut read.told.html, events.into_iter());
    read.told.minutes = minutes(text);
    let outlines = &shelf.outlines[number];
    let (own, ids) = (&outlines[language], &outlines[0].ids);
    match own.headings.first() {
        Some((title, 1)) if own.headings.iter().filter(|(_, level)| *level == 1).count() == 1 => read.told.title.clone_from(title),
        _ => read.faults.push(Fault {
            file: file.to_owned(),
            line: 1,
            what: "must begin with its one heading of the first level".to_owned(),
        }),
    }
    read.told.sections = own
        .headings
        .iter()
        .zip(ids.iter().chain(own.ids.iter().skip(ids.len())))
        .skip(1)
        .map(|((heading, level), id)| Section { id: id.clone(), heading: heading.clone(), level: *level })
        .collect();
    read
}

/// 200 words a minute, or 400 Chinese characters; a line of code is looked at for three seconds, one that merely differs not at all.
fn minutes(text: &str) -> usize {
    let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let (mut thirds, mut block): (usize, Option<bool>) = (0, None);
    for line in text.lines() {
        match (line.strip_prefix("```"), block) {
            (Some(info), None) => block = Some(!info.starts_with("mermaid")),
            (Some(_), Some(_)) => block = None,
            (None, Some(code)) => thirds += if code { 9 } else { 3 },
            (None, None) => {
                let words = line.split_whitespace().filter(|word| word.contains(char::is_alphanumeric) && !word.contains(chinese)).count();
                // A third of a second: a word is 0.9 of them, a Chinese character 0.45.
                thirds += (words * 18 + line.chars().filter(|c| chinese(*c)).count() * 9).div_ceil(20);
            }
        }
    }
    thirds.div_ceil(180).max(1)
}

struct Reader<'r> {
    shelf: &'r Shelf<'r>,
    number: usize,
    language: usize,
    file: &'r str,
    text: &'r str,
    read: Read,
    at: usize,
    heading: usize,
    /// Of the task that is being read: its place among the events, and its id once its link was met.
    task: Option<(usize, Option<String>)>,
    /// The block of code that is being read.
    code: Option<(Info, String)>,
    /// What closes the link that is open.
    closing: &'static str,
    /// Whether the last thing was a block of Python: a Rust one directly after it stands beside it.
    python: bool,
    /// Whether the heading of the page is being read: it is not part of the text.
    title: bool,
}

fn markup<'e>(text: impl Into<String>) -> Event<'e> {
    Event::Html(CowStr::from(text.into()))
}

impl<'t> Reader<'t> {
    fn fault(&mut self, what: impl Into<String>) {
        let line = self.text[..self.at].lines().count() + 1;
        self.read.faults.push(Fault { file: self.file.to_owned(), line, what: what.into() });
    }

    fn take(&mut self, event: Event<'t>, range: Range<usize>, out: &mut Vec<Event<'t>>) {
        let within = self.code.is_some() || matches!(event, Event::Start(Tag::CodeBlock(_)));
        let after_python = if within { self.python } else { std::mem::take(&mut self.python) };
        match event {
            Event::Start(Tag::Heading { level, .. }) => self.heading(level, out),
            Event::End(TagEnd::Heading(level)) => self.heading_ends(level, out),
            _ if self.title => {}
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => self.code = Some((Info::parse(&info), String::new())),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => self.fault("has an indented block: use a fenced one"),
            Event::Text(words) if self.code.is_some() => {
                if let Some((_, code)) = &mut self.code {
                    code.push_str(&words);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((info, code)) = self.code.take() {
                    let block = self.block(&info, &code, range);
                    match out.pop() {
                        Some(Event::Html(python)) if after_python && info.language == "rust" => {
                            out.push(markup(format!("<div class=\"beside\">\n{python}{block}</div>\n")));
                        }
                        before => out.extend(before.into_iter().chain([markup(block)])),
                    }
                    self.python = info.language == "python";
                }
            }
            Event::Start(Tag::BlockQuote(kind)) => self.quote(kind, out),
            Event::End(TagEnd::BlockQuote(_)) => self.quote_ends(out),
            Event::Start(Tag::Link { link_type, dest_url, .. }) => self.link(link_type, &dest_url, out),
            Event::End(TagEnd::Link) => out.push(markup(self.closing)),
            Event::Start(Tag::Table(alignments)) => {
                let name = self.shelf.outlines[self.number][self.language]
                    .headings
                    .get(self.heading.saturating_sub(1))
                    .map_or("", |(name, _)| name);
                out.push(markup(format!("<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"{}\">", escape(name))));
                out.push(Event::Start(Tag::Table(alignments)));
            }
            Event::End(TagEnd::Table) => out.extend([Event::End(TagEnd::Table), markup("</div>\n")]),
            Event::Start(Tag::Image { .. }) => self.fault("has a picture: draw it in crates/tutorial/src/drawings"),
            Event::Html(raw) | Event::InlineHtml(raw) => self.raw(&raw),
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
            Event::Start(Tag::Paragraph) if self.read.told.summary.is_empty() && self.task.is_none() => {
                self.read.told.summary = self.paragraph(range);
                out.push(markup("<p class=\"lede\">"));
            }
            event => out.push(event),
        }
    }

    fn heading(&mut self, level: HeadingLevel, out: &mut Vec<Event<'t>>) {
        if level == HeadingLevel::H1 {
            self.title = true;
        } else {
            let outlines = &self.shelf.outlines[self.number];
            let id =
                outlines[0].ids.get(self.heading).or_else(|| outlines[self.language].ids.get(self.heading)).cloned().unwrap_or_default();
            out.push(markup(format!("<{level} id=\"{}\">", escape(&id))));
        }
        self.heading += 1;
    }

    fn heading_ends(&mut self, level: HeadingLevel, out: &mut Vec<Event<'t>>) {
        if level == HeadingLevel::H1 {
            self.title = false;
        } else {
            let id = self.shelf.outlines[self.number][0].ids.get(self.heading - 1).map_or("", String::as_str);
            out.push(markup(format!(
                " <a class=\"anchor\" href=\"#{}\" aria-hidden=\"true\" tabindex=\"-1\">#</a></{level}>\n",
                escape(id)
            )));
        }
    }

    /// Comments are for tests; other markup in the source is refused.
    fn raw(&mut self, raw: &str) {
        let comment = raw.trim();
        if !(comment.is_empty() || comment.starts_with("<!--") && comment.ends_with("-->")) {
            self.fault(format!("has raw HTML: {comment}"));
        }
    }

    fn quote(&mut self, kind: Option<BlockQuoteKind>, out: &mut Vec<Event<'t>>) {
        let class = match kind {
            Some(BlockQuoteKind::Important) => {
                self.task = Some((out.len(), None));
                "task"
            }
            Some(BlockQuoteKind::Note) => "look",
            Some(BlockQuoteKind::Warning) => "trap",
            Some(BlockQuoteKind::Tip) => "tip",
            Some(BlockQuoteKind::Caution) | None => {
                self.fault("has a quotation: write `> [!NOTE]`, `[!WARNING]`, `[!TIP]` or `[!IMPORTANT]` at its head");
                "tip"
            }
        };
        out.push(markup(format!("<div class=\"aside {class}\">\n")));
    }

    fn quote_ends(&mut self, out: &mut Vec<Event<'t>>) {
        if let Some((begin, id)) = self.task.take() {
            match id {
                Some(id) => {
                    out[begin] = markup(format!("<div class=\"aside task\" id=\"task-{}\">\n", escape(&id)));
                    self.read.told.tasks.push(id);
                }
                None => self.fault("has a task without a link to /learn/app#…, which is its button"),
            }
        }
        out.push(markup("</div>\n"));
    }

    fn link(&mut self, kind: LinkType, link: &str, out: &mut Vec<Event<'t>>) {
        if !matches!(kind, LinkType::Inline) {
            self.fault(format!("has the link {link} in another form than [text](address)"));
        }
        let target = self.shelf.target(self.number, self.language, self.file, link).unwrap_or_else(|what| {
            self.fault(what);
            Target::File
        });
        let id = link.strip_prefix(SERVER).and_then(|path| path.strip_prefix("/learn/app#"));
        let class = match (&mut self.task, id) {
            (Some((_, task)), Some(id)) if task.is_none() => {
                *task = Some(id.to_owned());
                " class=\"button main\""
            }
            _ => "",
        };
        let outside = if link.starts_with("https:") { " rel=\"noopener\"" } else { "" };
        let (open, closing) = match target {
            Target::Address(address) => (format!("<a{class} href=\"{}\"{outside}>", escape(&address)), "</a>"),
            Target::File => (String::new(), ""),
        };
        self.closing = closing;
        out.push(markup(open));
    }

    fn paragraph(&self, range: Range<usize>) -> String {
        let mut words = String::new();
        for event in parser(&self.text[range]) {
            match event {
                Event::Text(text) | Event::Code(text) => words.push_str(&text),
                Event::SoftBreak | Event::HardBreak => words.push(' '),
                _ => {}
            }
        }
        words
    }

    /// A block of code or a drawing.
    fn block(&mut self, info: &Info, code: &str, range: Range<usize>) -> String {
        let language = info.language.as_str();
        if let Some(name) = info.get("diagram") {
            return self.drawing(name, code, range);
        }
        let place = info.get("file").or_else(|| info.get("to"));
        let Some(place) = place else {
            if FROM_FILES.contains(&language) {
                self.fault(format!("has a block of {language} that names no file of the examples"));
            }
            return figure(language, "", code);
        };
        let root = self.shelf.root;
        let found = match info.get("from") {
            Some(from) => excerpt(root, from).and_then(|old| excerpt(root, place).map(|new| diff(&old, &new))),
            None => excerpt(root, place),
        };
        let path = |place: &str| place.split('#').next().unwrap_or_default().to_owned();
        self.read.files.extend(info.options.iter().map(|(_, place)| root.join(path(place))));
        let all: Vec<String> = info.options.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.read.told.directives.push(format!("{language} {}", all.join(" ")));
        match found {
            Ok(found) => {
                self.compare(&found, code, range);
                figure(language, &path(place), &found)
            }
            Err(what) => {
                self.fault(what);
                String::new()
            }
        }
    }

    fn drawing(&mut self, name: &str, code: &str, range: Range<usize>) -> String {
        let Some(drawing) = drawings::named(name) else {
            self.fault(format!("names the drawing {name}, which there is not"));
            return String::new();
        };
        let drawn = drawing.told(Language::ALL[self.language]);
        self.read.told.directives.push(format!("diagram={name}"));
        self.compare(&drawn.mermaid(), code, range);
        let title = escape(drawn.title());
        format!(
            "<figure class=\"diagram\"><div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"{title}\">{}</div><figcaption>{title}</figcaption></figure>\n",
            drawn.svg(&format!("d-{name}"))
        )
    }

    /// Notes where the file has another text than it should.
    fn compare(&mut self, expected: &str, code: &str, range: Range<usize>) {
        if expected == code {
            return;
        }
        let block = &self.text[range.clone()];
        let begin = block.find('\n').map_or(block.len(), |at| at + 1);
        let end = block.trim_end().rfind('\n').map_or(begin, |at| (at + 1).max(begin));
        self.read.stale.push((range.start + begin..range.start + end, expected.to_owned()));
    }
}

fn figure(language: &str, file: &str, code: &str) -> String {
    let caption = if file.is_empty() { String::new() } else { format!("<figcaption><code>{}</code></figcaption>", escape(file)) };
    format!("<figure class=\"code\">{caption}<pre tabindex=\"0\"><code>{}</code></pre></figure>\n", colour(language, code))
}
