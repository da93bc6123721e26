//! From a script to simple commands.
//!
//! What POSIX shells agree on (POSIX.1-2024, "Shell Command Language"), and bash's `[[ ]]`, `&>` and `<<<`: lists,
//! pipes, groups, functions, `case`, quotes, escapes, substitutions, redirections, here-documents and comments. Nothing
//! is expanded. A template's `${{ … }}` and `{{ … }}` is part of its word. What no shell would accept gives fewer or odder
//! commands, never an error.

use crate::manifest::mapped::Mapped;

/// How deeply substitutions and groups may nest; deeper ones are not looked into.
const MAX_DEPTH: usize = 24;

/// How far the end of a template or of an expansion is looked for, in bytes.
const WINDOW: usize = 512;
/// How many here-documents without an end a script may have before no more are looked for.
const MAX_UNENDED: usize = 64;

/// A word of a command, quotes and escapes removed, variables as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// Its text, with the places of its bytes in the file.
    pub(super) text: Mapped,
    /// Whether any of it was quoted.
    pub(super) quoted: bool,
}

impl Word {
    /// Its text.
    pub(super) fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// Whether it is just this, without quotes.
    fn is(&self, word: &str) -> bool {
        !self.quoted && self.as_str() == word
    }
}

/// The words of every simple command of a script, in the order in which they end.
pub(super) fn split(script: &Mapped) -> Vec<Vec<Word>> {
    let mut scanner =
        Scanner { script, text: script.as_str(), here: 0, done: Vec::new(), state: State::default(), unended: 0 };
    while scanner.here < scanner.text.len() {
        scanner.list(None, 0);
        // Whatever closed nothing is skipped.
        scanner.bump();
    }
    scanner.done
}

/// What is open at one level of nesting.
#[derive(Debug, Default)]
struct State {
    words: Vec<Word>,
    word: Option<Word>,
    /// The next word is the target of a redirection.
    redirected: bool,
    /// The delimiters of here-documents that start on the next line.
    heredocs: Vec<String>,
    /// For each open `case`, whether a pattern is expected.
    cases: Vec<bool>,
    /// Within `[[ … ]]`.
    test: bool,
}

