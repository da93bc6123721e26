//! JSON as Python's `json` module reads it, with places.

use jsonc_parser::ast::Value;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::source::Extent;

/// Why a text is no JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where.
    pub(crate) at: Extent,
    /// In lower case.
    pub(crate) reason: String,
    /// Where, in words: `line 3, column 1`.
    pub(crate) place: String,
}

/// The value of a text, or nothing where the text is empty. Numbers may be `NaN`, as in Python.
pub(crate) fn parse(text: &str) -> Result<Option<Value<'_>>, Fault> {
    let options = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: true,
        allow_extended_string_escapes: false,
    };
    match parse_to_ast(text, &CollectOptions::default(), &options) {
        Ok(parsed) => Ok(parsed.value),
        Err(error) => {
            let range = error.range();
            let end = range.end.min(text.len());
            Err(Fault {
                at: Extent::new(range.start.min(end), end),
                reason: error.kind().to_string().to_lowercase(),
                place: format!("line {}, column {}", error.line_display(), error.column_display()),
            })
        }
    }
}
