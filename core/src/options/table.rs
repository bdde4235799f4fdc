//! Every option, once: its name, its kind, its default and its meaning.

use super::value::{Kind, Word};
use super::{Color, FailOn, Guard, SlackCheck, TraceFormat};

pub struct Entry {
    pub name: &'static str,
    pub default: &'static str,
    pub meaning: &'static str,
    pub kind: Kind,
}

/// Every option there is.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    TABLE.iter().chain(IN_DEBUG_BUILDS)
}

/// By name.
pub const TABLE: &[Entry] = &[
    Entry {
        name: "abort_on_error",
        default: "0",
        meaning: "with the first error, end the program by SIGABRT, for a debugger or a core dump; with a fault, by the signal that it is",
        kind: Kind::Switch(|options| &mut options.abort_on_error),
    },
    Entry {
        name: "checks",
        default: "calls+memory+run",
        meaning: "which rules speak: the rings calls, memory, advice and run, and rules by their names, each behind + or -; \
                  checks=-ftok-failed leaves one out",
        kind: Kind::Checks(|options| &mut options.checks),
    },
    Entry {
        name: "color",
        default: "auto",
        meaning: "colour the reports: always, never, or where they go to a terminal, unless NO_COLOR is set or TERM is dumb (auto)",
        kind: Kind::Word(|options| &mut options.color),
    },
    Entry {
        name: "context_size",
        default: "1",
        meaning: "how many frames of the stack are kept and shown of each call; each one costs time at every call",
        kind: Kind::Number(1..=32, |options| &mut options.context_size),
    },
    Entry {
        name: "debug_file_directory",
        default: "/usr/lib/debug",
        meaning: "where debug information lies that is not in the program's own file",
        kind: Kind::Text(|options| &mut options.debug_file_directory),
    },
    Entry {
        name: "detect_leaks",
        default: "1",
        meaning: "at exit, report segments that this process created and did not remove, and nobody uses",
        kind: Kind::Switch(|options| &mut options.detect_leaks),
    },
    Entry {
        name: "end_aligned",
        default: "0",
        meaning: "let segments end where their mapping ends, so that one byte too far faults \
                  (of a size that is no multiple of 16, up to 15 bytes do not, and what stands before the segment is not \
                  guarded); because the data stands at another offset then, only for segments that this program made or that a ledger says were made so",
        kind: Kind::Switch(|options| &mut options.end_aligned),
    },
    Entry {
        name: "exitcode",
        default: "0",
        meaning: "the exit status of a program that ends by itself and of which an error was found; 0 leaves the program's own",
        kind: Kind::Number(0..=255, |options| &mut options.exitcode),
    },
    Entry {
        name: "fail_on",
        default: "error",
        meaning: "what counts for exitcode, halt_on_error and abort_on_error: errors alone, or warnings too",
        kind: Kind::Word(|options| &mut options.fail_on),
    },
    Entry {
        name: "guard",
        default: "1",
        meaning: "choose where segments are attached, unless the program names an address, so that an access before or behind \
                  one faults, and one after its detach: far from where the kernel maps anything (1), or in reserved address \
                  space, which nothing can get into and costs more (arena); 0 leaves the choice to the kernel",
        kind: Kind::Word(|options| &mut options.guard),
    },
    Entry {
        name: "halt_on_error",
        default: "0",
        meaning: "end the program with the first error, at once, with exitcode or 1; with a fault, by its signal, even where the \
                  program has a handler",
        kind: Kind::Switch(|options| &mut options.halt_on_error),
    },
    Entry {
        name: "handle_segv",
        default: "1",
        meaning: "explain SIGSEGV and SIGBUS where shared memory has to do with them, before the program's own handler runs or it dies",
        kind: Kind::Switch(|options| &mut options.handle_segv),
    },
    Entry {
        name: "help",
        default: "0",
        meaning: "print every option with its meaning and its value, then go on",
        kind: Kind::Switch(|options| &mut options.help),
    },
    Entry {
        name: "ledger",
        default: "1",
        meaning: "write down which segments this process makes, and where, in a file of the user's own that outlives the \
                  process ($XDG_RUNTIME_DIR/shmsan, else /run/shmsan or /dev/shm/shmsan-UID): later reports, shmsan info \
                  and shmsan ls tell from it who left a segment behind",
        kind: Kind::Switch(|options| &mut options.ledger),
    },
    Entry {
        name: "log_path",
        default: "stderr",
        meaning: "where reports and trace lines go: stderr, stdout, or a file's path, to which .PID is added; a %p in it \
                  is the pid, and then nothing is added (%% is a percent sign)",
        kind: Kind::Text(|options| &mut options.log_path),
    },
    Entry {
        name: "log_pid",
        default: "1",
        meaning: "add .PID to log_path; with 0 all processes write one file, each line whole",
        kind: Kind::Switch(|options| &mut options.log_pid),
    },
    Entry {
        name: "max_reports",
        default: "100",
        meaning: "so many reports are printed, what follows is only counted; 0 is no limit",
        kind: Kind::Number(0..=1_000_000, |options| &mut options.max_reports),
    },
    Entry {
        name: "print_suppressions",
        default: "1",
        meaning: "at exit, print which suppressions were used and how often",
        kind: Kind::Switch(|options| &mut options.print_suppressions),
    },
    Entry {
        name: "quarantine_mb",
        default: "65536",
        meaning: "where a segment could not be guarded and the kernel chose its place, nothing else gets that place for a while \
                  after the detach, so that a use of it faults: 64 such places at most and so many MiB of address space, the \
                  oldest given back first, and in a loop only some; it takes no memory, and 0 is none",
        kind: Kind::Number(0..=1_048_576, |options| &mut options.quarantine_mb),
    },
    Entry {
        name: "slack_check",
        default: "1",
        meaning: "at detach and at exit, look for bytes that were written behind a segment's end, in its last page; where \
                  one place detaches often, only some times, unless this is always",
        kind: Kind::Word(|options| &mut options.slack_check),
    },
    Entry {
        name: "strip_path_prefix",
        default: "",
        meaning: "leave this out of the names of source files, with all before it",
        kind: Kind::Text(|options| &mut options.strip_path_prefix),
    },
    Entry {
        name: "suppressions",
        default: "",
        meaning: "the path of a file of suppressions, one a line: RULE:pattern, key:0x…, exe:pattern",
        kind: Kind::Text(|options| &mut options.suppressions),
    },
    Entry {
        name: "symbolize",
        default: "1",
        meaning: "look up functions and lines in the debug information; 0 leaves places as module and offset",
        kind: Kind::Switch(|options| &mut options.symbolize),
    },
    Entry {
        name: "trace",
        default: "0",
        meaning: "print each call as strace would, with the time in UTC and the caller's line",
        kind: Kind::Switch(|options| &mut options.trace),
    },
    Entry {
        name: "trace_format",
        default: "text",
        meaning: "how traced calls and reports are written: text, or json, one object a line",
        kind: Kind::Word(|options| &mut options.trace_format),
    },
    Entry {
        name: "verbosity",
        default: "0",
        meaning: "with 1, say when a process begins that shmsan is there, and when it ends what it saw",
        kind: Kind::Number(0..=1, |options| &mut options.verbosity),
    },
];

