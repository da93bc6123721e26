//! `kube-config-only`: a program that runs in a cluster and knows only the configuration of a person.
//!
//! Source: <https://github.com/kubernetes-client/python/blob/master/examples/in_cluster_config.py>.

use crate::diagnostic::Finding;
use crate::path;
use crate::project::{Kind, role};
use crate::rule::Context;
use crate::rule::syntax::{Scanned, Wanted, imports_any};
use crate::source::Location;

/// What reads the configuration of a person.
pub const OF_PERSON: &[&str] = &[
    "kubernetes.config.load_kube_config",
    "kubernetes.config.kube_config.load_kube_config",
    "kubernetes_asyncio.config.load_kube_config",
    "kubernetes_asyncio.config.kube_config.load_kube_config",
];

/// Words by which a file shows that it knows of clusters, or of other ways to get in.
pub const OF_CLUSTER: &[&str] =
    &["incluster", "in_cluster", "load_config(", "new_client_from_config", "SERVICE_ACCOUNT", "serviceaccount"];

/// Modules of what goes on running and answers.
const SERVICES: &[&str] = &[
    "kopf",
    "fastapi",
    "flask",
    "aiohttp",
    "django",
    "starlette",
    "sanic",
    "quart",
    "celery",
    "litestar",
    "falcon",
    "tornado",
];

/// Files that name a configuration, or show that the program knows of the one in a pod.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    const CLIENTS: &[&str] = &["kubernetes", "kubernetes_asyncio"];
    if scanned.project.kind != Kind::Application || !scanned.project.is_service {
        return;
    }
    for place in scanned.importers(CLIENTS) {
        wanted.add(place, ["config"]);
    }
    if scanned.imports_any(CLIENTS) {
        scanned.project.python.iter().for_each(|place| wanted.add(*place, OF_CLUSTER.iter().copied()));
    }
}

/// At most one finding a project.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let project = context.project;
    let root = &project.root;
    let below = |path: &'_ str| path::below(path, root).unwrap_or(path).to_owned();
    let program = || {
        context
            .workspace
            .python_of(project)
            .filter(|file| !role::is_for_show(&below(&file.path)) && !role::is_script(&below(&file.path)))
    };
    let serves = program().any(|file| imports_any(file, SERVICES));
    let is_aware = || {
        context.workspace.python_of(project).any(|file| {
            let text = context.workspace.sources.text(file.file);
            OF_CLUSTER.iter().any(|word| text.contains(word))
        })
    };
    if project.kind != Kind::Application || !project.is_service || !serves || is_aware() {
        return Vec::new();
    }
    let calls = program().filter_map(|file| Some((file, file.uses.as_deref()?)));
    let mut found = calls.flat_map(|(file, uses)| {
        uses.calls
            .iter()
            .filter(|call| call.is_only(|f| OF_PERSON.contains(&f)) && call.arguments.is_empty() && !call.starred)
            .map(move |call| (file, call))
    });
    let Some((file, call)) = found.next() else { return Vec::new() };
    vec![
        Finding::new(
            Location::Span(file.file.span(call.function_at)),
            "`load_kube_config` is the only way into the cluster, and there is no such file in a pod",
        )
        .key("load_kube_config")
        .note("it reads `~/.kube/config`; a pod has the token of its service account instead")
        .help("`load_incluster_config()` first, and `load_kube_config()` where that raises `ConfigException`; or `load_config()`, which tries both")
        .package("kubernetes"),
    ]
}
