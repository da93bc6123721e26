//! YAML as a small tree with places.
//!
//! Several documents, custom tags, anchors, aliases and merge keys are all fine. A syntax error ends its document, of
//! which the part before it is kept; the next document is read. Aliases are written out up to a bound, so that a small
//! text cannot grow without end.

use std::collections::{BTreeMap, BTreeSet};

use granit_parser::{Event, Parser, ScalarStyle, Span, options};

use super::mapped::Mapped;
use crate::source::Extent;

/// How many nodes aliases and merge keys may add to one text.
const MAX_COPIED: usize = 200_000;
/// What is said where they would.
const TOO_MUCH: &str = "aliases that stand for too much";
/// How deeply collections may nest; deeper ones are a syntax error.
const MAX_DEPTH: usize = 128;

/// What one text holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Documents {
    /// The root of every document that has one.
    pub roots: Vec<Node>,
    /// What could not be read: one error a document.
    pub errors: Vec<(String, Extent)>,
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it holds.
    pub value: Value,
    /// Where it stands, quotes included. What an alias stands for is where its anchor is.
    pub at: Extent,
    /// Its tag as far as it is not one of YAML's own: `!reference` is `reference`.
    pub tag: Option<String>,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, escapes resolved. `true`, `3.10` and nothing at all (an empty text) are scalars too.
    Scalar(String),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values in the order of the text, keys that are merged in (`<<`) last.
    Mapping(Vec<(Node, Node)>),
}

impl Node {
    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// The value of a key of a mapping. A key that occurs twice has its last value.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let Value::Mapping(entries) = &self.value else { return None };
        entries.iter().rev().find(|(k, _)| k.text() == Some(key)).map(|(_, value)| value)
    }

    /// The node under a path of keys.
    pub fn path(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The items of a sequence; none of another node.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Sequence(items) => items,
            Value::Scalar(_) | Value::Mapping(_) => &[],
        }
    }

    /// The keys and values of a mapping; none of another node.
    pub fn entries(&self) -> &[(Node, Node)] {
        match &self.value {
            Value::Mapping(entries) => entries,
            Value::Scalar(_) | Value::Sequence(_) => &[],
        }
    }

    /// The scalars of this node: itself, or those of a list and of the lists in it, in order.
    pub fn scalars(&self) -> Vec<&Node> {
        let mut found = Vec::new();
        let mut open = vec![self];
        while let Some(node) = open.pop() {
            match &node.value {
                Value::Scalar(_) => found.push(node),
                Value::Sequence(items) => open.extend(items.iter().rev()),
                Value::Mapping(_) => {}
            }
        }
        found
    }

    /// The text of a scalar with the places of its bytes in `source`, the text that was read; empty for another node.
    pub fn mapped(&self, source: &str) -> Mapped {
        self.text().map(|text| align(text, source, self.at)).unwrap_or_default()
    }
}

/// Reads a text. Never fails: see [`Documents::errors`].
pub fn read(text: &str) -> Documents {
    let options = options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        block_scalar_eof_without_line_feed: true,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder::default();
    loop {
        match parser.next_event() {
            None => break,
            Some(Ok((event, span))) => {
                let at = extent(&span, text);
                if let Err(message) = builder.event(event, at) {
                    builder.error(message.to_owned(), at);
                    if !parser.proceed_next_document().unwrap_or(false) {
                        break;
                    }
                }
            }
            Some(Err(error)) => {
                let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
                builder.error(error.info().clone(), Extent::at(at));
                if !parser.proceed_next_document().unwrap_or(false) {
                    break;
                }
            }
        }
    }
    builder.finish();
    builder.documents
}

fn extent(span: &Span, text: &str) -> Extent {
    let range = span.byte_range().unwrap_or(0..0);
    let start = range.start.min(text.len());
    Extent::new(start, range.end.clamp(start, text.len()))
}

/// A collection that is not closed yet.
#[derive(Debug)]
struct Open {
    anchor: usize,
    tag: Option<String>,
    start: Extent,
    mapping: bool,
    items: Vec<Node>,
}

