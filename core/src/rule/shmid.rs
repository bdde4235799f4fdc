//! The rules of shmat(2) and shmctl(2) about the segment's id.

use super::{Page, Ring, Rule, Severity};

pub const ALL: &[&Rule] =
    &[&UNCHECKED_SHMGET, &SEGMENT_REMOVED, &SEGMENT_VANISHED, &STALE_SHMID, &KEY_PASSED_AS_SHMID, &INVALID_SHMID];

pub const UNCHECKED_SHMGET: Rule = Rule {
    id: "unchecked-shmget",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "The id -1 was used, which is what a failed shmget returns.",
    page: Page {
        why: "The error happened earlier, in a shmget whose result nobody looked at. What is reported now, EINVAL, says \
              nothing of its reason.",
        bad: "int shmid = shmget(key, 4096, 0600);   /* -1, ENOENT */\n\
              char *memory = shmat(shmid, NULL, 0);  /* EINVAL */",
        good: "if (shmid == -1) { perror(\"shmget\"); exit(1); }",
        man: "shmget(2)",
    },
};

pub const SEGMENT_REMOVED: Rule = Rule {
    id: "segment-removed",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "The id belonged to a segment that this process has removed.",
    page: Page {
        why: "After IPC_RMID, and the last detach, an id means nothing any more. The address stays good as long as it is \
              attached, the id does not.",
        bad: "shmctl(shmid, IPC_RMID, NULL);\n\
              char *memory = shmat(shmid, NULL, 0);  /* EINVAL */",
        good: "char *memory = shmat(shmid, NULL, 0);\n\
               shmctl(shmid, IPC_RMID, NULL);         /* goes with the last detach */",
        man: "shmctl(2)",
    },
};

pub const SEGMENT_VANISHED: Rule = Rule {
    id: "segment-vanished",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "A segment whose id this process holds is gone, and not by its own doing.",
    page: Page {
        why: "Somebody else removed it: another process, ipcrm, systemd-logind when a user logs out (RemoveIPC=, for \
              users above 1000), or the kernel where kernel.shm_rmid_forced is 1. Or this process is in another IPC \
              namespace than when it got the id. Of an IPC_RMID that comes too late nothing is said: where several clean up, \
              one comes second.",
        bad: "int shmid = shmget(key, 4096, IPC_CREAT | 0600);\n\
              system(\"ipcrm -M 0x4242\");\n\
              char *memory = shmat(shmid, NULL, 0);  /* EINVAL */",
        good: "char *memory = shmat(shmid, NULL, 0);  /* at once: attached, it stays */",
        man: "shmctl(2), logind.conf(5)",
    },
};

pub const STALE_SHMID: Rule = Rule {
    id: "stale-shmid",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "The id is one of a segment that is gone; another segment has its place.",
    page: Page {
        why: "An id is a place in the kernel's table and a number that counts how often the place was used. Whoever keeps \
              an id in a file, or in another process, keeps it longer than the segment may live.",
        bad: "fscanf(file, \"%d\", &shmid);            /* from an earlier run */\n\
              char *memory = shmat(shmid, NULL, 0);  /* EINVAL */",
        good: "int shmid = shmget(key, 0, 0);         /* ask again, by the key */",
        man: "shmget(2)",
    },
};

pub const KEY_PASSED_AS_SHMID: Rule = Rule {
    id: "key-passed-as-shmid",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "A key was given where an id is wanted.",
    page: Page {
        why: "A key is a name that programs agree on; shmget turns it into an id, and the other calls take the id alone.",
        bad: "int shmid = shmget(key, 4096, IPC_CREAT | 0600);\n\
              char *memory = shmat(key, NULL, 0);    /* EINVAL */",
        good: "char *memory = shmat(shmid, NULL, 0);",
        man: "shmat(2), shmget(2)",
    },
};

pub const INVALID_SHMID: Rule = Rule {
    id: "invalid-shmid",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "No segment has this id.",
    page: Page {
        why: "The segment was removed before this process came, the number is no id at all, or it is one of another IPC \
              namespace: each container has its own ids.",
        bad: "char *memory = shmat(atoi(argv[1]), NULL, 0);  /* EINVAL */",
        good: "int shmid = shmget(key, 0, 0);                 /* or look with ipcs -m */",
        man: "shmat(2), ipc_namespaces(7)",
    },
};
