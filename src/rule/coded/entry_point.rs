//! `invalid-entry-point`: commands and plug-ins that cannot be started.
//!
//! Source: the entry points specification. `module:object.attribute`; a script needs an object to call.

use crate::diagnostic::Finding;
use crate::manifest::{Group, Manifest, Value};
use crate::path;
use crate::project::role;
use crate::rule::Context;

mod missing;

/// One finding an entry point that is wrong.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut tables = context.project.manifests.iter().filter_map(|manifest| manifest.reading.project.as_ref());
    if tables.all(|project| project.entry_points.is_empty()) {
        return findings;
    }
    let missing = missing::Missing::of(context);
    for manifest in &context.project.manifests {
        let Some(project) = &manifest.reading.project else { continue };
        for (group, name, object) in &project.entry_points {
            // What is filled in by a tool, or commented out.
            if name.text.starts_with('#') || [name, object].iter().any(|value| value.text.contains(['{', '$', '%'])) {
                continue;
            }
            let is_script = matches!(group.as_str(), "console_scripts" | "gui_scripts");
            let of_object = || fault(&object.text, is_script).or_else(|| missing.module(object));
            let found = match name_fault(&name.text, is_script) {
                Some(fault) => Some((name, fault)),
                None => of_object().map(|fault| (object, fault)),
            };
            if let Some((value, fault)) = found {
                let at = manifest.file.locate(Some(value.at));
                let mut finding = Finding::new(at, fault.message).variant(fault.variant);
                finding.help.extend(fault.help);
                findings.push(finding.key(format!("{group} {}", name.text)));
            }
        }
    }
    findings
}

/// What is wrong with an entry point.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    message: String,
    help: Option<String>,
    variant: Option<&'static str>,
}

impl Fault {
    fn new(message: impl Into<String>, help: Option<String>) -> Self {
        Self { message: message.into(), help, variant: None }
    }
}

/// What is wrong with a name.
fn name_fault(name: &str, is_script: bool) -> Option<Fault> {
    let shown = if is_script { "command" } else { "entry point" };
    if name.trim().is_empty() {
        return Some(Fault::new(format!("the {shown} has no name"), Some(format!("name the {shown}"))));
    }
    let odd = name.chars().find(|c| *c == '=' || is_script && matches!(c, '/' | '\\'))?;
    let message = format!("`{odd}` cannot stand in the name of the {shown} `{name}`");
    Some(Fault::new(message, Some("leave it out of the name".to_owned())))
}

/// What is wrong with an object reference.
fn fault(object: &str, is_script: bool) -> Option<Fault> {
    let object = object.trim();
    let (reference, extras) = match object.find('[') {
        Some(at) => (object.get(..at)?.trim_end(), object.get(at..)),
        None => (object, None),
    };
    if let Some(extras) = extras
        && !extras.ends_with(']')
    {
        let message = format!("the extras of `{object}` are never closed");
        return Some(Fault::new(message, Some("close them with `]`".to_owned())));
    }
    if reference.is_empty() {
        let example = if is_script { "`package.module:function`" } else { "`package.module:object`" };
        return Some(Fault::new("the entry point names no object", Some(format!("write {example}"))));
    }
    let (module, attribute) = match reference.split_once(':') {
        Some((module, attribute)) => (module.trim_end(), Some(attribute.trim_start())),
        None => (reference, None),
    };
    let none = |part: &str| format!("`{reference}` is no entry point: `{part}` is no dotted name");
    if !is_dotted(module) {
        let plain = module.strip_suffix(".py").unwrap_or(module).trim_start_matches("./").replace(['/', '\\'], ".");
        let plain = plain.replace('-', "_");
        let help = is_dotted(&plain).then(|| format!("a module is written as it is imported: `{plain}`"));
        return Some(Fault::new(none(module), help));
    }
    match attribute {
        None if is_script => Some(Fault::new(
            format!("`{reference}` names no function to call"),
            Some(match module.rsplit_once('.') {
                Some((package, last)) => {
                    format!("write `{module}:main`, or `{package}:{last}` where `{last}` is the function")
                }
                None => format!("write `{module}:main`, where `main` is the function"),
            }),
        )),
        Some(attribute) if !is_dotted(attribute) => {
            let called = attribute.strip_suffix("()").filter(|plain| is_dotted(plain));
            let help = called.map(|plain| format!("name the function without calling it: `{module}:{plain}`"));
            Some(Fault::new(none(attribute), help))
        }
        _ => None,
    }
}

/// Whether a text is identifiers joined by dots.
fn is_dotted(text: &str) -> bool {
    text.split('.').all(|part| {
        let mut chars = part.chars();
        chars.next().is_some_and(|c| c.is_alphabetic() || c == '_') && chars.all(|c| c.is_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for sound in ["a:b", "a.b:c.d", "a:b [x]", "a : b", "_a.b1:c", "\u{e9}t\u{e9}:main", "a:b [x, y]"] {
            assert_eq!(fault(sound, true), None, "{sound}");
        }
        assert_eq!(fault("a.b", false), None);
        for (text, message) in [
            ("a.b", "names no function"),
            ("a-b:c", "`a-b` is no dotted name"),
            ("a/b.py:c", "`a/b.py` is no dotted name"),
            ("a:c()", "`c()` is no dotted name"),
            ("a:", "`` is no dotted name"),
            ("a:b:c", "`b:c` is no dotted name"),
            ("a:b [x", "never closed"),
            ("", "names no object"),
            ("1a:b", "`1a` is no dotted name"),
        ] {
            assert!(fault(text, true).is_some_and(|fault| fault.message.contains(message)), "{text}");
        }
    }
}
