//! What an index of names is, for `index info`.

use serde_json::{Value as Json, json};

use crate::knowledge::index::Index;
use crate::knowledge::index::file::Scope;

/// For people.
pub fn text(index: &Index) -> String {
    let scope = match index.scope() {
        Scope::Full => "every name of the public index",
        Scope::Private => "private names, beside those of the public index",
    };
    let (date, names, ranked) = (index.date(), grouped(index.len()), grouped(index.ranked_len()));
    let size = grouped(index.size() / 1000);
    format!("{scope}\ndate    {date}\nnames   {names}\nranked  {ranked}\nsize    {size} kB\n")
}

/// For programs.
pub fn json(index: &Index) -> Json {
    json!({
        "version": 1,
        "index": {
            "scope": index.scope().name(),
            "date": index.date().to_string(),
            "names": index.len(),
            "ranked": index.ranked_len(),
            "bytes": index.size(),
        }
    })
}

/// A number with a comma every three digits.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_digits() {
        for (number, expected) in
            [(0, "0"), (999, "999"), (1000, "1,000"), (886_323, "886,323"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number), expected);
        }
    }
}
