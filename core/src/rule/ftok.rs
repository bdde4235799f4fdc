//! The rules of ftok(3).

use super::{Page, Ring, Rule, Severity};

pub const ALL: &[&Rule] = &[&FTOK_FAILED];

pub const FTOK_FAILED: Rule = Rule {
    id: "ftok-failed",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "ftok could not look at its file and returned -1, which is not a key.",
    page: Page {
        why: "ftok makes a key of the device and the inode of a file that must exist. Where it fails there is no key, \
              and -1 looks like one. A program that checks for it has made no mistake.",
        bad: "key_t key = ftok(\"no-such-file\", 'A');   /* -1, ENOENT */",
        good: "key_t key = ftok(argv[0], 'A');          /* a file that exists */\n\
               if (key == (key_t) -1) { perror(\"ftok\"); exit(1); }",
        man: "ftok(3)",
    },
};
