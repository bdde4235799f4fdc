//! `name=value` pairs separated by space, comma, colon or newline; '…' or "…" around a value that holds a separator.

use crate::text::Plain;

/// One pair, made harmless for printing.
#[derive(Debug, PartialEq, Eq)]
pub struct Item {
    pub name: String,
    /// `None` where there was no `=`.
    pub value: Option<String>,
}

pub fn items(text: &[u8]) -> impl Iterator<Item = Item> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.iter().position(|byte| !is_separator(*byte))?;
        let (item, tail) = item(&rest[start..]);
        rest = tail;
        Some(item)
    })
}

const fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b',' | b':' | b'\n' | b'\t' | b'\r')
}

fn item(text: &[u8]) -> (Item, &[u8]) {
    let end = text.iter().position(|byte| is_separator(*byte) || *byte == b'=').unwrap_or(text.len());
    let (name, tail) = (harmless(&text[..end]), &text[end..]);
    match tail.split_first() {
        Some((b'=', tail)) => {
            let (value, tail) = value(tail);
            (Item { name, value: Some(harmless(value)) }, tail)
        }
        _ => (Item { name, value: None }, tail),
    }
}

/// Up to the closing quote, or up to the next separator; an open quote reaches to the end.
fn value(text: &[u8]) -> (&[u8], &[u8]) {
    if let Some((quote @ (b'"' | b'\''), quoted)) = text.split_first() {
        let end = quoted.iter().position(|byte| byte == quote).unwrap_or(quoted.len());
        return (&quoted[..end], quoted.get(end + 1..).unwrap_or_default());
    }
    text.split_at(text.iter().position(|byte| is_separator(*byte)).unwrap_or(text.len()))
}

fn harmless(bytes: &[u8]) -> String {
    Plain(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, Option<String>)> {
        items(text.as_bytes()).map(|item| (item.name, item.value)).collect()
    }

    fn pair(name: &str, value: &str) -> (String, Option<String>) {
        (name.to_owned(), Some(value.to_owned()))
    }

    #[test]
    fn any_separator_separates() {
        let expected = [pair("a", "1"), pair("b", "2"), pair("c", "3"), pair("d", "")];
        assert_eq!(pairs("a=1:b=2, c=3\n\td="), expected);
        assert_eq!(pairs(" :,"), []);
    }

    #[test]
    fn quotes_hold_separators_together() {
        assert_eq!(pairs("a='x:y z':b=\"1,2\""), [pair("a", "x:y z"), pair("b", "1,2")]);
        assert_eq!(pairs("a=\"open:b=1"), [pair("a", "open:b=1")]);
        assert_eq!(pairs("a=it's"), [pair("a", "it's")]);
    }

    #[test]
    fn a_name_without_a_value_is_told_apart_from_an_empty_value() {
        assert_eq!(pairs("a:b="), [("a".to_owned(), None), pair("b", "")]);
        assert_eq!(pairs("=1"), [pair("", "1")]);
    }
}
