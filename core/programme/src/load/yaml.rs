//! YAML with positions: a tree in which every scalar, list and key knows its line and column.

use crate::source::{Place, Problem};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle};
use std::cell::RefCell;

/// A position in a file; `index` counts characters from 0, line and column from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mark {
    pub line: usize,
    pub column: usize,
    pub index: usize,
}

/// YAML の節.
#[derive(Debug, Clone)]
pub(crate) struct Yaml {
    pub kind: Kind,
    pub mark: Mark,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// Text as written; `plain` when it stood without quotes.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Yaml>),
    Map(Vec<(Key, Yaml)>),
}

/// Key of a mapping.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub text: String,
    pub mark: Mark,
}

/// Deeper nesting is no definition.
const DEPTH: usize = 32;

/// A file being read, with the problems found in it.
pub(crate) struct File<'a> {
    pub path: &'a str,
    pub text: &'a str,
    problems: &'a RefCell<Vec<Problem>>,
}

impl<'a> File<'a> {
    pub(crate) const fn new(path: &'a str, text: &'a str, problems: &'a RefCell<Vec<Problem>>) -> Self {
        Self { path, text, problems }
    }

    pub(crate) fn place(&self, mark: Mark) -> Place {
        Place { file: self.path.to_owned(), line: mark.line, column: mark.column }
    }

    pub(crate) fn problem(&self, mark: Mark, message: impl Into<String>) {
        self.problems.borrow_mut().push(Problem::at(&self.place(mark), message));
    }

    /// Where the byte `offset` of a scalar's text stands in the file. Folded and quoted scalars differ from their
    /// text in blanks and quotes only, so walking both in step finds it.
    pub(crate) fn inside(&self, yaml: &Yaml, offset: usize) -> Place {
        let Kind::Scalar { text, .. } = &yaml.kind else { return self.place(yaml.mark) };
        let mut mark = yaml.mark;
        let mut raw = self.text.chars().skip(yaml.mark.index).peekable();
        let wanted = text.char_indices().take_while(|(at, _)| *at <= offset);
        for (at, character) in wanted.filter(|(_, c)| !c.is_whitespace()) {
            while raw.peek().is_some_and(|next| *next != character) {
                advance(&mut mark, raw.next());
            }
            if at < offset {
                advance(&mut mark, raw.next());
            }
        }
        self.place(mark)
    }

    /// The tree of the file, or `None` after noting why it is none.
    pub(crate) fn parse(&self) -> Option<Yaml> {
        match build(self.text) {
            Ok(Some(tree)) => Some(tree),
            Ok(None) => {
                self.problem(Mark { line: 1, column: 1, index: 0 }, "this file is empty");
                None
            }
            Err((mark, message)) => {
                self.problem(mark, message);
                None
            }
        }
    }

    pub(crate) fn text<'y>(&self, yaml: &'y Yaml) -> Option<&'y str> {
        if let Kind::Scalar { text, .. } = &yaml.kind {
            return Some(text);
        }
        self.problem(yaml.mark, "expected a text here");
        None
    }

    pub(crate) fn list<'y>(&self, yaml: &'y Yaml) -> &'y [Yaml] {
        if let Kind::List(items) = &yaml.kind {
            return items;
        }
        self.problem(yaml.mark, "expected a list here");
        &[]
    }

    /// A list, or one value standing for a list of one.
    pub(crate) fn one_or_many<'y>(&self, yaml: &'y Yaml) -> &'y [Yaml] {
        if let Kind::List(items) = &yaml.kind { items } else { std::slice::from_ref(yaml) }
    }

    pub(crate) fn entries<'y>(&self, yaml: &'y Yaml) -> &'y [(Key, Yaml)] {
        if let Kind::Map(entries) = &yaml.kind {
            return entries;
        }
        self.problem(yaml.mark, "expected keys with values here");
        &[]
    }

    pub(crate) fn map<'y>(&self, yaml: &'y Yaml) -> MapReader<'y> {
        MapReader { entries: self.entries(yaml), known: Vec::new(), mark: yaml.mark }
    }
}

/// Reads a mapping key by key and remembers which keys it knows.
pub(crate) struct MapReader<'y> {
    entries: &'y [(Key, Yaml)],
    known: Vec<&'static str>,
    pub mark: Mark,
}

impl<'y> MapReader<'y> {
    pub(crate) fn get(&mut self, key: &'static str) -> Option<&'y Yaml> {
        self.known.push(key);
        self.entries.iter().find(|(k, _)| k.text == key).map(|(_, value)| value)
    }

    pub(crate) fn text(&mut self, file: &File<'_>, key: &'static str) -> Option<&'y str> {
        let value = self.get(key)?;
        file.text(value)
    }

    /// Text or an empty one.
    pub(crate) fn words(&mut self, file: &File<'_>, key: &'static str) -> String {
        self.text(file, key).unwrap_or_default().trim().to_owned()
    }

