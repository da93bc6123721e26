//! Strategies for the texts of manifests: mostly right, with every slip that people and machines make.
//! `tests/second-oracle` reads them as well.

#![allow(dead_code, reason = "each oracle is asked about a part of them")]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::texts::Text;

type Words = BoxedStrategy<String>;

fn one_of(words: &'static [&'static str]) -> Words {
    select(words).prop_map(str::to_owned).boxed()
}

/// Nothing three times out of four.
fn maybe(words: impl Strategy<Value = String> + 'static) -> Words {
    prop_oneof![3 => Just(String::new()), 1 => words].boxed()
}

/// Nothing most of the time.
fn rarely(words: impl Strategy<Value = String> + 'static) -> Words {
    prop_oneof![16 => Just(String::new()), 1 => words].boxed()
}

fn joined(parts: Vec<Words>) -> Words {
    parts.prop_map(|parts| parts.concat()).boxed()
}

/// White space where some is allowed.
fn blank() -> Words {
    prop_oneof![6 => Just(String::new()), 6 => Just(" ".to_owned()), 1 => one_of(&["  ", "\t", "\u{a0}", " \t "])]
        .boxed()
}

fn name() -> Words {
    prop_oneof![
        32 => one_of(&["requests", "Flask", "zope.interface", "ruamel.yaml", "a", "A_b-c.D", "x1", "python-dateutil", "py3"]),
        1 => one_of(&["a-", "-a", "_a", "a.", "a..b", "1", "café", "a b", "a/b", ".", "..", "", "ａ", "a\u{e9}"]),
    ]
    .boxed()
}

fn extras() -> Words {
    let extra = prop_oneof![
        24 => one_of(&["socks", "a_b", "A.b", "x-y", "dev", "1"]),
        1 => one_of(&["", "a b", "-", "é", "[x]", "*"]),
    ];
    let comma = prop_oneof![16 => Just(","), 1 => select(&[" ", ";", ",,"][..])];
    let list = (vec(extra, 0..4), blank(), comma);
    let inner = list.prop_map(|(extras, blank, comma)| extras.join(&format!("{blank}{comma}{blank}")));
    let brackets = prop_oneof![24 => Just(("[", "]")), 1 => select(&[("[", ""), ("", "]"), ("[[", "]]"), ("(", ")"), (" [", " ]")][..])];
    (brackets, inner).prop_map(|((open, close), inner)| format!("{open}{inner}{close}")).boxed()
}

/// A version, or nearly one.
pub(crate) fn version() -> Words {
    let number = || one_of(&["0", "1", "2", "10", "007", "2024", "3"]);
    let release = vec(number(), 1..5).prop_map(|numbers| numbers.join(".")).boxed();
    let epoch = maybe(one_of(&["0!", "1!"]));
    let pre = maybe(one_of(&["a1", "b2", "rc1", ".rc.1", "-alpha", "_beta_3", "c0", "PRE2", "preview", "a"]));
    let post = maybe(one_of(&[".post1", "-1", "post", ".rev2", "-r3", "_POST_4", ".post0"]));
    let dev = maybe(one_of(&[".dev0", "dev", "-dev1", ".DEV2", "_dev_3"]));
    let local = rarely(one_of(&["+cpu", "+local.1", "+1", "+a-b_c", "+001", "+"]));
    let whole = joined(vec![maybe(one_of(&["v", "V"])), epoch, release, pre, post, dev, local]);
    prop_oneof![40 => whole, 1 => one_of(&["latest", "", "1..0", "1.", ".1", "*", "1.0foo", "1,0", "${VERSION}", "'1.0'", "1.0 0", "\u{661}"])].boxed()
}

fn clause() -> Words {
    let operator = prop_oneof![
        40 => one_of(&["==", ">=", "<=", "!=", "~=", "<", ">", "==="]),
        1 => one_of(&["=", "=>", "=<", "<>", "^", "~", "> =", "====", "==!"]),
    ];
    let any = joined(vec![operator.boxed(), blank(), version(), rarely(one_of(&[".*", "*", ".*.*", ".x"]))]);
    let wildcard = joined(vec![
        one_of(&["==", "!=", "==", "!=", ">="]),
        blank(),
        one_of(&["1.*", "1.0.*", "2!1.*", "v1.*", "1.0a1.*"]),
    ]);
    prop_oneof![6 => any, 1 => wildcard].boxed()
}