struct Scanner<'a> {
    script: &'a Mapped,
    text: &'a str,
    here: usize,
    done: Vec<Vec<Word>>,
    state: State,
    unended: usize,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.here..).unwrap_or_default()
    }

    /// The rest of the line, up to a bound that keeps every search short.
    fn window(&self) -> &'a str {
        let rest = self.rest();
        let end = (0..=WINDOW.min(rest.len())).rev().find(|&end| rest.is_char_boundary(end)).unwrap_or(0);
        rest.get(..end).unwrap_or_default().split('\n').next().unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) {
        self.here += self.peek().map_or(1, char::len_utf8);
    }

    fn starts(&self, prefix: &str) -> bool {
        self.rest().starts_with(prefix)
    }

    /// Adds the next `length` bytes to the word.
    fn take(&mut self, length: usize) {
        let end = (self.here + length).min(self.text.len());
        let word = self.state.word.get_or_insert_default();
        word.text.push_from(self.script, self.here..end);
        self.here = end;
    }

    /// Reads up to `close` (not included) or the end.
    fn list(&mut self, close: Option<char>, depth: usize) {
        let outer = std::mem::take(&mut self.state);
        while let Some(c) = self.peek() {
            let pattern = self.state.cases.last() == Some(&true);
            match c {
                _ if Some(c) == close && !pattern => break,
                ' ' | '\t' | '\r' => {
                    self.end_word();
                    self.bump();
                }
                '\n' => {
                    self.state.test = false;
                    self.end_command();
                    self.bump();
                    self.skip_heredocs();
                }
                '#' if self.state.word.is_none() => self.here += self.rest().find('\n').unwrap_or(self.rest().len()),
                '\\' => self.backslash(),
                '\'' => self.single_quoted(),
                '"' => self.double_quoted(depth),
                '`' => self.backtick(depth),
                '$' => self.dollar(depth),
                '{' if self.starts("{{") => self.template("}}"),
                '&' | ';' | '|' | '(' | ')' | '<' | '>' if self.state.test => self.take(1),
                ';' => {
                    let case = self.starts(";;") || self.starts(";&");
                    self.end_command();
                    self.here += self.rest().len() - self.rest().trim_start_matches([';', '&']).len();
                    if case && let Some(pattern) = self.state.cases.last_mut() {
                        *pattern = true;
                    }
                }
                '&' if self.starts("&>") => {
                    self.end_word();
                    self.bump();
                }
                '|' if pattern => {
                    self.end_word();
                    self.bump();
                }
                '&' | '|' => {
                    self.end_command();
                    self.bump();
                }
                '<' | '>' => self.redirection(depth),
                '(' => self.parenthesis(depth),
                ')' if pattern => {
                    self.end_word();
                    self.state.words.clear();
                    self.state.cases.pop();
                    self.state.cases.push(false);
                    self.bump();
                }
                ')' => {
                    self.end_command();
                    if close.is_none() {
                        break;
                    }
                    self.bump();
                }
                _ => {
                    let special = |c: char| c.is_ascii_whitespace() || "\\'\"`$;&|<>()".contains(c) || Some(c) == close;
                    let mut length = self.rest().find(|c| special(c) || c == '{').unwrap_or(self.rest().len());
                    if length == 0 {
                        length = c.len_utf8();
                    }
                    self.take(length);
                }
            }
        }
        self.end_command();
        self.state = outer;
    }

    fn end_word(&mut self) {
        let Some(word) = self.state.word.take() else { return };
        if std::mem::take(&mut self.state.redirected) {
            return;
        }
        if word.is("[[") {
            self.state.test = true;
        } else if word.is("]]") {
            self.state.test = false;
        }
        self.state.words.push(word);
        match self.state.words.as_slice() {
            [.., first, _, last] if first.is("case") && last.is("in") => {
                self.state.words.clear();
                self.state.cases.push(true);
            }
            [only] if only.is("esac") && self.state.cases.pop().is_some() => self.state.words.clear(),
            _ => {}
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.state.redirected = false;
        let mut words = std::mem::take(&mut self.state.words);
        if self.state.cases.last() == Some(&true) {
            return;
        }
        let mut start = 0;
        while let Some(word) = words.get(start).filter(|word| !word.quoted) {
            match word.as_str() {
                "if" | "then" | "else" | "elif" | "do" | "while" | "until" | "!" | "{" | "}" | "fi" | "done"
                | "esac" => {
                    start += 1;
                }
                "function" => start += 2,
                // The words of a loop are data; substitutions in them were read on their own.
                "for" | "select" | "case" => return,
                _ => break,
            }
        }
        words.drain(..start.min(words.len()));
        if !words.is_empty() {
            self.done.push(words);
        }
    }

    /// `\` before a line end joins lines; before a letter or digit it is kept, as paths of Windows need it.
    fn backslash(&mut self) {
        let mut next = self.rest().get(1..).unwrap_or_default().chars();
        match next.next() {
            Some('\n') => self.here += 2,
            Some('\r') if next.next() == Some('\n') => self.here += 3,
            Some(c) if c.is_alphanumeric() || matches!(c, '.' | '_') => self.take(1 + c.len_utf8()),
            Some(c) => {
                self.here += 1;
                self.take(c.len_utf8());
            }
            None => self.here += 1,
        }
    }

    fn single_quoted(&mut self) {
        let Some(length) = self.rest().get(1..).and_then(|rest| rest.find('\'')) else {
            self.take(1);
            return;
        };
        self.here += 1;
        self.take(length);
        self.state.word.get_or_insert_default().quoted = true;
        self.here += 1;
    }

    fn double_quoted(&mut self, depth: usize) {
        self.state.word.get_or_insert_default().quoted = true;
        self.bump();
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.bump();
                    return;
                }
                '\\' => match self.rest().get(1..).and_then(|rest| rest.chars().next()) {
                    Some('\n') => self.here += 2,
                    Some(c @ ('"' | '\\' | '$' | '`')) => {
                        self.here += 1;
                        self.take(c.len_utf8());
                    }
                    _ => self.take(1),
                },
                '$' => self.dollar(depth),
                '`' => self.backtick(depth),
                _ => {
                    let length = self.rest().find(['"', '\\', '$', '`']).unwrap_or(self.rest().len());
                    self.take(length.max(1));
                }
            }
        }
    }

    /// `…` is a substitution; at the end of a line it joins lines, as PowerShell has it.
    fn backtick(&mut self, depth: usize) {
        let rest = self.rest().get(1..).unwrap_or_default();
        if rest.starts_with('\n') || rest.starts_with("\r\n") {
            self.here += 1 + rest.find('\n').unwrap_or(0) + 1;
        } else if depth < MAX_DEPTH && self.window().get(1..).is_some_and(|line| line.contains('`')) {
            let start = self.here;
            self.here += 1;
            self.list(Some('`'), depth + 1);
            self.bump();
            self.raw(start);
        } else {
            self.take(1);
        }
    }

    fn dollar(&mut self, depth: usize) {
        if self.starts("${{") {
            self.template("}}");
        } else if self.starts("$((") && self.window().contains("))") {
            self.template("))");
        } else if let Some(length) = self.variable() {
            self.take(length);
        } else if self.starts("$(") && depth < MAX_DEPTH {
            let start = self.here;
            self.here += 2;
            self.list(Some(')'), depth + 1);
            self.bump();
            self.raw(start);
        } else if self.starts("${") {
            let mut level = 0_usize;
            let end = self.window().char_indices().skip(1).find(|&(_, c)| {
                match c {
                    '{' => level += 1,
                    '}' => level = level.saturating_sub(1),
                    _ => {}
                }
                level == 0
            });
            self.take(end.map_or(2, |(at, _)| at + 1));
        } else if self.starts("$'") {
            self.here += 1;
            self.single_quoted();
        } else {
            self.take(1);
        }
    }

    /// The length of `$(NAME)` as make and Azure write a variable; `$(date)` is a substitution.
    fn variable(&self) -> Option<usize> {
        let name = self.window().strip_prefix("$(")?;
        let name = name.get(..name.find(')')?)?;
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
        (plain && name.contains(|c: char| c.is_ascii_uppercase() || matches!(c, '_' | '.'))).then_some(name.len() + 3)
    }

    /// Adds what was read since `start` as written.
    fn raw(&mut self, start: usize) {
        let end = self.here.min(self.text.len());
        self.here = start;
        self.take(end.saturating_sub(start));
    }

    /// Takes everything up to and with `close`, where it stands on the line.
    fn template(&mut self, close: &str) {
        let length = self.window().find(close).map_or(1, |at| at + close.len());
        self.take(length);
    }

    fn redirection(&mut self, depth: usize) {
        // A number before it is the descriptor.
        if self
            .state
            .word
            .as_ref()
            .is_some_and(|word| !word.quoted && word.as_str().bytes().all(|b| b.is_ascii_digit()))
        {
            self.state.word = None;
        }
        self.end_word();
        if (self.starts("<(") || self.starts(">(")) && depth < MAX_DEPTH {
            self.here += 2;
            self.list(Some(')'), depth + 1);
            self.bump();
        } else if self.starts("<<<") {
            self.here += 3;
            self.state.redirected = true;
        } else if self.starts("<<") {
            self.here += 2;
            let line = self.rest().split('\n').next().unwrap_or_default();
            let word = line.trim_start_matches(['-', ' ', '\t']);
            self.here += line.len() - word.len();
            let end = word.find(|c: char| c.is_whitespace() || ";&|<>)".contains(c)).unwrap_or(word.len());
            let delimiter = word.get(..end).unwrap_or_default().replace(['\'', '"', '\\'], "");
            self.here += end;
            if !delimiter.is_empty() {
                self.state.heredocs.push(delimiter);
            }
        } else {
            let operator = self.rest().len() - self.rest().trim_start_matches(['<', '>', '&', '|']).len();
            let operator = operator.min(2);
            self.here += operator;
            self.state.redirected = true;
        }
    }

    /// The text of a here-document is data.
    fn skip_heredocs(&mut self) {
        for delimiter in std::mem::take(&mut self.state.heredocs) {
            if self.unended > MAX_UNENDED {
                return;
            }
            self.unended += 1;
            let mut length = 0;
            for line in self.rest().split_inclusive('\n') {
                length += line.len();
                if line.trim() == delimiter {
                    self.here += length;
                    self.unended -= 1;
                    break;
                }
            }
        }
    }

    fn parenthesis(&mut self, depth: usize) {
        if self.state.cases.last() == Some(&true) {
            self.bump();
            return;
        }
        if let Some(word) = &self.state.word {
            if self.rest().get(1..).is_some_and(|rest| rest.trim_start_matches(' ').starts_with(')')) {
                // The head of a function.
                self.state.word = None;
                self.state.words.clear();
                self.here += self.rest().find(')').unwrap_or(0) + 1;
                return;
            }
            if word.as_str().ends_with('=') && depth < MAX_DEPTH {
                // The items of an array are data.
                let known = self.done.len();
                self.here += 1;
                self.list(Some(')'), depth + 1);
                self.bump();
                self.done.truncate(known);
                return;
            }
        } else if self.starts("((") && self.window().contains("))") {
            self.template("))");
            self.state.word = None;
            return;
        }
        self.end_command();
        self.bump();
        if depth < MAX_DEPTH {
            self.list(Some(')'), depth + 1);
            self.bump();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(script: &str) -> Vec<String> {
        let words = |words: &Vec<Word>| words.iter().map(|w| w.as_str().to_owned()).collect::<Vec<_>>().join("·");
        split(&Mapped::new(script, 0)).iter().map(words).collect()
    }

    #[test]
    fn splits_scripts() {
        for (script, expected) in [
            ("a b && c || d; e & f | g", &["a·b", "c", "d", "e", "f", "g"][..]),
            ("a 'b c' \"d $X\" e\\ f # g", &["a·b c·d $X·e f"]),
            ("a \\\n  b\nc", &["a·b", "c"]),
            ("a \\\r\n  b\r\nc", &["a·b", "c"]),
            ("pwsh `\n  -c x", &["pwsh·-c·x"]),
            ("if ! a; then b; elif c; then d; else e; fi", &["a", "b", "c", "d", "e"]),
            ("for x in a b; do c $x; done < f", &["c·$x"]),
            ("while read l; do a; done", &["read·l", "a"]),
            ("(cd x && make) ; { a; b; }", &["cd·x", "make", "a", "b"]),
            ("f() { a; }\nfunction g {\n b\n}\nfunction h() { c; }", &["a", "b", "c"]),
            ("x=$(a b) c `d e`", &["a·b", "d·e", "x=$(a b)·c·`d e`"]),
            ("echo \"$(a \"$(b)\")\" c", &["b", "a·$(b)", "echo·$(a \"$(b)\")·c"]),
            ("a > f 2>&1 >>g <h &>k i", &["a·i"]),
            ("a 2> /dev/null | b >| c d", &["a", "b·d"]),
            ("diff <(a b) <(c)", &["a·b", "c", "diff"]),
            ("cat <<EOF > f\nnot it\n  EOF\na <<- 'X' b\n\tno\n\tX\nc", &["cat", "a·b", "c"]),
            ("a <<< word b", &["a·b"]),
            ("case \"$1\" in\n  lint) a;;\n  x|y)\n b\n ;;\n *) c ;;\nesac\nd", &["a", "b", "c", "d"]),
            ("case $x in (a) b ;; esac; c", &["b", "c"]),
            ("[[ $a && -f b || c > d ]] && e", &["[[·$a·&&·-f·b·||·c·>·d·]]", "e"]),
            ("A=(b c d) ; e", &["A=", "e"]),
            ("((i++)) ; a $((1 + 2))", &["a·$((1 + 2))"]),
            ("a ${{ matrix.x || 'y z' }} b", &["a·${{ matrix.x || 'y z' }}·b"]),
            ("a {{ x | y }} {{.CLI_ARGS}}", &["a·{{ x | y }}·{{.CLI_ARGS}}"]),
            ("a ${X:-b c} d", &["a·${X:-b c}·d"]),
            ("venv\\Scripts\\ruff.exe check", &["venv\\Scripts\\ruff.exe·check"]),
            ("echo don't", &["echo·don't"]),
            ("a ) b", &["a", "b"]),
            ("a;;b", &["a", "b"]),
            ("a $'b c' \"\" d", &["a·b c··d"]),
            ("a#b #c", &["a#b"]),
            ("", &[]),
            ("\"a", &["a"]),
            ("$(", &["$("]),
            ("a{b,c}d", &["a{b,c}d"]),
        ] {
            assert_eq!(commands(script), expected, "{script}");
        }
    }

    #[test]
    fn keeps_places() {
        let script = "x && pip install 'a b' \\\n c";
        let found = split(&Mapped::new(script, 0));
        let texts: Vec<_> = found.iter().flatten().map(|word| word.text.at().of(script)).collect();
        assert_eq!(texts, ["x", "pip", "install", "a b", "c"]);
    }

    #[test]
    fn survives_nonsense() {
        for script in
            ["$(".repeat(5_000), "\"$(".repeat(5_000), "(".repeat(5_000), "`".repeat(5_001), "'".repeat(5_001)]
        {
            let _ = split(&Mapped::new(&script, 0));
        }
        for end in 0..60 {
            let script = "case é in (ü) ${x} $((1)) `q` <<E <(a) [[ é ]] \"é$(\\\n";
            if let Some(part) = script.get(..end) {
                let _ = split(&Mapped::new(part, 7));
            }
        }
    }
}
