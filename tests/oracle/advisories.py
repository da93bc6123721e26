"""Says which versions advisories affect, as the OSV schema and packaging have it.

    xz -dc advisories.jsonl.xz | python3 tests/oracle/advisories.py > fixtures/advisories/answers.tsv

Reads OSV records, one a line, and writes a line for each distribution of each record: its name, the record's identifier,
and some versions with the answers for each. A version stands for eight: itself and those that `neighbours` makes of it, and
two hexadecimal digits have a bit for each, the first one the lowest. `=text:1` is a text that is no version.
`tests/advisories.rs` holds the program against it. The versions are those where ranges begin and end, and listed ones.

Source: the section "Evaluation" of the schema. Two things it leaves open: what begins and ends at the same version
is affected there, and a range with a bound that is no version says nothing.
"""

import json
import re
import sys

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

#: How many versions stand for a distribution of a record.
LEAST, MOST = 3, 5


def parsed(text):
    try:
        return Version(text)
    except InvalidVersion:
        return None


def neighbours(text):
    """The version, and seven around it."""
    release = re.match(r"(\d+!)?\d+(\.\d+)*", text).group()
    epoch, _, parts = release.rpartition("!")
    parts = [int(part) for part in parts.split(".")]
    at = max((i for i, part in enumerate(parts) if part), default=None)
    if at is not None:
        parts = [*parts[:at], parts[at] - 1, *(99 for _ in parts[at + 1 :])]
    before = (epoch + "!" if epoch else "") + ".".join(map(str, parts))
    return [text, release, release + ".dev1", release + "a1", release + ".post1", release + "+local", release + ".0.1", before]


def in_range(version, events):
    """Whether a range, as pairs of what happens and where, has the version."""
    if any(kind != "limit" and at != "0" and parsed(at) is None for kind, at in events):
        return False
    limits = [at for kind, at in events if kind == "limit"]
    if limits and not any(at == "*" or version < Version(at) for at in limits):
        return False
    order = {"fixed": 0, "introduced": 1, "last_affected": 2}
    steps = [(kind, None if kind == "introduced" and at == "0" else Version(at)) for kind, at in events if kind in order]
    steps.sort(key=lambda step: (step[1] is not None, step[1] or Version("0"), order[step[0]]))
    affected = False
    for kind, at in steps:
        if kind == "introduced" and (at is None or version >= at):
            affected = True
        elif kind == "fixed" and version >= at:
            affected = False
        elif kind == "last_affected" and version > at:
            affected = False
    return affected


def is_affected(version, affected):
    """Whether one of a record's entries about a distribution has the version."""
    for entry in affected:
        if version in [parsed(text) for text in entry.get("versions", [])]:
            return True
        for found in entry.get("ranges", []):
            events = [pair for event in found["events"] for pair in event.items()]
            if found["type"] == "ECOSYSTEM" and in_range(version, events):
                return True
    return False


def bases(affected):
    """Versions around which to ask: bounds first, then listed ones, then any."""
    bounds, listed = [], []
    for entry in affected:
        for found in entry.get("ranges", []):
            bounds += [at for event in found["events"] for at in event.values() if at != "0" and parsed(at)]
        listed += [text for text in entry.get("versions", []) if parsed(text)]
    some = [listed[0], listed[-1], listed[len(listed) // 2]] if listed else []
    every = dict.fromkeys(str(Version(text)) for text in [*bounds[: MOST - 1], *some])
    return list(dict.fromkeys([*list(every)[:MOST], *["0", "1.0", "999"][: max(0, LEAST - len(every))]]))


def name_of(entry):
    package = entry.get("package")
    if package is None:
        return entry["name"]
    return package["name"] if package["ecosystem"] == "PyPI" else None


def main():
    lines = []
    for line in sys.stdin:
        record = json.loads(line)
        if record.get("withdrawn"):
            continue
        for name in {canonicalize_name(name_of(entry)) for entry in record["affected"] if name_of(entry)}:
            affected = [entry for entry in record["affected"] if name_of(entry) and canonicalize_name(name_of(entry)) == name]
            answers = []
            for base in bases(affected):
                bits = sum(is_affected(Version(text), affected) << at for at, text in enumerate(neighbours(base)))
                answers.append(f"{base}:{bits:02x}")
            odd = [text for entry in affected for text in entry.get("versions", []) if not parsed(text)]
            answers += [f"={text}:1" for text in odd[:2] if not re.search(r"\s", text)]
            lines.append(f"{name}\t{record['id']}\t{' '.join(answers)}\n")
    sys.stdout.write("".join(sorted(lines)))


if __name__ == "__main__":
    main()
