//! What calls give of which the documentation says so: other constructors, and methods that give the same sort of thing.
//!
//! So a rule names one constructor (`pandas.DataFrame().append`) for all ways to one. A function that gives something
//! else with certain arguments (`pandas.read_csv(chunksize=…)`) is named here where that has none of the methods that
//! rules ask for.

use ruff_python_ast::{Expr, ExprCall};

/// Whether something that a package makes can come from something else than its constructor.
pub fn has_other_makers(package: &str) -> bool {
    matches!(package, "pandas" | "polars")
}

/// The constructor of what a call of `function` gives, where that is another one.
pub(super) fn of(function: &str) -> Option<&'static str> {
    let package = function.split('.').next()?;
    let (of_functions, of_methods): (&[Made], &[Made]) = match package {
        "pandas" => (PANDAS, PANDAS_METHODS),
        "polars" => (POLARS, POLARS_METHODS),
        _ => return None,
    };
    let table = if function.contains("()") { of_methods } else { of_functions };
    let (object, name) = function.rsplit_once('.')?;
    let made = table.iter().find(|made| made.of == object && made.names.contains(&name))?;
    Some(made.gives)
}

/// Whether a call of `function` may give several of what it gives else, by their names: `read_excel(path, sheet_name=None)`.
pub(super) fn gives_several(function: &str, call: &ExprCall) -> bool {
    if function != "pandas.read_excel" {
        return false;
    }
    let arguments = &call.arguments;
    let sheet = arguments.find_argument_value("sheet_name", 1);
    let is_one = |sheet: &Expr| sheet.is_string_literal_expr() || sheet.is_number_literal_expr();
    let is_unpacked =
        arguments.args.iter().any(Expr::is_starred_expr) || arguments.keywords.iter().any(|k| k.arg.is_none());
    is_unpacked || sheet.is_some_and(|sheet| !is_one(sheet))
}

/// Functions of a module, or methods of an object, and the constructor of what they give.
struct Made {
    of: &'static str,
    names: &'static [&'static str],
    gives: &'static str,
}

/// <https://pandas.pydata.org/docs/reference/io.html>
const PANDAS: &[Made] = &[Made {
    of: "pandas",
    names: &[
        "read_clipboard",
        "read_csv",
        "read_excel",
        "read_feather",
        "read_fwf",
        "read_json",
        "read_orc",
        "read_parquet",
        "read_sql",
        "read_sql_query",
        "read_sql_table",
        "read_table",
        "json_normalize",
        "merge",
        "crosstab",
        "pivot_table",
    ],
    gives: "pandas.DataFrame",
}];

/// <https://pandas.pydata.org/docs/reference/frame.html>
const PANDAS_METHODS: &[Made] = &[
    Made {
        of: "pandas.DataFrame()",
        names: &[
            "append",
            "assign",
            "astype",
            "copy",
            "drop",
            "drop_duplicates",
            "dropna",
            "ffill",
            "fillna",
            "head",
            "join",
            "melt",
            "merge",
            "query",
            "reindex",
            "rename",
            "replace",
            "reset_index",
            "round",
            "sample",
            "set_index",
            "sort_index",
            "sort_values",
            "tail",
            "transpose",
        ],
        gives: "pandas.DataFrame",
    },
    Made {
        of: "pandas.Series()",
        names: &[
            "append",
            "astype",
            "copy",
            "drop",
            "drop_duplicates",
            "dropna",
            "ffill",
            "fillna",
            "head",
            "map",
            "reindex",
            "rename",
            "replace",
            "round",
            "sample",
            "sort_index",
            "sort_values",
            "tail",
        ],
        gives: "pandas.Series",
    },
];

/// <https://docs.pola.rs/api/python/stable/reference/io.html>
const POLARS: &[Made] = &[
    Made {
        of: "polars",
        names: &[
            "from_arrow",
            "from_dict",
            "from_dicts",
            "from_pandas",
            "from_records",
            "read_avro",
            "read_csv",
            "read_database",
            "read_delta",
            "read_ipc",
            "read_json",
            "read_ndjson",
            "read_parquet",
        ],
        gives: "polars.DataFrame",
    },
    Made {
        of: "polars",
        names: &["scan_csv", "scan_delta", "scan_iceberg", "scan_ipc", "scan_ndjson", "scan_parquet"],
        gives: "polars.LazyFrame",
    },
];

const POLARS_FRAME: &[&str] = &[
    "cast",
    "drop",
    "drop_nulls",
    "explode",
    "fill_null",
    "filter",
    "head",
    "join",
    "limit",
    "rename",
    "reverse",
    "select",
    "slice",
    "sort",
    "tail",
    "unique",
    "with_column",
    "with_columns",
    "with_row_count",
    "with_row_index",
];

/// <https://docs.pola.rs/api/python/stable/reference/dataframe/index.html>
const POLARS_METHODS: &[Made] = &[
    Made { of: "polars.DataFrame()", names: POLARS_FRAME, gives: "polars.DataFrame" },
    Made { of: "polars.DataFrame()", names: &["lazy"], gives: "polars.LazyFrame" },
    Made { of: "polars.LazyFrame()", names: POLARS_FRAME, gives: "polars.LazyFrame" },
    Made { of: "polars.LazyFrame()", names: &["collect"], gives: "polars.DataFrame" },
];

#[cfg(test)]
mod tests {
    use crate::python::parse::parse;

    #[test]
    fn what_calls_give() {
        for (text, expected) in [
            ("pd.read_csv(x).old", Some("pandas.DataFrame().old")),
            ("pd.DataFrame(x).dropna().old", Some("pandas.DataFrame().old")),
            ("a = pd.DataFrame()\na = a.append(x)\na.old", Some("pandas.DataFrame().old")),
            (
                "def f():\n  a = pd.read_csv(x)\n  for y in z:\n    a = a.append(y).drop(z)\n  a.old",
                Some("pandas.DataFrame().old"),
            ),
            ("a = pd.DataFrame()\na = a.groupby(x)\na.old", None),
            ("a = pd.DataFrame()\na = a[x]\na.old", None),
            ("pd.read_excel(x, sheet_name='a').old", Some("pandas.DataFrame().old")),
            ("pd.read_excel(x, None).old", Some("pandas.read_excel().old")),
            ("pd.DataFrame().groupby(x).old", Some("pandas.DataFrame().groupby().old")),
            ("pl.scan_csv(x).filter(y).collect().old", Some("polars.DataFrame().old")),
            ("pl.read_csv(x).lazy().old", Some("polars.LazyFrame().old")),
        ] {
            let uses = parse(&format!("import pandas as pd, polars as pl\n{text}"));
            assert_eq!(uses.problems, [], "{text}");
            let found = uses.references.iter().find(|reference| reference.name.rsplit('.').next() == Some("old"));
            assert_eq!(found.map(|reference| reference.name.as_str()), expected, "{text}");
        }
    }
}
