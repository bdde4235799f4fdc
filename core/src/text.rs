//! Bytes from outside made harmless: what goes into a report may hold newlines and terminal escapes, what comes out may
//! not.

use std::fmt::{self, Write};

/// Stands for a space at which a line of prose must not be broken: inside a command that will be copied.
pub const HARD_SPACE: char = '\u{a0}';

/// A command or expression that stays on one line.
#[must_use]
pub fn unbroken(command: &str) -> String {
    command.replace(' ', "\u{a0}")
}

/// Goes on with the words of `text`, each behind a space, on a line of `out` that is `indent` columns long already; further
/// lines, at most `width` long, begin behind as many spaces.
pub fn wrap(out: &mut String, text: &str, indent: usize, width: usize) {
    let mut column = indent;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column + 1 + length > width && column > indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        }
        out.push(' ');
        out.push_str(&word.replace(HARD_SPACE, " "));
        column += 1 + length;
    }
}

/// So many of them: `1 byte`, `2 processes`.
#[must_use]
pub fn counted<N: Copy + fmt::Display + PartialEq + From<u8>>(number: N, what: &str) -> String {
    let end = match what {
        _ if number == N::from(1) => "",
        _ if what.ends_with('s') => "es",
        _ => "s",
    };
    format!("{number} {what}{end}")
}

/// At most `most` characters, to be found again by them.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => text[..end].to_owned() + "…",
        None => text.to_owned(),
    }
}

/// Bytes in double quotes, escaped as in C.
pub struct Quoted<'a>(pub &'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", Plain(self.0))
    }
}

/// Bytes without quotes, escaped as in C.
pub struct Plain<'a>(pub &'a [u8]);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.utf8_chunks().try_for_each(|chunk| {
            chunk.valid().chars().try_for_each(|character| write_harmless(f, character))?;
            chunk.invalid().iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"))
        })
    }
}

/// What a terminal obeys, and the marks that turn the direction of writing and can make a name look like another.
#[must_use]
pub fn is_misleading(character: char) -> bool {
    let turns =
        matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || character.is_control()
}

fn write_harmless(f: &mut fmt::Formatter<'_>, character: char) -> fmt::Result {
    match character {
        '"' => f.write_str("\\\""),
        '\\' => f.write_str("\\\\"),
        '\n' => f.write_str("\\n"),
        '\t' => f.write_str("\\t"),
        '\r' => f.write_str("\\r"),
        _ if character.is_control() => write!(f, "\\x{:02x}", u32::from(character)),
        // It would be taken for ours.
        HARD_SPACE => write!(f, "{}", character.escape_unicode()),
        _ if is_misleading(character) => write!(f, "{}", character.escape_unicode()),
        _ => f.write_char(character),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one_and_no_more() {
        let processes = [0_u64, 1, 2].map(|count| counted(count, "process"));
        assert_eq!(processes, ["0 processes", "1 process", "2 processes"]);
        assert_eq!([counted(1_usize, "byte"), counted(11_u32, "byte")], ["1 byte", "11 bytes"]);
    }

    #[test]
    fn nothing_from_outside_reaches_the_terminal_unescaped() {
        let cases: [(&[u8], &str); 5] = [
            (b"shmfile", r#""shmfile""#),
            (b"a\nb\t\"c\"\\", r#""a\nb\t\"c\"\\""#),
            (b"\x1b[31mred", r#""\x1b[31mred""#),
            ("caf\u{e9} \u{9b}31m \u{202e}txt".as_bytes(), "\"caf\u{e9} \\x9b31m \\u{202e}txt\""),
            (b"\xff\xfe", r#""\xff\xfe""#),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Quoted(bytes).to_string(), expected);
        }
    }
}
