//! `[[match]] requirement = …`: requirements on distributions that are named, or of which something became.

use std::collections::{BTreeSet, HashMap};

use crate::diagnostic::{ALSO_DECLARED, Finding, Label};
use crate::fix::{Applicability, Edit, Fix};
use crate::knowledge::model::{Fate, FateKind, Matcher, Package, PythonSeries, RequirementMatch, RuleCore};
use crate::manifest::{Group, Manifest, Origin, Requirement, Versions};
use crate::name;
use crate::path;
use crate::project::{Kind, load};
use crate::python::stdlib;
use crate::rule::{Context, Judged, direct, edit, gate, text};
use crate::source::Span;

mod variants;

/// How many further places a finding names before it only counts them.
const SHOWN_PLACES: usize = 4;

/// Of the declarations of one distribution at most so many are judged: more say nothing new.
const JUDGED: usize = 64;

/// One finding a distribution, with every place that declares it.
pub(super) fn run(
    rule: &RuleCore,
    wanted: &RequirementMatch,
    matcher: &Matcher,
    context: &Context<'_>,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut changes: Vec<Vec<Option<Change>>> = Vec::new();
    let mut further: Vec<usize> = Vec::new();
    let mut judged: HashMap<&str, usize> = HashMap::new();
    for (context, manifest, requirement) in candidates(wanted, context) {
        let count = judged.entry(requirement.name()).or_default();
        *count += 1;
        if *count > JUDGED {
            continue;
        }
        let Some(hit) = hit(wanted, matcher, &context, manifest, requirement) else { continue };
        let place = manifest.file.span(hit.at);
        let same = |f: &Finding| f.package.as_deref() == Some(requirement.name()) && f.key == hit.finding.key;
        let change = change(rule, matcher, &context, manifest, requirement);
        if let Some(at) = findings.iter().position(same) {
            if let Some(changes) = changes.get_mut(at) {
                changes.push(change);
            }
            if let (Some(first), Some(count)) = (findings.get_mut(at), further.get_mut(at)) {
                *count += 1;
                let mut place = place;
                // Where one place is worse than the others, it stands for them.
                if first.variant.is_some() && hit.finding.variant.is_none() {
                    let labels = std::mem::take(&mut first.labels);
                    let milder = std::mem::replace(first, hit.finding);
                    first.labels = labels;
                    place = milder.at.span().unwrap_or(place);
                }
                if *count <= SHOWN_PLACES {
                    first.labels.push(Label { span: place, text: ALSO_DECLARED.to_owned() });
                }
            }
        } else {
            findings.push(hit.finding);
            further.push(0);
            changes.push(vec![change]);
        }
    }
    for (finding, count) in findings.iter_mut().zip(further) {
        if count > SHOWN_PLACES {
            finding.notes.push(format!("and declared at {} more", text::count(count - SHOWN_PLACES, "place")));
        }
    }
    for (finding, changes) in findings.iter_mut().zip(changes) {
        // All of it, or nothing: what is left would be the same finding.
        let changes: Option<Vec<Change>> = changes.into_iter().collect();
        finding.fix = changes.and_then(joined);
    }
    findings
}

/// What settles one declaration.
struct Change {
    title: String,
    applicability: Applicability,
    edits: Vec<Edit>,
}

/// All changes as one fix, which can be trusted as far as the least of them.
fn joined(changes: Vec<Change>) -> Option<Fix> {
    let applicability = changes.iter().map(|change| change.applicability).min()?;
    let title = changes.first()?.title.clone();
    let mut fix = Fix::new(title, applicability, changes.into_iter().flat_map(|change| change.edits).collect());
    fix.edits.dedup();
    Some(fix)
}

