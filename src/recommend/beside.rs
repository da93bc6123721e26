//! What goes with a choice: servers, drivers, what tests need, stubs.

use super::situation::Situation;
use crate::knowledge::model::{BesideRole, GoesWith};
use crate::python::stubs;

/// What goes with a distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// What it is to the distribution.
    pub role: BesideRole,
    /// One of these is enough, the first choice first; none for what is no distribution.
    pub names: Vec<String>,
    /// The requirement with the extra that brings one; empty where there is none.
    pub extra: String,
    /// What it is for, or when it is wanted.
    pub when: String,
    /// Which of them the project requires already.
    pub here: Option<String>,
}

/// What goes with the distribution `name` (normalised), or the module of the standard library, in a project.
pub fn of(situation: &Situation<'_>, name: &str) -> Vec<Beside> {
    let knowledge = situation.knowledge();
    let is_wanted = |role: BesideRole| match role {
        BesideRole::Stubs => situation.checks_types(),
        BesideRole::Test => situation.has_tests(),
        _ => true,
    };
    let is_refused =
        |row: &GoesWith| row.some_python.as_deref().and_then(|some| situation.some_python(some)) == Some(false);
    let is_of = |row: &&GoesWith| row.of.iter().any(|of| is_called(of, name));
    let rows = knowledge.goes_with().filter(is_of).filter(|row| is_wanted(row.role) && !is_refused(row));
    let mut all: Vec<Beside> = rows.map(|row| beside(situation, row)).collect();
    if situation.checks_types()
        && let Some(stubs) = stubs_of(situation, name)
        && !all.iter().any(|one| one.role == BesideRole::Stubs)
    {
        let here = situation.requires(&stubs).then(|| stubs.clone());
        all.push(Beside {
            role: BesideRole::Stubs,
            names: vec![stubs],
            extra: String::new(),
            when: "types".to_owned(),
            here,
        });
    }
    all
}

fn beside(situation: &Situation<'_>, row: &GoesWith) -> Beside {
    Beside {
        role: row.role,
        names: row.one_of.clone(),
        extra: row.extra.clone(),
        when: row.when.clone(),
        here: row.one_of.iter().find(|name| situation.requires(name)).cloned(),
    }
}

/// The stubs that typeshed has for a distribution, where these are not out of date.
fn stubs_of(situation: &Situation<'_>, name: &str) -> Option<String> {
    let stubs = format!("types-{name}");
    let imports = &situation.knowledge().package(name)?.imports;
    let modules = stubs::modules_of(&stubs)?;
    let is_described = imports.iter().any(|import| modules.contains(&import.as_str()));
    (is_described && situation.knowledge().fate(&stubs).is_none()).then_some(stubs)
}

fn is_called(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |prefix| name.starts_with(prefix))
}
