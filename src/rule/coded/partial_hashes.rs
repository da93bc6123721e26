//! `partial-hashes`: requirements files of which pip refuses a part, since another part has hashes.
//!
//! Source: pip, "Secure installs". One hash, or `--require-hashes`, asks for hashes of everything that is installed with
//! it, from whatever file; each requirement must then be pinned or be a file, since folders and repositories of
//! version control cannot be hashed.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Finding, Label};
use crate::manifest::{Group, IncludeKind, Manifest, Origin, Requirement};
use crate::project::IncludeTarget;
use crate::rule::{Context, text};
use crate::source::{FileId, Span};

/// How many further places a finding shows before it only counts them.
const SHOWN_PLACES: usize = 4;

/// More files than honest requirements include.
const MAX_FILES: usize = 100;

/// At most two findings a requirements file: for what has no hash, and for what has hashes and no pin.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let files = Files::of(context);
    let mut findings: Vec<Finding> = files.manifests.values().filter_map(|manifest| unpinned(manifest)).collect();
    let mut told: BTreeSet<FileId> = BTreeSet::new();
    // What a file says of itself comes before what another one that includes it says.
    let asked = files.manifests.values().map(|root| (*root, files.refused(root)));
    let asked: Vec<(&Manifest, Vec<Asked<'_>>)> = asked.collect();
    let own = asked.iter().flat_map(|(root, all)| all.iter().take(1).map(move |asked| (root, asked)));
    let included = asked.iter().flat_map(|(root, all)| all.iter().skip(1).map(move |asked| (root, asked)));
    for (root, (manifest, why)) in own.chain(included) {
        if !told.contains(&manifest.file)
            && let Some(finding) = unhashed(manifest, root, *why)
        {
            told.insert(manifest.file);
            findings.push(finding);
        }
    }
    findings
}

/// A file that may lack hashes, with what asks for them.
type Asked<'a> = (&'a Manifest, (Span, &'static str));

/// The requirements files of a project.
struct Files<'a> {
    manifests: BTreeMap<FileId, &'a Manifest>,
    /// What each includes, with `-r` or `-c`.
    includes: BTreeMap<FileId, Vec<(IncludeKind, FileId)>>,
    /// Those that include what cannot be read: hashes may come from there.
    unknown: BTreeSet<FileId>,
}

impl<'a> Files<'a> {
    fn of(context: &Context<'a>) -> Self {
        let manifests = context.project.manifests.iter().filter(|manifest| manifest.format == "requirements");
        let manifests = manifests.map(|manifest| (manifest.file, manifest)).collect();
        let mut files = Self { manifests, includes: BTreeMap::new(), unknown: BTreeSet::new() };
        for (manifest, include, target) in context.project.looked_up() {
            match target {
                IncludeTarget::Read(to) => {
                    files.includes.entry(manifest.file).or_default().push((include.kind, *to));
                }
                _ => {
                    files.unknown.insert(manifest.file);
                }
            }
        }
        files
    }

