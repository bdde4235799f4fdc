//! A place in the program, at two ages: [`Site`] is what a call leaves behind, [`Frame`] is what can be printed of it.
//! Turning the one into the other is the shim's work, done only when something is printed.

use crate::text::Plain;
use std::fmt;

/// Where a call came from, as cheaply as it can be kept: in one word, which every call hands on and writes. What it says is its
/// [`Spot`].
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Site(u64);

/// What a [`Site`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    Unknown,
    /// The address the call returns to. A tail call leaves the caller's caller here.
    Return(usize),
    /// Number of a file, line and function that the call-site macros passed on.
    Source(u32),
    /// Number of a stack, where more than its innermost frame is kept.
    Stack(u32),
}

/// Above every address of a program.
const SOURCE: u64 = 1 << 62;
const STACK: u64 = 1 << 63;

impl Site {
    pub const UNKNOWN: Self = Self(0);

    /// Of the address a call returns to, which is below 2^62 in every program; of 0 nothing is known.
    #[inline]
    #[must_use]
    pub const fn at_return(address: usize) -> Self {
        Self(address as u64)
    }

    /// The same of a word that may be no address at all: then nothing is known.
    #[must_use]
    pub const fn at_what_may_be_a_return(word: u64) -> Self {
        if word < SOURCE { Self(word) } else { Self::UNKNOWN }
    }

    #[must_use]
    pub const fn of_source(number: u32) -> Self {
        Self(SOURCE | number as u64)
    }

    #[must_use]
    pub const fn of_stack(number: u32) -> Self {
        Self(STACK | number as u64)
    }

    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "an address is as wide as it was, and a number the lower half")]
    pub const fn spot(self) -> Spot {
        let low = self.0 as u32;
        match self.0 {
            0 => Spot::Unknown,
            address @ 1..SOURCE => Spot::Return(address as usize),
            SOURCE..STACK => Spot::Source(low),
            STACK.. => Spot::Stack(low),
        }
    }

    /// Another one for each place, 0 for the unknown one.
    #[inline]
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spot().fmt(f)
    }
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
            // Its library was closed, or it was never in a file.
            (None, None, None) if self.address != 0 => write!(f, "{:#x} (not in a loaded file)", self.address),
            (None, None, None) => f.write_str("an unknown place"),
        }
    }
}

impl Frame {
    /// The place, for a trace line: `server.c:17`; where there is no line `main+0x1c (server+0x11d2)`, or `server+0x11d2`.
    #[must_use]
    pub fn place(&self) -> String {
        if self.source.is_none() && self.function.is_some() { self.to_string() } else { self.short_place() }
    }

    /// Without the function: `server.c:17`, `server+0x11d2`.
    fn short_place(&self) -> String {
        match (&self.source, &self.module) {
            (Some((file, line)), _) => format!("{}:{line}", Plain(file.as_bytes())),
            (None, Some((module, offset))) => format!("{}+{offset:#x}", Plain(module.as_bytes())),
            (None, None) if self.function.is_none() && self.address != 0 => format!("{:#x}", self.address),
            (None, None) => self.to_string(),
        }
    }

    /// Leaves out of the file's name what `strip_path_prefix` says, as the other sanitizers do: the text itself wherever
    /// it first stands, and all before it.
    #[must_use]
    pub fn without_prefix(mut self, prefix: &[u8]) -> Self {
        if let Some((file, _)) = &mut self.source {
            let found = (!prefix.is_empty()).then(|| file.as_bytes().windows(prefix.len()).position(|at| at == prefix));
            if let Some(begin) = found.flatten() {
                // A prefix that ends inside a character takes the whole of it.
                let end = (begin + prefix.len()..=file.len()).find(|end| file.is_char_boundary(*end));
                let rest = file.split_off(end.unwrap_or(file.len()));
                *file = rest.strip_prefix("./").map_or_else(|| rest.clone(), str::to_owned);
            }
        }
        self
    }

