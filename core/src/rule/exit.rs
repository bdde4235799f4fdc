//! The rules of the program's end, and of what happens around its calls.

use super::{Page, Ring, Rule, Severity};

pub const ALL: &[&Rule] =
    &[&LEAKED_SEGMENT, &CREATED_THEN_ATTACH_FAILED, &STILL_ATTACHED, &LOCKED_LEAK, &IPC_NAMESPACE_CHANGED];

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

pub const STILL_ATTACHED: Rule = Rule {
    id: "still-attached",
    ring: Ring::Advice,
    severity: Severity::Info,
    sentence: "The program ended with a segment attached.",
    page: Page {
        why: "The kernel detaches what a process leaves attached: nothing is lost. Where the same code becomes part of a \
              program that goes on, what nobody detaches takes address space, and keeps a removed segment alive.",
        bad: "char *memory = shmat(shmid, NULL, 0);\n\
              return 0;",
        good: "char *memory = shmat(shmid, NULL, 0);\n\
               shmdt(memory);\n\
               return 0;",
        man: "shmdt(2)",
    },
};

pub const LOCKED_LEAK: Rule = Rule {
    id: "locked-leak",
    ring: Ring::Advice,
    severity: Severity::Warning,
    sentence: "The program ended and left a segment locked in memory.",
    page: Page {
        why: "SHM_LOCK is a state of the segment, not of the process, unlike mlock: it stays until somebody unlocks or removes \
              the segment. Its memory cannot be swapped out, and counts against what its user may lock.",
        bad: "shmctl(shmid, SHM_LOCK, NULL);\n\
              return 0;",
        good: "shmctl(shmid, SHM_LOCK, NULL);\n\
               shmctl(shmid, SHM_UNLOCK, NULL);\n\
               return 0;",
        man: "shmctl(2), mlock(2)",
    },
};

pub const IPC_NAMESPACE_CHANGED: Rule = Rule {
    id: "ipc-namespace-changed",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "An id was used in another IPC namespace than the one it is of.",
    page: Page {
        why: "Each IPC namespace has its own segments, ids and keys. After unshare(CLONE_NEWIPC) or setns an id from before \
              means nothing, or, worse, another segment. What is attached stays attached, and shmdt works.",
        bad: "int shmid = shmget(IPC_PRIVATE, 4096, 0600);\n\
              unshare(CLONE_NEWIPC);\n\
              char *memory = shmat(shmid, NULL, 0);  /* EINVAL */",
        good: "char *memory = shmat(shmid, NULL, 0);\n\
               unshare(CLONE_NEWIPC);                 /* attached, it stays */",
        man: "ipc_namespaces(7), unshare(2), setns(2)",
    },
};
