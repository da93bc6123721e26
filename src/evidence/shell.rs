//! Shell scripts.

use super::{Format, Seen, command};
use crate::manifest::mapped::Mapped;

/// `*.sh`, and whatever a command line leads to.
pub const FORMAT: Format = Format {
    name: "shell script",
    matches: |name, _| name.rsplit_once('.').is_some_and(|(_, extension)| matches!(extension, "sh" | "bash" | "zsh")),
    read,
};

/// Reads a script, unless its first line names another language.
fn read(text: &str) -> Seen {
    let mut seen = Seen::default();
    let first = text.lines().next().unwrap_or_default();
    let shell = |word: &str| matches!(word, "sh" | "bash" | "dash" | "zsh" | "ash" | "ksh");
    let other = first.starts_with("#!") && !first.split(['/', ' ']).any(shell);
    if !other && !text.contains('\0') {
        command::read(&Mapped::new(text, 0), &mut seen);
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::shown;

    #[test]
    fn reads_scripts() {
        let text = "#!/usr/bin/env bash\nset -euo pipefail\ncd \"$(dirname \"$0\")/..\"\nexport X=1\nuv run ruff check \"$@\"\n. ./lib.sh\n";
        assert_eq!(shown(&read(text), text), ["Command:ruff check $@", "follows:./lib.sh"]);
        let text = "#!/usr/bin/env python\nruff check\n";
        assert_eq!(read(text), Seen::default());
    }
}
