//! The rules of the key.

use super::{Page, Ring, Rule, Severity};

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

pub const KEY_IS_IPC_PRIVATE: Rule = Rule {
    id: "key-is-ipc-private",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "shmget was given the key 0, and ftok had returned 0.",
    page: Page {
        why: "ftok makes its number of a project, a device and an inode, and in rare cases it is 0. To shmget that is \
              IPC_PRIVATE: each process gets a new segment of its own, and nobody finds the other's.",
        bad: "key_t key = ftok(path, 0);             /* 0, on some file system */\n\
              int shmid = shmget(key, 4096, IPC_CREAT | 0600);",
        good: "key_t key = ftok(path, 'A');           /* never 0 */",
        man: "ftok(3), shmget(2)",
    },
};

pub const SHMID_PASSED_AS_KEY: Rule = Rule {
    id: "shmid-passed-as-key",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "No segment has the key, but the number is an id that this process or its user has.",
    page: Page {
        why: "A key is a name that programs agree on; an id is what shmget, semget or msgget returned for it. Both are \
              small numbers at times, so it may be a coincidence.",
        bad: "int shmid = shmget(IPC_PRIVATE, 4096, 0600);\n\
              int other = shmget(shmid, 4096, 0600);  /* ENOENT */",
        good: "char *memory = shmat(shmid, NULL, 0);",
        man: "shmget(2), shmat(2)",
    },
};

pub const KEY_EXISTS: Rule = Rule {
    id: "key-exists",
    ring: Ring::Advice,
    severity: Severity::Info,
    sentence: "A segment was to be made under a key that has one already.",
    page: Page {
        why: "With IPC_CREAT | IPC_EXCL shmget makes a new segment or fails, before it looks at size and mode. The one \
              that is there may be in use, or be left from an earlier run.",
        bad: "int shmid = shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600);",
        good: "if (shmid == -1 && errno == EEXIST)\n    \
                   shmid = shmget(key, 0, 0);     /* the one that is there */",
        man: "shmget(2)",
    },
};

pub const KEY_NOT_FOUND: Rule = Rule {
    id: "key-not-found",
    ring: Ring::Advice,
    severity: Severity::Info,
    sentence: "No segment has the key, and none was to be made.",
    page: Page {
        why: "Its creator has not come yet, it was removed, the key was computed from another file, or the two programs \
              are in different IPC namespaces, as each container has its own.",
        bad: "int shmid = shmget(0x4242, 4096, 0600);  /* ENOENT */",
        good: "int shmid = shmget(0x4242, 4096, IPC_CREAT | 0600);",
        man: "shmget(2), ipc_namespaces(7)",
    },
};
