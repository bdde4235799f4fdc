//! The rules of shmget(2).

use super::{Page, Ring, Rule, Severity};

pub const ALL: &[&Rule] = &[&SIZE_MISMATCH, &KEY_IS_MINUS_ONE];

pub const SIZE_MISMATCH: Rule = Rule {
    id: "size-mismatch",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "shmget asked for more bytes than the segment has that the key already names.",
    page: Page {
        why: "A segment keeps the size it was created with; Linux never resizes one, and shmget answers EINVAL. A key \
              outlives every process that used it: the smaller segment is often one that an earlier version, or an \
              earlier run, of the same program left behind.",
        bad: "shmget(0x4242, 100, IPC_CREAT | 0600);\n\
              shmget(0x4242, 200, IPC_CREAT | 0600);  /* EINVAL */",
        good: "shmget(0x4242, 0, 0);                   /* its size: IPC_STAT, shm_segsz */",
        man: "shmget(2)",
    },
};

pub const KEY_IS_MINUS_ONE: Rule = Rule {
    id: "key-is-minus-one",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "shmget was given the key -1, which is what a failed ftok returns.",
    page: Page {
        why: "ftok returns -1 when it cannot look at its file. The number is a good key to shmget, so the program goes \
              on, with a segment that it shares with every other program that makes the same mistake.",
        bad: "key_t key = ftok(\"no-such-file\", 'A');\n\
              int shmid = shmget(key, 4096, IPC_CREAT | 0600);",
        good: "if (key == (key_t) -1) { perror(\"ftok\"); exit(1); }",
        man: "ftok(3), shmget(2)",
    },
};
