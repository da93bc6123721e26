//! What a line of a requirements file asks for: a distribution by name, a URL, an archive or a folder.
//!
//! Source: `parse_req_from_line` and `parse_editable` of pip, less what looks at the disk: whatever could be the path
//! of a folder is taken for one.

use std::net::Ipv6Addr;
use std::str::FromStr;

use pep440_rs::Version;

use crate::diagnostic::Problem;
use crate::manifest::requirement::{self, RULE, is_name, read_marker};
use crate::manifest::version::clause::is_space;
use crate::manifest::{Extra, Group, Origin, Requirement, Specifier, Versions};
use crate::name::Name;
use crate::source::Extent;

/// Version-control systems, which pip joins to transports by `+`.
const SYSTEMS: &[(&str, &[&str])] = &[
    ("git", &["http", "https", "ssh", "git", "file"]),
    ("hg", &["file", "http", "https", "ssh", "static-http"]),
    ("svn", &["ssh", "http", "https", "svn", "file"]),
    ("bzr", &["http", "https", "ssh", "sftp", "ftp", "lp", "file"]),
];

/// Endings of archives.
const ARCHIVES: &[&str] =
    &[".zip", ".whl", ".tar.bz2", ".tbz", ".tar.gz", ".tgz", ".tar", ".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma"];

/// Reads a requirement that is not editable. Extents are bytes of `line`.
pub(super) fn read(line: &str, group: Group) -> (Option<Requirement>, Vec<Problem>) {
    let is_url = is_url(line);
    // After a URL, white space must follow the `;`, which can be part of it.
    let split = if is_url { line.find("; ") } else { line.find(';') };
    let head = line.get(..split.unwrap_or(line.len())).unwrap_or_default().trim_end_matches(is_space);
    if !is_url {
        // pip drops slashes at the end before it looks for extras.
        let (path, extras) = match strip_extras(head.trim_end_matches('/')) {
            (_, None) => (head, None),
            found => found,
        };
        let before_at = head.split_once('@').map(|(before, _)| before);
        let archive = is_archive(path) && before_at.is_none_or(looks_like_path);
        let names_nothing = || !requirement::read_line(head, Group::Runtime).1.is_empty();
        let folder = !archive && !is_wheel(path) && could_be_folder(head) && names_nothing();
        if !archive && !folder {
            let (mut requirement, mut problems) = requirement::read_line(line, group);
            if let Some(requirement) = requirement.as_mut().filter(|_| problems.is_empty()) {
                problems.extend(direct_faults(requirement));
                if matches!(requirement.origin, Origin::Url(..)) && extras.is_some() {
                    // At the end of the URL they count as well.
                    add_extras(requirement, &mut problems, extras, path.len());
                }
            }
            return (requirement, problems);
        }
        let (mut requirement, mut problems) =
            place(line, head, group, Origin::Path(path.to_owned(), Extent::new(0, path.len())));
        problems.extend(bad_host(head));
        if archive && is_wheel(path) {
            wheel(&mut requirement, &mut problems, path, path);
        }
        add_extras(&mut requirement, &mut problems, extras, path.len());
        add_marker(&mut requirement, &mut problems, line, split);
        return (Some(requirement), problems);
    }
    let (mut requirement, mut problems) =
        place(line, head, group, Origin::Url(head.to_owned(), Extent::new(0, head.len())));
    problems.extend(bad_host(head));
    let path = path_of(head);
    if is_wheel(decoded(path).trim_end_matches('/')) {
        wheel(&mut requirement, &mut problems, head, path);
        // What it names counts no more, and must be a name all the same.
        egg(&mut requirement.clone(), &mut problems, head);
    } else {
        egg(&mut requirement, &mut problems, head);
    }
    add_marker(&mut requirement, &mut problems, line, split);
    (Some(requirement), problems)
}

/// What pip refuses in the URL of `name @ URL` beyond the grammar. The name is given already: a fragment must name a
/// distribution, but says nothing more.
fn direct_faults(requirement: &Requirement) -> Vec<Problem> {
    let Origin::Url(url, at) = &requirement.origin else { return Vec::new() };
    let mut problems: Vec<Problem> = bad_host(url).into_iter().collect();
    egg(&mut requirement.clone(), &mut problems, url);
    problems.into_iter().map(|problem| problem.shift(at.start as usize)).collect()
}

