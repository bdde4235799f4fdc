//! The rules of the program's end.

use super::{Page, Ring, Rule, Severity};

pub const ALL: &[&Rule] = &[&LEAKED_SEGMENT, &CREATED_THEN_ATTACH_FAILED];

pub const LEAKED_SEGMENT: Rule = Rule {
    id: "leaked-segment",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "The program ended without removing a segment that it had created and that nobody uses.",
    page: Page {
        why: "A segment outlives every process that used it. What nobody removes stays until the machine, or the \
              container, ends; enough of them, and shmget fails with ENOSPC for everybody. With a key it may be meant \
              for another process: then this is no leak, and only a warning.",
        bad: "int shmid = shmget(IPC_PRIVATE, 4096, 0600);\n\
              char *memory = shmat(shmid, NULL, 0);\n\
              return 0;                              /* the memory stays */",
        good: "shmdt(memory);\n\
               shmctl(shmid, IPC_RMID, NULL);",
        man: "shmctl(2)",
    },
};

pub const CREATED_THEN_ATTACH_FAILED: Rule = Rule {
    id: "created-then-attach-failed",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "The program created a segment, could not attach it, and ended without removing it.",
    page: Page {
        why: "The way out after an error leaves the segment behind, and each new attempt of the program leaves, or \
              finds, one more.",
        bad: "int shmid = shmget(IPC_PRIVATE, 4096, 0600);\n\
              void *memory = shmat(shmid, address, 0);\n\
              if (memory == (void *) -1) exit(1);    /* the segment stays */",
        good: "if (memory == (void *) -1) {\n    \
                   perror(\"shmat\");\n    \
                   shmctl(shmid, IPC_RMID, NULL);\n    \
                   exit(1);\n\
               }",
        man: "shmat(2), shmctl(2)",
    },
};
