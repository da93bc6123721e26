//! Container files (`Dockerfile`): what `RUN pip install …` puts into an image.

use super::{Format, Group, ReadContext, Reading, install};
use crate::evidence::docker;

/// The format.
pub const FORMAT: Format = Format { name: "dockerfile", matches: docker::FORMAT.matches, read };

fn read(text: &str, _context: ReadContext<'_>) -> Reading {
    let mut out = Reading::default();
    if text.contains("install") {
        let seen = (docker::FORMAT.read)(text);
        for command in install::commands(&seen) {
            command.read(text, &Group::Runtime, &mut out);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_installed() {
        let text = "\
FROM python:3.12
ARG V=1
RUN pip install --no-cache-dir a 'b>=1,<2' \\
    # why
    c[x]==1.0 \\
    && python3 -m pip install -r requirements.txt d==$V ./e .
RUN <<EOF
uv pip install --system f
apt-get install g
EOF
RUN conda install h && pipx install i && npm install j
RUN [\"pip\", \"install\", \"k\"]
RUN pip install l=1
RUN pip install m>=1
RUN uv pip install \"n[x] @ file://$(ls /tmp/n-*.whl)\"
";
        let reading = read(text, ReadContext { path: "Dockerfile" });
        let shown: Vec<_> = reading.requirements.iter().map(|r| format!("{} {}", r.raw, r.at.of(text))).collect();
        let built = "n[x] @ file://$(ls /tmp/n-*.whl)";
        let built = format!("{built} {built}");
        let plain = ["a a", "b>=1,<2 b>=1,<2", "c[x]==1.0 c[x]==1.0", "d d==$V", "f f", "k k", "l=1 l=1", "m m"];
        assert_eq!(shown, plain.into_iter().chain([built.as_str()]).collect::<Vec<_>>());
        let faults: Vec<_> = reading.problems.iter().map(|p| p.at.unwrap_or_default().of(text)).collect();
        assert_eq!(faults, ["="]);
    }
}
