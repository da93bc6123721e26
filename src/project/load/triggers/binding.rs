//! Whether an import leads to a dotted name, and whether the text goes there: told without a syntax tree.

use memchr::memmem;

use crate::project::load::top_level;
use crate::python::Import;

/// Whether what `import` binds leads to the dotted `name`, or is something below it. Of `import a.b` that is all of `a`.
pub(super) fn leads_to(import: &Import, name: &str) -> bool {
    if import.level != 0 {
        return false;
    }
    if import.names.is_empty() {
        return below(name, top_level(&import.module)).is_some();
    }
    let next = below(name, &import.module).and_then(first);
    next.is_some_and(|next| import.names.iter().any(|taken| taken == next || taken == "*"))
        || below(&import.module, name).is_some()
}

/// Whether `import`, one of `text`, leads to `name`, and the text takes the next part of it from what the import binds. Where
/// that is given another name or passed on in the text, it is taken to.
pub(super) fn is_taken(text: &str, import: &Import, name: &str) -> bool {
    if !leads_to(import, name) {
        return false;
    }
    if !import.names.is_empty() || below(&import.module, name).is_some() {
        return true;
    }
    let (bound, module) = match alias(text, import) {
        // Other letters may be the same name.
        Some(alias) if !alias.is_ascii() => return true,
        Some(alias) => (alias, &*import.module),
        None => (top_level(&import.module), top_level(&import.module)),
    };
    match below(name, module).map(first) {
        None => false,
        Some(None) => true,
        Some(Some(next)) => words(text, next).any(|at| is_attribute(text, at, bound)) || is_passed_on(text, bound),
    }
}

/// What is left of a dotted name behind `module`: empty, or with a dot first.
fn below<'n>(name: &'n str, module: &str) -> Option<&'n str> {
    name.strip_prefix(module).filter(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn first(rest: &str) -> Option<&str> {
    rest.strip_prefix('.')?.split('.').next()
}

/// The name that `import module as name` gives.
fn alias<'t>(text: &'t str, import: &Import) -> Option<&'t str> {
    let rest = text.get(import.at.end as usize..)?;
    let rest = rest.trim_start_matches(is_blank).strip_prefix("as")?;
    let name = rest.trim_start_matches(is_blank);
    let end = name.find(|letter| !is_of_name(letter)).unwrap_or(name.len());
    name.get(..end).filter(|alias| !alias.is_empty() && name.len() < rest.len())
}

/// Where `word` stands as a whole, in bytes from 0.
fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    memmem::find_iter(text.as_bytes(), word).filter(move |at| {
        let (before, after) = (text.get(..*at).unwrap_or_default(), text.get(at + word.len()..).unwrap_or_default());
        !before.ends_with(is_of_name) && !after.starts_with(is_of_name)
    })
}

/// Whether the word at `at` is an attribute of `object`, or that cannot be told for a comment.
fn is_attribute(text: &str, at: usize, object: &str) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_end_matches(is_blank);
    let Some(before) = before.strip_suffix('.') else {
        return last_line(before).contains('#');
    };
    let before = before.trim_end_matches(is_blank);
    before.strip_suffix(object).is_some_and(|rest| !rest.ends_with(is_of_name))
}

/// Whether `name` may be given to another one, to a function, or back: it stands somewhere without an attribute behind it.
fn is_passed_on(text: &str, name: &str) -> bool {
    words(text, name).any(|at| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + name.len()..).unwrap_or_default();
        let line = last_line(before).trim_start();
        let is_said = ["import ", "from ", "#"].iter().any(|start| line.starts_with(start));
        let is_keyword =
            after.trim_start_matches(is_blank).strip_prefix('=').is_some_and(|rest| !rest.starts_with('='));
        let is_name = !before.trim_end_matches(is_blank).ends_with('.');
        is_name && !is_said && !is_keyword && !after.trim_start_matches(is_blank).starts_with('.')
    })
}

/// What stands on the line that `text` ends with.
fn last_line(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or_default()
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Whether it may stand within an expression and says nothing.
fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\x0c' | '\\' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::scan;

    #[test]
    fn an_import_leads_to_a_name() {
        for (text, expected) in [
            ("import numpy", true),
            ("import numpy.ma as m", true),
            ("import math, numpy", true),
            ("from numpy import core", true),
            ("from numpy import ma, core as c", true),
            ("from numpy import *", true),
            ("from numpy.core import array", true),
            ("from numpy.core.array import sort", true),
            ("from numpy.core.array.sort import quick", true),
            ("from numpy import ma", false),
            ("from numpy.core import ma", false),
            ("from numpy.ma import *", false),
            ("from numpy.co import array", false),
            ("from numpy import ma\nfrom .numpy import core", false),
        ] {
            let leads = scan::scan(text).imports.iter().any(|import| leads_to(import, "numpy.core.array.sort"));
            assert_eq!(leads, expected, "{text}");
        }
    }

    #[test]
    fn a_name_is_taken_from_what_is_bound() {
        for (text, expected) in [
            ("import numpy\nnumpy.core.array.sort()", true),
            ("import numpy as np\nnp.core.array.sort()", true),
            ("import numpy as \\\n  np\nnp . \\\n core.array.sort()", true),
            ("import numpy as np\nnp.  # what is old\n core.array.sort()", true),
            ("import numpy.core as c\nc.array.sort()", true),
            ("import numpy.ma\nnumpy.core.array", true),
            ("from numpy import core\nx", true),
            ("import numpy as np\nxp = np\nxp.core", true),
            ("import numpy as np\nxp = x or np\nxp.core", true),
            ("import numpy as np\nf(np)\nxp.core", true),
            ("import numpy as np\ndef f():\n  return np\nf().core", true),
            ("import numpy as np\nxp = (  # all\n  np\n)\nxp.core", true),
            ("import numpy as np; y = (np. # all\n core.x)", true),
            ("import numpy.core.array.sort.quick as q\nq", true),
            ("import numpy as ﬁ\nfi.core", true),
            ("import numpy as np\nxp.core\n# np\nnp.ma", false),
            ("import numpy as np\nnumpy.core", false),
            ("import numpy as np\nnp.cores\nxnp.core", false),
            ("import numpy.ma as m\nm.core", false),
            ("import numpy as np\nf(np.ma, np=1, x=y.np)\ncore", false),
        ] {
            let taken = scan::scan(text).imports.iter().any(|import| is_taken(text, import, "numpy.core.array.sort"));
            assert_eq!(taken, expected, "{text}");
        }
    }
}
