//! The rules of shmctl(2), beside those of the id.

use super::{Page, Ring, Rule, Severity};

pub const ALL: &[&Rule] = &[
    &UNKNOWN_COMMAND,
    &BAD_BUFFER,
    &NOT_OWNER,
    &LOCK_LIMIT,
    &REMOVED_TWICE,
    &REMOVED_WHILE_ATTACHED,
    &CHILD_REMOVED_PARENTS,
    &IPC_SET_WITHOUT_STAT,
    &IPC_SET_LOCKS_SELF_OUT,
    &STAT_INDEX_NOT_ID,
];

pub const UNKNOWN_COMMAND: Rule = Rule {
    id: "unknown-command",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "shmctl was given a command that it does not know.",
    page: Page {
        why: "The commands are small numbers, and semctl and msgctl have others of their own. Some of these mean something \
              else here: GETVAL is SHM_UNLOCK.",
        bad: "shmctl(shmid, SETVAL, 0);              /* EINVAL: a command of semctl */",
        good: "shmctl(shmid, IPC_STAT, &status);",
        man: "shmctl(2), semctl(2)",
    },
};

pub const BAD_BUFFER: Rule = Rule {
    id: "bad-buffer",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "shmctl was given a buffer that the kernel cannot use.",
    page: Page {
        why: "IPC_STAT writes a structure to where the third argument points, IPC_SET reads one there. IPC_RMID, SHM_LOCK and \
              SHM_UNLOCK alone take NULL.",
        bad: "struct shmid_ds *status = NULL;\n\
              shmctl(shmid, IPC_STAT, status);       /* EFAULT */",
        good: "struct shmid_ds status;\n\
               shmctl(shmid, IPC_STAT, &status);",
        man: "shmctl(2)",
    },
};

pub const NOT_OWNER: Rule = Rule {
    id: "not-owner",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "A segment of another user was to be changed, removed or locked.",
    page: Page {
        why: "IPC_SET and IPC_RMID are for the segment's owner, its creator, and root. The mode says who may attach it, and \
              nothing of this: 0666 does not help.",
        bad: "setuid(65534);\n\
              shmctl(shmid, IPC_RMID, NULL);         /* root made it: EPERM */",
        good: "shmctl(shmid, IPC_RMID, NULL);         /* while it may */\n\
               setuid(65534);",
        man: "shmctl(2)",
    },
};

pub const LOCK_LIMIT: Rule = Rule {
    id: "lock-limit",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "SHM_LOCK would lock more memory than the user may lock.",
    page: Page {
        why: "Locked memory cannot be swapped out, so there is a limit for each user, RLIMIT_MEMLOCK, often 8 MiB or less: all \
              that the user has locked counts. Where it is 0 the kernel answers EPERM, else ENOMEM.",
        bad: "int shmid = shmget(IPC_PRIVATE, 1 << 30, 0600);\n\
              shmctl(shmid, SHM_LOCK, NULL);         /* ENOMEM */",
        good: "$ ulimit -l 1048576                    # KiB; a service: LimitMEMLOCK=",
        man: "shmctl(2), getrlimit(2)",
    },
};

pub const REMOVED_TWICE: Rule = Rule {
    id: "removed-twice",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "A segment was removed that this process had removed before.",
    page: Page {
        why: "The second IPC_RMID does no harm as long as the id means nothing, or still means that segment. It shows that \
              nobody knows who is to clean up: often a handler of atexit beside the normal way out.",
        bad: "shmctl(shmid, IPC_RMID, NULL);\n\
              shmctl(shmid, IPC_RMID, NULL);         /* EINVAL; 0 while attached */",
        good: "if (shmid >= 0) shmctl(shmid, IPC_RMID, NULL);\n\
               shmid = -1;",
        man: "shmctl(2)",
    },
};

pub const REMOVED_WHILE_ATTACHED: Rule = Rule {
    id: "removed-while-attached",
    ring: Ring::Advice,
    severity: Severity::Info,
    sentence: "A segment was removed that another process has attached.",
    page: Page {
        why: "It is only marked: it goes with the last detach, and until then it takes memory. Its key is free at once, so \
              whoever asks for it gets another segment, while those that are attached go on with this one. Where the \
              remover alone has it attached, all of that is meant, and nothing is said.",
        bad: "shmctl(shmid, IPC_RMID, NULL);         /* nattch 2 */",
        good: "shmctl(shmid, IPC_STAT, &status);\n\
               if (status.shm_nattch <= 1) shmctl(shmid, IPC_RMID, NULL);",
        man: "shmctl(2)",
    },
};

pub const CHILD_REMOVED_PARENTS: Rule = Rule {
    id: "child-removed-parents",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "A child removed a segment that its parent had made and still uses.",
    page: Page {
        why: "A fork copies the handlers of atexit too: a child that ends by exit runs those that its parent registered, and \
              cleans up what the parent goes on using. The parent's attachment stays, but nobody else can find the \
              segment any more.",
        bad: "atexit(remove_segment);\n\
              if (fork() == 0) exit(0);              /* removes it */",
        good: "atexit(remove_segment);               /* if (getpid() == creator) … */\n\
               if (fork() == 0) _exit(0);",
        man: "atexit(3), fork(2), shmctl(2)",
    },
};

pub const IPC_SET_WITHOUT_STAT: Rule = Rule {
    id: "ipc-set-without-stat",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "IPC_SET changed the owner or the mode to what happened to stand in its structure.",
    page: Page {
        why: "IPC_SET takes user, group and mode, all three. Whoever wants to change one has to fill in the others, which is \
              what IPC_STAT is for: else they become 0, or what was on the stack.",
        bad: "struct shmid_ds change = {0};\n\
              change.shm_perm.mode = 0640;\n\
              shmctl(shmid, IPC_SET, &change);       /* and root owns it */",
        good: "shmctl(shmid, IPC_STAT, &change);\n\
               change.shm_perm.mode = 0640;\n\
               shmctl(shmid, IPC_SET, &change);",
        man: "shmctl(2)",
    },
};

pub const IPC_SET_LOCKS_SELF_OUT: Rule = Rule {
    id: "ipc-set-locks-self-out",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "After this IPC_SET its own caller may not even read the segment.",
    page: Page {
        why: "The owner has the rights of the owner's digit in the mode, and no others: without 0400 in it shmat and IPC_STAT \
              fail with EACCES from now on. What is attached stays. A mode is an octal number: 600 is 01130, and only 0600 \
              is what it looks like.",
        bad: "change.shm_perm.mode = 0066;\n\
              shmctl(shmid, IPC_SET, &change);",
        good: "change.shm_perm.mode = 0660;\n\
               shmctl(shmid, IPC_SET, &change);",
        man: "shmctl(2), sysvipc(7)",
    },
};

pub const STAT_INDEX_NOT_ID: Rule = Rule {
    id: "stat-index-not-id",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "SHM_STAT was given an id, and told of another segment.",
    page: Page {
        why: "SHM_STAT and SHM_STAT_ANY take an index into the kernel's table and return the id of the segment there. Of an id \
              they use the lower bits, which are its index: as long as the segment lives that works, and later it is \
              another one that answers.",
        bad: "shmctl(shmid, SHM_STAT, &status);      /* another segment's */",
        good: "shmctl(shmid, IPC_STAT, &status);",
        man: "shmctl(2)",
    },
};
