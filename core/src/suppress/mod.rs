//! Suppressions: what is known and need not be said. One a line, `#` begins a comment: `RULE:pattern` by the function, file
//! or module of any frame, `key:0x…` by the segment's key, `exe:pattern` by the program.

mod pattern;
#[cfg(test)]
mod properties;

use crate::call::Key;
use crate::options::nearest;
use crate::rule;
use crate::site::Frame;
use crate::text::{Plain, shortened};
use pattern::Pattern;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Idioms that are no mistake, each with its reason.
const BUILT_IN: &str = include_str!("built_in.supp");

/// The most lines that are said of wrong suppressions.
const COMPLAINTS: usize = 8;
const SHOWN: usize = 60;

/// All that are in force.
#[derive(Debug, Default)]
pub struct Suppressions {
    list: Vec<Suppression>,
    /// So many at its end are our own: whoever runs the program did not choose them, so their use is not told.
    built_in: usize,
}

#[derive(Debug)]
pub struct Suppression {
    /// As it was written.
    pub text: String,
    what: What,
    used: AtomicU64,
}

#[derive(Debug)]
enum What {
    /// A rule's id, or any where it is `None`, at a place.
    Rule(Option<&'static str>, Pattern),
    Key(Key),
    Program(Pattern),
}

/// As much of a finding as a suppression can look at.
#[derive(Clone, Copy, Debug)]
pub struct Suspect<'a> {
    pub rule: &'static str,
    pub frames: &'a [Frame],
    pub key: Option<Key>,
    /// The program's file.
    pub exe: &'a [u8],
}

impl Suppressions {
    /// Adds those of `text`; says what cannot be used, a line each, by its number.
    pub fn add(&mut self, text: &[u8]) -> Vec<String> {
        let (mut complaints, mut wrong) = (Vec::new(), 0);
        for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            match parse(line) {
                Ok(what) => self.list.push(Suppression {
                    text: String::from_utf8_lossy(line).into_owned(),
                    what,
                    used: AtomicU64::new(0),
                }),
                Err(why) => {
                    wrong += 1;
                    // To look for what was meant takes long, and a wrong file may have many lines.
                    if wrong <= COMPLAINTS {
                        complaints.push(format!("line {}: {}", number + 1, why.said(line)));
                    }
                }
            }
        }
        if wrong > COMPLAINTS {
            complaints.push(format!("and {} more like that", wrong - COMPLAINTS));
        }
        complaints
    }

    /// Adds those of known idioms, behind all others: what the user wrote is what counts as used.
    pub fn add_built_in(&mut self) {
        let before = self.list.len();
        self.add(BUILT_IN.as_bytes());
        self.built_in += self.list.len() - before;
    }

    /// The first one that fits, by its number.
    #[must_use]
    pub fn find(&self, suspect: &Suspect<'_>) -> Option<usize> {
        self.list.iter().position(|suppression| suppression.what.fits(suspect))
    }

    /// It was used so often.
    pub fn count(&self, number: usize, times: u64) {
        if let Some(suppression) = self.list.get(number) {
            suppression.used.fetch_add(times, Relaxed);
        }
    }

    /// Those of the user and the program that were used, and how often.
    pub fn used(&self) -> impl Iterator<Item = (u64, &str)> {
        let told = &self.list[..self.list.len() - self.built_in];
        let counted = told.iter().map(|suppression| (suppression.used.load(Relaxed), suppression.text.as_str()));
        counted.filter(|(times, _)| *times > 0)
    }
}

impl What {
    fn fits(&self, suspect: &Suspect<'_>) -> bool {
        match self {
            Self::Rule(id, pattern) => {
                id.is_none_or(|id| id == suspect.rule) && suspect.frames.iter().any(|frame| is_at(pattern, frame))
            }
            Self::Key(key) => suspect.key == Some(*key),
            Self::Program(pattern) => pattern.fits(suspect.exe),
        }
    }
}

fn is_at(pattern: &Pattern, frame: &Frame) -> bool {
    let function = frame.function.as_ref().map(String::as_bytes);
    let file = frame.source.as_ref().map(|(file, _)| file.as_bytes());
    let module = frame.module.as_ref().map(|(module, _)| module.as_bytes());
    [function, file, module].into_iter().flatten().any(|name| pattern.fits(name))
}

/// What is wrong with a line.
#[derive(Debug)]
enum Wrong {
    NoColon,
    NothingNamed,
    NoKey,
    /// There is none of this name.
    NoRule(String),
}

impl Wrong {
    fn said(&self, line: &[u8]) -> String {
        let shown = || shortened(&Plain(line).to_string(), SHOWN);
        match self {
            Self::NoColon => format!("\"{}\" has no colon, as in leaked-segment:function", shown()),
            Self::NothingNamed => format!("\"{}\" names nothing behind its colon", shown()),
            Self::NoKey => format!("\"{}\" is no key, as in key:0x162e", shown()),
            Self::NoRule(name) => {
                let names = rule::all().map(|rule| rule.id).chain(["key", "exe"]);
                let hint = nearest(name, names).map(|nearest| format!("; did you mean \"{nearest}\"?"));
                format!("there is no rule \"{}\"{}", shortened(name, SHOWN), hint.unwrap_or_default())
            }
        }
    }
}

