"""Says what pip, packaging and configparser make of texts.

A request is one line of JSON, `{"what": …, "of": [item, …]}`, its answer one line with a list of as many answers:

- `requirements`: `{"text": …, "constraint": bool}`, a requirements file -> its lines, see `read_line`
- `encoded`: the bytes of a requirements file in hexadecimal -> its text, or null where pip cannot decode it
- `pep508`: a dependency specifier -> a requirement, or a refusal
- `ini`: a text -> `[[section, [[key, value], …]], …]`, or null where configparser refuses it
- `contains`: `[specifiers, version]` -> a truth value, or null where either is malformed
- `markers`: a marker -> a truth value for each environment, or null where it is malformed
- `environments`: anything -> the environments
"""

import configparser
import io
import itertools
import json
import logging
import optparse
import os
import re
import sys

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName, Variable
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from pip._internal.models.link import Link
from pip._internal.req import constructors, req_file
from pip._internal.utils.urls import path_to_url
from pip._vendor.packaging.markers import Variable as PipVariable

MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "in": "contains", "not in": "not contains", "~=": "reversed ~="}


def marker_tree(marker):
    """`[variable, operator, value]` with the variable on the left, or `["and" | "or", [part, …]]`."""
    return None if marker is None else joined(marker._markers)


def joined(parts):
    if isinstance(parts, tuple):
        left, operator, right = parts[0], str(parts[1]), parts[2]
        if not isinstance(left, (Variable, PipVariable)):
            left, operator, right = right, MIRRORED.get(operator, operator), left
        is_name = left.value in ("extra", "extras", "dependency_groups")
        return [left.value, operator, canonicalize_name(right.value) if is_name else right.value]
    alternatives = [[]]
    for part in parts:
        if part == "or":
            alternatives.append([])
        elif part != "and":
            alternatives[-1].append(joined(part))
    every = [all_of[0] if len(all_of) == 1 else ["and", all_of] for all_of in alternatives]
    return every[0] if len(every) == 1 else ["or", every]


def requirement(**parts):
    nothing = {"name": None, "extras": [], "specifier": [], "marker": None, "url": None}
    return {"kind": "requirement"} | nothing | {"path": False, "editable": False, "hashes": 0} | parts


def refused(error):
    text = str(error).replace(os.getcwd(), "…")
    return {"kind": "refused", "why": f"{type(error).__name__}: {text.splitlines()[0] if text else ''}"}


def named(req):
    """What pip's and packaging's `Requirement` have in common."""
    if req is None:
        return {}
    return {
        "name": canonicalize_name(req.name),
        "extras": sorted(map(canonicalize_name, req.extras)),
        "specifier": sorted(set(map(str, req.specifier))),
        "marker": marker_tree(req.marker),
        "url": req.url,
    }


def read_requirements(item):
    """One answer for each line that says something, as pip joins lines: with `line`, its first, and `text`."""
    lines = []
    for number, line in req_file.preprocess(item["text"]):
        readings = [read_line(line, item["constraint"], folders=False)]
        if readings[0]["kind"] == "refused":
            # Perhaps there is a folder of that name.
            other = read_line(line, item["constraint"], folders=True)
            if other["kind"] != "refused":
                readings.append(other)
        lines.append({"line": number, "text": line, "readings": readings})
    return lines


PARSE_LINE = req_file.get_line_parser(None)
_, NO_OPTIONS = PARSE_LINE("")


def parse_line(line):
    """As pip does. It makes a parser of options anew for each line, which takes most of its time: those without are
    spared."""
    args, options = req_file.break_args_options(line)
    return PARSE_LINE(line) if options else (args, NO_OPTIONS)


def read_line(line, constraint, folders):
    """`nothing`, `option`, `include`, `refused` or `requirement`. `folders`: whether every path is that of a folder
    with a project in it; there are no other files."""
    try:
        args, options = parse_line(line)
        parsed = req_file.ParsedLine("requirements.txt", 1, args, options, constraint)
        if parsed.requirement is not None:
            return read_requirement(req_file.handle_requirement_line(parsed), args, options, folders)
    except Exception as error:
        return refused(error)
    for targets, is_constraint in ((options.requirements, False), (options.constraints, True)):
        if targets:
            return {"kind": "include", "constraint": is_constraint, "target": targets[0]}
    return {"kind": "option"}


# Nobody has a folder that is called like an address.
ADDRESS = re.compile(r"://|^(git|hg|svn|bzr)\+")


