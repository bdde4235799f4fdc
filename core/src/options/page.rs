//! The options for people: `help=1`, the page in the documents, and the rows of the README's table.

use super::Options;
use super::table::{self, Entry};
use crate::text::wrap;
use std::fmt::Write;

/// The help fits into a terminal of 80 columns.
const WIDTH: usize = 80;

/// One option, as the documents show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Documented {
    pub name: &'static str,
    pub default: &'static str,
    pub values: String,
    pub meaning: &'static str,
}

/// Every option that a user may set, by name.
pub fn documented() -> impl Iterator<Item = Documented> {
    table::TABLE.iter().map(|entry| {
        let Entry { name, default, meaning, kind } = entry;
        Documented { name, default, values: kind.values(), meaning }
    })
}

impl Options {
    /// Every option with its value, what can be given, its default and its meaning.
    #[must_use]
    pub fn help(&self) -> String {
        let mut out = "shmsan: options, as in SHMSAN_OPTIONS=\"name=value:name=value\":\n".to_owned();
        let mut options = self.clone();
        for Entry { name, default, meaning, kind } in table::entries() {
            let (value, values, default) = (kind.show(&mut options), kind.values(), or_none(default));
            // Writing to a String cannot fail.
            let _ = write!(out, "  {name}={value} ({values}; default {default})\n     ");
            wrap(&mut out, meaning, 5, WIDTH);
            out.push('\n');
        }
        out
    }
}

fn or_none(default: &str) -> &str {
    if default.is_empty() { "none" } else { default }
}

const HEAD: &str = r#"# Options

<!-- Made from the table in core/src/options/table.rs by `BLESS=1 cargo test --test suite options`; do not edit. -->

Options are given to the library in the environment variable `SHMSAN_OPTIONS`, as to the sanitizers of gcc and clang:

    SHMSAN_OPTIONS="trace=1:log_path=/tmp/trace" LD_PRELOAD=/usr/local/lib/libshmsan.so.0 ./program

- Each is `name=value`. Between two of them stands a space, a comma, a colon, a newline or a tab.
- A value that holds one of these stands in quotes: `log_path='/tmp/a b'` or `log_path="/tmp/a:b"`. There is no other way to
  escape, so a value in one kind of quotes can hold the other kind.
- A switch is `0` or `1`, also `no` or `yes`, `false` or `true`.
- Where an option is given twice, the later one wins.
- A name that does not exist, or a value that cannot be read, is said in one line on standard error, with the name that
  was probably meant; the other options hold.
- `help=1` prints them all with the values in use.

What a trace looks like stands in [trace.md](trace.md).

They are read once, when the library is loaded or at the first of its calls, if that comes before. A program can bring
defaults of its own, over which `SHMSAN_OPTIONS` wins:

```c
const char *shmsan_default_options(void)
{
    return "trace=1:detect_leaks=0";
}
```

It works in a program that is linked with shmsan, and under `LD_PRELOAD` where the program exports its functions (`-rdynamic`).
A program that runs with more rights than its user (set-user-ID) does not listen to the environment; its own function
holds there too.
"#;

const LOG_FILES: &str = "
## Log files

With `log_path=/tmp/log` each process writes a file of its own, `/tmp/log.PID`, as under the sanitizers; a child of a fork has
its own too. A `%p` in the path is the pid, and then nothing is added; `%%` is a percent sign.

With `log_pid=0` all processes write one file. Each report and each trace line is appended by one write(2), so no two are
mixed on a local file system.

- A path that is there when the program begins and is no file, such as a FIFO or `/dev/tty`, is written to as it is.
- A relative path is relative to the folder in which the program begins, wherever it goes later.
- A path that ends in `/` names a folder, in which the file is `shmsan.PID`. The folder must exist.
- The file is made when there is something to write, readable by its owner alone, because reports tell addresses and command
  lines. Where others are to read it, or a process that changes its user is to go on writing, make it before, with the
  rights it shall have. A file that is there is appended to.
- It is opened, written and closed for each line, so a program that closes all descriptors keeps its log, and no
  descriptor of ours is there for long.
- Where it cannot be opened or written (no rights, no room, RLIMIT_FSIZE, no descriptor left, a FIFO without a reader), one line
  on standard error says so, and that report goes to standard error.

`stdout` and `stderr` are written only while they are what they were at the start, or a terminal, or a file opened for
appending: whatever else stands there is the program's own. `/dev/stdout` and `/dev/stderr` mean the same two.
";

/// docs/options.md.
#[must_use]
pub fn page() -> String {
    let mut out = HEAD.to_owned();
    for Documented { name, default, values, meaning } in documented() {
        let mut sentence = meaning.to_owned();
        sentence[..1].make_ascii_uppercase();
        let default = if default.is_empty() { "none".to_owned() } else { format!("`{default}`") };
        // Writing to a String cannot fail.
        let _ = write!(out, "\n## {name}\n\nDefault: {default}. Values: {values}.\n\n{sentence}.\n");
    }
    out + LOG_FILES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_shows_the_values_and_the_one_in_use() {
        let (options, _) = Options::read(&[("HERE", b"trace=1:color=never:log_path='/tmp/a b\xff:c'")]);
        let help = options.help();
        for line in [
            "  trace=1 (0 or 1; default 0)\n",
            "  color=never (auto, always or never; default auto)\n",
            "  log_path=/tmp/a b\\xff:c (text; default stderr)\n",
            "  strip_path_prefix= (text; default none)\n",
        ] {
            assert!(help.contains(line), "{line}{help}");
        }
    }

    #[test]
    fn help_fits_into_80_columns() {
        let help = Options::default().help();
        assert!(help.lines().all(|line| line.chars().count() <= WIDTH), "{help}");
    }

    #[test]
    fn the_page_has_a_section_for_each_option_and_none_for_what_only_tests_use() {
        let page = page();
        let headings: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let names: Vec<_> = documented().map(|option| option.name).chain(["Log files"]).collect();
        assert_eq!(headings, names);
        assert!(!page.contains("on_purpose"));
    }
}
