//! The rules of sizes, limits and memory.

use super::{Page, Ring, Rule, Severity};

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

pub const ZERO_SIZE: Rule = Rule {
    id: "zero-size",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "A segment of 0 bytes was to be made.",
    page: Page {
        why: "The size 0 is for looking up a segment that is there, whatever its size. Where shmget would have to make \
              one it answers EINVAL.",
        bad: "int shmid = shmget(0x4242, 0, IPC_CREAT | 0600);  /* EINVAL */",
        good: "int shmid = shmget(0x4242, 4096, IPC_CREAT | 0600);",
        man: "shmget(2)",
    },
};

pub const SIZE_OVER_SHMMAX: Rule = Rule {
    id: "size-over-shmmax",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "More bytes were asked for than kernel.shmmax lets a segment have.",
    page: Page {
        why: "Each IPC namespace has its own limit, in bytes. By default it is as good as none, so a program that runs \
              into it often asks for a negative number by mistake: a size that was computed wrong. The --shm-size of a \
              container is the size of /dev/shm and has nothing to do with it.",
        bad: "int length = -1;\n\
              int shmid = shmget(IPC_PRIVATE, length, 0600);  /* EINVAL */",
        good: "if (length <= 0) exit(1);\n\
               int shmid = shmget(IPC_PRIVATE, length, 0600);",
        man: "shmget(2), proc(5)",
    },
};

pub const OUT_OF_SHARED_PAGES: Rule = Rule {
    id: "out-of-shared-pages",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "With this segment there would be more shared pages than kernel.shmall allows.",
    page: Page {
        why: "ENOSPC is not about a disk here. The limit counts the pages of all segments of the IPC namespace, those \
              that nobody uses any more too.",
        bad: "int shmid = shmget(IPC_PRIVATE, 1 << 30, 0600);  /* ENOSPC */",
        good: "shmctl(old_shmid, IPC_RMID, NULL);              /* whoever is done */",
        man: "shmget(2), proc(5)",
    },
};

pub const OUT_OF_SEGMENT_IDS: Rule = Rule {
    id: "out-of-segment-ids",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "There are as many segments as kernel.shmmni allows.",
    page: Page {
        why: "ENOSPC is not about a disk here. An IPC namespace has 4096 segments unless it is told otherwise, and \
              each one that a program forgets to remove takes the place of another.",
        bad: "for (;;) shmget(IPC_PRIVATE, 4096, 0600);  /* ENOSPC after 4096 */",
        good: "shmctl(shmid, IPC_RMID, NULL);             /* when its last user is done */",
        man: "shmget(2), proc(5)",
    },
};

pub const OUT_OF_MEMORY: Rule = Rule {
    id: "out-of-memory",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "The kernel has no memory to promise for the segment.",
    page: Page {
        why: "A segment is charged whole when it is made, against memory and swap, or against the limit of \
              vm.overcommit_memory=2. One of huge pages takes them from a pool that somebody must have filled.",
        bad: "int shmid = shmget(IPC_PRIVATE, 1UL << 46, 0600);  /* ENOMEM */",
        good: "int shmid = shmget(IPC_PRIVATE, 1UL << 46, SHM_NORESERVE | 0600);",
        man: "shmget(2), proc(5)",
    },
};

pub const BAD_HUGE_PAGE_SIZE: Rule = Rule {
    id: "bad-huge-page-size",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "Huge pages of a size were asked for that the machine does not have.",
    page: Page {
        why: "The flags hold the logarithm of the size: 21 for 2 MiB, 30 for 1 GiB. Which sizes there are depends on the \
              processor; /sys/kernel/mm/hugepages lists them.",
        bad: "shmget(IPC_PRIVATE, 1 << 22, SHM_HUGETLB | (22 << 26) | 0600);  /* EINVAL */",
        good: "shmget(IPC_PRIVATE, 1 << 22, SHM_HUGETLB | SHM_HUGE_2MB | 0600);",
        man: "shmget(2)",
    },
};

pub const HUGE_PAGE_PERMISSION: Rule = Rule {
    id: "huge-page-permission",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "Huge pages were asked for by a process that may not have them.",
    page: Page {
        why: "Huge pages cannot be swapped out, so they are for processes with CAP_IPC_LOCK, for the one group that \
              vm.hugetlb_shm_group names, and, on the way out, for those whose RLIMIT_MEMLOCK is large enough.",
        bad: "shmget(IPC_PRIVATE, 1 << 21, SHM_HUGETLB | 0600);  /* EPERM */",
        good: "shmget(IPC_PRIVATE, 1 << 21, 0600);                /* without huge pages */",
        man: "shmget(2), proc(5)",
    },
};
