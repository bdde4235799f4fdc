//! The rules of what several of the calls may be refused.

use super::{Page, Ring, Rule, Severity};

pub const ALL: &[&Rule] = &[&PERMISSION_DENIED, &NO_SYSV_IPC];

pub const PERMISSION_DENIED: Rule = Rule {
    id: "permission-denied",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "The segment's mode does not give this process what it asked for.",
    page: Page {
        why: "A process counts as the owner, or else as one of the group, or else as one of the others, and has what the \
              mode gives that class alone. shmat wants read and write, or read alone with SHM_RDONLY; IPC_STAT and \
              SHM_STAT want read, and there it is a warning, because a program may just look around; shmget, of a \
              segment that is there, wants all that its mode argument names.",
        bad: "int shmid = shmget(key, 4096, 0666);   /* EACCES: another user's, 0644 */",
        good: "int shmid = shmget(key, 4096, 0444);\n\
               char *memory = shmat(shmid, NULL, SHM_RDONLY);",
        man: "shmget(2), shmat(2), shmctl(2), sysvipc(7)",
    },
};

pub const NO_SYSV_IPC: Rule = Rule {
    id: "no-sysv-ipc",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "There is no System V shared memory for this process.",
    page: Page {
        why: "The kernel was built without CONFIG_SYSVIPC, or a seccomp filter keeps the calls away, as sandboxes, \
              containers and services of systemd may have one.",
        bad: "int shmid = shmget(IPC_PRIVATE, 4096, 0600);  /* ENOSYS */",
        good: "int descriptor = shm_open(\"/name\", O_CREAT | O_RDWR, 0600);  /* and mmap */",
        man: "shm_overview(7), seccomp(2)",
    },
};
