//! The rules of the memory itself.

use super::{Page, Ring, Rule, Severity};

pub const ALL: &[&Rule] = &[&OVERFLOW];

pub const OVERFLOW: Rule = Rule {
    id: "overflow",
    ring: Ring::Memory,
    severity: Severity::Error,
    sentence: "Something would have been, or was, written past the end of a segment.",
    page: Page {
        why: "A segment ends where its size says, and its mapping at the end of that page. What is written behind lands \
              in the rest of the page, where others may read it, or in whatever is mapped next.",
        bad: "char *memory = shmat(shmid, NULL, 0);  /* 1024 bytes */\n\
              gets(memory);                         /* any number of bytes */",
        good: "fgets(memory, 1024, stdin);",
        man: "shmat(2), gets(3)",
    },
};
