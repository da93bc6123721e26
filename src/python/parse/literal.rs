//! Literals as text.

use std::fmt::Write;

use ruff_python_ast::{Expr, Number, UnaryOp};

/// A literal as Python writes it, always with double quotes; nothing for what is no literal. Signed numbers count,
/// strings with replacement fields and complex numbers do not.
pub(super) fn literal(expr: &Expr) -> Option<String> {
    Some(match expr {
        Expr::NoneLiteral(_) => "None".to_owned(),
        Expr::BooleanLiteral(literal) => if literal.value { "True" } else { "False" }.to_owned(),
        Expr::EllipsisLiteral(_) => "...".to_owned(),
        Expr::NumberLiteral(literal) => number(&literal.value)?,
        Expr::UnaryOp(unary) if matches!(unary.op, UnaryOp::USub | UnaryOp::UAdd) => {
            let Expr::NumberLiteral(literal) = unary.operand.as_ref() else { return None };
            let number = number(&literal.value)?;
            if unary.op == UnaryOp::USub { format!("-{number}") } else { number }
        }
        Expr::StringLiteral(literal) => {
            let value = literal.value.to_str();
            let mut text = String::with_capacity(value.len() + 2);
            text.push('"');
            // Most strings have nothing that is written in another way.
            if value.bytes().any(is_special) {
                value.chars().for_each(|character| push(&mut text, character));
            } else {
                text.push_str(value);
            }
            text.push('"');
            text
        }
        Expr::BytesLiteral(literal) => {
            let mut text = String::from("b\"");
            for byte in literal.value.bytes() {
                match byte {
                    0x20..0x7f | b'\n' | b'\r' | b'\t' => push(&mut text, byte as char),
                    _ => escape(&mut text, u32::from(byte)),
                }
            }
            text.push('"');
            text
        }
        _ => return None,
    })
}

fn number(number: &Number) -> Option<String> {
    match number {
        Number::Int(int) => Some(int.to_string()),
        Number::Float(float) => Some(format!("{float:?}")),
        Number::Complex { .. } => None,
    }
}

/// Whether a byte of a string is written in another way.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | ..b' ' | b'\x7f')
}

fn push(text: &mut String, character: char) {
    match character {
        '"' | '\\' => text.extend(['\\', character]),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        '\0'..' ' | '\x7f' => escape(text, u32::from(character)),
        _ => text.push(character),
    }
}

fn escape(text: &mut String, code: u32) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\\x{code:02x}");
}
