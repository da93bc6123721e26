//! Texts with placeholders.

use std::cell::Cell;

/// Fills `{name}` in `template` with what `value` gives for it; a name without a value stays as it is. `{{` and `}}` are
/// braces.
pub fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, behind) = rest.split_at(at);
        filled.push_str(before);
        let literal = ["{{", "}}"].into_iter().find(|pair| behind.starts_with(pair));
        if let Some(pair) = literal {
            filled.push_str(pair.get(1..).unwrap_or_default());
            rest = behind.get(2..).unwrap_or_default();
            continue;
        }
        let placed = behind.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let Some((name, tail)) = placed else {
            filled.push_str(behind.get(..1).unwrap_or_default());
            rest = behind.get(1..).unwrap_or_default();
            continue;
        };
        match value(name) {
            Some(value) => filled.push_str(&value),
            None => filled.extend(["{", name, "}"]),
        }
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

/// The same; nothing where a name has no value, so that a line can be left out that would have a hole.
pub fn fill_whole(template: &str, value: impl Fn(&str) -> Option<String>) -> Option<String> {
    let has_hole = Cell::new(false);
    let filled = fill(template, |name| {
        let value = value(name);
        has_hole.set(has_hole.get() || value.is_none());
        value
    });
    (!has_hole.get()).then_some(filled)
}

/// `` `a`, `b` or `c` ``.
pub fn alternatives<T: AsRef<str>>(names: &[T]) -> String {
    listed(names, " or ")
}

/// `` `a`, `b` and `c` ``.
pub fn enumeration<T: AsRef<str>>(names: &[T]) -> String {
    listed(names, " and ")
}

fn listed<T: AsRef<str>>(names: &[T], last: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., end] => format!("{}{last}{end}", init.join(", ")),
    }
}

/// `1 file`, `2 files`.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_what_it_knows() {
        let value = |name: &str| (name == "a").then(|| "x".to_owned());
        for (template, expected) in [
            ("{a} and {b}", "x and {b}"),
            ("no", "no"),
            ("{", "{"),
            ("{{a}}", "{a}"),
            ("}{", "}{"),
            ("{b c}", "{b c}"),
            ("{a}{a}", "xx"),
        ] {
            assert_eq!(fill(template, value), expected, "{template}");
        }
        assert_eq!(fill_whole("{a} is", value).as_deref(), Some("x is"));
        assert_eq!(fill_whole("{a} and {b}", value), None);
    }

    #[test]
    fn lists() {
        assert_eq!(alternatives(&["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(enumeration(&["a"]), "`a`");
        assert_eq!(alternatives::<&str>(&[]), "");
    }
}
