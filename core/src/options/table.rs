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
        meaning: "abort (SIGABRT) at the first error, for a debugger or a core dump; a fault keeps its own signal",
        kind: Kind::Switch(|options| &mut options.abort_on_error),
    },
    Entry {
        name: "checks",
        default: "calls+memory+run",
        meaning: "which rules are on: the rings calls, memory, advice and run, and single rules by name, each \
                  after + or -; checks=-ftok-failed turns one rule off",
        kind: Kind::Checks(|options| &mut options.checks),
    },
    Entry {
        name: "color",
        default: "auto",
        meaning: "colour in reports: always, never, or auto: on a terminal, unless NO_COLOR is set or TERM is dumb",
        kind: Kind::Word(|options| &mut options.color),
    },
    Entry {
        name: "context_size",
        default: "1",
        meaning: "how many stack frames to keep and show for each call; each one costs time at every call",
        kind: Kind::Number(1..=32, |options| &mut options.context_size),
    },
    Entry {
        name: "debug_file_directory",
        default: "/usr/lib/debug",
        meaning: "where to look for debug information that is not in the program's own file",
        kind: Kind::Text(|options| &mut options.debug_file_directory),
    },
    Entry {
        name: "detect_leaks",
        default: "1",
        meaning: "at exit, report segments that this process created, did not remove, and nobody uses",
        kind: Kind::Switch(|options| &mut options.detect_leaks),
    },
    Entry {
        name: "end_aligned",
        default: "0",
        meaning: "place segments so that they end where their mapping ends, and one byte too far faults. Where the \
                  size is no multiple of 16, up to 15 bytes go unnoticed, and memory before the segment is not \
                  guarded. Only for segments that this program created, or that a ledger says were created this \
                  way: the data begins at another offset",
        kind: Kind::Switch(|options| &mut options.end_aligned),
    },
    Entry {
        name: "exitcode",
        default: "0",
        meaning: "exit status of a program that ended by itself and had an error; 0 keeps the program's own",
        kind: Kind::Number(0..=255, |options| &mut options.exitcode),
    },
    Entry {
        name: "fail_on",
        default: "error",
        meaning: "what exitcode, halt_on_error and abort_on_error act on: errors only, or warnings too",
        kind: Kind::Word(|options| &mut options.fail_on),
    },
    Entry {
        name: "guard",
        default: "1",
        meaning: "choose the addresses of attachments, unless the program names one, so that an access before a \
                  segment, behind it, or after its detach faults. 1: far from all other mappings; arena: in \
                  reserved address space, which nothing else can enter and which costs more; 0: the kernel chooses",
        kind: Kind::Word(|options| &mut options.guard),
    },
    Entry {
        name: "halt_on_error",
        default: "0",
        meaning: "end the program at the first error, with exitcode, or 1 if that is 0; a fault ends it by its own \
                  signal, even where the program has a handler",
        kind: Kind::Switch(|options| &mut options.halt_on_error),
    },
    Entry {
        name: "handle_segv",
        default: "1",
        meaning: "explain SIGSEGV and SIGBUS that have to do with shared memory, before the program's own handler \
                  runs or the program dies",
        kind: Kind::Switch(|options| &mut options.handle_segv),
    },
    Entry {
        name: "help",
        default: "0",
        meaning: "print every option with its meaning and its current value, then go on",
        kind: Kind::Switch(|options| &mut options.help),
    },
    Entry {
        name: "ledger",
        default: "1",
        meaning: "record which segments this process creates, and where, in a file of the user's that outlives the \
                  process ($XDG_RUNTIME_DIR/shmsan, else /run/shmsan or /dev/shm/shmsan-UID): from it later \
                  reports, shmsan info and shmsan ls know who left a segment behind",
        kind: Kind::Switch(|options| &mut options.ledger),
    },
    Entry {
        name: "log_path",
        default: "stderr",
        meaning: "where reports and trace lines go: stderr, stdout, or a file, to whose path .PID is added; a %p \
                  in the path stands for the pid, and then nothing is added (%% is a percent sign)",
        kind: Kind::Text(|options| &mut options.log_path),
    },
    Entry {
        name: "log_pid",
        default: "1",
        meaning: "add .PID to log_path; with 0, all processes write to one file, each line whole",
        kind: Kind::Switch(|options| &mut options.log_pid),
    },
    Entry {
        name: "max_reports",
        default: "100",
        meaning: "print at most this many reports and only count the rest; 0 means no limit",
        kind: Kind::Number(0..=1_000_000, |options| &mut options.max_reports),
    },
    Entry {
        name: "print_suppressions",
        default: "1",
        meaning: "at exit, print which suppressions were used, and how often",
        kind: Kind::Switch(|options| &mut options.print_suppressions),
    },
    Entry {
        name: "quarantine_mb",
        default: "65536",
        meaning: "after a detach, keep the place of a segment that was not guarded free for a while, if the kernel \
                  had chosen it, so that a late access faults: at most 64 places and this many MiB of address \
                  space, the oldest released first; of detaches in a loop, only some. Takes no memory; 0 turns it \
                  off",
        kind: Kind::Number(0..=1_048_576, |options| &mut options.quarantine_mb),
    },
    Entry {
        name: "slack_check",
        default: "1",
        meaning: "at detach and at exit, look for bytes written behind a segment's end, in its last page. 1: a \
                  place that detaches often is checked only now and then; always: each time",
        kind: Kind::Word(|options| &mut options.slack_check),
    },
    Entry {
        name: "strip_path_prefix",
        default: "",
        meaning: "remove this, and all before it, from the names of source files",
        kind: Kind::Text(|options| &mut options.strip_path_prefix),
    },
    Entry {
        name: "suppressions",
        default: "",
        meaning: "path of a file of suppressions, one per line: RULE:pattern, key:0x…, exe:pattern",
        kind: Kind::Text(|options| &mut options.suppressions),
    },
    Entry {
        name: "symbolize",
        default: "1",
        meaning: "look up functions and lines in the debug information; 0 shows places as module and offset",
        kind: Kind::Switch(|options| &mut options.symbolize),
    },
    Entry {
        name: "trace",
        default: "0",
        meaning: "print each call as strace would, with the time (UTC) and the caller's line",
        kind: Kind::Switch(|options| &mut options.trace),
    },
    Entry {
        name: "trace_format",
        default: "text",
        meaning: "how calls and reports are written: text, or json, one object per line",
        kind: Kind::Word(|options| &mut options.trace_format),
    },
    Entry {
        name: "verbosity",
        default: "0",
        meaning: "with 1, say when a process begins that shmsan is there, and when it ends what shmsan saw",
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