/// Reads the value of `-e`. Extents are bytes of `value`.
pub(super) fn read_editable(value: &str, group: Group) -> (Option<Requirement>, Vec<Problem>) {
    if let (Some(mut requirement), problems) = requirement::read(value, group.clone())
        && problems.is_empty()
        && matches!(requirement.origin, Origin::Url(..))
    {
        requirement.editable = true;
        let mut problems = Vec::new();
        if let Origin::Url(url, at) = &requirement.origin
            && !is_system(url)
            && !url.to_ascii_lowercase().starts_with("file:")
        {
            problems.push(not_editable(*at));
        } else {
            problems = direct_faults(&requirement);
        }
        return (Some(requirement), problems);
    }
    let (path, extras) = strip_extras(value);
    let lower = value.to_ascii_lowercase();
    let is_file = lower.starts_with("file:");
    // pip puts `git+` before `git://…` here.
    let is_bare =
        SYSTEMS.iter().any(|(system, _)| lower.strip_prefix(system).is_some_and(|rest| rest.starts_with(':')));
    let (mut requirement, mut problems) = if is_file || is_system(value) || is_bare {
        place(value, value, group, Origin::Url(value.to_owned(), Extent::new(0, value.len())))
    } else {
        place(value, value, group, Origin::Path(path.to_owned(), Extent::new(0, path.len())))
    };
    requirement.editable = true;
    let whole = Extent::new(0, value.len());
    if matches!(requirement.origin, Origin::Url(..)) {
        problems.extend(bad_host(value));
        egg(&mut requirement, &mut problems, if is_file { path } else { value });
        if is_file {
            requirement.origin = Origin::Url(path.to_owned(), Extent::new(0, path.len()));
            add_extras(&mut requirement, &mut problems, extras, path.len());
        } else if requirement.name.is_none() && problems.is_empty() {
            problems.push(
                Problem::new(RULE, whole, "pip cannot tell which distribution this is")
                    .help(format!("write `name @ {value}`, in quotes after `-e`")),
            );
        }
    } else if let Some(problem) = bad_address(value).filter(|_| !is_url(value)) {
        problems.push(problem);
    } else if is_url(value) || !(could_be_folder(path) || is_plain(path)) || path.is_empty() || path.contains("://") {
        problems.push(not_editable(whole));
    } else {
        add_extras(&mut requirement, &mut problems, extras, path.len());
    }
    (Some(requirement), problems)
}

/// A requirement without a name.
fn place(whole: &str, written: &str, group: Group, origin: Origin) -> (Requirement, Vec<Problem>) {
    let at = Extent::new(0, whole.len());
    let requirement = Requirement {
        name: None,
        raw: whole.to_owned(),
        at,
        item: at,
        name_at: Extent::new(0, written.len()),
        extras: Vec::new(),
        specifier: None,
        marker: None,
        origin,
        editable: false,
        hashes: 0,
        group,
        exact: true,
    };
    (requirement, Vec::new())
}

fn add_marker(requirement: &mut Requirement, problems: &mut Vec<Problem>, line: &str, semicolon: Option<usize>) {
    let Some(at) = semicolon else { return };
    if line.get(at + 1..).is_some_and(|marker| !marker.trim_matches(is_space).is_empty()) {
        requirement.marker = Some(read_marker(line, at + 1, problems));
    }
}

/// Takes `[a,b]` in, which stands at byte `at`.
fn add_extras(requirement: &mut Requirement, problems: &mut Vec<Problem>, extras: Option<&str>, at: usize) {
    let Some(extras) = extras else { return };
    // The name makes it a requirement, as pip does.
    let text = format!("x{extras}");
    let (found, faults) = requirement::read(&text, Group::Runtime);
    let back = |extent: Extent| Extent::new(extent.start as usize + at - 1, extent.end as usize + at - 1);
    requirement.extras = found
        .map(|found| found.extras)
        .unwrap_or_default()
        .into_iter()
        .map(|extra| Extra { at: back(extra.at), ..extra })
        .collect();
    problems.extend(faults.into_iter().map(|mut fault| {
        fault.at = fault.at.map(back);
        fault.labels.iter_mut().for_each(|(at, _)| *at = back(*at));
        fault
    }));
}

