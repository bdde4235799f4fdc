//! SHMSAN_OPTIONS: one table is the parser, the defaults, the help and the documents' page. The grammar is that of the
//! sanitizers' flags.

mod grammar;
mod log_path;
mod nearest;
mod page;
#[cfg(test)]
mod properties;
mod table;
mod value;

pub use grammar::{has_open_quote, written};
pub use log_path::{LogPath, file_name};
pub use nearest::nearest;
pub use page::{Documented, documented, page};

use crate::rule::{Checks, Ring};
use crate::text::{Plain, shortened};
use grammar::{Item, Value};
use table::Entry;

/// What the user can choose; each field's meaning stands in the table, under its name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one switch of the user's, by its name")]
pub struct Options {
    pub abort_on_error: bool,
    pub checks: Checks,
    pub color: Color,
    pub context_size: u32,
    pub debug_file_directory: Vec<u8>,
    pub detect_leaks: bool,
    pub end_aligned: bool,
    pub exitcode: u32,
    pub fail_on: FailOn,
    pub guard: Guard,
    pub halt_on_error: bool,
    pub handle_segv: bool,
    pub help: bool,
    pub ledger: bool,
    pub log_path: Vec<u8>,
    pub log_pid: bool,
    pub max_reports: u32,
    /// Only in debug builds.
    pub panic_on_purpose: bool,
    pub print_suppressions: bool,
    pub quarantine_mb: u32,
    pub slack_check: SlackCheck,
    pub strip_path_prefix: Vec<u8>,
    pub suppressions: Vec<u8>,
    pub symbolize: bool,
    pub trace: bool,
    pub trace_format: TraceFormat,
    pub verbosity: u32,
}

/// When reports are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    Auto,
    Always,
    Never,
}

/// What makes a program fail, where it is to fail at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    Error,
    Warning,
}

/// What keeps others away from an attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// The kernel chooses where it goes.
    Off,
    /// A range that is far from where the kernel maps anything.
    Gap,
    /// A range that is reserved.
    Arena,
}

/// When the end of a segment's last page is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlackCheck {
    Never,
    /// At exit, and at the first detaches of each place and some of the later ones.
    Often,
    /// At exit and at every detach.
    Always,
}

/// How a traced call is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceFormat {
    Text,
    Json,
}

/// The most lines that are said of wrong options, and the most characters that are shown of one.
const COMPLAINTS: usize = 8;
const SHOWN: usize = 40;

impl Default for Options {
    fn default() -> Self {
        let mut options = Self::unset();
        for Entry { default, kind, .. } in table::entries() {
            // A test reads every default.
            let _ = kind.set(&mut options, default.as_bytes());
        }
        options
    }
}

impl Options {
    /// Before the defaults.
    const fn unset() -> Self {
        Self {
            abort_on_error: false,
            checks: Checks::NONE,
            color: Color::Auto,
            context_size: 0,
            debug_file_directory: Vec::new(),
            detect_leaks: false,
            end_aligned: false,
            exitcode: 0,
            fail_on: FailOn::Error,
            guard: Guard::Off,
            halt_on_error: false,
            handle_segv: false,
            help: false,
            ledger: false,
            log_path: Vec::new(),
            log_pid: false,
            max_reports: 0,
            panic_on_purpose: false,
            print_suppressions: false,
            quarantine_mb: 0,
            slack_check: SlackCheck::Never,
            strip_path_prefix: Vec::new(),
            suppressions: Vec::new(),
            symbolize: false,
            trace: false,
            trace_format: TraceFormat::Text,
            verbosity: 0,
        }
    }

    /// Reads texts over the defaults, each with the name of where it comes from, a later one over an earlier. What cannot
    /// be used is left out and said, a line each.
    #[must_use]
    pub fn read(sources: &[(&str, &[u8])]) -> (Self, Vec<String>) {
        let mut options = Self::default();
        let mut complaints = Vec::new();
        for (source, text) in sources {
            let wrong = grammar::items(text).filter_map(|item| options.set(&item).err());
            let wrong: Vec<_> = wrong.map(|wrong| format!("{source}: {wrong}")).collect();
            let more = wrong.len().saturating_sub(COMPLAINTS);
            complaints.extend(wrong.into_iter().take(COMPLAINTS));
            if more > 0 {
                complaints.push(format!("{source}: and {more} more like that"));
            }
        }
        (options, complaints)
    }

    fn set(&mut self, item: &Item<'_>) -> Result<(), String> {
        let Item { name, value } = item;
        let entry = table::entries().find(|entry| entry.name == name).ok_or_else(|| unknown(name))?;
        match value {
            Value::Missing => Err(format!("{name} needs a value, as in {name}={}", entry.kind.example(self))),
            Value::Open => Err(format!("the quote after {name}= is never closed")),
            Value::Given(value) => entry
                .kind
                .set(self, value)
                .map_err(|expected| format!("{name}=\"{}\" {expected}", shortened(&Plain(value).to_string(), SHOWN))),
        }
    }

    /// Whether `value` can be that of the option `name`.
    ///
    /// # Errors
    /// Says what would have been right, as in "is no number from 0 to 1".
    pub fn check(name: &str, value: &[u8]) -> Result<(), String> {
        table::entries()
            .find(|entry| entry.name == name)
            .map_or_else(|| Err(unknown(name)), |entry| entry.kind.set(&mut Self::default(), value))
    }

