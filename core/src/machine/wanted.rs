//! Which segment a word of the command line means. A decimal number is an id, `0x…` a key; nothing guesses.

use crate::call::{Key, ShmId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Id(ShmId),
    Key(Key),
}

impl Wanted {
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub fn parse(word: &str) -> Result<Self, String> {
        if word.starts_with("0x") || word.starts_with("0X") {
            return key(word).map(Self::Key);
        }
        match word.parse() {
            Ok(id @ 0..) if word.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Self::Id(ShmId(id))),
            _ => Err("is neither an id, which is a decimal number, nor a key, as 0x162e".to_owned()),
        }
    }
}

/// What stands behind `--key`.
///
/// # Errors
/// What is wrong with it, as the end of a sentence.
pub fn key(word: &str) -> Result<Key, String> {
    let hexadecimal = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
    let number = match hexadecimal {
        Some(digits) if digits.starts_with('+') => None,
        Some(digits) => u32::from_str_radix(digits, 16).ok().map(u32::cast_signed),
        None if word.len() > 1 && word.starts_with('0') => {
            return Err("may be octal, as in C, or decimal: write it as 0x…".to_owned());
        }
        // A key is a signed number, but some print it without a sign.
        None => word.parse().ok().or_else(|| word.parse().ok().map(u32::cast_signed)),
    };
    match number {
        Some(0) => Err("is IPC_PRIVATE, which is no key: name such a segment by its id".to_owned()),
        Some(number) => Ok(Key(number)),
        None => Err("is no key, as 0x162e or 5678".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_number_is_an_id_and_a_hexadecimal_one_a_key() {
        assert_eq!(Wanted::parse("0"), Ok(Wanted::Id(ShmId(0))));
        assert_eq!(Wanted::parse("32771"), Ok(Wanted::Id(ShmId(32_771))));
        assert_eq!(Wanted::parse("0x162e"), Ok(Wanted::Key(Key(0x162e))));
        assert_eq!(Wanted::parse("0XffFFffff"), Ok(Wanted::Key(Key::FAILED)));
        for wrong in ["", "-1", "+1", "162e", "0x", "0x1ffffffff", "0x+1", "0x0", "4294967296", "all", " 1"] {
            assert!(Wanted::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_key_may_be_decimal_and_have_a_sign_or_none() {
        assert_eq!([key("5678"), key("-1"), key("4294967295")], [Ok(Key(5678)), Ok(Key(-1)), Ok(Key(-1))]);
        assert!(key("010").unwrap_err().contains("octal"));
        assert!(key("0").unwrap_err().contains("IPC_PRIVATE"));
        for wrong in ["", "x", "4294967296", "-2147483649", "0x-1", "1 "] {
            assert!(key(wrong).is_err(), "{wrong}");
        }
    }
}
