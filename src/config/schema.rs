//! The JSON schema of the configuration, for editors: of a `pyeco-lint.toml`, and of `[tool.pyeco-lint]`.
//!
//! It has every key that [`read`](super::read()) takes, with the same forms. What a text must be like (a glob, specifiers) is
//! judged by the reader alone.

use serde_json::{Map, Value, json};

use super::{Form, KEYS, SEVERITIES};
use crate::diagnostic::Category;

/// The schema (draft 7, the one that editors know best), where `rules` and `formats` are names that exist.
pub fn schema(rules: &[&str], formats: &[&str]) -> Value {
    let properties: Map<String, Value> = KEYS
        .iter()
        .map(|key| {
            let mut form = form(key.form, formats);
            if let Some(object) = form.as_object_mut() {
                object.insert("description".to_owned(), json!(format!("{}; takes {}", key.about, key.takes)));
            }
            (key.name.to_owned(), form)
        })
        .collect();
    let categories = Category::ALL.iter().map(|(name, _)| *name);
    let selectors: Vec<&str> = ["default", "all"].into_iter().chain(categories).chain(rules.iter().copied()).collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "pyeco-lint",
        "description": "The configuration of pyeco-lint: `[tool.pyeco-lint]` in pyproject.toml, or the whole of pyeco-lint.toml",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "definitions": {
            // The names are for completion: a rule may be narrowed to a package, and users have rules of their own.
            "selector": {"type": "string", "minLength": 1, "anyOf": [{"enum": selectors}, {}]},
            "selectors": {"type": "array", "items": {"$ref": "#/definitions/selector"}},
            "rule": {"type": "string", "minLength": 1, "anyOf": [{"enum": rules}, {}]},
            "severity": {"enum": SEVERITIES.iter().map(|(name, _)| *name).collect::<Vec<_>>()},
            "text": {"type": "string", "pattern": "\\S"},
            "texts": {"type": "array", "items": {"$ref": "#/definitions/text"}},
            "text-or-texts": {"anyOf": [{"$ref": "#/definitions/text"}, {"$ref": "#/definitions/texts"}]},
            "some-texts": {"allOf": [{"$ref": "#/definitions/text-or-texts"}, {"minItems": 1}]},
        },
    })
}

fn form(form: Form, formats: &[&str]) -> Value {
    match form {
        Form::Selectors => json!({"allOf": [{"$ref": "#/definitions/selectors"}]}),
        Form::Texts => json!({"allOf": [{"$ref": "#/definitions/texts"}]}),
        Form::Text => json!({"allOf": [{"$ref": "#/definitions/text"}]}),
        Form::Choice(values) => json!({"enum": values}),
        Form::OutputFormat => json!({"enum": formats}),
        Form::Size => json!({"type": "integer", "minimum": 1}),
        Form::SelectorsByGlob => table(&json!({"$ref": "#/definitions/selectors"})),
        Form::TextsByName => table(&json!({"$ref": "#/definitions/text-or-texts"})),
        Form::SeverityByRule => json!({
            "type": "object",
            "propertyNames": {"$ref": "#/definitions/rule"},
            "additionalProperties": {"$ref": "#/definitions/severity"},
        }),
        Form::Banned => {
            let reasons = table(&json!({"anyOf": [{"type": "string"}, policy(&[], "text-or-texts")]}));
            json!({"anyOf": [{"$ref": "#/definitions/texts"}, reasons]})
        }
        Form::Preferred => {
            table(&json!({"anyOf": [{"$ref": "#/definitions/some-texts"}, policy(&["use"], "some-texts")]}))
        }
        Form::Ignores => json!({"type": "array", "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["rule"],
            "properties": {
                "rule": {"anyOf": [{"$ref": "#/definitions/selector"}, {"allOf": [{"$ref": "#/definitions/selectors"}, {"minItems": 1}]}]},
                "package": {"$ref": "#/definitions/text"},
                "path": {"$ref": "#/definitions/text"},
                "reason": {"$ref": "#/definitions/text"},
                "until": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
            },
        }}),
    }
}

fn table(values: &Value) -> Value {
    json!({"type": "object", "additionalProperties": values})
}

