//! Jupyter notebooks: the Python code of their cells as one text.
//!
//! <https://nbformat.readthedocs.io/en/latest/format_description.html>, versions 3 and 4.

use jsonc_parser::ast::{Object, Value};

use crate::diagnostic::Problem;
use crate::python::scan;
use crate::source::{Cell, Extent};

/// The rule that reports what cannot be read.
const RULE: &str = "invalid-syntax";

/// The code of a notebook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notebook {
    /// The code of all code cells, each ending with a line end; empty where the language is not Python. What only
    /// Jupyter understands (`%magic`, `!command`, `help?`) is made a comment of as many bytes.
    pub code: String,
    /// The code cells, in the order of `code`.
    pub cells: Vec<Cell>,
    /// What its cells give to the shell or to an installer, in the order of `code`.
    pub commands: Vec<Command>,
    /// Why there is no code. They are about the file as a whole, since `code` is not the text of the file.
    pub problems: Vec<Problem>,
}

/// What a notebook gives to the shell (`!pip install x`, a cell of `%%bash`) or to an installer (`%pip install x`, `pip
/// install x`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The command or script, without `!` or `%`, with the lines that it continues on. What is in `{braces}` or follows
    /// a `$` Jupyter may replace.
    pub text: String,
    /// Where it stands in the code of the notebook, in bytes from 0, as long as `text`. The code has a comment or blanks
    /// in its place.
    pub at: Extent,
}

impl Command {
    /// The command in `text`, which Jupyter takes as one and which stands at byte `start`.
    fn new(text: &str, start: usize) -> Option<Self> {
        let line = text.trim();
        let command = match line.strip_prefix('%') {
            Some(magic) => Some(magic).filter(|magic| INSTALLERS.contains(&first_word(magic))),
            None if INSTALLERS.contains(&first_word(line)) => Some(line),
            None => line.strip_prefix('!').map(|rest| rest.trim_start_matches('!')),
        };
        let command = command?.trim_start();
        let start = start + text.trim_end().len() - command.len();
        let at = Extent::new(start, start + command.len());
        (!command.is_empty()).then(|| Self { text: command.to_owned(), at })
    }
}

/// Programs that install, which need no `!`.
const INSTALLERS: &[&str] = &["conda", "mamba", "pip", "uv"];

/// Magics of a cell that is a script of the shell.
const SHELLS: &[&str] = &["bash", "sh"];

/// Magics of a whole cell whose text is still Python of this project.
const PYTHON_CELLS: &[&str] = &[
    "capture", "debug", "heat", "ipytest", "local", "lprun", "memit", "mprun", "mypy", "prun", "px", "pypy", "pyspark",
    "python", "python3", "scalene", "snakeviz", "spark", "time", "timeit", "wandb",
];

/// Magics that say at the head of a cell, with one `%`, in which language it is written (Databricks).
const LANGUAGES: &[&str] = &["fs", "md", "r", "scala", "sh", "sql"];

/// Reads the text of an `.ipynb` file.
pub fn read(json: &str) -> Notebook {
    let json = json.strip_prefix('\u{feff}').unwrap_or(json);
    let refused = |reason: String| Notebook { problems: vec![Problem::whole(RULE, reason)], ..Notebook::default() };
    let parsed = match crate::json::parse(json) {
        Ok(parsed) => parsed,
        Err(fault) => return refused(format!("the notebook is no JSON: {} in {}", fault.reason, fault.place)),
    };
    let Some(Value::Object(root)) = parsed else { return refused("the notebook has no cells".to_owned()) };
    let Some(cells) = cells(&root) else { return refused("the notebook has no cells".to_owned()) };
    let mut notebook = Notebook::default();
    if !root.get_object("metadata").is_none_or(is_python) {
        return notebook;
    }
    for (number, cell) in (1..).zip(cells) {
        let Some(source) = cell.as_object().and_then(python_source) else { continue };
        notebook.cells.push(Cell { number, start: notebook.code.len() as u32 });
        push(&mut notebook, &source);
    }
    notebook
}

/// All cells of a notebook: below `cells`, or of each of the `worksheets` of version 3.
fn cells<'n, 'j>(root: &'n Object<'j>) -> Option<Vec<&'n Value<'j>>> {
    if let Some(cells) = root.get_array("cells") {
        return Some(cells.elements.iter().collect());
    }
    let sheets = root.get_array("worksheets")?.elements.iter();
    let cells = sheets.filter_map(|sheet| sheet.as_object()?.get_array("cells"));
    Some(cells.flat_map(|cells| &cells.elements).collect())
}