/// What settles the declaration `requirement`, where that is known: another name in its place, or nothing.
fn change(
    rule: &RuleCore,
    matcher: &Matcher,
    context: &Context<'_>,
    manifest: &Manifest,
    requirement: &Requirement,
) -> Option<Change> {
    let fate = context.knowledge.package(requirement.name()).and_then(|package| package.fate.as_ref());
    if let Some(applicability) = matcher.replace {
        let name = match fate {
            Some(fate) => fate.replacements.first().filter(|_| fate.drop_in),
            None => matcher.replacements.first(),
        };
        let name = name.filter(|name| base(name) == name.as_str())?;
        let source = context.workspace.sources.text(manifest.file);
        let edits = edit::rename::requirement(source, manifest, requirement, name)?;
        // The other has versions of its own: which of them was meant, nobody knows.
        let is_free = requirement.specifier.is_none();
        let applicability = if is_free { applicability } else { applicability.min(Applicability::Unsafe) };
        return Some(Change {
            title: format!("require `{name}` instead of `{}`", requirement.name()),
            applicability,
            edits,
        });
    }
    let applicability = rule.fix.filter(|_| matcher.delete)?;
    let edits = vec![edit::delete(manifest, requirement)?];
    let applicability = if is_safe_to_delete(context, requirement) { applicability } else { Applicability::Unsafe };
    Some(Change { title: format!("delete `{}`", requirement.name()), applicability, edits })
}

/// Whether nothing that is read imports what would go, other than under the name of a module that every Python has.
fn is_safe_to_delete(context: &Context<'_>, requirement: &Requirement) -> bool {
    let modules = context.knowledge.package(requirement.name()).map(|p| p.imports.as_slice()).unwrap_or_default();
    modules.iter().map(|module| load::top_level(module)).all(|module| {
        stdlib::lifetime(module).is_some()
            || context.workspace.source_read && !context.project.imported.contains_key(module)
    })
}

/// The requirements that may be meant, those on one distribution in the order of the manifests.
fn candidates<'a>(wanted: &RequirementMatch, context: &Context<'a>) -> Vec<Judged<'a>> {
    if wanted.packages.iter().any(|pattern| pattern.ends_with('*')) {
        return context.requirements().collect();
    }
    let required = wanted.packages.iter().map(String::as_str).filter(|name| context.declared.has(name));
    let names: BTreeSet<&str> = required.chain(context.declared.fated(&wanted.fates)).collect();
    names.into_iter().flat_map(|name| context.every_requirement_on(name)).collect()
}

struct Hit {
    at: crate::source::Extent,
    finding: Finding,
}