#[derive(Debug, Default)]
struct Builder {
    documents: Documents,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    copied: usize,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, at: Extent) -> Result<(), &'static str> {
        match event {
            Event::DocumentStart(..) => {
                self.finish();
                self.anchors.clear();
            }
            Event::DocumentEnd => self.finish(),
            Event::Scalar(text, style, anchor, tag) => {
                let empty = style == ScalarStyle::Plain && at.is_empty();
                let text = if empty { String::new() } else { text.into_owned() };
                let node = Node { value: Value::Scalar(text), at, tag: custom(tag.as_deref()) };
                self.add(node, anchor);
            }
            Event::SequenceStart(_, anchor, tag) => self.start(anchor, custom(tag.as_deref()), at, false)?,
            Event::MappingStart(_, anchor, tag) => self.start(anchor, custom(tag.as_deref()), at, true)?,
            Event::SequenceEnd | Event::MappingEnd => self.end(at),
            Event::Alias(id) => {
                let node = self.anchors.get(&id).cloned();
                match node {
                    Some(node) => {
                        self.count(&node)?;
                        self.add(node, 0);
                    }
                    // An alias within what it stands for.
                    None => self.add(Node { value: Value::Scalar(String::new()), at, tag: None }, 0),
                }
            }
            Event::UnresolvedAlias(_) => self.add(Node { value: Value::Scalar(String::new()), at, tag: None }, 0),
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, anchor: usize, tag: Option<String>, start: Extent, mapping: bool) -> Result<(), &'static str> {
        if self.open.len() >= MAX_DEPTH {
            return Err("nested too deeply");
        }
        self.open.push(Open { anchor, tag, start, mapping, items: Vec::new() });
        Ok(())
    }

    fn end(&mut self, at: Extent) {
        let Some(open) = self.open.pop() else { return };
        let value = if open.mapping {
            let mut entries = Vec::with_capacity(open.items.len() / 2);
            let mut items = open.items.into_iter();
            while let Some(key) = items.next() {
                let value = items.next().unwrap_or(Node { value: Value::Scalar(String::new()), at: key.at, tag: None });
                entries.push((key, value));
            }
            Value::Mapping(Self::merge(entries))
        } else {
            Value::Sequence(open.items)
        };
        // A block collection ends where the next token starts: its last child says better where it stops.
        let end = match &value {
            Value::Sequence(items) => items.last().map(|node| node.at),
            Value::Mapping(entries) => entries.last().map(|(key, value)| key.at.cover(value.at)),
            Value::Scalar(_) => None,
        };
        let whole =
            if at.is_empty() { end.filter(|end| end.start >= open.start.start).unwrap_or(open.start) } else { at };
        self.add(Node { value, at: open.start.cover(whole), tag: open.tag }, open.anchor);
    }

    /// Puts what `<<` names behind the mapping's own keys (YAML 1.1, "merge key": own keys win, earlier ones first).
    fn merge(mut entries: Vec<(Node, Node)>) -> Vec<(Node, Node)> {
        let Some(index) = entries.iter().position(|(key, _)| key.text() == Some("<<")) else { return entries };
        let (_, merged) = entries.remove(index);
        let sources = match merged.value {
            Value::Mapping(_) => vec![merged],
            Value::Sequence(items) => items,
            Value::Scalar(_) => Vec::new(),
        };
        let mut known: BTreeSet<String> = entries.iter().filter_map(|(key, _)| key.text().map(str::to_owned)).collect();
        for source in sources {
            if let Value::Mapping(more) = source.value {
                for (key, value) in more {
                    if key.text().is_some_and(|text| known.insert(text.to_owned())) {
                        entries.push((key, value));
                    }
                }
            }
        }
        entries
    }

    /// Counts a node that is about to be copied here, and checks how deep it goes.
    fn count(&mut self, node: &Node) -> Result<(), &'static str> {
        let mut open = vec![(node, self.open.len())];
        while let Some((node, depth)) = open.pop() {
            self.copied += 1;
            if self.copied > MAX_COPIED || depth > MAX_DEPTH {
                return Err(TOO_MUCH);
            }
            match &node.value {
                Value::Scalar(_) => {}
                Value::Sequence(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
                Value::Mapping(entries) => {
                    open.extend(entries.iter().flat_map(|(key, value)| [(key, depth + 1), (value, depth + 1)]));
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, node: Node, anchor: usize) {
        if anchor != 0 {
            if self.count(&node).is_ok() {
                self.anchors.insert(anchor, node.clone());
            } else if !self.documents.errors.iter().any(|(message, _)| message == TOO_MUCH) {
                self.documents.errors.push((TOO_MUCH.to_owned(), node.at));
            }
        }
        match self.open.last_mut() {
            Some(open) => open.items.push(node),
            None => self.documents.roots.push(node),
        }
    }

    /// Closes what is open, as at the end of a document or at an error.
    fn finish(&mut self) {
        while let Some(open) = self.open.last() {
            let at = Extent { start: open.start.end, end: open.start.end };
            self.end(at);
        }
    }

    fn error(&mut self, message: String, at: Extent) {
        self.documents.errors.push((message, at));
        self.finish();
    }
}

fn custom(tag: Option<&granit_parser::Tag>) -> Option<String> {
    tag.filter(|tag| tag.is_custom()).map(|tag| tag.suffix().to_owned())
}

/// Finds the bytes of a scalar's text in its source. Both say the same but for indentation, line ends and escapes, so
/// one walk over both is enough; where they part for another reason, the rest stands for the whole scalar.
fn align(text: &str, source: &str, at: Extent) -> Mapped {
    let raw = at.of(source);
    let base = at.range().start;
    let mut mapped = Mapped::default();
    if text == raw {
        mapped.push(text, base);
        return mapped;
    }
    let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''));
    let mut here = match raw.chars().next() {
        Some('"' | '\'') => 1,
        Some('|' | '>') => raw.find('\n').unwrap_or(raw.len()),
        _ => 0,
    };
    for (index, wanted) in text.char_indices() {
        loop {
            let mut rest = raw.get(here..).unwrap_or_default().chars();
            let Some(found) = rest.next() else {
                mapped.push_whole(text.get(index..).unwrap_or_default(), at);
                return mapped;
            };
            if quote == Some('"') && found == '\\' {
                let (length, continues) = escape(raw.get(here..).unwrap_or_default());
                let start = base + here;
                here += length;
                if continues {
                    continue;
                }
                mapped.push_whole(wanted.encode_utf8(&mut [0; 4]), Extent::new(start, base + here.min(raw.len())));
                break;
            }
            if quote == Some('\'') && found == '\'' && wanted == '\'' {
                mapped.push_whole("'", Extent::new(base + here, base + here + 2));
                here += 2;
                break;
            }
            if found == wanted {
                mapped.push(wanted.encode_utf8(&mut [0; 4]), base + here);
                here += found.len_utf8();
                break;
            }
            if !found.is_whitespace() {
                mapped.push_whole(text.get(index..).unwrap_or_default(), at);
                return mapped;
            }
            let start = base + here;
            here += found.len_utf8();
            if wanted == ' ' && found == '\n' {
                mapped.push_whole(" ", Extent::new(start, base + here));
                break;
            }
        }
    }
    mapped
}

