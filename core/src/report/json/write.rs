//! JSON (RFC 8259), written by hand: the library that is loaded into other people's programs needs no more than this.

use crate::text::is_misleading;
use std::fmt::{self, Display, Write};

/// An object that is being written. Writing to a String cannot fail.
pub struct Object<'a> {
    out: &'a mut String,
    empty: bool,
}

impl Object<'_> {
    /// Writes an object at the end of `out`.
    pub fn fill(out: &mut String, fill: impl FnOnce(&mut Object<'_>)) {
        out.push('{');
        fill(&mut Object { out, empty: true });
        out.push('}');
    }

    /// Our own names need no escapes.
    fn name(&mut self, name: &'static str) -> &mut String {
        self.out.push_str(if self.empty { "\"" } else { ",\"" });
        self.empty = false;
        self.out.push_str(name);
        self.out.push_str("\":");
        self.out
    }

    /// `value` writes itself as a JSON number.
    pub fn number(&mut self, name: &'static str, value: impl Display) {
        let _ = write!(self.name(name), "{value}");
    }

    /// As [`number`](Self::number), or null.
    pub fn optional(&mut self, name: &'static str, value: Option<impl Display>) {
        match value {
            Some(value) => self.number(name, value),
            None => self.null(name),
        }
    }

    pub fn null(&mut self, name: &'static str) {
        self.name(name).push_str("null");
    }

    pub fn bool(&mut self, name: &'static str, value: bool) {
        self.number(name, value);
    }

    pub fn text(&mut self, name: &'static str, value: impl Display) {
        write_text(self.name(name), format_args!("{value}"));
    }

    /// Text from outside, or null. A byte that is no UTF-8 becomes U+FFFD: JSON has no other bytes.
    pub fn bytes(&mut self, name: &'static str, value: Option<&[u8]>) {
        match value {
            Some(bytes) => self.text(name, Lossy(bytes)),
            None => self.null(name),
        }
    }

    /// In hexadecimal, as a text, or null: many readers of JSON keep 53 bits of a number.
    pub fn address(&mut self, name: &'static str, value: Option<usize>) {
        match value {
            Some(address) => self.text(name, format_args!("{address:#x}")),
            None => self.null(name),
        }
    }

    pub fn object(&mut self, name: &'static str, fill: impl FnOnce(&mut Object<'_>)) {
        Object::fill(self.name(name), fill);
    }

    /// Texts, as `each` shows them.
    pub fn texts(
        &mut self,
        name: &'static str,
        each: impl FnOnce(&mut dyn FnMut(fmt::Arguments<'_>) -> fmt::Result) -> fmt::Result,
    ) {
        let out = self.name(name);
        let mut begin = '[';
        let _ = each(&mut |text| {
            out.push(std::mem::replace(&mut begin, ','));
            write_text(out, text);
            Ok(())
        });
        out.push_str(if begin == '[' { "[]" } else { "]" });
    }

    /// Objects, one for each of `items`.
    pub fn objects<T>(
        &mut self,
        name: &'static str,
        items: impl Iterator<Item = T>,
        fill: impl Fn(&mut Object<'_>, T),
    ) {
        let out = self.name(name);
        out.push('[');
        for (index, item) in items.enumerate() {
            if index > 0 {
                out.push(',');
            }
            Object::fill(out, |object| fill(object, item));
        }
        out.push(']');
    }
}

fn write_text(out: &mut String, text: fmt::Arguments<'_>) {
    out.push('"');
    let _ = Escaped(out).write_fmt(text);
    out.push('"');
}

/// Takes text and writes it as it may stand between the quotes.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Nearly all of it is.
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')) {
            self.0.push_str(text);
            return Ok(());
        }
        text.chars().try_for_each(|character| self.write_char(character))
    }

    fn write_char(&mut self, character: char) -> fmt::Result {
        match character {
            '"' => self.0.push_str("\\\""),
            '\\' => self.0.push_str("\\\\"),
            '\n' => self.0.push_str("\\n"),
            '\r' => self.0.push_str("\\r"),
            '\t' => self.0.push_str("\\t"),
            // JSON allows most of them as they are; a terminal would obey them.
            _ if is_misleading(character) => return write!(self.0, "\\u{:04x}", u32::from(character)),
            _ => self.0.push(character),
        }
        Ok(())
    }
}

struct Lossy<'a>(&'a [u8]);

impl Display for Lossy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.utf8_chunks().try_for_each(|chunk| {
            f.write_str(chunk.valid())?;
            if chunk.invalid().is_empty() { Ok(()) } else { f.write_char(char::REPLACEMENT_CHARACTER) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effort::rounds;

    fn written(bytes: &[u8]) -> String {
        let mut out = String::new();
        Object::fill(&mut out, |object| object.bytes("text", Some(bytes)));
        out
    }

    fn read(json: &str) -> serde_json::Value {
        serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
    }

    #[test]
    fn every_byte_and_every_character_is_read_back() {
        for byte in 0..=255 {
            let bytes = [b'<', byte, b'>'];
            assert_eq!(read(&written(&bytes))["text"], *String::from_utf8_lossy(&bytes));
        }
        let characters: Vec<char> = ('\0'..=char::MAX).step_by(rounds(1, 1009)).collect();
        for some in characters.chunks(4096) {
            let text: String = some.iter().collect();
            assert_eq!(read(&written(text.as_bytes()))["text"], text);
        }
        assert_eq!(read(&written(b"a\xff\xfe\xe2\x82z"))["text"], "a\u{fffd}\u{fffd}\u{fffd}z");
    }

    #[test]
    fn nothing_that_a_terminal_obeys_and_no_line_end_is_written() {
        let all: String = ('\0'..='\u{2100}').collect();
        let json = written(all.as_bytes());
        assert!(!json.chars().any(is_misleading), "{json:?}");
    }

    #[test]
    fn an_object_holds_what_was_put_in() {
        let mut out = String::new();
        Object::fill(&mut out, |object| {
            object.number("largest", u64::MAX);
            object.null("nothing");
            object.bool("yes", true);
            object.address("address", Some(usize::MAX));
            object.texts("none", |_| Ok(()));
            object.texts("two", |visit| {
                visit(format_args!("a"))?;
                visit(format_args!("\"{}\"", 2))
            });
            object.object("empty", |_| {});
            object.objects("objects", [1, 2].iter(), |object, number| object.number("n", number));
        });
        let expected = r#"{"largest":18446744073709551615,"nothing":null,"yes":true,"address":"0xffffffffffffffff","none":[],"two":["a","\"2\""],"empty":{},"objects":[{"n":1},{"n":2}]}"#;
        assert_eq!(out, expected);
        assert_eq!(read(&out)["largest"], u64::MAX);
    }
}
