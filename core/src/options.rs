//! SHMSAN_OPTIONS: one table is the parser, the defaults and the help. The grammar is that of the sanitizers' flags.

mod grammar;
mod nearest;

use grammar::{Item, Value};
use std::fmt::Write;

/// What the user can choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one switch of the user's, by its name")]
pub struct Options {
    pub detect_leaks: bool,
    pub help: bool,
    /// Only in debug builds.
    pub panic_on_purpose: bool,
    pub trace: bool,
}

/// The most lines that are said of wrong options, and the most characters that are shown of one.
const COMPLAINTS: usize = 8;
const SHOWN: usize = 40;

struct Entry {
    name: &'static str,
    default: &'static str,
    meaning: &'static str,
    set: fn(&mut Options, bool),
    get: fn(&Options) -> bool,
}

const TABLE: &[Entry] = &[
    Entry {
        name: "detect_leaks",
        default: "1",
        meaning: "at exit, report segments that this process created and did not remove, and nobody uses",
        set: |options, value| options.detect_leaks = value,
        get: |options| options.detect_leaks,
    },
    Entry {
        name: "help",
        default: "0",
        meaning: "print every option with its meaning and its value, then go on",
        set: |options, value| options.help = value,
        get: |options| options.help,
    },
    #[cfg(debug_assertions)]
    Entry {
        name: "panic_on_purpose",
        default: "0",
        meaning: "let the checks of the first call fail; only in debug builds, to see that the program goes on",
        set: |options, value| options.panic_on_purpose = value,
        get: |options| options.panic_on_purpose,
    },
    Entry {
        name: "trace",
        default: "0",
        meaning: "print each call as strace would, with the time in UTC and the caller's line",
        set: |options, value| options.trace = value,
        get: |options| options.trace,
    },
];

impl Default for Options {
    fn default() -> Self {
        let mut options = Self { detect_leaks: false, help: false, panic_on_purpose: false, trace: false };
        for entry in TABLE {
            if let Some(value) = boolean(entry.default) {
                (entry.set)(&mut options, value);
            }
        }
        options
    }
}

impl Options {
    /// Reads `text` over the defaults. What cannot be used is left out and said, a line each.
    #[must_use]
    pub fn parse(text: &[u8]) -> (Self, Vec<String>) {
        let mut options = Self::default();
        let mut complaints: Vec<_> = grammar::items(text).filter_map(|item| options.set(&item).err()).collect();
        if complaints.len() > COMPLAINTS {
            let more = complaints.len() - COMPLAINTS;
            complaints.truncate(COMPLAINTS);
            complaints.push(format!("and {more} more like that"));
        }
        (options, complaints)
    }

    fn set(&mut self, item: &Item) -> Result<(), String> {
        let Item { name, value } = item;
        let entry = TABLE.iter().find(|entry| entry.name == name).ok_or_else(|| unknown(name))?;
        let value = match value {
            Value::Missing => return Err(format!("{name} needs a value, as in {name}=1")),
            Value::Open => return Err(format!("the quote after {name}= is never closed")),
            Value::Given(value) => value,
        };
        let value = boolean(value)
            .ok_or_else(|| format!("{name}=\"{}\" is neither 0 nor 1 (also yes, no, true, false)", short(value)))?;
        (entry.set)(self, value);
        Ok(())
    }

    /// Every option with its meaning, its default and its value.
    #[must_use]
    pub fn help(&self) -> String {
        let mut out = "shmsan: options, as in SHMSAN_OPTIONS=\"name=value:name=value\":\n".to_owned();
        for Entry { name, default, meaning, get, .. } in TABLE {
            let value = u8::from(get(self));
            // Writing to a String cannot fail.
            let _ = writeln!(out, "  {name}={value} (default {default})\n      {meaning}");
        }
        out
    }
}

fn boolean(value: &str) -> Option<bool> {
    match value {
        "1" | "yes" | "true" => Some(true),
        "0" | "no" | "false" => Some(false),
        _ => None,
    }
}

fn unknown(name: &str) -> String {
    let nearest = nearest::nearest(name, TABLE.iter().map(|entry| entry.name));
    let hint = nearest.map(|nearest| format!("; did you mean \"{nearest}\"?")).unwrap_or_default();
    format!("there is no option \"{}\"{hint} (help=1 lists all)", short(name))
}

/// As much of it as is needed to find it again.
fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => text[..end].to_owned() + "…",
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(text: &str) -> String {
        let (options, complaints) = Options::parse(text.as_bytes());
        assert_eq!(options, Options::default(), "{text}");
        assert_eq!(complaints.len(), 1, "{text}: {complaints:?}");
        complaints[0].clone()
    }

    #[test]
    fn what_is_given_is_used_and_the_later_one_wins() {
        let (options, complaints) = Options::parse(b"trace=1:detect_leaks=no,trace=0 trace=true\n");
        assert_eq!(options, Options { detect_leaks: false, trace: true, ..Options::default() });
        assert!(complaints.is_empty());
    }

    #[test]
    fn the_defaults_are_those_of_the_table() {
        assert_eq!(
            Options::default(),
            Options { detect_leaks: true, help: false, panic_on_purpose: false, trace: false }
        );
        assert_eq!(Options::parse(b"").0, Options::default());
    }

    #[test]
    fn an_unknown_name_is_said_with_the_nearest_one_and_the_rest_is_used() {
        assert_eq!(complaint("trase=1"), "there is no option \"trase\"; did you mean \"trace\"? (help=1 lists all)");
        assert_eq!(complaint("xyzzy=1"), "there is no option \"xyzzy\" (help=1 lists all)");
        let (options, complaints) = Options::parse(b"xyzzy=1:trace=1");
        assert!(options.trace && complaints.len() == 1);
    }

    #[test]
    fn a_value_that_does_not_parse_is_said() {
        assert_eq!(complaint("trace=maybe"), "trace=\"maybe\" is neither 0 nor 1 (also yes, no, true, false)");
        assert_eq!(complaint("trace"), "trace needs a value, as in trace=1");
        assert_eq!(complaint("trace='1"), "the quote after trace= is never closed");
        assert_eq!(complaint("trace=\x1b[31m"), "trace=\"\\x1b[31m\" is neither 0 nor 1 (also yes, no, true, false)");
    }

    #[test]
    fn what_is_said_of_wrong_options_has_an_end() {
        let complaints = Options::parse("a=1:".repeat(100).as_bytes()).1;
        assert_eq!(complaints.len(), COMPLAINTS + 1);
        assert_eq!(complaints[COMPLAINTS], "and 92 more like that");
        let long = complaint(&"x".repeat(1000));
        assert!(long.starts_with(&format!("there is no option \"{}…\"", "x".repeat(SHOWN))), "{long}");
    }

    #[test]
    fn help_shows_the_value_in_use() {
        let (options, _) = Options::parse(b"trace=1");
        assert!(options.help().contains("trace=1 (default 0)"), "{}", options.help());
    }
}