/// Clauses with commas.
pub(crate) fn specifier() -> Words {
    let comma = prop_oneof![32 => Just(","), 1 => select(&[" ", ",,", ";", " and ", "|", ""][..])];
    (vec(clause(), 0..4), blank(), comma, blank(), any::<bool>(), any::<u8>())
        .prop_map(|(clauses, before, comma, after, trailing, bracket)| {
            let mut text = clauses.join(&format!("{before}{comma}{after}"));
            if trailing && bracket < 50 {
                text.push(',');
            }
            if bracket > 230 { format!("({text})") } else { text }
        })
        .boxed()
}

/// A marker.
pub(crate) fn marker() -> Words {
    let variable = prop_oneof![
        48 => one_of(&[
            "python_version", "python_full_version", "os_name", "sys_platform", "platform_release", "platform_system",
            "platform_version", "platform_machine", "platform_python_implementation", "implementation_name",
            "implementation_version", "extra",
        ]),
        2 => one_of(&["os.name", "sys.platform", "platform.version", "platform.machine", "platform.python_implementation", "python_implementation", "extras", "dependency_groups"]),
        1 => one_of(&["python", "platform", "'a'", "PYTHON_VERSION", "python-version", "os_name_"]),
    ];
    let value = prop_oneof![
        16 => one_of(&["3", "3.8", "3.10", "3.7.1", "2.7", "3.*", "3.1.*", "4", "3.8rc1", "2.7, 3.8", "3.10.0"]),
        16 => one_of(&["linux", "win32", "win", "darwin", "nt", "posix", "Linux", "x86_64", "CPython", "cpython", "test", "te_st", "A.b", ""]),
        1 => one_of(&["three", "a\\'b", "é", "\\x41", "a\"b", ";", "#", " # x", "\\"]),
    ];
    let quoted = (value, prop_oneof![12 => Just("'"), 12 => Just("\""), 1 => select(&["", "\u{2019}", "`"][..])])
        .prop_map(|(value, quote)| format!("{quote}{value}{quote}"));
    let operator = prop_oneof![
        60 => one_of(&["==", "!=", "<", "<=", ">", ">=", "~=", "===", " in ", " not in ", "in", " not  in "]),
        1 => one_of(&["=", "=>", " not ", " is ", "<>", "!", " notin ", ""]),
    ];
    let comparison = (variable, blank(), operator, blank(), quoted, any::<u8>()).prop_map(
        |(variable, before, operator, after, value, reversed)| {
            if reversed > 200 {
                format!("{value}{before}{operator}{after}{variable}")
            } else {
                format!("{variable}{before}{operator}{after}{value}")
            }
        },
    );
    comparison
        .prop_recursive(3, 8, 3, |inner| {
            let word = prop_oneof![40 => select(&[" and ", " or "][..]), 1 => select(&["and", "or", " AND ", " && ", ",", " "][..])];
            let all = vec(inner.clone(), 1..4);
            prop_oneof![
                3 => (all, word).prop_map(|(parts, word)| parts.join(word)),
                3 => (inner.clone(), blank()).prop_map(|(inner, blank)| format!("({blank}{inner}{blank})")),
                1 => (inner, select(&[("(", ")"), ("(", ")"), ("(", ")"), ("(", ""), ("", ")"), ("((", ")")][..])).prop_map(|(inner, (a, b))| format!("{a}{inner}{b}")),
            ]
        })
        .boxed()
}

fn url() -> Words {
    let scheme = one_of(&[
        "https://",
        "http://",
        "git+https://",
        "git+ssh://git@",
        "hg+https://",
        "svn+svn://",
        "bzr+lp:",
        "file:///",
        "file:",
        "ftp://",
        "HTTPS://",
        "git://",
        "git+git@",
        "ssh://",
        "git+file:///",
        "sftp://",
    ]);
    let host = one_of(&["x.example", "user:pw@x.example:8080", "x.example", "[::1]", "x[.example", ""]);
    let path = one_of(&[
        "/a.zip",
        "/a-1.0-py3-none-any.whl",
        "/a.git",
        "/a/b.git@v1.0",
        "/a-1.0%2Bcpu-py3-none-any.whl",
        "/a.whl",
        "/a b.zip",
        "",
        "/",
        "/../a",
        "/a;b.zip",
        "/a.tar.gz?x=y",
        "/a;",
        "/A_b-1-1-py2.py3-none-any.whl",
        ":o/a.git",
        "/%61.zip",
    ]);
    let fragment = prop_oneof![2 => Just(String::new()), 3 => one_of(&["#egg=a", "#egg=a[x]", "#egg=a&subdirectory=b", "#subdirectory=b&egg=A.b", "#sha256=00", "#egg=", "#egg=a-1.0", "#egg=a==1", "#", "#md5=1&egg=b", "#egg=a b", "[x]", "#EGG=a"])];
    joined(vec![scheme, host, path, fragment.boxed()])
}

