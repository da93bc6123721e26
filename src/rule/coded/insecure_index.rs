//! `insecure-index`: packages that come over a connection which anybody on the way can change.

use std::collections::BTreeMap;

use crate::diagnostic::{ALSO_DECLARED, Finding};
use crate::manifest::url;
use crate::rule::Context;
use crate::rule::indexes::{self, Index};
use crate::source::{Location, Span};

/// The variant for hosts of a private network.
const PRIVATE: &str = "private-network";

/// What makes a connection insecure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// No encryption.
    Plain,
    /// The certificate is not checked.
    Unchecked,
}

/// One finding a host.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found: BTreeMap<String, Vec<(Fault, Span)>> = BTreeMap::new();
    let mut add = |index: &Index<'_>| {
        let Some((host, fault)) = judge(index) else { return };
        let place = if fault == Fault::Plain { index.value_at } else { index.at };
        found.entry(host).or_default().push((fault, place));
    };
    for manifest in context.project.everything() {
        indexes::of_manifest(manifest).for_each(|index| add(&index));
        for setting in &manifest.reading.settings {
            // What uv and PDM call what pip calls `--trusted-host`.
            let value = match setting.key.as_str() {
                "tool.uv.allow-insecure-host" | "tool.uv.pip.allow-insecure-host" => setting.value.clone(),
                "tool.pdm.source.verify_ssl" if setting.value == "false" => {
                    let url = manifest.reading.settings.iter().filter(|s| s.key == "tool.pdm.source.url");
                    // The source that is being written: the closest URL.
                    let Some(url) = url.min_by_key(|s| s.at.start.abs_diff(setting.at.start)) else { continue };
                    url.value.clone()
                }
                _ => continue,
            };
            let at = manifest.file.span(setting.at);
            let reader = indexes::Reader::Uv;
            add(&Index { reader, name: "--trusted-host", value, at, value_at: at, path: &manifest.path });
        }
    }
    for install in indexes::of_commands(context) {
        install.indexes.iter().for_each(&mut add);
    }
    found.iter().filter_map(|(host, places)| finding(host, places)).collect()
}

/// The host and what is wrong with the way to it.
fn judge(index: &Index<'_>) -> Option<(String, Fault)> {
    let host = indexes::host(&index.value).filter(|host| !indexes::is_local(host))?;
    let fault = match index.name {
        "--trusted-host" => Fault::Unchecked,
        "--index-strategy" => return None,
        // Whatever names an index: an option, or a table.
        _ => {
            let url = url::find(&index.value).next()?;
            url.scheme().eq_ignore_ascii_case("http").then_some(Fault::Plain)?
        }
    };
    Some((host.to_owned(), fault))
}

fn finding(host: &str, places: &[(Fault, Span)]) -> Option<Finding> {
    let (fault, first) = places.iter().find(|(fault, _)| *fault == Fault::Plain).or_else(|| places.first())?;
    let message = match fault {
        Fault::Plain => format!("packages come from `{host}` without encryption"),
        Fault::Unchecked => format!("the certificate of `{host}` is not checked"),
    };
    let advice = match fault {
        Fault::Plain => "write `https://`",
        Fault::Unchecked if indexes::is_public_index(host) => {
            "leave the option out; behind a proxy that shows a certificate of its own, give that one: `--cert`, `PIP_CERT`, `SSL_CERT_FILE`"
        }
        Fault::Unchecked => {
            "leave it out, and give the certificate of a private authority: `--cert`, `PIP_CERT`, `SSL_CERT_FILE`"
        }
    };
    let mut finding = Finding::new(Location::Span(*first), message)
        .note("who can change what is on the way decides what is installed, and what is installed runs code")
        .help(advice)
        .variant(indexes::is_private(host).then_some(PRIVATE))
        .key(host);
    for (other, place) in places.iter().filter(|(_, place)| place != first) {
        let text =
            if *other == Fault::Unchecked && *fault == Fault::Plain { "trusted all the same" } else { ALSO_DECLARED };
        finding = finding.related(*place, text);
    }
    Some(finding)
}