    /// What is installed from `root`, the file itself first. Nothing where constraints may have the hashes, or where a
    /// part cannot be read.
    fn installed(&self, root: &'a Manifest) -> Option<Vec<&'a Manifest>> {
        let mut seen = BTreeSet::from([root.file]);
        let mut all = vec![root];
        let mut next = 0;
        while let Some(manifest) = all.get(next).copied() {
            if self.unknown.contains(&manifest.file) || is_constraints(manifest) || all.len() > MAX_FILES {
                return None;
            }
            for (kind, to) in self.includes.get(&manifest.file).into_iter().flatten() {
                if *kind == IncludeKind::Constraints {
                    return None;
                }
                all.extend(self.manifests.get(to).filter(|_| seen.insert(*to)).copied());
            }
            next += 1;
        }
        Some(all)
    }

    /// The files of which `pip install -r root` asks for hashes, with the reason: in the file itself, else in the first
    /// other one.
    fn refused(&self, root: &'a Manifest) -> Vec<Asked<'a>> {
        let all = self.installed(root).unwrap_or_default();
        let Some(first) = all.iter().find_map(|manifest| asks(manifest)) else { return Vec::new() };
        all.into_iter().map(|manifest| (manifest, asks(manifest).unwrap_or(first))).collect()
    }
}

fn is_constraints(manifest: &Manifest) -> bool {
    manifest.reading.requirements.iter().any(|r| r.group == Group::Constraint)
}

/// What in a file asks for hashes of everything.
fn asks(manifest: &Manifest) -> Option<(Span, &'static str)> {
    let option = manifest.reading.options.iter().find(|option| option.name == "--require-hashes");
    let option = option.map(|option| (manifest.file.span(option.at), "asks for hashes of everything"));
    option.or_else(|| {
        let hashed = manifest.reading.requirements.iter().find(|r| r.hashes > 0)?;
        Some((manifest.file.span(hashed.name_at), "has hashes"))
    })
}

/// A hash is given on the line, or at the end of the URL.
fn is_hashed(requirement: &Requirement) -> bool {
    let in_url = |url: &str| ["#sha256=", "&sha256=", "#sha512=", "#sha384="].iter().any(|sign| url.contains(sign));
    requirement.hashes > 0 || matches!(&requirement.origin, Origin::Url(url, _) if in_url(url))
}

fn unhashed(manifest: &Manifest, root: &Manifest, why: (Span, &str)) -> Option<Finding> {
    let mut without = manifest.reading.requirements.iter().filter(|r| !is_hashed(r));
    let first = without.next()?;
    let name = first.name.as_ref().map_or(first.raw.as_str(), |name| name.as_str());
    let refused = if root.file == manifest.file { "the file".to_owned() } else { format!("`{}`", root.path) };
    let message = format!("`{name}` has no hash, and others have: pip refuses to install {refused}");
    let (note, help) = match &first.origin {
        _ if first.editable => (Some("what is editable cannot be hashed"), "install it by a command of its own"),
        Origin::Path(..) => (Some("a folder cannot be hashed"), "install it by a command of its own"),
        Origin::Url(url, _) if url.split("://").next().is_some_and(|scheme| scheme.contains('+')) => (
            Some("a repository of version control cannot be hashed"),
            "name an archive with its hash, or install it by a command of its own",
        ),
        _ => (None, "let the tool that locks the file write all hashes, or none"),
    };
    let mut finding = Finding::new(manifest.file.locate(Some(first.name_at)), message)
        .related(why.0, why.1)
        .help(help)
        .package(first.name())
        .key("hash");
    finding.notes.extend(note.map(str::to_owned));
    add_others(&mut finding, manifest, without, "nor has this");
    Some(finding)
}

/// Requirements with hashes that do not say which version the hashes are of.
fn unpinned(manifest: &Manifest) -> Option<Finding> {
    let is_pinned = |r: &Requirement| {
        let clauses = r.specifier.as_ref().map_or("", |specifier| specifier.pep440.as_str());
        clauses.trim_start().starts_with("==") && !clauses.contains(',')
    };
    let mut found = manifest.reading.requirements.iter().filter(|r| {
        r.hashes > 0 && r.origin == Origin::Index && r.name.is_some() && r.group != Group::Constraint && !is_pinned(r)
    });
    let first = found.next()?;
    let message = format!("`{}` has hashes and no pin: pip refuses to install the file", first.name());
    let at = first.specifier.as_ref().map_or(first.name_at, |specifier| specifier.at);
    let mut finding = Finding::new(manifest.file.locate(Some(at)), message)
        .note("with hashes each requirement must be pinned with `==`")
        .help("pin the version that the hashes are of")
        .package(first.name())
        .key("pin");
    add_others(&mut finding, manifest, found, "nor is this pinned");
    Some(finding)
}

fn add_others<'a>(
    finding: &mut Finding,
    manifest: &Manifest,
    others: impl Iterator<Item = &'a Requirement>,
    label: &str,
) {
    let mut more = 0;
    for (index, other) in others.enumerate() {
        if index < SHOWN_PLACES {
            finding.labels.push(Label { span: manifest.file.span(other.name_at), text: label.to_owned() });
        } else {
            more += 1;
        }
    }
    if more > 0 {
        finding.notes.push(format!("and {} more", text::count(more, "requirement")));
    }
}
