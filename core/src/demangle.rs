//! Names of functions as the programmer wrote them, where the compiler has mangled them. They come from files that nobody
//! vouches for: a short one may stand for a name of any length, so what is written has an end.

use cpp_demangle::{DemangleOptions, Symbol};
use std::fmt::{self, Write};

/// A name goes no further than this; a longer one is cut, and that is seen.
const LONGEST: usize = 400;
/// Longer ones are left as they are: it would take long to read them.
const LONGEST_MANGLED: usize = 4096;

/// C++'s and Rust's; other names stay as they are.
#[must_use]
pub fn function(name: &str) -> String {
    let mut out = Cut { text: String::new(), full: false };
    let short = name.len() <= LONGEST_MANGLED;
    if short && let Ok(rust) = rustc_demangle::try_demangle(name) {
        // Without the hash at its end. A refused write is a cut one.
        let _ = write!(out, "{rust:#}");
    } else if short
        && name.starts_with("_Z")
        && let Ok(symbol) = Symbol::new(name.as_bytes())
        && (symbol.structured_demangle(&mut out, &DemangleOptions::new()).is_ok() || out.full)
    {
    } else {
        out = Cut { text: String::new(), full: false };
        let _ = out.write_str(name);
    }
    out.text
}

/// Takes as much as a report may hold, then refuses.
struct Cut {
    text: String,
    full: bool,
}

impl Write for Cut {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let room = LONGEST - self.text.len().min(LONGEST);
        if self.full {
            return Err(fmt::Error);
        }
        if more.len() <= room {
            self.text.push_str(more);
            return Ok(());
        }
        let end = (0..=room).rev().find(|end| more.is_char_boundary(*end)).unwrap_or_default();
        self.text.push_str(&more[..end]);
        self.text.push('…');
        self.full = true;
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effort::rounds;

    #[test]
    #[cfg_attr(miri, ignore = "cpp_demangle compares wide pointers: Miri makes several tables of one type's methods")]
    fn mangled_names_are_read_and_others_stay() {
        let cases = [
            ("main", "main"),
            ("_start", "_start"),
            ("_Z10open_queuei", "open_queue(int)"),
            ("_ZN4ring6BufferIiE4openEPKc", "ring::Buffer<int>::open(char const*)"),
            ("_ZN4ring6Buffer4open17h0123456789abcdefE", "ring::Buffer::open"),
            ("_RNvCs1234_7mycrate3foo", "mycrate::foo"),
            ("_ZTooBroken", "_ZTooBroken"),
            ("_Z", "_Z"),
            ("", ""),
        ];
        for (name, expected) in cases {
            assert_eq!(function(name), expected, "{name}");
        }
    }

    #[test]
    fn no_name_grows_without_end() {
        // Each substitution doubles what it stands for.
        let mut doubled = "_Z1fSt4pairIiiE".to_owned();
        for number in 0..rounds(30, 6) {
            let back = if number == 0 { "S0_".to_owned() } else { format!("S{}_", to_base36(number)) };
            doubled.push_str("S_I");
            doubled.push_str(&back.repeat(2));
            doubled.push('E');
        }
        assert!(function(&doubled).chars().count() <= LONGEST + 1, "{}", function(&doubled));
        assert_eq!(function(&"x".repeat(rounds(10_000, 500))), "x".repeat(LONGEST) + "…");
        let nested = format!("_Z1f{}i", "P".repeat(rounds(3000, 100)));
        assert!(function(&nested).chars().count() <= LONGEST + 1);
        let deep = format!("_ZN{}E", "1a".repeat(rounds(1500, 50)));
        assert!(function(&deep).chars().count() <= LONGEST + 1);
    }

    fn to_base36(number: u32) -> String {
        char::from_digit(number, 36).map(|digit| digit.to_ascii_uppercase().to_string()).unwrap_or_default()
    }
}