/// Whether the metadata of a notebook name Python as its language, or no language.
fn is_python(metadata: &Object) -> bool {
    let kernel = metadata.get_object("kernelspec").and_then(|kernel| kernel.get_string("language"));
    let info = || metadata.get_object("language_info").and_then(|info| info.get_string("name"));
    kernel
        .filter(|language| !language.value.is_empty())
        .or_else(info)
        .is_none_or(|language| names_python(&language.value))
}

fn names_python(language: &str) -> bool {
    let language = language.to_ascii_lowercase();
    language.is_empty() || language.contains("python") || language == "pyspark"
}

/// The source of a cell, where it is a code cell in Python.
fn python_source(cell: &Object) -> Option<String> {
    if cell.get_string("cell_type")?.value != "code" {
        return None;
    }
    // Version 3 names a language for each cell, and Visual Studio Code in the metadata.
    let code = cell.get_object("metadata").and_then(|metadata| metadata.get_object("vscode"));
    let language = cell.get_string("language").or_else(|| code.and_then(|code| code.get_string("languageId")));
    if !language.is_none_or(|language| names_python(&language.value)) {
        return None;
    }
    match &cell.get("source").or_else(|| cell.get("input"))?.value {
        Value::StringLit(source) => Some(source.value.clone().into_owned()),
        Value::Array(lines) => {
            Some(lines.elements.iter().filter_map(Value::as_string_lit).map(|line| line.value.as_ref()).collect())
        }
        _ => None,
    }
}

/// Adds the code of a cell, with what only Jupyter understands made comments.
fn push(notebook: &mut Notebook, source: &str) {
    let Notebook { code, commands, .. } = notebook;
    let head = source.trim_start();
    let foreign = match (head.strip_prefix("%%"), head.strip_prefix('%')) {
        (Some(magic), _) => !PYTHON_CELLS.contains(&first_word(magic)),
        (None, Some(magic)) => {
            let name = first_word(magic);
            // A bare `%sql` speaks for the cell, `%sql select 1` for its line.
            let bare = head.lines().next().is_some_and(|line| line.trim_end().len() == name.len() + 1);
            LANGUAGES.contains(&name) && (bare || name == "md")
        }
        _ => false,
    };
    if foreign {
        let script = head.strip_prefix("%%").filter(|magic| SHELLS.contains(&first_word(magic)));
        if let Some((_, script)) = script.and_then(|script| script.split_once('\n')) {
            let start = code.len() + source.len() - script.len();
            commands.push(Command { text: script.to_owned(), at: Extent::new(start, start + script.len()) });
        }
        source.split_inclusive('\n').for_each(|line| comment(code, line));
    } else {
        let mut at = 0;
        while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
            at += match magic(rest) {
                Some(Magic::Line) => {
                    let start = code.len();
                    let length = command(code, rest);
                    commands.extend(Command::new(rest.get(..length).unwrap_or_default(), start));
                    length
                }
                Some(Magic::Value(from)) => {
                    code.push_str(rest.get(..from).unwrap_or_default());
                    blank(code, "0", rest.get(from..).unwrap_or_default(), from)
                }
                Some(Magic::Statement(length)) => {
                    code.push_str("0;");
                    code.extend(std::iter::repeat_n(' ', length.saturating_sub(2)));
                    length
                }
                None => {
                    let end = scan::logical_line(rest, 0).max(1);
                    let line = rest.get(..end).unwrap_or(rest);
                    code.push_str(line);
                    line.len()
                }
            };
        }
    }
    if !code.ends_with('\n') {
        code.push('\n');
    }
}

fn first_word(text: &str) -> &str {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default()
}

/// What Jupyter finds at the start of a logical line.
enum Magic {
    /// The line is a command, as are the lines that it continues on.
    Line,
    /// The right side of an assignment is one, from this byte on (`files = !ls`).
    Value(usize),
    /// Python follows after this many bytes (`%time x = f()`).
    Statement(usize),
}

