//! What an index of top-level modules holds beside modules: folders that were packed by mistake, private parts.

/// Folders of a repository that get into wheels by mistake. A distribution of the very name has the module all the
/// same (`build`).
const MISHAPS: &[&str] = &[
    "CLI",
    "DUMMY",
    "LICENSE",
    "README",
    "__dummy__",
    "__init__",
    "__main__",
    "__pycache__",
    "_binding",
    "_version",
    "archive",
    "assets",
    "benchmark",
    "benchmarks",
    "bin",
    "bench",
    "build",
    "build_tests",
    "build_tools",
    "ci",
    "cli",
    "com",
    "conf",
    "config",
    "conftest",
    "contrib",
    "cpp",
    "data",
    "deploy",
    "dev",
    "dist",
    "doc",
    "docker",
    "docs",
    "docs_src",
    "dummy",
    "e2e",
    "empty",
    "etc",
    "example",
    "examples",
    "examples_tests",
    "fixtures",
    "images",
    "img",
    "imports",
    "include",
    "integration",
    "integration_tests",
    "java",
    "lib",
    "licenses",
    "local",
    "logs",
    "main",
    "misc",
    "mocks",
    "native_internal",
    "node_modules",
    "notebooks",
    "org",
    "packaging_utils",
    "pkgunegg",
    "pydevd_plugins",
    "releases",
    "requirements",
    "resources",
    "run",
    "sample",
    "samples",
    "script",
    "scripts",
    "setup",
    "share",
    "site",
    "source",
    "src",
    "static",
    "stubs",
    "tasks",
    "template",
    "templates",
    "test",
    "test_utils",
    "testapp",
    "testing",
    "testproject",
    "tests",
    "tests_integration",
    "third_party",
    "tmp",
    "tool",
    "tools",
    "tutorials",
    "typings",
    "unit_tests",
    "util",
    "utils",
    "vendor",
    "venv",
    "version",
    "website",
    "wheelhouse",
    "www",
];

/// Endings of modules that are there for the distribution's own tests, documentation and build.
const OWN_USE: &[&str] = &["_tests", "_test", "_docs", "_benchmarks", "_scripts", "_examples"];

/// The modules of an index row that a program may mean, in their order. A name with dots is the module at its top,
/// or in the namespace.
pub(crate) fn without_noise(name: &str, modules: &[String], is_namespace: impl Fn(&str) -> bool) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for module in modules {
        let module = top(module, &is_namespace);
        let is_namesake = crate::input::normalised(module).trim_matches('-') == name;
        if is_module(module) && (is_namesake || !is_noise(module)) && !kept.iter().any(|other| other == module) {
            kept.push(module.to_owned());
        }
    }
    if kept.iter().any(|module| !is_private(module)) {
        kept.retain(|module| !is_private(module));
    }
    kept
}

/// The shortest part of a dotted name from its beginning that is no namespace.
fn top<'a>(module: &'a str, is_namespace: &impl Fn(&str) -> bool) -> &'a str {
    let ends = module.match_indices('.').map(|(at, _)| at);
    let parts = ends.map(|end| module.split_at(end).0);
    parts.into_iter().find(|part| !is_namespace(part)).unwrap_or(module)
}

/// Whether `text` is a dotted name that can be imported.
fn is_module(text: &str) -> bool {
    text.split('.').all(|part| {
        part.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
            && part.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
    })
}

fn is_noise(module: &str) -> bool {
    MISHAPS.contains(&module)
        || OWN_USE.iter().any(|end| module.ends_with(end))
        || module.starts_with("test_")
        || module.starts_with("tests_")
}

fn is_private(module: &str) -> bool {
    module.starts_with('_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(name: &str, modules: &[&str]) -> Vec<String> {
        let modules: Vec<String> = modules.iter().map(|module| (*module).to_owned()).collect();
        without_noise(name, &modules, |module| module == "acme" || module == "acme.cloud")
    }

    #[test]
    fn folders_that_were_packed_by_mistake_go() {
        assert_eq!(kept("asana", &["asana", "build_tests", "tests", "images", "asana_docs"]), ["asana"]);
        assert_eq!(kept("build", &["build"]), ["build"]);
        assert_eq!(kept("odd", &["not-a-module", "9lives", ""]), [""; 0]);
    }

    #[test]
    fn private_modules_stay_where_there_is_nothing_else() {
        assert_eq!(kept("cffi", &["_cffi_backend", "cffi"]), ["cffi"]);
        assert_eq!(kept("acme-bindings", &["_acme"]), ["_acme"]);
    }

    #[test]
    fn dotted_names_end_below_their_namespace() {
        assert_eq!(kept("coreapi", &["coreapi", "coreapi.codecs"]), ["coreapi"]);
        assert_eq!(kept("acme-cloud-x", &["acme.cloud.x.y", "acme.cloud.x"]), ["acme.cloud.x"]);
        assert_eq!(kept("acme-cloud-x", &["acme"]), ["acme"]);
    }
}
