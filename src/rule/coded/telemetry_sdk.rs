//! `telemetry-sdk-in-library`: a library that asks for the SDK of OpenTelemetry, and uses its interface alone.
//!
//! Source: <https://opentelemetry.io/docs/concepts/instrumentation/libraries/>.

use crate::diagnostic::Finding;
use crate::manifest::Group;
use crate::path;
use crate::project::{Kind, role};
use crate::rule::Context;
use crate::source::Location;

/// The distribution that only programs need.
const SDK: &str = "opentelemetry-sdk";

/// The distribution with the interface.
const INTERFACE: &str = "opentelemetry-api";

/// Modules of the SDK, of what is built on it, and of what programs set up beside it.
const OF_SDK: &[&str] = &[
    "opentelemetry.sdk",
    "opentelemetry.exporter",
    "opentelemetry.distro",
    "opentelemetry.instrumentation",
    "opentelemetry.test",
];

/// At most one finding a project, at its requirement.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    if context.project.kind != Kind::Library {
        return Vec::new();
    }
    let required = context.requirements_on(SDK).find(|(_, requirement)| requirement.group == Group::Runtime);
    let Some((manifest, requirement)) = required else { return Vec::new() };
    let is_below =
        |module: &str, of: &str| module.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let (mut uses, mut needs) = (false, false);
    for file in context.workspace.python_of(context.project) {
        let below = path::below(&file.path, &context.project.root).unwrap_or(&file.path);
        for import in file.imports.imports.iter().filter(|import| import.level == 0) {
            // `from opentelemetry import sdk` takes it as well.
            let taken = import.names.iter().map(|name| format!("{}.{name}", import.module));
            needs |= std::iter::once(import.module.to_string())
                .chain(taken)
                .any(|name| OF_SDK.iter().any(|of| is_below(&name, of)))
                && !role::is_test(below);
            uses |= is_below(&import.module, "opentelemetry") && !role::is_for_show(below);
        }
    }
    if !uses || needs {
        return Vec::new();
    }
    let finding = Finding::new(
        Location::Span(manifest.file.span(requirement.name_at)),
        "this library imports the interface of OpenTelemetry alone, and asks for its SDK",
    );
    vec![
        finding
            .key(SDK)
            .note("which SDK collects, and in which version, is for the program to say; without one the interface does nothing")
            .help(format!("require `{INTERFACE}`"))
            .replacements([INTERFACE])
            .package(SDK),
    ]
}