fn magic(text: &str) -> Option<Magic> {
    let line = text.lines().next()?;
    let code = line.trim();
    if let Some(rest) = line.strip_prefix("%time ")
        && !rest.trim_start().starts_with(['-', '!', '%'])
    {
        return Some(Magic::Statement(line.len() - rest.len()));
    }
    if code.starts_with(['%', '!', '?']) {
        return Some(Magic::Line);
    }
    // `%` may be left out (automagic), which shows where the line is no Python.
    let mut words = code.split_ascii_whitespace();
    if words.next().is_some_and(|word| INSTALLERS.contains(&word)) && matches!(words.next(), Some("install" | "pip")) {
        return Some(Magic::Line);
    }
    let is_name =
        |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || "_.*".contains(letter));
    if code.ends_with('?') && is_name(code.trim_end_matches('?')) {
        return Some(Magic::Line);
    }
    let (target, value) = line.split_once('=')?;
    let value = value.trim_start();
    let is_target = target.split(',').all(|name| is_name(name.trim()));
    (is_target && value.starts_with(['!', '%'])).then(|| Magic::Value(line.len() - value.len()))
}

/// Makes the command at the start of `text` a comment, with the lines it continues on; gives how many bytes it has.
fn command(code: &mut String, text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        length += line.len();
        let indented = length == line.len() && line.starts_with([' ', '\t']);
        if indented {
            // It may be all that a block has.
            let start = line.len() - line.trim_start().len();
            code.push_str(line.get(..start).unwrap_or_default());
            blank(code, "0", line.get(start..).unwrap_or_default(), 0);
        } else {
            comment(code, line);
        }
        if !line.trim_end_matches(['\r', '\n']).ends_with('\\') {
            break;
        }
    }
    length
}

/// Makes a line a comment of as many bytes.
fn comment(code: &mut String, line: &str) {
    let start = line.len() - line.trim_start().len();
    match line.get(start..).and_then(|rest| rest.chars().next()) {
        None => code.push_str(line),
        Some(first) => {
            code.push_str(line.get(..start).unwrap_or_default());
            code.push('#');
            code.extend(std::iter::repeat_n(' ', first.len_utf8() - 1));
            code.push_str(line.get(start + first.len_utf8()..).unwrap_or_default());
        }
    }
}