fn hit(
    wanted: &RequirementMatch,
    matcher: &Matcher,
    context: &Context<'_>,
    manifest: &Manifest,
    requirement: &Requirement,
) -> Option<Hit> {
    let name = requirement.name.as_ref()?.as_str();
    let package = context.knowledge.package(name);
    let fate = package.and_then(|p| p.fate.as_ref());
    let named = wanted.packages.iter().any(|pattern| name::matches(pattern, name));
    let fated = fate.is_some_and(|fate| wanted.fates.contains(&fate.kind));
    let applies = match requirement.origin {
        Origin::Index => named || fated,
        // The same project under a name of another index: what became of it holds, what the name is there does not.
        Origin::Conda => {
            fated
                && !fate.is_some_and(|fate| matches!(fate.kind, FateKind::Misnamed | FateKind::StdlibModule))
                && !package.is_some_and(|package| package.conda_other)
        }
        Origin::Url(..) | Origin::Path(..) | Origin::Named(..) => false,
    };
    if !applies {
        return None;
    }
    if !wanted.groups.is_empty() && !wanted.groups.iter().any(|group| is_in(context, &requirement.group, group)) {
        return None;
    }
    // One of several versions that are tried on purpose has a right name or a wrong one, and nothing else.
    let is_tried = |fate: &Fate| match fate.kind {
        FateKind::Misnamed | FateKind::StdlibModule => false,
        FateKind::Backport => manifest.reading.is_of_matrix(requirement),
        _ => manifest.reading.is_of_matrix(requirement) || variants::is_one(context, manifest),
    };
    if fate.is_some_and(|fate| fated && is_tried(fate)) {
        return None;
    }
    if !direct::is_direct(context, manifest, requirement) || fated && context.is_of_workspace(name) {
        return None;
    }
    if fate.is_some_and(|fate| {
        fated
            && (is_kept_on_purpose(fate, context, requirement)
                || is_old_on_purpose(fate, context, manifest, requirement)
                || is_integrated(fate, context, name))
    }) {
        return None;
    }
    let gates = [matcher.gate.as_ref(), fate.filter(|_| fated).and_then(|fate| fate.when.as_ref())];
    if !gates.into_iter().flatten().all(|gate| gate::holds(gate, context, Some(requirement))) {
        return None;
    }
    let extra = requirement.extras.iter().find(|extra| wanted.extras.iter().any(|name| extra.name == name.as_str()));
    if !wanted.extras.is_empty() && extra.is_none() {
        return None;
    }
    let at = extra.map_or(requirement.name_at, |extra| extra.at);
    let place: Span = manifest.file.span(at);
    let words = Words { context, requirement, package, fate: fate.filter(|_| fated) };
    let mut finding = Finding::new(crate::source::Location::Span(place), "").package(name);
    if let Some(fate) = words.fate {
        finding = finding.replacements(fate.replacements.iter().chain(&fate.stdlib).map(|name| base(name).to_owned()));
        finding.need = context
            .knowledge
            .rows()
            .iter()
            .find(|row| row.answers.iter().any(|a| a.name == name))
            .map(|row| row.id.clone());
    }
    let mut finding = super::speak(finding, matcher, |word| words.value(word, extra.map(|e| e.name.as_str())));
    if let Some(extra) = extra {
        finding.key = extra.name.to_string();
    }
    if let Some(fate) = words.fate {
        if !fate.unless.is_empty() {
            finding.variant = Some("conditional".to_owned());
            finding.notes.push(format!("unless {}", fate.unless));
        } else if is_support(context, manifest, requirement)
            && !matches!(fate.kind, FateKind::Misnamed | FateKind::StdlibModule)
        {
            finding.variant = Some("conditional".to_owned());
            finding.notes.push("unless the extra is there for those who still use it".to_owned());
        } else if fate.maintained {
            finding.variant = Some("maintained".to_owned());
        }
    }
    Some(Hit { at, finding })
}

/// Whether the marker or the use of a requirement shows that it is there in spite of its fate.
fn is_kept_on_purpose(fate: &Fate, context: &Context<'_>, requirement: &Requirement) -> bool {
    match fate.kind {
        FateKind::Misnamed => false,
        FateKind::Backport if runs_before(context, "<3") => true,
        FateKind::Backport => is_for_old_pythons(context, requirement) || is_tested_or_tool(context, requirement),
        FateKind::EolMajor => is_for_old_pythons(context, requirement),
        FateKind::StdlibModule if runs_before(context, "<3.5") => true,
        // A marker for older Pythons alone says what a copy is for; whether it ever holds is the matter of other rules.
        _ => !is_for_newest(context, requirement),
    }
}

/// Words for sets of the oldest versions that a project is tested with.
const OLDEST: &[&str] = &["oldest", "min", "mindeps", "minimum", "minimal", "lowest", "legacy"];

/// Whether the workspace builds what adds something to the distribution for those who use it: by its name,
/// `instrumentation-<name>`.
fn is_integrated(fate: &Fate, context: &Context<'_>, name: &str) -> bool {
    let is_about_name = matches!(fate.kind, FateKind::Misnamed | FateKind::StdlibModule | FateKind::Backport);
    !is_about_name && context.built.ends_with(name)
}