/// Name and version from the name of a wheel's file. `path` is the part of `written` whose last component it is.
fn wheel(requirement: &mut Requirement, problems: &mut Vec<Problem>, written: &str, path: &str) {
    let path = path.trim_end_matches('/');
    let from = path.rfind('/').map_or(0, |at| at + 1);
    let base = written.find(path).unwrap_or(0) + from;
    let raw = path.get(from..).unwrap_or_default();
    let file = if matches!(requirement.origin, Origin::Path(..)) { raw.to_owned() } else { decoded(raw) };
    let at = Extent::new(base, base + raw.len());
    // What the file's name says is not written as a requirement: nothing inside may be edited.
    requirement.exact = false;
    let Some((name, version)) = wheel_parts(&file) else {
        problems.push(
            Problem::new(RULE, at, "this is not the name of a wheel")
                .help("a wheel is named `name-version-python-abi-platform.whl`"),
        );
        return;
    };
    requirement.name = Some(Name::new(name));
    let mut parts = raw.split('-');
    let name_length = parts.next().map_or(0, str::len);
    let version_length = parts.next().map_or(0, str::len);
    requirement.name_at = Extent::new(base, base + name_length);
    let start = base + name_length + 1;
    let pin = format!("=={version}");
    requirement.specifier = Some(Specifier {
        versions: Versions::parse(&pin),
        written: pin.clone(),
        pep440: pin,
        at: Extent::new(start, start + version_length),
    });
}

/// Name and version of a wheel (binary distribution format, as `packaging` judges it).
fn wheel_parts(file: &str) -> Option<(&str, Version)> {
    let stem = file.strip_suffix(".whl")?;
    let parts: Vec<&str> = stem.split('-').collect();
    let (name, version, build, tags) = match parts.as_slice() {
        [name, version, tags @ ..] if tags.len() == 3 => (*name, *version, None, tags),
        [name, version, build, tags @ ..] if tags.len() == 3 => (*name, *version, Some(*build), tags),
        _ => return None,
    };
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let name_fits = !name.contains("__") && name.chars().all(is_part) && is_name(Name::new(name).as_str());
    let build_fits = build.is_none_or(|build| build.starts_with(|c: char| c.is_ascii_digit()));
    let tags_fit = tags.iter().all(|tag| tag.split('.').all(|part| !part.is_empty()));
    let is_identifier = |tag: &str| {
        tag.chars().all(|c| c.is_alphanumeric() || c == '_') && !tag.starts_with(|c: char| c.is_ascii_digit())
    };
    let interpreter_fits = tags.first().is_some_and(|tag| tag.split('.').all(is_identifier));
    let version = Version::from_str(version).ok()?;
    (name_fits && build_fits && tags_fit && interpreter_fits).then_some((name, version))
}

/// The name in `#egg=name` or `&egg=name`.
fn egg(requirement: &mut Requirement, problems: &mut Vec<Problem>, url: &str) {
    let Some(start) = url
        .match_indices("egg=")
        .map(|(at, _)| at)
        .find(|&at| url.get(..at).is_some_and(|before| before.ends_with(['#', '&'])))
    else {
        return;
    };
    let start = start + "egg=".len();
    let written = url.get(start..).and_then(|rest| rest.split('&').next()).unwrap_or_default();
    let at = Extent::new(start, start + written.len());
    if is_name(written) {
        requirement.name = Some(Name::new(written));
        requirement.name_at = at;
        return;
    }
    let problem = Problem::new(RULE, at, format!("`{written}` is not the name of a distribution"));
    // Pip took extras here until version 25.
    let (found, faults) = requirement::read(written, Group::Runtime);
    match found {
        Some(found) if faults.is_empty() => {
            let bare = url.get(..start.saturating_sub("#egg=".len())).unwrap_or(url);
            problems.push(problem.label("pip takes a plain name here").help(format!("write `{written} @ {bare}`")));
            requirement.name = found.name;
            requirement.name_at = found.name_at.shift(start);
            requirement.extras =
                found.extras.into_iter().map(|extra| Extra { at: extra.at.shift(start), ..extra }).collect();
        }
        _ => problems.push(problem),
    }
}

fn not_editable(at: Extent) -> Problem {
    Problem::new(RULE, at, "pip can install folders and version-control URLs only in editable mode")
        .help("leave out `-e`, or write a URL that begins with `git+`, `hg+`, `svn+` or `bzr+`")
}

