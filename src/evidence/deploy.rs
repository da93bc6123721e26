//! Files that say where a project runs: Serverless Framework, AWS SAM, AWS CDK, Compose, Procfile.

use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::tree::{self, is_yaml, is_yaml_named};
use super::{Format, Seen, TraceKind, command, version};
use crate::manifest::mapped::Mapped;
use crate::manifest::yaml::Node;
use crate::source::Extent;

/// `serverless.yml`.
pub const SERVERLESS: Format =
    Format { name: "Serverless Framework", matches: |name, _| is_yaml_named(name, &["serverless"]), read: serverless };

/// `template.yaml` of AWS SAM.
pub const SAM: Format =
    Format { name: "AWS SAM", matches: |name, _| is_yaml_named(name, &["template", "sam"]), read: sam };

/// `cdk.json`.
pub const CDK: Format = Format { name: "AWS CDK", matches: |name, _| name == "cdk.json", read: cdk };

/// `compose.yaml`, `docker-compose.yml` and their variants.
pub const COMPOSE: Format = Format {
    name: "Compose file",
    matches: |name, _| {
        is_yaml(name)
            && ["compose", "docker-compose", "podman-compose"]
                .iter()
                .any(|stem| name.strip_prefix(stem).is_some_and(|rest| rest.starts_with(['.', '-', '_'])))
    },
    read: compose,
};

/// `Procfile`.
pub const PROCFILE: Format =
    Format { name: "Procfile", matches: |name, _| name == "Procfile" || name.starts_with("Procfile."), read: procfile };

fn serverless(text: &str) -> Seen {
    let mut seen = Seen::default();
    for root in tree::roots(text, &mut seen) {
        if root.get("service").is_some() || root.get("provider").is_some() {
            seen.trace(TraceKind::Table, "serverless", first_key(&root));
            runtimes(&root, &mut seen);
        }
    }
    seen
}

fn sam(text: &str) -> Seen {
    let mut seen = Seen::default();
    for root in tree::roots(text, &mut seen) {
        let transforms = root.get("Transform").map(Node::scalars).unwrap_or_default();
        if let Some(transform) =
            transforms.iter().find(|node| node.text().is_some_and(|text| text.starts_with("AWS::Serverless")))
        {
            seen.trace(TraceKind::Table, "sam", transform.at);
            runtimes(&root, &mut seen);
        }
    }
    seen
}

/// The runtimes of functions: `python3.12`.
fn runtimes(root: &Node, seen: &mut Seen) {
    tree::walk(root, &mut |key, value, _| {
        if matches!(key, "runtime" | "Runtime")
            && let Some(runtime) = value.text().filter(|text| text.starts_with("python"))
        {
            version::add(runtime, value.at, seen);
        }
    });
}

fn first_key(root: &Node) -> Extent {
    root.entries().first().map_or(root.at, |(key, _)| key.at)
}

fn cdk(text: &str) -> Seen {
    let mut seen = Seen::default();
    let collect = CollectOptions { comments: jsonc_parser::CommentCollectionStrategy::Off, tokens: false };
    if let Ok(result) = parse_to_ast(text, &collect, &ParseOptions::default())
        && let Some(root) = result.value.as_ref().and_then(|value| value.as_object())
    {
        seen.trace(TraceKind::Table, "cdk", Extent::at(root.range.start));
        if let Some(app) = root.get_string("app") {
            let at = Extent::new(app.range.start + 1, app.range.end.saturating_sub(1).max(app.range.start + 1));
            command::read(&Mapped::within(&app.value, at), &mut seen);
        }
    }
    seen
}

fn compose(text: &str) -> Seen {
    let mut seen = Seen::default();
    for root in tree::roots(text, &mut seen) {
        for (_, service) in root.get("services").map(Node::entries).unwrap_or_default() {
            tree::image(service.get("image"), text, &mut seen);
            for key in ["entrypoint", "command"] {
                tree::command_or_words(service.get(key), text, &mut seen);
            }
        }
    }
    seen
}

fn procfile(text: &str) -> Seen {
    let mut seen = Seen::default();
    for line in Mapped::new(text, 0).lines() {
        let Some((name, _)) = line.as_str().split_once(':') else { continue };
        if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
            command::read(&line.slice(name.len() + 1..line.len()), &mut seen);
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::shown;

    #[test]
    fn reads_each_file() {
        let cases: &[(&Format, &str, &[&str])] = &[
            (
                &SERVERLESS,
                "service: x\nprovider: {name: aws, runtime: python3.12}\n",
                &["Table:serverless", "python:3.12"],
            ),
            (
                &SAM,
                "Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {Properties: {Runtime: python3.11, Role: !GetAtt a.b}}\n",
                &["Table:sam", "python:3.11"],
            ),
            (&SAM, "Resources: {A: !Sub '${x}'}\n", &[]),
            (&CDK, "{\"app\": \"python3 app.py\"}", &["Table:cdk", "Command:python app.py"]),
            (
                &COMPOSE,
                "services:\n  web:\n    image: acme/web:1\n    command: [sh, -c, 'alembic upgrade head && uvicorn a:b']\n  db: {image: 'postgres:16', command: gunicorn x}\n",
                &[
                    "Image:acme/web",
                    "Command:alembic upgrade head",
                    "Command:uvicorn a:b",
                    "Image:postgres",
                    "Command:gunicorn x",
                ],
            ),
            (
                &PROCFILE,
                "web: gunicorn app:app --log-file -\n# no: x\nworker: python -m celery -A a worker\n",
                &["Command:gunicorn app:app --log-file -", "Command:celery -A a worker"],
            ),
        ];
        for (format, text, expected) in cases {
            assert_eq!(&shown(&(format.read)(text), text), expected, "{}", format.name);
        }
        assert!((COMPOSE.matches)("docker-compose.dev.yml", "") && (COMPOSE.matches)("compose.yaml", ""));
        assert!(!(COMPOSE.matches)("composer.yml", ""));
    }
}