class Disk:
    """What pip sees of the disk, and the link that it makes while it reads one line."""

    # Whether every path is that of a folder.
    folders = False
    # What the first link was made from, and whether pip made that from a path.
    address = None
    from_path = False

    @classmethod
    def link(cls, url, *rest, **named):
        if cls.address is None:
            cls.address = url
        return Link(url, *rest, **named)

    @classmethod
    def path_to_url(cls, path):
        if cls.address is None:
            cls.from_path = True
        return path_to_url(path)

    @classmethod
    def install(cls):
        constructors.Link = cls.link
        constructors.path_to_url = cls.path_to_url
        constructors.is_installable_dir = lambda path: True
        os.path.isdir = lambda path: cls.folders and path != ""
        os.path.isfile = lambda path: False
        # A folder may be one of Windows.
        looks_like_path = constructors._looks_like_path
        constructors._looks_like_path = lambda name: looks_like_path(name) or (cls.folders and "\\" in name)

    @classmethod
    def reset(cls, folders):
        cls.folders, cls.address, cls.from_path = folders, None, False


def read_requirement(parsed, args, options, folders):
    if args and options.editables:
        # pip takes the words before `-e` for the value of `-e`.
        raise ValueError("-e cannot follow a requirement")
    Disk.reset(folders and not ADDRESS.search(parsed.requirement))
    read = constructors.install_req_from_parsed_requirement(parsed)
    parts = named(read.req)
    if Disk.address is not None:
        url = None if Disk.from_path else Disk.address
        for system in ("git", "hg", "svn", "bzr"):
            # The part before `+` is pip's.
            if url and parsed.requirement.lower().startswith(f"{system}:"):
                url = parsed.requirement
        parts["url"] = url
    parts["path"] = Disk.from_path
    parts["extras"] = sorted(map(canonicalize_name, read.extras))
    parts["marker"] = marker_tree(read.markers)
    parts["editable"] = read.editable
    parts["hashes"] = sum(map(len, read.hash_options.values()))
    return requirement(**parts)


def decode(item):
    try:
        return req_file._decode_req_file(bytes.fromhex(item), "requirements.txt")
    except (UnicodeDecodeError, LookupError):
        return None


def read_pep508(item):
    try:
        return requirement(**named(Requirement(item)))
    except InvalidRequirement as error:
        return refused(error)


def read_ini(item):
    parser = configparser.RawConfigParser()
    try:
        # Universal newlines, as a file is opened.
        parser.read_file(io.StringIO(item, newline=None))
    except configparser.Error:
        return None
    sections = [[name, list(map(list, entries.items()))] for name, entries in parser._sections.items()]
    return [["DEFAULT", list(map(list, parser._defaults.items()))], *sections]


def contains(item):
    specifiers, version = item
    try:
        return SpecifierSet(specifiers).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return None


def environments():
    pythons = ["2.7.18", "3.1.5", "3.6.15", "3.7.17", "3.8.0", "3.8.20", "3.9.25", "3.10.0", "3.11.9", "3.12.0", "3.13.1", "3.14.2", "4.0.0"]
    systems = [
        ("linux", "posix", "Linux", "x86_64", "6.5.0-1014-aws"),
        ("win32", "nt", "Windows", "AMD64", "10"),
        ("darwin", "posix", "Darwin", "arm64", "23.4.0"),
    ]
    implementations = [("CPython", "cpython"), ("PyPy", "pypy")]
    extras = ["", "test"]
    for python, system, implementation, extra in itertools.product(pythons, systems, implementations, extras):
        yield {
            "python_version": ".".join(python.split(".")[:2]),
            "python_full_version": python,
            "sys_platform": system[0],
            "os_name": system[1],
            "platform_system": system[2],
            "platform_machine": system[3],
            "platform_release": system[4],
            "platform_version": "#1 SMP",
            "platform_python_implementation": implementation[0],
            "implementation_name": implementation[1],
            "implementation_version": python,
            "extra": extra,
        }


ENVIRONMENTS = list(environments())


def evaluate(item):
    try:
        marker = Marker(item)
    except InvalidMarker:
        return None

    def holds(environment):
        try:
            return marker.evaluate(environment)
        except (UndefinedComparison, UndefinedEnvironmentName, InvalidSpecifier, InvalidVersion):
            return False

    return [holds(environment) for environment in ENVIRONMENTS]


ANSWERS = {
    "requirements": read_requirements,
    "encoded": decode,
    "pep508": read_pep508,
    "ini": read_ini,
    "contains": contains,
    "markers": evaluate,
    "environments": lambda _: ENVIRONMENTS,
}


def main():
    logging.disable(logging.CRITICAL)
    optparse.OptionParser.print_usage = lambda parser, file=None: None
    # What depends on the locale is refused.
    req_file.get_locale_encoding = lambda: "ascii"
    os.environ.clear()
    Disk.install()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        answer = ANSWERS[request["what"]]
        answers = [answer(item) for item in request["of"]]
        sys.stdout.buffer.write(json.dumps(answers).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