/// Whether the name of the group or of the file, or the heading above, says that an old line is meant: `mindeps`,
/// `pydantic-v1`, `requirements-dev-sqlalchemy1.txt`, `# legacy database`.
fn is_old_on_purpose(fate: &Fate, context: &Context<'_>, manifest: &Manifest, requirement: &Requirement) -> bool {
    if fate.kind != FateKind::EolMajor {
        return false;
    }
    let group = match &requirement.group {
        Group::Extra(name) | Group::Dev(name) => name.as_str(),
        _ => "",
    };
    let file = path::name(&manifest.path).rsplit_once('.').map_or("", |(stem, _)| stem).to_ascii_lowercase();
    let is_major = |rest: &str| {
        let rest = rest.trim_start_matches(['-', '_']);
        let number = rest.strip_prefix('v').unwrap_or(rest);
        number.starts_with(|c: char| c.is_ascii_digit())
    };
    let text = context.workspace.sources.text(manifest.file);
    let is_of_old = |heading: &str| {
        let heading = heading.to_ascii_lowercase();
        heading.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word.starts_with("legacy"))
    };
    manifest.format == "requirements" && heading(text, requirement).is_some_and(is_of_old)
        || [group, file.as_str()].iter().any(|name| {
            name.split(['-', '_', '.']).any(|word| OLDEST.contains(&word))
                || name.split_once(requirement.name()).is_some_and(|(_, rest)| is_major(rest))
        })
}

/// The comment closest above a requirement, no blank line between.
fn heading<'t>(text: &'t str, requirement: &Requirement) -> Option<&'t str> {
    let before = text.get(..requirement.at.range().start)?;
    let above = before.lines().rev().skip(usize::from(!before.ends_with('\n')));
    above.map(str::trim_start).take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix('#'))
}

/// Whether the project still says that it runs on `old` Pythons.
fn runs_before(context: &Context<'_>, old: &str) -> bool {
    let old = Versions::parse_python(old);
    context.pythons.zip(old).is_some_and(|(pythons, old)| pythons.versions.meets(&old))
}

/// Whether the newest Python gets the requirement. One that is kept for older ones alone is there on purpose.
fn is_for_newest(context: &Context<'_>, requirement: &Requirement) -> bool {
    let Some(marker) = requirement.marker.as_ref().and_then(|m| m.marker.as_ref()) else { return true };
    let is_released = |series: &&PythonSeries| series.released.as_str() <= context.knowledge.date();
    let newest = context.knowledge.pythons().iter().rfind(is_released);
    let newest = newest.and_then(|series| Versions::python_series(&series.version));
    newest.is_none_or(|newest| marker.pythons().meets(&newest))
}

/// Whether a backport is there for developers and the source imports it: tests of the backport itself, or the types of
/// a guarded import.
fn is_tested_or_tool(context: &Context<'_>, requirement: &Requirement) -> bool {
    let imports = context.knowledge.package(requirement.name()).map(|p| p.imports.as_slice()).unwrap_or_default();
    matches!(requirement.group, Group::Dev(_))
        && imports.iter().any(|i| context.project.imported.contains_key(i.as_str()))
}

/// Words for extras that only developers of the library install.
const DEVELOPMENT_EXTRAS: &[&str] =
    &["all", "dev", "test", "tests", "testing", "docs", "doc", "lint", "typing", "types"];

/// Whether the requirement may be there so that a library works with what its users have chosen: in an extra of it, or
/// in a file that an extra is read from.
fn is_support(context: &Context<'_>, manifest: &Manifest, requirement: &Requirement) -> bool {
    let Group::Extra(name) = &requirement.group else { return false };
    let is_extra = manifest.format != "requirements" || path::folder(&manifest.path).ends_with("extras");
    is_extra && context.project.kind == Kind::Library && !DEVELOPMENT_EXTRAS.contains(&name.as_str())
}

/// Whether a marker keeps the requirement for Pythons that have ended and that the project still runs on: these get
/// nothing newer.
fn is_for_old_pythons(context: &Context<'_>, requirement: &Requirement) -> bool {
    let Some(marker) = requirement.marker.as_ref().and_then(|m| m.marker.as_ref()) else { return false };
    let allowed = marker.pythons();
    let project = context.pythons.map_or_else(Versions::all, |pythons| pythons.versions.clone());
    let installed = allowed.and(&project);
    let is_alive = |series: &&PythonSeries| !context.knowledge.has_ended(series);
    let oldest = context.knowledge.pythons().iter().find(is_alive);
    let alive = oldest.and_then(|series| Versions::parse_python(&format!(">={}", series.version)));
    !allowed.is_all() && !installed.is_empty() && alive.is_some_and(|alive| !installed.meets(&alive))
}