    fn is_in_libc(&self) -> bool {
        let name = self.module.as_ref().map_or("", |(name, _)| name);
        let is_module =
            ["libc.so", "libc-", "libc.musl", "ld-linux", "ld-musl"].iter().any(|begin| name.starts_with(begin));
        // In a static program it is in the program's own file.
        let function = self.function.as_deref().unwrap_or_default().trim_start_matches('_');
        let copies = ["mem", "wmem", "str", "wcs"].iter().any(|begin| function.starts_with(begin));
        is_module || copies && self.source.as_ref().is_none_or(|(file, _)| file.contains("sysdeps/"))
    }

    /// Place and function, for a summary line: `server.c:17 in main`.
    #[must_use]
    pub fn summary(&self) -> String {
        match &self.function {
            Some(function) if self.source.is_some() || self.module.is_some() => {
                format!("{} in {}", self.short_place(), Plain(function.as_bytes()))
            }
            _ => self.short_place(),
        }
    }
}

/// A file's name as the compiler was given it, which is also what `__FILE__` says: debug information makes it absolute by
/// putting the compiler's `folder` before it. `unit` is the name of the compiled file; where that is absolute, so were
/// the others.
#[must_use]
pub fn as_given<'a>(file: &'a str, folder: Option<&str>, unit: Option<&str>) -> &'a str {
    let relative = || {
        if unit.is_some_and(|unit| unit.starts_with('/')) {
            return None;
        }
        file.strip_prefix(folder?.trim_end_matches('/'))?.strip_prefix('/').filter(|rest| !rest.is_empty())
    };
    relative().unwrap_or(file)
}

/// Leaves out what called `main`, or a thread's first function: it is libc's, and the same for every program.
pub fn end_at_main(frames: &mut Vec<Frame>) {
    if let Some(main) = frames.iter().position(|frame| frame.function.as_deref() == Some("main")) {
        frames.truncate(main + 1);
    }
    while frames.len() > 1
        && frames.last().and_then(|last| last.function.as_deref()).is_some_and(|name| BELOW_THREADS.contains(&name))
    {
        frames.pop();
    }
}

/// The frame to name where there is room for one: a fault is often in libc, and then it is what called that.
#[must_use]
pub fn most_telling(frames: &[Frame]) -> Option<&Frame> {
    frames.iter().find(|frame| !frame.is_in_libc()).or_else(|| frames.first())
}

const BELOW_THREADS: [&str; 4] = ["start_thread", "clone", "clone3", "__clone3"];

#[cfg(test)]
mod tests {
    use super::{Frame, Site, Spot, as_given, end_at_main, most_telling};