    /// Whether each call needs more than to be tracked and judged.
    #[must_use]
    pub const fn looks_at_every_call(&self) -> bool {
        let guards = self.end_aligned || matches!(self.guard, Guard::Arena);
        self.trace || self.panic_on_purpose || guards || self.checks.wants(Ring::Advice)
    }
}

fn unknown(name: &str) -> String {
    let nearest = nearest::nearest(name, table::entries().map(|entry| entry.name));
    let hint = nearest.map(|nearest| format!("; did you mean \"{nearest}\"?")).unwrap_or_default();
    format!("there is no option \"{}\"{hint} (help=1 lists all)", shortened(name, SHOWN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &[u8]) -> (Options, Vec<String>) {
        Options::read(&[("HERE", text)])
    }

    fn complaint(text: &str) -> String {
        let (options, complaints) = parse(text.as_bytes());
        assert_eq!(options, Options::default(), "{text}");
        assert_eq!(complaints.len(), 1, "{text}: {complaints:?}");
        complaints[0].strip_prefix("HERE: ").unwrap().to_owned()
    }

    #[test]
    fn what_is_given_is_used_and_the_later_one_wins() {
        let (options, complaints) = parse(b"trace=1:detect_leaks=no,trace=0 trace=true\n");
        assert_eq!(options, Options { detect_leaks: false, trace: true, ..Options::default() });
        assert!(complaints.is_empty());
    }

    #[test]
    fn the_defaults_are_those_of_the_table() {
        let expected = Options {
            checks: Checks::parse("calls+memory+run", Checks::NONE).unwrap(),
            context_size: 1,
            debug_file_directory: b"/usr/lib/debug".to_vec(),
            detect_leaks: true,
            guard: Guard::Gap,
            handle_segv: true,
            max_reports: 100,
            print_suppressions: true,
            ledger: true,
            quarantine_mb: 65536,
            slack_check: SlackCheck::Often,
            log_path: b"stderr".to_vec(),
            log_pid: true,
            symbolize: true,
            ..Options::unset()
        };
        assert_eq!(Options::default(), expected);
        assert_eq!(parse(b"").0, expected);
    }

    #[test]
    fn an_unknown_name_is_said_with_the_nearest_one_and_the_rest_is_used() {
        assert_eq!(complaint("trase=1"), "there is no option \"trase\"; did you mean \"trace\"? (help=1 lists all)");
        assert_eq!(complaint("xyzzy=1"), "there is no option \"xyzzy\" (help=1 lists all)");
        let (options, complaints) = parse(b"xyzzy=1:trace=1");
        assert!(options.trace && complaints.len() == 1);
    }

    #[test]
    fn a_value_that_does_not_parse_is_said() {
        assert_eq!(complaint("trace=maybe"), "trace=\"maybe\" is neither 0 nor 1 (also yes, no, true, false)");
        assert_eq!(complaint("trace"), "trace needs a value, as in trace=1");
        assert_eq!(complaint("verbosity=-1"), "verbosity=\"-1\" is no number from 0 to 1");
        assert_eq!(complaint("color=red"), "color=\"red\" is none of auto, always, never");
        assert_eq!(complaint("color"), "color needs a value, as in color=auto");
        let unknown = "checks=\"\\x1b[31m\" names no ring and no rule at \"\\x1b[31m\"";
        assert_eq!(complaint("checks=\x1b[31m"), unknown);
        assert_eq!(complaint("trace='1"), "the quote after trace= is never closed");
        assert_eq!(complaint("trace=\x1b[31m"), "trace=\"\\x1b[31m\" is neither 0 nor 1 (also yes, no, true, false)");
    }

    #[test]
    fn what_is_said_of_wrong_options_has_an_end() {
        let complaints = parse("a=1:".repeat(100).as_bytes()).1;
        assert_eq!(complaints.len(), COMPLAINTS + 1);
        assert_eq!(complaints[COMPLAINTS], "HERE: and 92 more like that");
        let long = complaint(&"x".repeat(1000));
        assert!(long.starts_with(&format!("there is no option \"{}…\"", "x".repeat(SHOWN))), "{long}");
    }

    #[test]
    fn one_value_can_be_asked_for_alone() {
        assert_eq!(Options::check("color", b"never"), Ok(()));
        assert_eq!(Options::check("color", b"red"), Err("is none of auto, always, never".to_owned()));
        assert!(Options::check("colour", b"never").is_err_and(|wrong| wrong.contains("did you mean \"color\"?")));
    }

    #[test]
    fn what_looks_at_every_call_is_asked_for() {
        let looks = |text: &str| parse(text.as_bytes()).0.looks_at_every_call();
        assert!(!looks("") && !looks("guard=1:slack_check=always"));
        for text in ["trace=1", "end_aligned=1", "guard=arena", "checks=+advice"] {
            assert!(looks(text), "{text}");
        }
    }

    #[test]
    fn a_path_is_taken_byte_by_byte() {
        let (options, complaints) = parse(b"log_path='/tmp/a b\xff:c'");
        assert_eq!((options.log_path.as_slice(), complaints.len()), (b"/tmp/a b\xff:c".as_slice(), 0));
    }

    #[test]
    fn a_later_source_wins_and_each_complaint_names_its_own() {
        let (options, complaints) =
            Options::read(&[("FIRST", b"trace=1:detect_leaks=0:x=1"), ("SECOND", b"trace=0:y=1")]);
        assert_eq!(options, Options { detect_leaks: false, ..Options::default() });
        assert!(complaints.len() == 2 && complaints[0].starts_with("FIRST: "), "{complaints:?}");
        assert!(complaints[1].starts_with("SECOND: "), "{complaints:?}");
    }
}
