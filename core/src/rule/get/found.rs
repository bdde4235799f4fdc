//! The rules of a segment that was there already.

use super::{Page, Ring, Rule, Severity};

pub const STALE_SEGMENT_REUSED: Rule = Rule {
    id: "stale-segment-reused",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "IPC_CREAT found a used segment whose creator has ended and that nobody has attached.",
    page: Page {
        why: "Without IPC_EXCL shmget takes what the key names. A segment that an earlier run left behind holds what \
              that run wrote: flags that are set, locks that are taken. A program that came to read what another has left \
              has made no mistake; without IPC_CREAT it would also notice that there is nothing.",
        bad: "int shmid = shmget(key, 4096, IPC_CREAT | 0600);  /* not new, not zero */",
        good: "int shmid = shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600);\n\
               if (shmid == -1 && errno == EEXIST) { /* clean it, or remove it */ }",
        man: "shmget(2)",
    },
};

pub const SIZE_DIFFERS: Rule = Rule {
    id: "size-differs",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "IPC_CREAT found a segment that is larger than what was asked for.",
    page: Page {
        why: "shmget is content with a segment that is large enough. Two programs that do not agree on its size seldom \
              agree on what is in it.",
        bad: "shmget(key, 5000, IPC_CREAT | 0600);\n\
              shmget(key, 100, IPC_CREAT | 0600);    /* the one of 5000 bytes */",
        good: "shmctl(shmid, IPC_STAT, &status);      /* status.shm_segsz */",
        man: "shmget(2), shmctl(2)",
    },
};

pub const CREATE_WITHOUT_EXCL: Rule = Rule {
    id: "create-without-excl",
    ring: Ring::Advice,
    severity: Severity::Info,
    sentence: "IPC_CREAT without IPC_EXCL found a segment of another process.",
    page: Page {
        why: "The program cannot tell whether it has made the segment, and so not whether it is to initialize and to \
              remove it.",
        bad: "int shmid = shmget(key, 4096, IPC_CREAT | 0600);",
        good: "int shmid = shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600);\n\
               if (shmid == -1 && errno == EEXIST) shmid = shmget(key, 4096, 0600);",
        man: "shmget(2)",
    },
};