/// What is wrong with brackets in the host, which are for addresses of IPv6: Python's `urlsplit` fails, and pip with it.
fn bad_host(url: &str) -> Option<Problem> {
    let (scheme, rest) = url.split_once("://")?;
    if !is_scheme(scheme.trim_start_matches(|c| c <= ' ')) {
        return None;
    }
    let host = rest.get(..rest.find(['/', '?', '#']).unwrap_or(rest.len()))?;
    let start = scheme.len() + "://".len();
    let message = if host.contains('[') != host.contains(']') {
        "a bracket in the host has no counterpart"
    } else {
        let (_, address) = host.split_once('[')?;
        let address = address.split(']').next()?;
        let plain = address.split('%').next()?;
        if address.starts_with(['v', 'V']) || Ipv6Addr::from_str(plain).is_ok() {
            return None;
        }
        "only an address of IPv6 stands in brackets"
    };
    Some(Problem::new(RULE, Extent::new(start, start + host.len()), message))
}

/// An address of a version-control system that is no URL.
fn bad_address(text: &str) -> Option<Problem> {
    let at = Extent::new(0, text.len());
    let lower = text.to_ascii_lowercase();
    if let Some((system, rest)) = lower.split_once('+')
        && SYSTEMS.iter().any(|(name, _)| *name == system)
    {
        let problem = Problem::new(RULE, at, format!("pip knows no such URL for `{system}`"));
        return Some(match rest.split_once(':') {
            // `git+git@host:owner/name.git`
            Some((host, path)) if host.contains('@') && !path.starts_with("//") => {
                let written = text.get(system.len() + 1..).unwrap_or_default();
                problem.help(format!("write `{system}+ssh://{}`", written.replacen(':', "/", 1)))
            }
            _ => problem,
        });
    }
    let (scheme, _) = text.split_once("://")?;
    is_scheme(scheme).then(|| Problem::new(RULE, at, format!("pip knows no URL of the scheme `{scheme}`")))
}

