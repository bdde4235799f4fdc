//! A place in the program, at two ages: [`Site`] is what a call leaves behind, [`Frame`] is what can be printed of it.
//! Turning the one into the other is the shim's work, done only when something is printed.

use crate::text::Plain;
use std::fmt;

/// Where a call came from, as cheaply as it can be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Site {
    /// Not known.
    #[default]
    Unknown,
    /// The address the call returns to. A tail call leaves the caller's caller here.
    Return(usize),
    /// Number of a file, line and function that the call-site macros passed on.
    Source(u32),
}

/// A place, ready to be printed; each part where it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    pub function: Option<String>,
    /// Bytes from the function's beginning; printed where there is no line.
    pub function_offset: usize,
    /// File and line.
    pub source: Option<(String, u32)>,
    /// The executable or library, and the offset in its file.
    pub module: Option<(String, usize)>,
    /// The bare address; printed where nothing else is known.
    pub address: usize,
}

/// As in a stack trace: `main at server.c:17`, `main+0x1c (server+0x11d2)`.
impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = self.function.as_deref().map(|name| Plain(name.as_bytes()));
        match (function, &self.source, &self.module) {
            (Some(function), Some((file, line)), _) => write!(f, "{function} at {}:{line}", Plain(file.as_bytes())),
            (None, Some((file, line)), _) => write!(f, "{}:{line}", Plain(file.as_bytes())),
            (Some(function), None, Some((module, offset))) => {
                write!(f, "{function}+{:#x} ({}+{offset:#x})", self.function_offset, Plain(module.as_bytes()))
            }
            (None, None, Some((module, offset))) => write!(f, "({}+{offset:#x})", Plain(module.as_bytes())),
            (Some(function), None, None) => write!(f, "{function}+{:#x}", self.function_offset),
            (None, None, None) if self.address != 0 => write!(f, "{:#x}", self.address),
            (None, None, None) => f.write_str("an unknown place"),
        }
    }
}

impl Frame {
    /// The place alone, for a trace line: `server.c:17`, `server+0x11d2`.
    #[must_use]
    pub fn place(&self) -> String {
        match (&self.source, &self.module) {
            (Some((file, line)), _) => format!("{}:{line}", Plain(file.as_bytes())),
            (None, Some((module, offset))) => format!("{}+{offset:#x}", Plain(module.as_bytes())),
            (None, None) => self.to_string(),
        }
    }

    /// Place and function, for a summary line: `server.c:17 in main`.
    #[must_use]
    pub fn summary(&self) -> String {
        match &self.function {
            Some(function) if self.source.is_some() || self.module.is_some() => {
                format!("{} in {}", self.place(), Plain(function.as_bytes()))
            }
            _ => self.place(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Frame;

    #[test]
    fn a_frame_says_what_is_known_of_it() {
        let named = |name: &str| Some(name.to_owned());
        let source = Some(("server.c".to_owned(), 17));
        let module = Some(("server".to_owned(), 0x11d2));
        let cases = [
            (
                Frame { function: named("main"), source: source.clone(), ..Frame::default() },
                "main at server.c:17",
                "server.c:17 in main",
            ),
            (Frame { source, ..Frame::default() }, "server.c:17", "server.c:17"),
            (
                Frame { function: named("main"), function_offset: 0x1c, module: module.clone(), ..Frame::default() },
                "main+0x1c (server+0x11d2)",
                "server+0x11d2 in main",
            ),
            (Frame { module, ..Frame::default() }, "(server+0x11d2)", "server+0x11d2"),
            (Frame { address: 0x1234, ..Frame::default() }, "0x1234", "0x1234"),
            (Frame::default(), "an unknown place", "an unknown place"),
        ];
        for (frame, long, short) in cases {
            assert_eq!(frame.to_string(), long);
            assert_eq!(frame.summary(), short);
        }
    }
}