/// Whether a group, of the project or of the environment that is judged, is one that a rule calls `name`.
fn is_in(context: &Context<'_>, group: &Group, name: &str) -> bool {
    match context.environment.map(|manifest| manifest.format) {
        Some("script") => return name == "script",
        Some("dockerfile") => return name == "image",
        Some(_) => return name == "tool",
        None => {}
    }
    matches!(
        (group, name),
        (Group::Runtime, "runtime")
            | (Group::Extra(_), "extra")
            | (Group::Dev(_), "dev")
            | (Group::Build, "build")
            | (Group::Constraint, "constraint")
    )
}

/// The distribution of a replacement that may carry an extra or a bound.
fn base(replacement: &str) -> &str {
    replacement.split(['[', '<', '>', '=', '!', '~', ' ']).next().unwrap_or(replacement)
}

/// What the placeholders of a message stand for.
struct Words<'a> {
    context: &'a Context<'a>,
    requirement: &'a Requirement,
    package: Option<&'a Package>,
    fate: Option<&'a Fate>,
}

impl Words<'_> {
    fn value(&self, word: &str, extra: Option<&str>) -> Option<String> {
        let fate = self.fate;
        Some(match word {
            "package" => self.written_name().to_owned(),
            "name" => self.requirement.name().to_owned(),
            "specifier" => self.requirement.specifier.as_ref().map_or(String::new(), |s| s.written.clone()),
            "extra" => extra?.to_owned(),
            "python" => self.context.pythons.map_or_else(|| "3".to_owned(), |p| p.shown.clone()),
            "place" => place(self.context.environment).to_owned(),
            "latest" => Some(self.package?.latest.clone()).filter(|version| !version.is_empty())?,
            "last-release" => Some(self.package?.last_release.clone()).filter(|month| !month.is_empty())?,
            "reason" => fate?.reason.clone(),
            "since" => fate?.since.clone(),
            "since-clause" => fate.map_or(String::new(), |f| {
                // That there is no newer release says when it ended, and not when somebody said so.
                let is_last = self.package.is_some_and(|package| package.last_release == f.since);
                if f.since.is_empty() || is_last { String::new() } else { format!(" since {}", f.since) }
            }),
            "replacements" => text::alternatives(&fate?.replacements),
            "stdlib" => text::alternatives(&fate?.stdlib),
            "replacement-clause" => replacement_clause(fate?),
            _ => return None,
        })
    }

    /// The name as the manifest writes it.
    fn written_name(&self) -> &str {
        let length = self.requirement.name_at.len();
        let start =
            (self.requirement.name_at.start - self.requirement.at.start.min(self.requirement.name_at.start)) as usize;
        let written = self.requirement.raw.get(start..start + length).filter(|_| self.requirement.exact);
        written
            .filter(|w| crate::name::Name::new(w) == self.requirement.name())
            .unwrap_or_else(|| self.requirement.name())
    }
}

/// What runs on the Python versions that count.
fn place(environment: Option<&Manifest>) -> &'static str {
    match environment.map(|manifest| manifest.format) {
        Some("script") => "script",
        Some("dockerfile") => "image",
        _ => "project",
    }
}

fn replacement_clause(fate: &Fate) -> String {
    match (fate.replacements.as_slice(), fate.stdlib.as_slice()) {
        ([], []) => String::new(),
        ([], modules) => format!("use {} of the standard library", text::alternatives(modules)),
        (names, []) => format!("use {}", text::alternatives(names)),
        (names, modules) => {
            format!("use {}, or {} of the standard library", text::alternatives(names), text::alternatives(modules))
        }
    }
}
