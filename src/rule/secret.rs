//! What secrets look like that services give out, and what only stands for one.

use std::collections::BTreeSet;

use crate::knowledge::model::SecretForm;

/// Parts of what people write instead of a secret (in lower case).
const STAND_INS: &[&str] =
    &["example", "secret", "xxxx", "your", "test", "fake", "dummy", "12345678", "abcdefgh", "01234567", "00000000"];

/// The key that the emulator of Azure's storage documents, by its beginning.
const EMULATOR: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq";

/// Whether `text` is a secret of this form. What was made up for documentation and tests is none.
pub fn is_one(form: SecretForm, text: &str) -> bool {
    match form {
        SecretForm::AwsKeyId => {
            let rest = text.strip_prefix("AKIA").or_else(|| text.strip_prefix("ASIA"));
            rest.is_some_and(|rest| rest.len() == 16 && all(rest, is_capital_or_digit) && is_random(rest, 8))
        }
        SecretForm::AwsSecret => text.len() == 40 && all(text, is_base64) && is_mixed(text) && is_random(text, 18),
        SecretForm::AzureConnection => ["AccountKey=", "SharedAccessKey="].iter().any(|name| {
            let key = text.split(';').find_map(|part| part.trim().strip_prefix(name));
            key.is_some_and(|key| {
                matches!(key.len(), 44 | 88) && all(key, is_base64) && !key.starts_with(EMULATOR) && is_random(key, 18)
            })
        }),
        SecretForm::AzureClientSecret => {
            let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'~' | b'-');
            let has_mark = matches!(text.as_bytes().get(3..6), Some([b'0'..=b'9', b'Q', b'~']));
            (34..=44).contains(&text.len()) && has_mark && all(text, is_sign) && is_random(text, 16)
        }
        SecretForm::GoogleKey => {
            let rest = text.strip_prefix("AIza");
            rest.is_some_and(|rest| rest.len() == 35 && all(rest, is_word) && is_mixed(rest) && is_random(rest, 16))
        }
        SecretForm::ModelKey => {
            let rest = text.strip_prefix("sk-");
            rest.is_some_and(|rest| rest.len() >= 40 && all(rest, is_word) && is_mixed(rest) && is_random(rest, 18))
        }
    }
}

fn all(text: &str, is_fit: impl Fn(u8) -> bool) -> bool {
    text.bytes().all(is_fit)
}

fn is_capital_or_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether small letters, capitals and digits occur: in forty random characters all of them do, in a hash they do not.
fn is_mixed(text: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(kind);
    has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)
}

/// Whether at least `kinds` different characters occur, and nothing that only stands for a secret.
fn is_random(text: &str, kinds: usize) -> bool {
    let lower = text.to_ascii_lowercase();
    text.bytes().collect::<BTreeSet<u8>>().len() >= kinds && !STAND_INS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_from_what_stands_for_them() {
        let cases = [
            (SecretForm::AwsKeyId, concat!("AKIA", "QX7Z2LMD5RT9HWKP"), true),
            (SecretForm::AwsKeyId, concat!("AKIA", "IOSFODNN7EXAMPLE"), false),
            (SecretForm::AwsKeyId, concat!("AKIA", "0123456789ABCDEF"), false),
            (SecretForm::AwsKeyId, concat!("AKIA", "ZZZZZZZZZZZZZZZZ"), false),
            (SecretForm::AwsKeyId, "testing", false),
            (SecretForm::AwsSecret, concat!("q8Zt2Lm", "Xv4Rk7Wp1Nc9Hs5Bd3Gf6Jy0TaUe+MiOo"), true),
            (SecretForm::AwsSecret, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", false),
            (SecretForm::AwsSecret, "da39a3ee5e6b4b0d3255bfef95601890afd80709", false),
            (SecretForm::AwsSecret, "minioadmin", false),
            (SecretForm::AzureConnection, "UseDevelopmentStorage=true", false),
            (
                SecretForm::AzureConnection,
                "AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
                false,
            ),
            (
                SecretForm::AzureConnection,
                concat!(
                    "AccountName=shop;AccountKey=",
                    "q8Zt2LmXv4Rk7Wp1Nc9Hs5Bd3Gf6Jy0TaUe+MiOo/Qr7q8Zt2LmXv4Rk7Wp1Nc9Hs5Bd3Gf6Jy0TaUe+MiOo/g=="
                ),
                true,
            ),
            (SecretForm::AzureClientSecret, concat!("k7", "Q~RLm2Xv4Rk7Wp1Nc9Hs5Bd3Gf6Jy0TaUeMiOo"), false),
            (SecretForm::AzureClientSecret, concat!("k7R", "8Q~Lm2Xv4Rk7Wp1Nc9Hs5Bd3Gf6Jy0TaUeMiOo"), true),
            (SecretForm::GoogleKey, concat!("AIza", "SyQ8Zt2LmXv4Rk7Wp1Nc9Hs5Bd3Gf6Jy0Ta"), true),
            (SecretForm::ModelKey, concat!("sk-", "proj-q8Zt2LmXv4Rk7Wp1Nc9Hs5Bd3Gf6Jy0TaUeMiOoQr"), true),
            (SecretForm::ModelKey, "sk-your-key-here-your-key-here-your-key-here", false),
        ];
        for (form, text, expected) in cases {
            assert_eq!(is_one(form, text), expected, "{form:?} {text}");
        }
    }
}