    #[test]
    fn one_word_says_what_it_was_made_of() {
        let highest = (1 << 62) - 1;
        assert_eq!(Site::UNKNOWN.spot(), Spot::Unknown);
        assert_eq!(Site::at_return(0), Site::UNKNOWN);
        assert_eq!(Site::at_what_may_be_a_return(7), Site::at_return(7));
        for none in [1 << 62, 2.0_f64.to_bits(), 1 << 63, u64::MAX] {
            assert_eq!(Site::at_what_may_be_a_return(none), Site::UNKNOWN);
        }
        for address in [1, 0x55d0_0000_1234, highest] {
            assert_eq!(Site::at_return(address).spot(), Spot::Return(address));
        }
        for number in [0, 1, u32::MAX] {
            assert_eq!(Site::of_source(number).spot(), Spot::Source(number));
            assert_eq!(Site::of_stack(number).spot(), Spot::Stack(number));
        }
        let sites = [Site::UNKNOWN, Site::at_return(highest), Site::of_source(0), Site::of_stack(0)];
        assert!(sites.is_sorted_by(|one, next| one < next && one.number() < next.number()));
    }

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
            (Frame { address: 0x1234, ..Frame::default() }, "0x1234 (not in a loaded file)", "0x1234"),
            (Frame::default(), "an unknown place", "an unknown place"),
        ];
        for (frame, long, short) in cases {
            assert_eq!(frame.to_string(), long);
            assert_eq!(frame.summary(), short);
            // Of what has a line the function is easily found.
            let is_long = frame.source.is_none() && frame.function.is_some();
            assert_eq!(frame.place(), if is_long { long } else { short.trim_end_matches(" in main") });
        }
    }

    #[test]
    fn a_file_is_named_as_the_compiler_was_given_it() {
        let cases = [
            ("/home/me/src/queue.c", Some("/home/me"), Some("src/queue.c"), "src/queue.c"),
            ("/home/me/src/queue.h", Some("/home/me/"), None, "src/queue.h"),
            ("/usr/include/stdio.h", Some("/home/me"), Some("queue.c"), "/usr/include/stdio.h"),
            // CMake's way.
            ("/home/me/src/queue.c", Some("/home/me"), Some("/home/me/src/queue.c"), "/home/me/src/queue.c"),
            ("/home/menu/queue.c", Some("/home/me"), None, "/home/menu/queue.c"),
            ("/queue.c", Some("/"), None, "queue.c"),
            ("/queue.c", None, None, "/queue.c"),
            ("/home/me/", Some("/home/me"), None, "/home/me/"),
            ("", Some(""), None, ""),
        ];
        for (file, folder, unit, expected) in cases {
            assert_eq!(as_given(file, folder, unit), expected, "{file} {folder:?} {unit:?}");
        }
    }

    #[test]
    fn the_prefix_is_left_out_wherever_it_stands() {
        let cases: [(&str, &[u8], &str); 8] = [
            ("/build/app/src/a.c", b"/build/app/", "src/a.c"),
            ("/build/app/src/a.c", b"/app/", "src/a.c"),
            ("/build/app/src/a.c", b"/build", "/app/src/a.c"),
            ("/build/./a.c", b"/build/", "a.c"),
            ("/build/a.c", b"/other/", "/build/a.c"),
            ("/build/a.c", b"", "/build/a.c"),
            ("/build/a.c", b"/build/a.c", ""),
            ("/caf\u{e9}.c", b"/caf\xc3", ".c"),
        ];
        for (file, prefix, expected) in cases {
            let frame = Frame { source: Some((file.to_owned(), 1)), ..Frame::default() };
            assert_eq!(frame.without_prefix(prefix).source.unwrap().0, expected, "{file}");
        }
    }

    #[test]
    fn a_stack_ends_at_main_or_where_a_thread_begins() {
        let cases: [(&[&str], &[&str]); 4] = [
            (&["open", "main", "__libc_start_call_main", "_start"], &["open", "main"]),
            (&["open", "work", "start_thread", "clone3"], &["open", "work"]),
            (&["open", "work"], &["open", "work"]),
            (&["clone"], &["clone"]),
        ];
        for (names, expected) in cases {
            let named = |name: &&str| Frame { function: Some((*name).to_owned()), ..Frame::default() };
            let mut frames: Vec<_> = names.iter().map(named).collect();
            end_at_main(&mut frames);
            assert_eq!(frames, expected.iter().map(named).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_place_in_libc_tells_less_than_what_called_it() {
        let frame = |module: &str| Frame { module: Some((module.to_owned(), 1)), ..Frame::default() };
        let frames = [frame("libc.so.6"), frame("ld-linux-x86-64.so.2"), frame("server"), frame("libc.so.6")];
        assert_eq!(most_telling(&frames), Some(&frames[2]));
        assert_eq!(most_telling(&frames[..1]), Some(&frames[0]));
        let copying = |function: &str| Frame { function: Some(function.to_owned()), ..frame("static") };
        let own = Frame { source: Some(("mem.c".to_owned(), 3)), ..copying("memorize") };
        assert_eq!(most_telling(&[copying("__memmove_evex_unaligned_erms"), own.clone()]), Some(&own));
        assert_eq!(most_telling(&[]), None);
    }
}
