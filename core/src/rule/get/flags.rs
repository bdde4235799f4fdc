//! The rules of the flags and of the mode among them.

use super::{Page, Ring, Rule, Severity};

pub const DECIMAL_MODE: Rule = Rule {
    id: "decimal-mode",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "The mode was written as a decimal number.",
    page: Page {
        why: "A mode is octal, and in C an octal number begins with 0. 666 is 01232, which is IPC_CREAT and the mode \
              0232: a segment is made, even where it was only to be found, and its owner may not read it.",
        bad: "int shmid = shmget(key, 4096, IPC_CREAT | 666);",
        good: "int shmid = shmget(key, 4096, IPC_CREAT | 0666);",
        man: "shmget(2)",
    },
};

pub const MODE_WITHOUT_OWNER: Rule = Rule {
    id: "mode-without-owner",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "A segment was made that its owner may not read, or not write.",
    page: Page {
        why: "The low nine bits of the flags are the mode of the new segment, and IPC_CREAT alone gives nobody anything. \
              It works as root, and fails as everybody else.",
        bad: "int shmid = shmget(key, 4096, IPC_CREAT);\n\
              char *memory = shmat(shmid, NULL, 0);  /* EACCES, unless root */",
        good: "int shmid = shmget(key, 4096, IPC_CREAT | 0600);",
        man: "shmget(2)",
    },
};

pub const SHMAT_FLAG_IN_SHMGET: Rule = Rule {
    id: "shmat-flag-in-shmget",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "The value of SHM_RDONLY was given to shmget, where it is SHM_NORESERVE.",
    page: Page {
        why: "The two calls have flags of the same values with other meanings. SHM_NORESERVE lets a segment be made \
              without memory being set aside for it, which is worth nothing for a small one; and the segment can be \
              written as ever.",
        bad: "int shmid = shmget(key, 4096, SHM_RDONLY);",
        good: "char *memory = shmat(shmid, NULL, SHM_RDONLY);",
        man: "shmget(2), shmat(2)",
    },
};

pub const UNKNOWN_FLAG: Rule = Rule {
    id: "unknown-flag",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "The flags hold bits that mean nothing to shmget.",
    page: Page {
        why: "The kernel does not look at them and does not complain, so what they were meant for does not happen.",
        bad: "int shmid = shmget(key, 4096, IPC_CREAT | SHM_RND | 0600);",
        good: "char *memory = shmat(shmid, address, SHM_RND);  /* a flag of shmat */",
        man: "shmget(2)",
    },
};

pub const WORLD_WRITABLE: Rule = Rule {
    id: "world-writable",
    ring: Ring::Advice,
    severity: Severity::Warning,
    sentence: "A segment was made that every user of the machine can write.",
    page: Page {
        why: "With 0666 any process of any user may attach the segment, change what the others read, or fill it while \
              nobody looks.",
        bad: "int shmid = shmget(key, 4096, IPC_CREAT | 0666);",
        good: "int shmid = shmget(key, 4096, IPC_CREAT | 0660);",
        man: "shmget(2)",
    },
};