/// Whether a text that is no requirement could be the path of a folder. Where it does not begin like a path, white
/// space and marks of other grammars within speak against it.
fn could_be_folder(text: &str) -> bool {
    let drive = matches!(text.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    let rooted = matches!(text, "." | "..")
        || ["./", "../", "/", "~/", ".\\", "..\\", "\\\\"].iter().any(|root| text.starts_with(root))
        || drive;
    let plain = || looks_like_path(text) && !text.contains(is_space) && is_plain(text);
    !text.contains(char::is_control)
        && !text.starts_with('[')
        && (rooted || plain())
        && !text.contains("://")
        && bad_address(text).is_none()
}

/// Whether a text has none of the marks that versions, markers and globs are made of.
fn is_plain(text: &str) -> bool {
    !text.contains(['=', '<', '>', '!', '"', '\'', '|', '*', '?', '(', ')', '\0'])
}

fn looks_like_path(text: &str) -> bool {
    text.contains('/') || text.starts_with('.')
}

/// A path without the extras at its end, and these with their brackets.
fn strip_extras(text: &str) -> (&str, Option<&str>) {
    let found = text.strip_suffix(']').and_then(|inner| {
        let (last, _) = inner.char_indices().next_back()?;
        let open = inner.get(..last)?.rfind('[').filter(|&open| open > 0)?;
        // A bracket within would end the list before.
        (!inner.get(open..)?.contains(']')).then_some(open)
    });
    match found {
        Some(open) => (text.get(..open).unwrap_or_default().trim_end_matches(is_space), text.get(open..)),
        None => (text, None),
    }
}

/// Pip wants the ending in lower case.
fn is_wheel(path: &str) -> bool {
    path.strip_suffix(".whl").is_some() && is_archive(path)
}

fn is_archive(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    // A name that begins with its only dot has no ending.
    ARCHIVES.iter().any(|ending| file.strip_suffix(ending).is_some_and(|stem| !stem.trim_start_matches('.').is_empty()))
}

/// Whether pip takes the text for a URL, by its scheme.
fn is_url(text: &str) -> bool {
    scheme(text).is_some_and(|scheme| matches!(scheme.as_str(), "http" | "https" | "file" | "ftp")) || is_system(text)
}

/// Whether it is a URL of a version-control system.
fn is_system(text: &str) -> bool {
    let Some(scheme) = scheme(text) else { return false };
    scheme.split_once('+').is_some_and(|(system, transport)| {
        SYSTEMS.iter().any(|(name, transports)| *name == system && transports.contains(&transport))
    })
}

/// The scheme of a URL, in lower case.
fn scheme(text: &str) -> Option<String> {
    let (scheme, _) = text.split_once(':')?;
    is_scheme(scheme).then(|| scheme.to_ascii_lowercase())
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// The path of a URL, as written.
fn path_of(url: &str) -> &str {
    let rest = url.split_once(':').map_or(url, |(_, rest)| rest);
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let rest = rest.get(..end).unwrap_or_default();
    match rest.strip_prefix("//") {
        Some(rest) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default(),
        None => rest,
    }
}

/// With `%2B` and the like decoded.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escape = if first == b'%' { tail.get(..2) } else { None };
        let value =
            escape.and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(value.unwrap_or(first));
        rest = if value.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_names() {
        // The line; name, extras, specifier, origin.
        let cases = [
            ("a[b]>=1;os_name=='x'", "a", "b", ">=1", ""),
            ("a @ https://x.example/a.zip; os_name == 'x'", "a", "", "", "url https://x.example/a.zip"),
            ("https://x.example/a-1.zip", "", "", "", "url https://x.example/a-1.zip"),
            (
                "https://x.example/a-1.zip#egg=A&b=c ; os_name=='x'",
                "a",
                "",
                "",
                "url https://x.example/a-1.zip#egg=A&b=c",
            ),
            (
                "https://x.example/a.b-1.0%2Bc-py3-none-any.whl",
                "a-b",
                "",
                "==1.0+c",
                "url https://x.example/a.b-1.0%2Bc-py3-none-any.whl",
            ),
            ("git+https://x.example/a.git@v1#egg=a", "a", "", "", "url git+https://x.example/a.git@v1#egg=a"),
            ("GIT+SSH://git@x.example/a", "", "", "", "url GIT+SSH://git@x.example/a"),
            ("./a[b,c] ; os_name=='x'", "", "b c", "", "path ./a"),
            (".", "", "", "", "path ."),
            (".[dev]", "", "dev", "", "path ."),
            ("../a", "", "", "", "path ../a"),
            ("C:\\a\\b", "", "", "", "path C:\\a\\b"),
            ("dist/a-1.0-py3-none-any.whl[x]", "a", "x", "==1.0", "path dist/a-1.0-py3-none-any.whl"),
            ("a-1.0.tar.gz", "", "", "", "path a-1.0.tar.gz"),
            ("file:///x/a.zip", "", "", "", "url file:///x/a.zip"),
        ];
        for (line, name, extras, specifier, origin) in cases {
            let (requirement, problems) = read(line, Group::Runtime);
            assert_eq!(problems, [], "{line}");
            let requirement = requirement.unwrap_or_else(|| panic!("{line}"));
            let found = match &requirement.origin {
                Origin::Url(url, at) => {
                    assert_eq!(url, at.of(line));
                    format!("url {url}")
                }
                Origin::Path(path, at) => {
                    assert_eq!(path, at.of(line));
                    format!("path {path}")
                }
                _ => String::new(),
            };
            let asked: Vec<_> = requirement.extras.iter().map(|extra| extra.at.of(line)).collect();
            let pin = requirement.specifier.as_ref().map_or("", |specifier| specifier.written.as_str());
            assert_eq!(
                (requirement.name(), asked.join(" ").as_str(), pin, found.as_str()),
                (name, extras, specifier, origin)
            );
            assert_eq!(requirement.marker.is_some(), line.contains("os_name"), "{line}");
        }
    }

    #[test]
    fn what_pip_refuses() {
        for line in [
            "git://x.example/a.git",
            "git+git@x.example:a/b.git",
            "https://x.example/a.whl",
            "https://x.example/a-1.0-py3-none.whl",
            "https://x.example/a.git#egg=a[b]",
            "a / b",
            "./a[b c]",
            "https://x.example/a ; what",
        ] {
            assert_eq!(read(line, Group::Runtime).1.len(), 1, "{line}");
        }
        for value in [
            "https://x.example/a",
            "git+https://x.example/a",
            "git+git@x.example:a/b.git#egg=b",
            "a @ https://x.example/a",
        ] {
            assert_eq!(read_editable(value, Group::Runtime).1.len(), 1, "{value}");
        }
        for value in [
            ".",
            ".[dev]",
            "./a",
            "a",
            "git+https://x.example/a#egg=b",
            "git://x.example/a#egg=b",
            "file:///a",
            "a[x] @ git+https://x.example/a ; os_name == 'x'",
        ] {
            let (requirement, problems) = read_editable(value, Group::Runtime);
            assert_eq!(
                (requirement.is_some_and(|requirement| requirement.editable), problems),
                (true, vec![]),
                "{value}"
            );
        }
    }
}