/// Writes `instead` (one byte) and blanks for the first line of `text`, and keeps its line end. Gives `before` and the
/// bytes of that line.
fn blank(code: &mut String, instead: &str, text: &str, before: usize) -> usize {
    let line = text.split_inclusive('\n').next().unwrap_or_default();
    let content = line.trim_end_matches(['\r', '\n']);
    code.push_str(instead);
    code.extend(std::iter::repeat_n(' ', content.len().saturating_sub(instead.len())));
    code.push_str(line.get(content.len()..).unwrap_or_default());
    before + line.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::parse::parse;

    /// A notebook of one code cell.
    fn notebook(source: &str) -> String {
        let source = serde_json::Value::from(source);
        format!(r#"{{"cells": [{{"cell_type": "code", "source": {source}}}], "metadata": {{}}, "nbformat": 4}}"#)
    }

    #[test]
    fn cells_are_joined_and_numbered() {
        let four = r#"{"cells": [
            {"cell_type": "markdown", "source": ["import no\n"]},
            {"cell_type": "code", "source": ["import a\n", "import b"]},
            {"cell_type": "code", "source": "import \"é\"\n", "metadata": {"vscode": {"languageId": "sql"}}},
            {"cell_type": "code", "source": "import c\n", "outputs": [{"data": NaN}]}
        ], "metadata": {"kernelspec": {"language": "python"}}}"#;
        let cells = vec![Cell { number: 2, start: 0 }, Cell { number: 4, start: 18 }];
        let expected = Notebook { code: "import a\nimport b\nimport c\n".to_owned(), cells, ..Notebook::default() };
        assert_eq!(read(four), expected);
        assert_eq!(read(&format!("\u{feff}{four}")), expected);

        let three = r#"{"nbformat": 3, "worksheets": [
            {"cells": [{"cell_type": "code", "language": "python", "input": ["import a\n"]}]},
            {"cells": [{"cell_type": "heading", "source": "x"}, {"cell_type": "code", "language": "julia", "input": "using X"},
                       {"cell_type": "code", "input": "import b"}]}]}"#;
        let cells = vec![Cell { number: 1, start: 0 }, Cell { number: 4, start: 9 }];
        assert_eq!(read(three), Notebook { code: "import a\nimport b\n".to_owned(), cells, ..Notebook::default() });
    }

    #[test]
    fn commands_are_kept() {
        for (source, expected) in [
            ("'é'\n!pip install a\nimport b\n%pip install -q c d\n", &["pip install a", "pip install -q c d"][..]),
            ("pip install a\n%conda install b -y\n", &["pip install a", "conda install b -y"]),
            ("!pip install a \\\n  b\n! é 'c'\n", &["pip install a \\\n  b", "é 'c'"]),
            ("if x:\n    !pip install a\n", &["pip install a"]),
            ("!!ls\n!{sys.executable} -m pip install a\n", &["ls", "{sys.executable} -m pip install a"]),
            ("%%bash -e\npip install é\nls\n", &["pip install é\nls\n"]),
            ("%%capture\n!pip install a", &["pip install a"]),
            ("%matplotlib inline\ny?\n%\n!\nx = 1\n%%html\n", &[]),
            ("%%html\n!pip install a\n", &[]),
        ] {
            let commands = read(&notebook(source)).commands;
            assert_eq!(commands.iter().map(|command| command.text.as_str()).collect::<Vec<_>>(), expected, "{source}");
            // The code of one cell is as long as its source.
            assert!(commands.iter().all(|command| command.at.of(source) == command.text), "{source}");
        }
    }

    #[test]
    fn other_languages_have_no_code() {
        for metadata in [r#"{"kernelspec": {"language": "R"}}"#, r#"{"language_info": {"name": "julia"}}"#] {
            let text =
                format!(r#"{{"cells": [{{"cell_type": "code", "source": "import a"}}], "metadata": {metadata}}}"#);
            assert_eq!(read(&text), Notebook::default());
        }
    }

    #[test]
    fn what_is_no_notebook_is_a_problem() {
        for (text, message) in [
            ("", "the notebook has no cells"),
            ("[]", "the notebook has no cells"),
            ("{}", "the notebook has no cells"),
            ("{\n<<<<<<< HEAD\n}", "the notebook is no JSON: unexpected token in line 2, column 1"),
            (r#"{"cells": [],}"#, "the notebook is no JSON: trailing commas are not allowed in line 1, column 13"),
        ] {
            let messages: Vec<_> = read(text).problems.into_iter().map(|problem| problem.message).collect();
            assert_eq!(messages, [message], "{text}");
        }
        assert_eq!(read(&"[".repeat(100_000)).problems.len(), 1);
    }

    #[test]
    fn what_only_ipython_understands_is_a_comment() {
        for (source, expected) in [
            ("%matplotlib inline\nimport a\n", "#matplotlib inline\nimport a\n"),
            ("!pip install x \\\n  'y\nimport a\n", "#pip install x \\\n  #y\nimport a\n"),
            ("!é\n?é\n", "#é\n#é\n"),
            ("x = ('%s'\n  % y)\n'''\n!no\n'''\n", "x = ('%s'\n  % y)\n'''\n!no\n'''\n"),
            ("if x:\n    !ls é\n", "if x:\n    0     \n"),
            ("files = !ls\na, b = %magic\nx == !y\n", "files = 0  \na, b = 0     \nx == !y\n"),
            ("%time import a\n", "0;    import a\n"),
            ("%timeit f()\n", "#timeit f()\n"),
            ("df.head?\nx??\n'why?'\n", "#f.head?\n#??\n'why?'\n"),
            ("pip install a\npip = 1\n", "#ip install a\npip = 1\n"),
            ("%%time\nimport a", "#%time\nimport a\n"),
            ("\n%%bash\nimport 'a\n\n  é\n", "\n#%bash\n#mport 'a\n\n  # \n"),
            ("%sql\nselect 1\n", "#sql\n#elect 1\n"),
            ("%sql select 1\nimport a\n", "#sql select 1\nimport a\n"),
            ("x = 1 \\\r\n  % 2\r\n%magic\r\nimport a\r", "x = 1 \\\r\n  % 2\r\n#magic\r\nimport a\r\n"),
        ] {
            let read = read(&notebook(source));
            assert_eq!(read.code, expected, "{source}");
            if !source.contains("== !") {
                assert_eq!(parse(&read.code).problems, [], "{source}");
            }
        }
    }
}
