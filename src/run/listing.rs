//! What `--show-settings` prints.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::knowledge::Knowledge;
use crate::project::Workspace;
use crate::settings::Configured;

/// The settings of each project, a paragraph each.
pub(super) fn settings(
    workspace: &Workspace,
    knowledge: &Knowledge,
    all: &[Arc<Configured>],
    of_project: &[usize],
) -> String {
    let mut text = String::new();
    for (project, configured) in workspace.projects.iter().zip(of_project.iter().filter_map(|at| all.get(*at))) {
        let settings = &configured.settings;
        let file = configured.file.map_or("none", |file| workspace.sources.path(file));
        let pythons = project.pythons.as_ref().map_or("not known", |pythons| &pythons.shown);
        let rules: Vec<&str> =
            knowledge.rules().iter().map(|r| r.name.as_str()).filter(|name| settings.selection.runs(name)).collect();
        let _ = writeln!(text, "project {}", project.shown_root());
        let _ = writeln!(text, "  kind           {}", project.kind.name());
        let _ = writeln!(text, "  python         {pythons}");
        let _ = writeln!(text, "  configuration  {file}");
        let _ = writeln!(text, "  fail-on        {}", settings.fail_on.name());
        let _ = writeln!(text, "  rules          {}", rules.join(", "));
    }
    text
}
