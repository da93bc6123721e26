//! The inspection for people: a paragraph a project, a line a fact, with the place first where there is one.

use std::io::{self, Write};

use super::super::place::Places;
use super::super::sanitise;
use super::{requires_python, understood};
use crate::imports::Module;
use crate::inspect::{Inspected, Inspection, Tool};
use crate::lock::LockFile;
use crate::manifest::Manifest;
use crate::project::{Project, PythonsBy};
use crate::source::{Extent, FileId, Location};

/// So many places are shown of a tool; the rest is counted.
const SHOWN_EVIDENCE: usize = 3;

/// Writes the inspection as text.
pub fn write(inspection: &Inspection, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&inspection.sources);
    let mut page = Page { places: &places, lines: Vec::new() };
    for inspected in &inspection.projects {
        if let Some(project) = inspection.project(inspected) {
            page.project(inspection, project, inspected);
        }
    }
    for line in page.lines {
        writeln!(out, "{}", sanitise::line(&sanitise::mask(line.trim_end())))?;
    }
    Ok(())
}

/// The lines of the answer.
struct Page<'a> {
    places: &'a Places<'a>,
    lines: Vec<String>,
}

impl Page<'_> {
    fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    fn project(&mut self, inspection: &Inspection, project: &Project, inspected: &Inspected) {
        if !self.lines.is_empty() {
            self.line("");
        }
        self.line(format!("project {}: {}, {}", project.shown_root(), project.kind.name(), self.pythons(project)));
        project.manifests.iter().for_each(|manifest| self.manifest(manifest, false));
        project.environments.iter().for_each(|manifest| self.manifest(manifest, true));
        for lock in &project.locks {
            self.lock(lock);
        }
        let unread = inspection.parts.get(inspected.part).into_iter().flat_map(|part| &part.unread);
        for (_, file, problem) in unread.filter(|(at, ..)| *at == inspected.project) {
            self.line("");
            self.line(format!("  {}: not understood: {}", inspection.sources.path(*file), problem.message));
        }
        if !inspected.tools.is_empty() {
            self.line("");
            self.line("  tools");
            let width = widest(inspected.tools.iter().map(|tool| tool.name.as_str()));
            for tool in &inspected.tools {
                self.tool(tool, width);
            }
        }
        if !inspected.imports.is_empty() {
            self.line("");
            self.line("  imports");
            let width = widest(inspected.imports.iter().map(|module| module.name.as_str()));
            for module in &inspected.imports {
                self.module(module, width);
            }
        }
    }

    fn pythons(&self, project: &Project) -> String {
        let Some(pythons) = &project.pythons else { return "Python versions not known".to_owned() };
        let place = self.places.locus(pythons.at).map_or(String::new(), |place| format!(" ({place})"));
        match pythons.by {
            PythonsBy::Declaration => format!("Python {}{place}", requires_python(project).unwrap_or_default()),
            PythonsBy::Classifiers => format!("Python {} by its classifiers{place}", pythons.shown),
            PythonsBy::Use => format!("Python {} in use{place}", pythons.shown),
        }
    }

    /// What one file lists. Of an environment its own Pythons are named; those of the project stand in its head.
    fn manifest(&mut self, manifest: &Manifest, is_environment: bool) {
        let reading = &manifest.reading;
        let partly = if reading.partial { ", understood in part" } else { "" };
        self.line("");
        let own = reading.project.as_ref().and_then(|project| project.requires_python.as_ref());
        let python = own.filter(|_| is_environment).map_or(String::new(), |python| format!(", Python {}", python.text));
        self.line(format!("  {} ({}){python}{partly}", manifest.path, manifest.format));
        let groups: Vec<String> = understood(reading).map(|r| r.group.to_string()).collect();
        let width = widest(groups.iter().map(String::as_str));
        for (requirement, group) in understood(reading).zip(&groups) {
            let hashes = match requirement.hashes {
                0 => String::new(),
                1 => "  (1 hash)".to_owned(),
                n => format!("  ({n} hashes)"),
            };
            let place = self.place(manifest.file, requirement.at);
            let raw = requirement.raw.split(" --hash").next().unwrap_or_default();
            self.line(format!("    {place:>8}  {group:width$}  {raw}{hashes}"));
        }
        for option in &reading.options {
            let place = self.place(manifest.file, option.at);
            self.line(format!("    {place:>8}  {} {}", option.name, option.value));
        }
        for include in &reading.includes {
            let place = self.place(manifest.file, include.at);
            self.line(format!("    {place:>8}  includes {}", include.target));
        }
        for problem in &reading.problems {
            let place = problem.at.map_or(String::new(), |at| self.place(manifest.file, at));
            self.line(format!("    {place:>8}  not understood: {}", problem.message));
        }
    }

    fn lock(&mut self, file: &LockFile) {
        let packages = &file.lock.packages;
        let edges: usize = packages.iter().map(|package| package.needs.len()).sum();
        let partly = if file.lock.partial { ", understood in part" } else { "" };
        let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        let (packages, edges) = (count(packages.len(), "package", "packages"), count(edges, "edge", "edges"));
        self.line("");
        self.line(format!("  {} ({}): {packages}, {edges} between them{partly}", file.path, file.format));
        for problem in &file.lock.problems {
            let place = problem.at.map_or(String::new(), |at| self.place(file.file, at));
            self.line(format!("    {place:>8}  not understood: {}", problem.message));
        }
    }

    fn tool(&mut self, tool: &Tool, width: usize) {
        let shown = tool.evidence.iter().take(SHOWN_EVIDENCE);
        let mut evidence: Vec<String> =
            shown.map(|sign| format!("{} ({})", self.places.locus(sign.at).unwrap_or_default(), sign.how)).collect();
        if tool.evidence.len() > SHOWN_EVIDENCE {
            evidence.push(format!("{} more", tool.evidence.len() - SHOWN_EVIDENCE));
        }
        self.line(format!("    {:width$}  {}", tool.name, evidence.join(", ")));
    }

    fn module(&mut self, module: &Module, width: usize) {
        let distribution = match &module.distribution {
            Some(distribution) => format!("{} {distribution}", module.resolved.name()),
            None => module.resolved.name().to_owned(),
        };
        let first = module.uses.first().and_then(|used| self.places.locus(Location::Span(used.at)));
        let more = match module.uses.len() {
            0 | 1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let reason = module.doubt.map(|doubt| format!(": {}", doubt.reason())).unwrap_or_default();
        let first = first.unwrap_or_default();
        self.line(format!("    {:width$}  {distribution:24}  {first}{more}{reason}", module.name));
    }

    /// `row:column` within a file.
    fn place(&self, file: FileId, at: Extent) -> String {
        let region = self.places.region(file.span(at));
        region.map_or(String::new(), |region| format!("{}:{}", region.start.row, region.start.column))
    }
}

/// The most characters of a name, so that what follows stands in a column.
fn widest<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(|name| name.chars().count()).max().unwrap_or_default().min(32)
}
