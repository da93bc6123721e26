//! How a call that a match has found is written instead.

use crate::fix::{Applicability, Edit, Fix};
use crate::knowledge::model::Rewrite;
use crate::python::{Argument, Call};
use crate::rule::edit;
use crate::source::{Extent, FileId};

/// The change of a call in the file `file` with the text `text`; nothing where it is not written in a way that leaves no
/// doubt what each part is. `argument` is the one that decided.
pub(super) fn fix(wanted: &Rewrite, file: FileId, text: &str, call: &Call, argument: Option<&Argument>) -> Option<Fix> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut titles = Vec::new();
    if !wanted.function.is_empty() {
        let (at, name) = last_part(text, call.function_at)?;
        // A bare name was imported: the import would have to change as well.
        let is_certain =
            at != call.function_at && call.function.rsplit('.').next() == Some(name) && call.alternatives.is_empty();
        let instead = wanted.function.get(name).filter(|_| is_certain)?;
        edits.push(edit::replace(file, at, instead));
        let owner = Extent::new(call.function_at.range().start, at.range().start).of(text);
        titles.push(format!("call `{owner}{instead}`"));
    }
    if !wanted.value.is_empty() {
        let at = argument?.at;
        let (at, word) = string(text, at).or_else(|| last_part(text, at).filter(|(last, _)| *last != at))?;
        let instead = wanted.value.get(word)?;
        edits.push(edit::replace(file, at, instead));
        titles.push(format!("pass `{}`", at.of(text).replace(word, instead)));
    }
    if !wanted.add.is_empty() {
        edits.push(addition(file, text, call, &wanted.add)?);
        titles.push(format!("pass `{}`", wanted.add));
    }
    Some(Fix::new(titles.join(" and "), Applicability::Unsafe, edits))
}

/// The last part of a dotted name.
fn last_part(text: &str, at: Extent) -> Option<(Extent, &str)> {
    let written = at.of(text);
    let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
    let name = written.rsplit('.').next().filter(|_| written.split('.').all(is_name))?;
    let end = at.range().end;
    Some((Extent::new(end - name.len(), end), name))
}

/// What stands between the quotes of a plain string.
fn string(text: &str, at: Extent) -> Option<(Extent, &str)> {
    let written = at.of(text);
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inner = written.strip_prefix(quote)?.strip_suffix(quote)?;
    let is_plain = inner.chars().all(|c| c != quote && c != '\\' && !c.is_control());
    is_plain.then(|| (Extent::new(at.range().start + 1, at.range().end - 1), inner))
}

/// One more argument at the end of a call.
fn addition(file: FileId, text: &str, call: &Call, argument: &str) -> Option<Edit> {
    if call.starred || call.double_starred {
        return None;
    }
    let close = call.at.range().end.checked_sub(1)?;
    let inner = text.get(call.function_at.range().end..close)?;
    text.get(close..).filter(|rest| rest.starts_with(')'))?;
    let Some(last) = call.arguments.iter().map(|argument| argument.at.range().end).max() else {
        let open = inner.strip_prefix('(').filter(|rest| rest.trim().is_empty());
        return open.map(|_| edit::replace(file, Extent::at(close), argument));
    };
    // Behind the last value may stand its closing brackets, a comma and comments: only what is plain is touched.
    let rest = text.get(last..close)?;
    let line = text.get(..last)?.rsplit('\n').next()?;
    match rest.trim() {
        "," if rest.contains('\n') => {
            let indentation = line.get(..line.len() - line.trim_start().len())?;
            let at = last + rest.find(',')? + 1;
            // Several arguments on a line go on there.
            let own_line =
                call.arguments.iter().filter(|a| a.at.range().start > last.saturating_sub(line.len())).count() < 2;
            let gap = if own_line { format!("{}{indentation}", edit::line_end(text)) } else { " ".to_owned() };
            Some(edit::replace(file, Extent::at(at), format!("{gap}{argument},")))
        }
        "" | "," => Some(edit::replace(file, Extent::at(last), format!(", {argument}"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::patch;
    use crate::python::parse::parse;
    use crate::source::Sources;

    fn rewritten(text: &str, wanted: &Rewrite) -> Option<String> {
        let uses = parse(text);
        let call = uses.calls.iter().find(|call| call.function.starts_with("m.")).expect("a call");
        let argument = call.arguments.iter().find(|argument| argument.name.as_deref() == Some("x"));
        let fix = fix(wanted, Sources::default().add("a.py", None), text, call, argument)?;
        patch::apply(text, &fix.edits)
    }

    #[test]
    fn calls_get_an_argument() {
        let wanted = Rewrite { add: "t=1".into(), ..Rewrite::default() };
        for (text, expected) in [
            ("import m\nm.f()\n", Some("import m\nm.f(t=1)\n")),
            ("import m\nm.f( )\n", Some("import m\nm.f( t=1)\n")),
            ("import m\nm.f(a, b)\n", Some("import m\nm.f(a, b, t=1)\n")),
            ("import m\nm.f(a, )\n", Some("import m\nm.f(a, t=1, )\n")),
            ("import m\nm.f(\n    a,\n    b,\n)\n", Some("import m\nm.f(\n    a,\n    b,\n    t=1,\n)\n")),
            ("import m\nm.f(\n    a, b,\n)\n", Some("import m\nm.f(\n    a, b, t=1,\n)\n")),
            ("import m\nm.f(\n    a\n)\n", Some("import m\nm.f(\n    a, t=1\n)\n")),
            ("import m\nm.f(a  # why\n)\n", None),
            ("import m\nm.f((a))\n", None),
            ("import m\nm.f(*a)\n", None),
        ] {
            assert_eq!(rewritten(text, &wanted).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn names_and_values_change() {
        let map = |from: &str, to: &str| std::collections::BTreeMap::from([(from.to_owned(), to.to_owned())]);
        let function = Rewrite { function: map("f", "g"), ..Rewrite::default() };
        let value = Rewrite { value: map("A", "B"), ..Rewrite::default() };
        for (text, wanted, expected) in [
            ("import m\nm.f(1)\n", &function, Some("import m\nm.g(1)\n")),
            ("import m as k\nk.f(1)\n", &function, Some("import m as k\nk.g(1)\n")),
            ("from m import f\nf(1)\n", &function, None),
            ("import m\nm.h(1)\n", &function, None),
            ("import m\nm.f(x=m.A)\n", &value, Some("import m\nm.f(x=m.B)\n")),
            ("import m\nm.f(x='A')\n", &value, Some("import m\nm.f(x='B')\n")),
            ("from m import A\nimport m\nm.f(x=A)\n", &value, None),
        ] {
            assert_eq!(rewritten(text, wanted).as_deref(), expected, "{text}");
        }
    }
}
