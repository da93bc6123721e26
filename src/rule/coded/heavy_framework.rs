//! `heavy-framework`: Django for a few routes.

use crate::diagnostic::Finding;
use crate::path;
use crate::project::purpose::Purpose;
use crate::project::{Kind, PythonFile};
use crate::python::Call;
use crate::rule::Context;
use crate::rule::syntax::{self, Scanned, Wanted};

/// The distribution that is judged.
const FRAMEWORK: &str = "django";

/// What makes it worth its weight, as modules: models, the admin, users, forms, templates.
const PARTS: &[&str] = &[
    "django.db",
    "django.contrib",
    "django.forms",
    "django.template",
    "django.views.generic",
    "django.core.mail",
    "django.core.cache",
    "django.core.management",
    "django.dispatch",
    "rest_framework",
    "ninja",
    "wagtail",
    "celery",
    "channels",
];

/// Functions that make a route.
pub const ROUTES: &[&str] = &["django.urls.path", "django.urls.re_path", "django.conf.urls.url"];

/// The most routes that a smaller framework is plainly enough for.
const MOST_ROUTES: usize = 3;

/// The files with routes.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    if is_bare(scanned) {
        for (place, _) in scanned.files(&[Purpose::Runtime]).filter(|(_, file)| syntax::imports_any(file, &[FRAMEWORK]))
        {
            wanted.add(place, ["urlpatterns", "include("]);
        }
    }
}

/// At most one finding a project, at the requirement.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let scanned = Scanned::of(context);
    if !is_bare(scanned) {
        return Vec::new();
    }
    let calls: Vec<(&PythonFile, &Call)> = scanned
        .files(&[Purpose::Runtime])
        .filter_map(|(_, file)| Some((file, file.uses.as_deref()?)))
        .flat_map(|(file, uses)| uses.calls.iter().map(move |call| (file, call)))
        .collect();
    // What is included may be any number of routes; own applications are among those counted, those of others are not.
    let includes = calls.iter().any(|(_, call)| call.function.ends_with(".include"));
    let routes: Vec<_> = calls.iter().filter(|(_, call)| ROUTES.contains(&call.function.as_str())).collect();
    let requirement = context.requirements_on(FRAMEWORK).next();
    let (Some((manifest, requirement)), false, 1..=MOST_ROUTES) = (requirement, includes, routes.len()) else {
        return Vec::new();
    };
    let message = format!(
        "Django serves {} here, and nothing of its models, admin, users, forms or templates is used",
        crate::rule::text::count(routes.len(), "route")
    );
    let finding = Finding::new(manifest.file.locate(Some(requirement.name_at)), message)
        .note("settings, middleware and a yearly migration to the next supported series come with it all the same")
        .help("`fastapi` or `flask` serves this in one module")
        .package(FRAMEWORK)
        .need("web")
        .replacements(["fastapi", "flask"]);
    vec![routes.iter().fold(finding, |finding, (file, call)| finding.related(file.file.span(call.at), "a route"))]
}

/// Whether the project is an application of Django that uses none of what makes it large.
fn is_bare(scanned: Scanned<'_>) -> bool {
    let project = scanned.project;
    let is_part = |module: &str| {
        PARTS.iter().any(|part| module.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    };
    let uses_part = |file: &PythonFile| {
        file.imports.imports.iter().filter(|import| import.level == 0).any(|import| {
            is_part(&import.module) || import.names.iter().any(|name| is_part(&format!("{}.{name}", import.module)))
        })
    };
    let has_templates = || {
        let mut below = scanned.workspace.files.iter().filter_map(|file| path::below(file, &project.root));
        below.any(|file| file.contains("templates/") || file.contains("migrations/"))
    };
    // A folder of the framework's name shows how it is used.
    let is_shown = project.root.split('/').any(|part| part.to_ascii_lowercase().contains(FRAMEWORK));
    project.kind == Kind::Application
        && !is_shown
        && project.requirements().any(|(_, r)| r.name() == FRAMEWORK)
        && !project.is_partial()
        && scanned.imports_any(&[FRAMEWORK])
        && !scanned.workspace.python_of(project).any(uses_part)
        && !has_templates()
}