/// What an organisation says of a package.
fn policy(required: &[&str], use_instead: &str) -> Value {
    let use_instead = format!("#/definitions/{use_instead}");
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": {"reason": {"$ref": "#/definitions/text"}, "use": {"$ref": use_instead}},
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Table, read};
    use super::*;

    /// Values of every form, sound and faulty.
    const VALUES: &[&str] = &[
        "0",
        "1",
        "-1",
        "1.5",
        "true",
        "2027-03-01",
        "\"\"",
        "\" \"",
        "\"error\"",
        "\"advice\"",
        "\"never\"",
        "\"library\"",
        "\"json\"",
        "\"nothing\"",
        "\">=3.10\"",
        "\"a\"",
        "[]",
        "[1]",
        "[\"\"]",
        "[\"a\"]",
        "[\"all\", \"security\"]",
        "[[\"a\"]]",
        "[[]]",
        "{}",
        "{ a = 1 }",
        "{ a = \"error\" }",
        "{ a = \"b\" }",
        "{ a = \"\" }",
        "{ a = [\"b\"] }",
        "{ a = [] }",
        "{ a = [1] }",
        "{ a = { use = \"b\" } }",
        "{ a = { reason = \"b\" } }",
        "{ a = { use = [\"b\", \"c\"], reason = \"d\" } }",
        "{ a = { other = \"b\" } }",
        "{ a = {} }",
        "{ a = true }",
        "[{}]",
        "[{ rule = \"a\" }]",
        "[{ rule = [\"a\"] }]",
        "[{ rule = 1 }]",
        "[{ rule = [] }]",
        "[{ rule = \"\" }]",
        "{ a = { use = [] } }",
        "{ a = { use = \"\" } }",
        "{ a = { reason = \"\" } }",
        "{ a = { reason = 1 } }",
        "[{ rule = \"a\", reason = \"\" }]",
        "[{ rule = \"a\", package = \"\" }]",
        "[{ rule = \"a\", until = \"2027-03-01\" }]",
        "[{ rule = \"a\", until = \"soon\" }]",
        "[{ rule = \"a\", package = \"b\", path = \"c\", reason = \"d\" }]",
        "[{ rule = \"a\", other = \"b\" }]",
        "[{ package = \"a\" }]",
        "[{ rule = \"a\", reason = 1 }]",
        "[{ rule = \"a\", path = [\"b\"] }]",
    ];

    /// What the reader says of a text, beyond what its words mean: only the schema cannot judge those.
    fn is_taken(text: &str) -> bool {
        let (config, problems) = read(text, Table::Own);
        config.is_some() && problems.is_empty()
    }

    /// Every key that one accepts, the other accepts, and the same values of each.
    #[test]
    fn schema_and_reader_agree() {
        let formats = ["text", "json"];
        let schema = jsonschema::validator_for(&schema(&["a"], &formats)).expect("a schema");
        let mut taken = 0;
        let mut wrong: Vec<String> = Vec::new();
        for key in KEYS.iter().map(|key| key.name).chain(["unheard-of", "extend_select"]) {
            let mut some = false;
            for value in VALUES {
                let text = format!("{key} = {value}");
                let table: toml::Table = toml::from_str(&text).expect("TOML");
                let value = serde_json::to_value(&table).expect("JSON");
                // A day without quotes has no counterpart in JSON.
                if text.contains("= 2027") {
                    continue;
                }
                // What the name of a format or a specifier must be is no matter of the form.
                let by_words =
                    (key == "output-format" || key == "python") && text.ends_with('"') && !text.contains("\"\"");
                let reader = is_taken(&text);
                if !by_words {
                    let problems = read(&text, Table::Own).1;
                    let told: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
                    if schema.is_valid(&value) != reader {
                        wrong.push(format!("{text}: the reader says {told:?}"));
                    }
                }
                some |= reader;
                taken += usize::from(reader);
            }
            assert_eq!(some, KEYS.iter().any(|known| known.name == key), "{key} has a value that is taken");
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(taken > 80, "{taken}");
    }

    #[test]
    fn every_key_is_described() {
        let schema = schema(&["a"], &["text"]);
        let properties = schema["properties"].as_object().expect("an object");
        assert_eq!(properties.len(), KEYS.len());
        for (name, property) in properties {
            assert!(property["description"].as_str().is_some_and(|text| text.contains("; takes ")), "{name}");
        }
    }
}
