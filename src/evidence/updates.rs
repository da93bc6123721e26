//! Services that propose updates: Dependabot and Renovate.

use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::tree::{self, is_yaml_named, lies_in};
use super::{Format, Seen, TraceKind};
use crate::manifest::yaml::Node;
use crate::source::Extent;

/// `.github/dependabot.yml`.
pub const DEPENDABOT: Format = Format {
    name: "Dependabot",
    matches: |name, path| is_yaml_named(name, &["dependabot"]) && lies_in(path, ".github"),
    read: dependabot,
};

/// `renovate.json` and its other names.
pub const RENOVATE: Format = Format {
    name: "Renovate",
    matches: |name, _| {
        matches!(
            name,
            "renovate.json"
                | "renovate.json5"
                | "renovate.jsonc"
                | ".renovaterc"
                | ".renovaterc.json"
                | ".renovaterc.json5"
        )
    },
    read: renovate,
};

fn dependabot(text: &str) -> Seen {
    let mut seen = Seen::default();
    for root in tree::roots(text, &mut seen) {
        for update in root.get("updates").map(Node::items).unwrap_or_default() {
            if let Some(ecosystem) = update.get("package-ecosystem") {
                seen.trace(TraceKind::Ecosystem, ecosystem.text().unwrap_or_default(), ecosystem.at);
            }
        }
    }
    seen
}

/// Renovate watches everything that it is not told to leave alone, so its file says enough by being there, unless it
/// switches the service off.
fn renovate(text: &str) -> Seen {
    let mut seen = Seen::default();
    let collect = CollectOptions { comments: jsonc_parser::CommentCollectionStrategy::Off, tokens: false };
    match parse_to_ast(text, &collect, &ParseOptions::default()) {
        Ok(result) => {
            let root = result.value.as_ref().and_then(|value| value.as_object());
            let enabled = root.and_then(|root| root.get_boolean("enabled")).is_none_or(|enabled| enabled.value);
            if enabled {
                seen.trace(TraceKind::Ecosystem, "renovate", Extent::at(0));
            }
        }
        Err(error) => {
            let at = error.range().start.min(text.len());
            seen.opaque.push(("a file that could not be parsed".to_owned(), Extent::at(at)));
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::shown;

    #[test]
    fn reads_updates() {
        let text =
            "version: 2\nupdates:\n- package-ecosystem: pip\n  directory: /\n- package-ecosystem: \"github-actions\"\n";
        assert_eq!(shown(&dependabot(text), text), ["Ecosystem:pip", "Ecosystem:github-actions"]);
        for (text, expected) in [
            ("{\"extends\": [\"config:base\"]}", &["Ecosystem:renovate"][..]),
            ("{ // five\n extends: ['x'], enabled: true, }", &["Ecosystem:renovate"]),
            ("{\"enabled\": false}", &[]),
            ("{\"extends\": ", &["opaque:a file that could not be parsed"]),
        ] {
            assert_eq!(shown(&renovate(text), text), expected, "{text}");
        }
    }
}