/// How many bytes the escape at the start of `raw` has, and whether it only joins two lines.
fn escape(raw: &str) -> (usize, bool) {
    let mut chars = raw.chars();
    chars.next();
    match chars.next() {
        Some('x') => (4, false),
        // A surrogate pair is one character.
        Some('u')
            if raw.get(2..4).is_some_and(|hex| {
                matches!(hex.as_bytes(), [b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B'])
            }) =>
        {
            (12, false)
        }
        Some('u') => (6, false),
        Some('U') => (10, false),
        Some('\n' | '\r') => {
            let tail = raw.get(1..).unwrap_or_default();
            (1 + tail.len() - tail.trim_start().len(), true)
        }
        Some(other) => (1 + other.len_utf8(), false),
        None => (1, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree in one line.
    fn shown(node: &Node) -> String {
        let tag = node.tag.as_ref().map(|tag| format!("!{tag} ")).unwrap_or_default();
        match &node.value {
            Value::Scalar(text) => format!("{tag}{text}"),
            Value::Sequence(items) => format!("{tag}[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
            Value::Mapping(entries) => {
                let entries: Vec<_> =
                    entries.iter().map(|(key, value)| format!("{}: {}", shown(key), shown(value))).collect();
                format!("{tag}{{{}}}", entries.join(", "))
            }
        }
    }

    #[test]
    fn builds_trees() {
        for (text, expected) in [
            ("a: 1\nb: [x, 'y', \"z\"]\nc:\n- d:\n", &["{a: 1, b: [x, y, z], c: [{d: }]}"][..]),
            ("--- 1\n---\n- 2\n...\n", &["1", "[2]"]),
            ("a: !reference [x, y]\nb: !Sub s\nc: !!str 3", &["{a: !reference [x, y], b: !Sub s, c: 3}"]),
            ("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a", &["{a: {x: 1, y: 2}, b: {y: 3, x: 1}, c: {x: 1, y: 2}}"]),
            (
                "a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc:\n  <<: [*a, *b]\n  z: 1",
                &["{a: {x: 1}, b: {x: 2, y: 3}, c: {z: 1, x: 1, y: 3}}"],
            ),
            ("a: *none", &["{a: }"]),
            ("a: &a [*a]", &["{a: []}"]),
            ("on: push\nversion: 3.10", &["{on: push, version: 3.10}"]),
            ("", &[]),
            ("# nothing\n", &[]),
        ] {
            let documents = read(text);
            assert_eq!(documents.roots.iter().map(shown).collect::<Vec<_>>(), expected, "{text}");
            assert_eq!(documents.errors, [], "{text}");
        }
    }

    #[test]
    fn goes_on_after_errors() {
        let documents = read("a: 1\nb: [\n---\nc: 2\n");
        assert_eq!(documents.errors.len(), 1);
        assert_eq!(documents.roots.last().map(shown).as_deref(), Some("{c: 2}"));
        assert!(documents.roots.first().is_some_and(|root| shown(root).starts_with("{a: 1")));
    }

    #[test]
    fn maps_scalars() {
        let text = "a: |\n    one\n      two\n\n    three\nb: >-\n  x\n  y\nc: 'it''s'\nd: \"q\\n\\u00e9 \\\n   z\"\ne: plain\n   more\nf: |+2\n   g\n";
        let root = read(text).roots.into_iter().next();
        for (key, value, part, place) in [
            ("a", "one\n  two\n\nthree\n", "three", "three"),
            ("a", "one\n  two\n\nthree\n", "two", "two"),
            ("b", "x y", "y", "y"),
            ("c", "it's", "s", "s"),
            ("c", "it's", "'", "''"),
            ("d", "q\né z", "é", "\\u00e9"),
            ("d", "q\né z", "z", "z"),
            ("e", "plain more", "more", "more"),
            ("f", " g\n", "g", "g"),
        ] {
            let mapped = root.as_ref().and_then(|root| root.get(key)).map(|node| node.mapped(text)).unwrap_or_default();
            assert_eq!(mapped.as_str(), value, "{key}");
            let start = mapped.as_str().rfind(part).unwrap_or_default();
            assert_eq!(mapped.extent(start..start + part.len()).of(text), place, "{key} {part}");
        }
    }

    #[test]
    fn knows_where_nodes_stand() {
        let text = "a:\n  b: [1, 'x']\nc: d\n";
        let documents = read(text);
        let at = |keys: &[&str]| documents.roots.first().and_then(|root| root.path(keys)).map(|node| node.at.of(text));
        assert_eq!(at(&["a"]), Some("b: [1, 'x']"));
        assert_eq!(at(&["a", "b"]), Some("[1, 'x']"));
        assert_eq!(at(&["c"]), Some("d"));
    }

    #[test]
    fn is_bounded() {
        let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let items = vec![format!("*a{}", level - 1); 10].join(", ");
            laughs = format!("{laughs}a{level}: &a{level} [{items}]\n");
        }
        assert!(!read(&laughs).errors.is_empty());
        let mut deep = "a0: &a0 x\n".to_owned();
        for level in 1..40 {
            let (open, close) = ("[".repeat(90), "]".repeat(90));
            deep = format!("{deep}a{level}: &a{level} {open}*a{}{close}\n", level - 1);
        }
        assert!(!read(&deep).errors.is_empty());
        for text in [
            "[".repeat(50_000),
            "{a: ".repeat(50_000),
            "- ".repeat(50_000),
            "a:\n".repeat(5_000),
            "&a ".repeat(5_000),
            "\u{0}".to_owned(),
            "\"\\".to_owned(),
            "%".to_owned(),
            "? ".repeat(5_000),
        ] {
            let _ = read(&text);
        }
    }
}
