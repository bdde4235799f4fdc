//! `name=value` pairs separated by space, comma, colon or newline; '…' or "…" around a value that holds a separator.

use crate::text::Plain;

/// One pair. The name is harmless to print, the value is as it came.
#[derive(Debug, PartialEq, Eq)]
pub struct Item<'a> {
    pub name: String,
    pub value: Value<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// There was no `=`.
    Missing,
    /// Its quote is never closed.
    Open,
    Given(&'a [u8]),
}

pub fn items(text: &[u8]) -> impl Iterator<Item = Item<'_>> {
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

fn item(text: &[u8]) -> (Item<'_>, &[u8]) {
    let end = text.iter().position(|byte| is_separator(*byte) || *byte == b'=').unwrap_or(text.len());
    let (name, tail) = (Plain(&text[..end]).to_string(), &text[end..]);
    match tail.split_first() {
        Some((b'=', tail)) => {
            let (value, tail) = value(tail);
            (Item { name, value }, tail)
        }
        _ => (Item { name, value: Value::Missing }, tail),
    }
}

/// Up to the closing quote, or up to the next separator; an open quote reaches to the end.
fn value(text: &[u8]) -> (Value<'_>, &[u8]) {
    if let Some((quote @ (b'"' | b'\''), quoted)) = text.split_first() {
        return match quoted.iter().position(|byte| byte == quote) {
            Some(end) => (Value::Given(&quoted[..end]), &quoted[end + 1..]),
            None => (Value::Open, &[]),
        };
    }
    let (value, tail) = text.split_at(text.iter().position(|byte| is_separator(*byte)).unwrap_or(text.len()));
    (Value::Given(value), tail)
}

/// `name=value` as this grammar reads it; `None` where the value holds a separator and both kinds of quotes, which it has
/// no way to write.
#[must_use]
pub fn written(name: &str, value: &[u8]) -> Option<Vec<u8>> {
    let bare = !value.iter().any(|byte| is_separator(*byte)) && !matches!(value.first(), Some(b'"' | b'\''));
    let quote: &[u8] = if bare { b"" } else { [b"'", b"\""].into_iter().find(|quote| !value.contains(&quote[0]))? };
    Some([name.as_bytes(), b"=", quote, value, quote].concat())
}

/// Whether a quote reaches to the end of the text, and would to that of what is added.
#[must_use]
pub fn has_open_quote(text: &[u8]) -> bool {
    items(text).any(|item| item.value == Value::Open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_as_it_was() {
        for value in ["", "1", "/tmp/a b", "a:b,c", "it's", "'", "it's a \"", "\"x\"", "say \"x\"", "a=b", "\n"] {
            match written("x", value.as_bytes()) {
                Some(text) => assert_eq!(pairs(str::from_utf8(&text).unwrap()), [pair("x", value)]),
                None => assert_eq!(value, "it's a \""),
            }
        }
        assert_eq!(written("guard", b"0"), Some(b"guard=0".to_vec()));
    }

    #[test]
    fn an_open_quote_is_found() {
        assert!(has_open_quote(b"a=1:b='x") && !has_open_quote(b"a=1:b='x'") && !has_open_quote(b"a=it's"));
    }

    fn pairs(text: &str) -> Vec<(String, Value<'_>)> {
        items(text.as_bytes()).map(|item| (item.name, item.value)).collect()
    }

    fn pair<'a>(name: &str, value: &'a str) -> (String, Value<'a>) {
        (name.to_owned(), Value::Given(value.as_bytes()))
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
        assert_eq!(pairs("a=it's"), [pair("a", "it's")]);
        assert_eq!(pairs("a='':b="), [pair("a", ""), pair("b", "")]);
    }

    #[test]
    fn an_open_quote_and_a_missing_value_are_told_apart_from_an_empty_one() {
        assert_eq!(pairs("b=:a=\"open:b=1"), [pair("b", ""), ("a".to_owned(), Value::Open)]);
        assert_eq!(pairs("a:b="), [("a".to_owned(), Value::Missing), pair("b", "")]);
        assert_eq!(pairs("=1"), [pair("", "1")]);
    }
}