fn parse(line: &[u8]) -> Result<What, Wrong> {
    let colon = line.iter().position(|byte| *byte == b':').ok_or(Wrong::NoColon)?;
    let (kind, pattern) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
    if pattern.is_empty() {
        return Err(Wrong::NothingNamed);
    }
    match kind {
        b"key" => key(pattern).map(What::Key).ok_or(Wrong::NoKey),
        b"exe" => Ok(What::Program(Pattern::new(pattern))),
        b"*" => Ok(What::Rule(None, Pattern::new(pattern))),
        kind => {
            let name = Plain(kind).to_string();
            let rule = rule::named(&name);
            Ok(What::Rule(Some(rule.ok_or(Wrong::NoRule(name))?.id), Pattern::new(pattern)))
        }
    }
}

/// As shmget takes it: hexadecimal behind 0x, else decimal.
fn key(text: &[u8]) -> Option<Key> {
    let text = str::from_utf8(text).ok()?;
    let number = match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?.cast_signed(),
        None => text.parse().ok()?,
    };
    Some(Key(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(function: &str, file: &str, module: &str) -> Frame {
        Frame {
            function: Some(function.to_owned()),
            source: Some((file.to_owned(), 7)),
            module: Some((module.to_owned(), 0x10)),
            ..Frame::default()
        }
    }

    /// Which of the lines suppresses a leak in make_queue of src/queue.c, key 5678, of /usr/bin/server.
    fn used(text: &str) -> Option<String> {
        let mut suppressions = Suppressions::default();
        assert_eq!(suppressions.add(text.as_bytes()), Vec::<String>::new(), "{text}");
        let frames = [frame("make_queue", "src/queue.c", "server"), frame("main", "src/main.c", "server")];
        let suspect =
            Suspect { rule: "leaked-segment", frames: &frames, key: Some(Key(5678)), exe: b"/usr/bin/server" };
        suppressions.count(suppressions.find(&suspect)?, 3);
        suppressions.used().next().map(|(times, text)| format!("{times} {text}"))
    }

    #[test]
    fn any_frame_the_key_and_the_program_can_be_named() {
        for line in [
            "leaked-segment:make_queue",
            "leaked-segment:queue.c",
            "leaked-segment:^main$",
            "*:server",
            "key:0x162e",
            "key:5678",
            "exe:server$",
            " leaked-segment : make_* ",
        ] {
            assert_eq!(used(line), Some(format!("3 {}", line.trim())), "{line}");
        }
        for line in ["overflow:make_queue", "leaked-segment:^queue", "key:0x5678", "exe:^server", "# *:server", ""] {
            assert_eq!(used(line), None, "{line}");
        }
        assert_eq!(used("overflow:*\nleaked-segment:main\n*:main\n").as_deref(), Some("3 leaked-segment:main"));
    }

    #[test]
    fn what_cannot_be_used_is_said_with_its_line() {
        let complaints = |text: &str| Suppressions::default().add(text.as_bytes()).join("|");
        assert_eq!(
            complaints("\nleaked-segmnet:x"),
            "line 2: there is no rule \"leaked-segmnet\"; did you mean \"leaked-segment\"?"
        );
        assert_eq!(
            complaints("leaked-segment"),
            "line 1: \"leaked-segment\" has no colon, as in leaked-segment:function"
        );
        assert_eq!(complaints("overflow: "), "line 1: \"overflow:\" names nothing behind its colon");
        assert_eq!(complaints("key:me"), "line 1: \"key:me\" is no key, as in key:0x162e");
        assert!(complaints(&"x\n".repeat(100)).ends_with("|and 92 more like that"));
        assert!(!complaints(&"x\n".repeat(8)).contains("more like that"));
        assert_eq!(complaints("\x1b:x"), "line 1: there is no rule \"\\x1b\"");
    }

    #[test]
    fn the_built_in_ones_can_be_used() {
        assert_eq!(Suppressions::default().add(BUILT_IN.as_bytes()), Vec::<String>::new());
    }

    #[test]
    fn the_built_in_ones_come_last_and_are_not_told() {
        let frames = [Frame { module: Some(("ipcmk".to_owned(), 0x29d7)), ..Frame::default() }];
        let suspect = Suspect { rule: "leaked-segment", frames: &frames, key: Some(Key(1)), exe: b"/usr/bin/ipcmk" };
        let told = |text: &str| {
            let mut suppressions = Suppressions::default();
            suppressions.add(text.as_bytes());
            suppressions.add_built_in();
            suppressions.count(suppressions.find(&suspect).unwrap(), 1);
            suppressions.used().map(|(_, text)| text.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(told("leaked-segment:elsewhere"), Vec::<String>::new());
        assert_eq!(told("key:1"), ["key:1"]);
    }
}
