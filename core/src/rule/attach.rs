//! The rules of shmat(2), beside those of the id.

use super::{Page, Ring, Rule, Severity};

pub const ALL: &[&Rule] = &[&MISALIGNED_ADDRESS, &REMAP_AT_NULL];

pub const MISALIGNED_ADDRESS: Rule = Rule {
    id: "misaligned-address",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "shmat was given an address that is no multiple of a page.",
    page: Page {
        why: "A segment is mapped page by page. With SHM_RND the kernel rounds the address down, without it it refuses.",
        bad: "char *memory = shmat(shmid, buffer + 1, 0);    /* EINVAL */",
        good: "char *memory = shmat(shmid, NULL, 0);          /* let the kernel choose */",
        man: "shmat(2)",
    },
};

pub const REMAP_AT_NULL: Rule = Rule {
    id: "remap-at-null",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "shmat was given SHM_REMAP without an address.",
    page: Page {
        why: "SHM_REMAP replaces what is mapped at the address that is given; where none is given there is nothing to \
              replace.",
        bad: "char *memory = shmat(shmid, NULL, SHM_REMAP);  /* EINVAL */",
        good: "char *memory = shmat(shmid, NULL, 0);",
        man: "shmat(2)",
    },
};