fn path() -> Words {
    let paths = one_of(&[
        ".",
        "..",
        "./x",
        "../x",
        "x/y",
        "/srv/x",
        "~/x",
        "C:\\x\\y",
        ".\\x",
        "dist/a-1.0-py3-none-any.whl",
        "a-1.0.tar.gz",
        "./a.zip",
        "a.ZIP",
        "x.egg",
        "./x y",
        "\\\\s\\x",
        "./x@1",
        "a.whl",
        ".zip",
        "./x=y",
        "x",
    ]);
    joined(vec![paths, maybe(extras())])
}

fn option() -> Words {
    let flags = one_of(&[
        "--pre",
        "--no-index",
        "--prefer-binary",
        "--require-hashes",
        "--pr",
        "--no",
        "--no-",
        "--foo",
        "-x",
        "--",
        "-",
        "--no-require-hashes",
        "--pre=1",
    ]);
    let value = prop_oneof![
        4 => one_of(&["a", "a.txt", "../b/a.txt", "https://index.example/simple", ":all:", "a,b", "\"a b\"", "'a'", "a\\ b", "\"a", "'", "-", "--pre", "k=v", "${TOKEN}", "sha256:00", "md5:00", "sha512:ab", "sha256", ""]),
        1 => path(),
        1 => url(),
    ];
    let valued = one_of(&[
        "-r",
        "-c",
        "-e",
        "-i",
        "-f",
        "-C",
        "--requirement",
        "--constraint",
        "--editable",
        "--index-url",
        "--pypi-url",
        "--extra-index-url",
        "--find-links",
        "--no-binary",
        "--only-binary",
        "--trusted-host",
        "--use-feature",
        "--hash",
        "--config-settings",
        "--config-setting",
        "--global-option",
        "--install-option",
        "--all-releases",
        "--only-final",
        "--req",
        "--extra",
    ]);
    let separator = one_of(&[" ", " ", "=", "=", "", "  ", "\t"]);
    prop_oneof![1 => flags, 5 => joined(vec![valued, separator, value.boxed()])].boxed()
}

fn editable() -> Words {
    let option = one_of(&["-e ", "-e", "--editable ", "--editable=", "-e  "]);
    let direct = joined(vec![
        name(),
        maybe(extras()),
        one_of(&[" @ ", "@"]),
        url(),
        maybe(joined(vec![one_of(&[";", " ; "]), marker()])),
    ]);
    let quoted = direct.prop_map(|direct| format!("\"{direct}\"")).boxed();
    let value = prop_oneof![2 => url(), 2 => path(), 1 => quoted, 1 => name()];
    joined(vec![option, value.boxed(), maybe(joined(vec![one_of(&[" ; ", ";", " "]), marker()]))])
}

/// A dependency specifier, or nearly one.
pub(crate) fn dependency() -> Words {
    let by_name = joined(vec![blank(), name(), blank(), maybe(extras()), blank(), specifier(), blank()]);
    let direct = joined(vec![name(), maybe(extras()), one_of(&[" @ ", "@", " @", "@ "]), url(), blank()]);
    let condition = prop_oneof![
        2 => Just(String::new()),
        3 => (one_of(&[";", " ; ", "; ", ";", " ;", " ; ", ";;"]), marker()).prop_map(|(semicolon, marker)| semicolon + &marker),
        1 => one_of(&[";", " ; ", ";\t"]),
    ];
    let body = prop_oneof![4 => by_name, 1 => direct];
    let whole = joined(vec![body.boxed(), condition.boxed(), blank()]);
    slipped(whole)
}

/// At times with a character put in, left out or changed.
fn slipped(words: Words) -> Words {
    const STRAY: &[char] = &[
        ' ',
        '\t',
        '\\',
        '\'',
        '"',
        '#',
        ';',
        ',',
        '[',
        ']',
        '(',
        ')',
        '@',
        '=',
        '<',
        '>',
        '!',
        '~',
        '*',
        '.',
        '-',
        '_',
        '+',
        '/',
        ':',
        '$',
        '{',
        '}',
        '\0',
        '\u{b}',
        '\u{1f}',
        '\u{85}',
        '\u{a0}',
        '\u{2028}',
        '\u{3000}',
        '\u{feff}',
        '\u{e9}',
        '\u{130}',
        '\u{1f40d}',
        'a',
        '1',
    ];
    let slip = (any::<prop::sample::Index>(), select(STRAY), 0..3_u8);
    let slips = prop_oneof![8 => Just(Vec::new()), 1 => vec(slip, 1..3)];
    (words, slips)
        .prop_map(|(text, slips)| {
            let mut chars: Vec<char> = text.chars().collect();
            for (at, stray, kind) in slips {
                let at = at.index(chars.len() + 1);
                match kind {
                    0 => chars.insert(at, stray),
                    1 if at < chars.len() => chars[at] = stray,
                    _ if at < chars.len() => drop(chars.remove(at)),
                    _ => {}
                }
            }
            chars.into_iter().collect()
        })
        .boxed()
}

