//! libshmsan(7), from the table of options and the table of rules.

use roff::{Roff, bold, roman};
use shmsan_core::options::documented;
use shmsan_core::rule;

const DESCRIPTION: [&str; 4] = [
    "libshmsan stands in the place of shmget(2), shmat(2), shmdt(2), shmctl(2) and ftok(3). It passes each call to the kernel \
     unchanged, explains what went wrong, and says at the end which segments were left behind, where they were made, and how \
     to get rid of them.",
    "A program is linked with it, or it is preloaded by shmsan-run(1) or LD_PRELOAD. It speaks on standard error; ERROR is a \
     mistake, WARNING probably one. Neither changes the exit status, unless an option says so.",
    "Segments are attached where nothing else is, so that an access outside one faults at the instruction that does it. The \
     signal then takes its course.",
    "Static programs that are not linked with it, setuid programs under LD_PRELOAD, Go programs and syscall(2) are not seen.",
];

const OPTIONS: &str = "Options are read from the environment variable SHMSAN_OPTIONS: name=value, separated by a space, a comma, \
     a colon or a newline; a value that holds one of these stands in quotes. help=1 prints them all. A program brings its own \
     by a function const char *shmsan_default_options(void).";

const RULES: &str = "Each mistake has a name, which stands in its report and can be switched off by the option checks, or \
     silenced by a line in a file of suppressions. shmsan-explain(1) has a page for each.";

pub fn page() -> String {
    let mut page = Roff::new();
    page.control("TH", ["libshmsan", "7", "", concat!("shmsan ", env!("CARGO_PKG_VERSION")), ""]);
    page.control("SH", ["NAME"]);
    page.text([roman("libshmsan - a sanitizer for System V shared memory")]);
    page.control("SH", ["SYNOPSIS"]);
    for line in
        ["shmsan run program", "LD_PRELOAD=libshmsan.so program", "cc program.c $(pkg-config --cflags --libs shmsan)"]
    {
        page.text([bold(line)]).control("br", []);
    }
    page.control("SH", ["DESCRIPTION"]);
    for paragraph in DESCRIPTION {
        page.text([roman(paragraph)]).control("PP", []);
    }
    page.control("SH", ["OPTIONS"]).text([roman(OPTIONS)]);
    for option in documented() {
        let default = if option.default.is_empty() { "none" } else { option.default };
        page.control("TP", []).text([bold(option.name), roman(format!(" ({}; default {default})", option.values))]);
        page.text([roman(option.meaning)]);
    }
    page.control("SH", ["RULES"]).text([roman(RULES)]);
    for (family, rules) in rule::families() {
        page.control("SS", [family]);
        for rule in rules {
            page.control("TP", [])
                .text([bold(rule.id), roman(format!(" ({}, ring {})", rule.severity, rule.ring.name()))]);
            page.text([roman(rule.sentence)]);
        }
    }
    page.control("SH", ["SEE ALSO"]);
    page.text([roman("shmsan(1), shmget(2), shmat(2), shmctl(2), ftok(3), ipcs(1), lsipc(1), sysvipc(7)")]);
    page.render()
}