/// For the tests alone.
const IN_DEBUG_BUILDS: &[Entry] = &[
    #[cfg(debug_assertions)]
    Entry {
        name: "panic_on_purpose",
        default: "0",
        meaning: "let the checks of the first call fail; only in debug builds, to see that the program goes on",
        kind: Kind::Switch(|options| &mut options.panic_on_purpose),
    },
];

impl Word for Color {
    fn words(&self) -> &'static [&'static str] {
        &["auto", "always", "never"]
    }

    fn position(&self) -> usize {
        *self as usize
    }

    fn choose(&mut self, position: usize) {
        *self = [Self::Auto, Self::Always, Self::Never][position];
    }
}

impl Word for FailOn {
    fn words(&self) -> &'static [&'static str] {
        &["error", "warning"]
    }

    fn position(&self) -> usize {
        *self as usize
    }

    fn choose(&mut self, position: usize) {
        *self = [Self::Error, Self::Warning][position];
    }
}

impl Word for Guard {
    fn words(&self) -> &'static [&'static str] {
        &["0", "1", "arena"]
    }

    fn position(&self) -> usize {
        *self as usize
    }

    fn choose(&mut self, position: usize) {
        *self = [Self::Off, Self::Gap, Self::Arena][position];
    }
}

impl Word for SlackCheck {
    fn words(&self) -> &'static [&'static str] {
        &["0", "1", "always"]
    }

    fn position(&self) -> usize {
        *self as usize
    }

    fn choose(&mut self, position: usize) {
        *self = [Self::Never, Self::Often, Self::Always][position];
    }
}

impl Word for TraceFormat {
    fn words(&self) -> &'static [&'static str] {
        &["text", "json"]
    }

    fn position(&self) -> usize {
        *self as usize
    }

    fn choose(&mut self, position: usize) {
        *self = [Self::Text, Self::Json][position];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    #[test]
    fn every_default_can_be_read_and_the_names_are_sorted() {
        for Entry { name, default, kind, .. } in entries() {
            let mut options = Options::unset();
            kind.set(&mut options, default.as_bytes()).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
            assert_eq!(kind.show(&mut options), *default, "{name}");
        }
        for Entry { name, kind, .. } in entries() {
            let Kind::Word(field) = kind else { continue };
            let words = field(&mut Options::unset()).words();
            for word in words {
                let mut options = Options::unset();
                kind.set(&mut options, word.as_bytes()).unwrap();
                assert_eq!(kind.show(&mut options), *word, "{name}");
            }
            assert_eq!(kind.values().replace(" or ", ", "), words.join(", "));
        }
        let values = |name| entries().find(|entry| entry.name == name).unwrap().kind.values();
        assert_eq!(["verbosity", "context_size"].map(values), ["0 or 1", "1 to 32"]);
        assert!(TABLE.is_sorted_by_key(|entry| entry.name));
    }
}