    /// Text that must be there.
    pub(crate) fn needed(&mut self, file: &File<'_>, key: &'static str) -> String {
        match self.text(file, key) {
            Some(text) if !text.trim().is_empty() => text.trim().to_owned(),
            _ => {
                file.problem(self.mark, format!("{key} is missing"));
                String::new()
            }
        }
    }

    pub(crate) fn flag(&mut self, file: &File<'_>, key: &'static str) -> bool {
        let Some(value) = self.get(key) else { return false };
        match file.text(value) {
            Some("true" | "yes") => true,
            Some("false" | "no") | None => false,
            Some(other) => {
                file.problem(value.mark, format!("expected true or false, found {other}"));
                false
            }
        }
    }

    pub(crate) fn whole(&mut self, file: &File<'_>, key: &'static str) -> Option<u32> {
        let value = self.get(key)?;
        let text = file.text(value)?;
        let parsed = text.replace('_', "").parse().ok();
        if parsed.is_none() {
            file.problem(value.mark, format!("expected a whole number, found {text}"));
        }
        parsed
    }

    /// Every key that nobody asked for is an error.
    pub(crate) fn finish(self, file: &File<'_>) {
        for (key, value) in self.entries {
            if !self.known.contains(&key.text.as_str()) {
                if value.is_null() {
                    let message = format!("'{}' has no value; a text with a comma needs quotes inside {{ }}", key.text);
                    file.problem(key.mark, message);
                    continue;
                }
                let near = crate::lang::suggest::hint(&key.text, self.known.iter().copied());
                let near = if near.is_empty() { format!("; known here: {}", self.known.join(", ")) } else { near };
                file.problem(key.mark, format!("unknown key {}{near}", key.text));
            }
        }
    }
}

impl Yaml {
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null"))
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Kind::Scalar { text, .. } = &self.kind { Some(text) } else { None }
    }
}

const fn advance(mark: &mut Mark, passed: Option<char>) {
    mark.index += 1;
    if let Some('\n') = passed {
        mark.line += 1;
        mark.column = 1;
    } else {
        mark.column += 1;
    }
}

fn mark_of(marker: &Marker) -> Mark {
    Mark { line: marker.line(), column: marker.col() + 1, index: marker.index() }
}

/// A collection being built; a mapping waits for the value of its last key.
enum Open {
    List(Vec<Yaml>, Mark),
    Map(Vec<(Key, Yaml)>, Option<Key>, Mark),
}

fn build(text: &str) -> Result<Option<Yaml>, (Mark, String)> {
    let mut stack: Vec<Open> = Vec::new();
    let mut root = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| (mark_of(error.marker()), format!("YAML: {}", error.info())))?;
        let mark = mark_of(&span.start);
        let finished = match event {
            Event::Scalar(text, style, anchor, _) => {
                no_anchor(anchor, mark)?;
                Some(Yaml { kind: Kind::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain }, mark })
            }
            Event::SequenceStart(anchor, _) => {
                no_anchor(anchor, mark)?;
                stack.push(Open::List(Vec::new(), mark));
                None
            }
            Event::MappingStart(anchor, _) => {
                no_anchor(anchor, mark)?;
                stack.push(Open::Map(Vec::new(), None, mark));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                Some(Open::List(items, mark)) => Some(Yaml { kind: Kind::List(items), mark }),
                Some(Open::Map(entries, _, mark)) => Some(Yaml { kind: Kind::Map(entries), mark }),
                None => None,
            },
            Event::Alias(_) => return Err((mark, "anchors and aliases are not used in definitions".to_owned())),
            Event::DocumentStart(_) if root.is_some() => return Err((mark, "one document per file".to_owned())),
            _ => None,
        };
        if stack.len() > DEPTH {
            return Err((mark, "this is nested too deeply".to_owned()));
        }
        if let Some(yaml) = finished {
            place(yaml, &mut stack, &mut root)?;
        }
    }
    Ok(root)
}

fn no_anchor(anchor: usize, mark: Mark) -> Result<(), (Mark, String)> {
    if anchor == 0 { Ok(()) } else { Err((mark, "anchors and aliases are not used in definitions".to_owned())) }
}

fn place(yaml: Yaml, stack: &mut [Open], root: &mut Option<Yaml>) -> Result<(), (Mark, String)> {
    match stack.last_mut() {
        None => *root = Some(yaml),
        Some(Open::List(items, _)) => items.push(yaml),
        Some(Open::Map(entries, waiting, _)) => match waiting.take() {
            Some(key) => entries.push((key, yaml)),
            None => {
                let mark = yaml.mark;
                let Kind::Scalar { text, .. } = yaml.kind else {
                    return Err((mark, "a key must be a text".to_owned()));
                };
                if entries.iter().any(|(key, _)| key.text == text) {
                    return Err((mark, format!("the key {text} stands twice")));
                }
                *waiting = Some(Key { text, mark });
            }
        },
    }
    Ok(())
}