/// One logical line of a requirements file.
fn line() -> Words {
    let options = vec(joined(vec![one_of(&[" ", "  ", " \\\n  ", "\t"]), option()]), 0..3)
        .prop_map(|options| options.concat())
        .boxed();
    let what = prop_oneof![6 => dependency(), 1 => slipped(url()), 1 => slipped(path()), 2 => slipped(editable()), 2 => slipped(option())];
    let comment = maybe(one_of(&[" # why", "# why", "  #", "\t# a \\", " # -e b", "#", " #a==1"]));
    joined(vec![maybe(blank()), what.boxed(), maybe(options), comment])
}

/// A requirements or constraints file of a few lines.
pub(crate) fn requirements_file() -> impl Strategy<Value = Text> {
    let end = prop_oneof![
        12 => Just("\n"),
        4 => select(&["\r\n", "\r", "\u{b}", "\u{c}", "\u{1c}", "\u{1d}", "\u{1e}", "\u{85}", "\u{2028}", "\u{2029}", "\n\n", "\n\r"][..]),
        2 => select(&["\\\n", " \\\n  ", "\\\\\n", " \\\r\n", "\\ \n", "\\\n\n", " \\\n# c\n", "\\\n # c \\\n"][..]),
    ];
    let other = one_of(&["", "# comment", "  # comment \\", "\\", "#", "   ", "\u{feff}a", "\u{200b}"]);
    let lines = vec((prop_oneof![8 => line(), 1 => other], end), 1..4);
    (lines, any::<u8>()).prop_map(|(lines, kind)| Text {
        text: lines.into_iter().map(|(line, end)| line + end).collect(),
        constraint: kind > 220,
    })
}

/// An INI file of a few lines.
pub(crate) fn ini_file() -> impl Strategy<Value = String> {
    let header = one_of(&[
        "[a]",
        "[metadata]",
        "[tool:x]",
        "[ a ]",
        "[a] trailing",
        "[a",
        "[]",
        "[A]",
        "[a]b]",
        "[DEFAULT]",
        "  [a]",
        "[a]]",
        "[[a]]",
    ]);
    let key = one_of(&["k", "Key", "long key", "k.x", "é", "İ", "-", "", "#k", ";k", "[k", "k]", "\u{a0}k"]);
    let delimiter =
        prop_oneof![8 => select(&["=", " = ", ":", ": ", " =", "\t=\t"][..]), 1 => select(&["", " ", "=="][..])];
    let value = one_of(&[
        "v",
        "v # not a comment",
        "v ; w",
        "a=b",
        "",
        "  ",
        "[x]",
        "# c",
        "%(x)s",
        "\"q\"",
        "v\u{a0}",
        "\u{2028}",
        "a\u{85}b",
        "\u{c}",
        "a:b:c",
    ]);
    let entry =
        (key, delimiter, value.clone()).prop_map(|(key, delimiter, value)| format!("{key}{delimiter}{value}")).boxed();
    let indent = one_of(&["  ", "    ", "\t", " ", "\u{a0}", "\u{3000}", "\u{1f}"]);
    let more = joined(vec![indent.clone(), prop_oneof![2 => value, 1 => entry.clone(), 1 => header.clone()].boxed()]);
    let comment = one_of(&["# c", "; c", "  # c", "\t; c", "#", "#k = v"]);
    let empty = one_of(&["", "  ", "\t", "\u{a0}", "\u{c}"]);
    let line = prop_oneof![2 => header.clone(), 5 => entry.clone(), 4 => more, 1 => comment, 1 => empty, 1 => joined(vec![indent, entry])];
    let end =
        prop_oneof![12 => Just("\n"), 1 => select(&["\r\n", "\r", "\n\n", "\n\r", "\u{b}", "\u{2028}", "\u{85}"][..])];
    let lines = vec((slipped(line.boxed()), end), 0..8);
    (prop_oneof![8 => Just("[s]\n".to_owned()), 1 => Just(String::new())], lines)
        .prop_map(|(first, lines)| first + &lines.into_iter().map(|(line, end)| line + end).collect::<String>())
}
