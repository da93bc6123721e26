//! What version control leaves in a text where two sides could not be merged.

/// A line that begins or ends a side of a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// `<<<<<<< HEAD`: our side begins.
    Ours,
    /// `||||||| 1a2b3c`: what both sides come from.
    Base,
    /// `=======`: their side begins.
    Theirs,
    /// `>>>>>>> branch`.
    End,
}

/// What to do about a conflict.
pub(super) const HELP: &str = "keep one of the two sides, and delete the lines with `<<<<<<<`, `=======` and `>>>>>>>`";

/// What is wrong with a text that has one.
pub(super) const MESSAGE: &str = "an unresolved merge conflict";

/// The conflicts of a text that is read line by line.
#[derive(Debug, Default)]
pub(super) struct Conflicts {
    open: Option<Mark>,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// A line of the text, or of our side.
    Read,
    /// A line of another side, which would say again what our side says.
    Skipped,
    /// A mark.
    Mark(Mark),
}

impl Conflicts {
    /// Takes the next line, without its end.
    pub(super) fn next(&mut self, line: &str) -> Line {
        let mark = match self.open {
            _ if line.starts_with("<<<<<<< ") => Some(Mark::Ours),
            Some(_) if line.starts_with("||||||| ") => Some(Mark::Base),
            Some(_) if line == "=======" => Some(Mark::Theirs),
            Some(_) if line.starts_with(">>>>>>> ") => Some(Mark::End),
            _ => None,
        };
        match (mark, self.open) {
            (Some(mark), _) => {
                self.open = Some(mark).filter(|mark| *mark != Mark::End);
                Line::Mark(mark)
            }
            (None, Some(Mark::Base | Mark::Theirs)) => Line::Skipped,
            (None, _) => Line::Read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_side_is_read() {
        let mut conflicts = Conflicts::default();
        let text = "a\n=======\n<<<<<<< HEAD\nb\n||||||| 1\nc\n=======\nd\n>>>>>>> x\ne\n>>>>>>> y";
        let read: Vec<&str> = text.lines().filter(|line| conflicts.next(line) == Line::Read).collect();
        assert_eq!(read, ["a", "=======", "b", "e", ">>>>>>> y"]);
    }
}
