//! The rules of ftok(3).

use super::{Page, Ring, Rule, Severity};

pub const ALL: &[&Rule] =
    &[&FTOK_FAILED, &FTOK_PROJECT_ZERO, &FTOK_PROJECT_TRUNCATED, &FTOK_COLLISION, &FTOK_PATH_REPLACED];

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

pub const FTOK_PROJECT_ZERO: Rule = Rule {
    id: "ftok-project-zero",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "The low 8 bits of ftok's project are 0.",
    page: Page {
        why: "POSIX leaves open what ftok does then. Linux makes a key of it like any other; elsewhere it may fail, and a \
              program that adds 256 to a project that is taken comes back to the same key.",
        bad: "key_t key = ftok(\"/srv/queue\", 0);",
        good: "key_t key = ftok(\"/srv/queue\", 'Q');",
        man: "ftok(3)",
    },
};

pub const FTOK_PROJECT_TRUNCATED: Rule = Rule {
    id: "ftok-project-truncated",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "ftok's project is not a number from 1 to 255; its low 8 bits alone count.",
    page: Page {
        why: "A key has 8 bits for the project. 257 gives the key of 1, and whoever counts projects beyond 255, or takes a \
              pid for one, meets himself or others in the same segment.",
        bad: "key_t one = ftok(\"/srv/queue\", 1);\n\
              key_t other = ftok(\"/srv/queue\", 257);   /* the same key */",
        good: "key_t other = ftok(\"/srv/queue\", 2);",
        man: "ftok(3)",
    },
};

pub const FTOK_COLLISION: Rule = Rule {
    id: "ftok-collision",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "ftok gave two different files the same key.",
    page: Page {
        why: "A key holds 16 bits of the inode and 8 of the device: of two files of one file system one in 65536 pairs has the \
              same key. Whoever uses both meets in one segment, where two were meant.",
        bad: "key_t one = ftok(\"first\", 'A');           /* inode 0x00012 */\n\
              key_t other = ftok(\"second\", 'A');        /* inode 0x10012: the same key */",
        good: "key_t other = ftok(\"second\", 'B');",
        man: "ftok(3)",
    },
};

pub const FTOK_PATH_REPLACED: Rule = Rule {
    id: "ftok-path-replaced",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "ftok gave the same path another key than before: it names another file now.",
    page: Page {
        why: "The key is made of the file's inode, not of its name. A file that was removed and made again, or replaced by \
              rename as editors do, has another one: who called ftok before has the old key, who calls it now the new one, \
              and they no longer meet.",
        bad: "key_t key = ftok(\"/srv/queue\", 'Q');\n\
              rename(\"/srv/queue.new\", \"/srv/queue\");\n\
              key = ftok(\"/srv/queue\", 'Q');         /* another key */",
        good: "/* a file that nobody replaces: the program itself, or one made for this */",
        man: "ftok(3), rename(2)",
    },
};
