//! What the program knows by itself: `explain`, `rules`, `schema`.

use std::io::{self, Write as _};

use pyeco_lint::cli::{DocumentFormat, ExplainArgs, OwnArgs, RulesArgs};
use pyeco_lint::config::schema::schema;
use pyeco_lint::explain;
use pyeco_lint::fs::Disk;
use pyeco_lint::knowledge::Knowledge;
use pyeco_lint::options::Options;
use pyeco_lint::output::{self, sanitise};
use pyeco_lint::settings;

use crate::FAILURE;
use crate::process::{complain, today, within};

pub(crate) fn explain_names(args: &ExplainArgs) -> io::Result<u8> {
    let Some((knowledge, status)) = known(&args.own)? else { return Ok(FAILURE) };
    let mut text = String::new();
    let mut documents = Vec::new();
    let mut unknown = false;
    for name in &args.names {
        let topics = explain::find(&knowledge, name);
        if topics.is_empty() {
            unknown = true;
            complain_of_unknown(&knowledge, name, "rule, need or package");
        }
        for topic in topics {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&explain::text(&knowledge, &topic));
            documents.push(explain::json(&knowledge, &topic));
        }
    }
    match args.output_format {
        DocumentFormat::Text => io::stdout().write_all(text.as_bytes())?,
        DocumentFormat::Json => print_json(&serde_json::json!({"version": 1, "topics": documents}))?,
    }
    Ok(if unknown { FAILURE } else { status })
}

/// Says that a name is none of `what`, nor of anything else, and which one may have been meant.
pub(crate) fn complain_of_unknown(knowledge: &Knowledge, name: &str, what: &str) {
    let hint = explain::nearest(knowledge, name).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    complain(&format!(
        "nothing is known of `{}`: it is no {what} of the catalogue, and no package on PyPI on {}{hint}",
        sanitise::line(name),
        explain::listed::date()
    ));
}

/// What the program and the configuration know, and the status where all goes well; nothing where the configuration cannot
/// be read. What is wrong with it was told.
#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
fn known(args: &OwnArgs) -> io::Result<Option<(Knowledge, u8)>> {
    let cwd = std::env::current_dir()?;
    let mut options = Options::new(vec![String::new()], today());
    options.config = args.config.as_ref().map(|config| within(&cwd, std::slice::from_ref(config)).remove(0));
    options.isolated = args.isolated;
    match settings::knowledge(&Disk::new(cwd), &options) {
        Ok((knowledge, mistakes)) => {
            for mistake in &mistakes {
                complain(mistake);
            }
            let status = if mistakes.is_empty() { 0 } else { FAILURE };
            Ok(Some((knowledge, status)))
        }
        Err(refusal) => {
            complain(&refusal.0);
            Ok(None)
        }
    }
}

pub(crate) fn list_rules(args: &RulesArgs) -> io::Result<u8> {
    let Some((knowledge, status)) = known(&args.own)? else { return Ok(FAILURE) };
    match args.output_format {
        DocumentFormat::Text => io::stdout().write_all(explain::rules_text(&knowledge).as_bytes())?,
        DocumentFormat::Json => {
            let rules: Vec<serde_json::Value> = knowledge.rules().iter().map(explain::rule_json).collect();
            print_json(&serde_json::json!({"version": 1, "rules": rules}))?;
        }
    }
    Ok(status)
}

pub(crate) fn print_schema() -> io::Result<u8> {
    let knowledge = Knowledge::embedded();
    let rules: Vec<&str> = knowledge.rules().iter().map(|rule| rule.name.as_str()).collect();
    let formats: Vec<&str> = output::names().collect();
    print_json(&schema(&rules, &formats))?;
    Ok(0)
}

pub(crate) fn print_json(value: &serde_json::Value) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    io::stdout().write_all(text.as_bytes())
}
