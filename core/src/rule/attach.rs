//! The rules of shmat(2), beside those of the id.

use super::{Page, Ring, Rule, Severity};

pub const ALL: &[&Rule] = &[
    &MISALIGNED_ADDRESS,
    &ADDRESS_IN_USE,
    &REMAP_AT_NULL,
    &ADDRESS_TOO_LOW,
    &MAPPED_AT_NULL,
    &ADDRESS_SPACE_FULL,
    &REMAP_OVER_MAPPING,
    &SHMGET_FLAG_IN_SHMAT,
    &ATTACH_AFTER_RMID,
    &ATTACHED_TWICE,
    &FIXED_ADDRESS,
];

pub const MISALIGNED_ADDRESS: Rule = Rule {
    id: "misaligned-address",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "shmat was given an address that is no multiple of a page.",
    page: Page {
        why: "A segment is mapped page by page. With SHM_RND the kernel rounds the address down, without it it refuses.",
        bad: "char *memory = shmat(shmid, buffer + 1, 0);    /* EINVAL */",
        good: "char *memory = shmat(shmid, NULL, 0);          /* let the kernel choose */",
        man: "shmat(2)",
    },
};

pub const REMAP_AT_NULL: Rule = Rule {
    id: "remap-at-null",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "shmat was given SHM_REMAP without an address.",
    page: Page {
        why: "SHM_REMAP replaces what is mapped at the address that is given; where none is given there is nothing to \
              replace.",
        bad: "char *memory = shmat(shmid, NULL, SHM_REMAP);  /* EINVAL */",
        good: "char *memory = shmat(shmid, NULL, 0);",
        man: "shmat(2)",
    },
};

pub const ADDRESS_IN_USE: Rule = Rule {
    id: "address-in-use",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "shmat was given an address where something else is mapped.",
    page: Page {
        why: "All the pages that the segment takes must be free. What is mapped where changes from run to run and with \
              every library, so an address that was free once need not be free again.",
        bad: "char *memory = shmat(shmid, buffer, 0);        /* EINVAL */",
        good: "char *memory = shmat(shmid, NULL, 0);          /* let the kernel choose */",
        man: "shmat(2), proc_pid_maps(5)",
    },
};

pub const ADDRESS_TOO_LOW: Rule = Rule {
    id: "address-too-low",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "shmat was given an address in the lowest pages, which stay empty.",
    page: Page {
        why: "The kernel keeps the lowest addresses free (vm.mmap_min_addr, 65536 as a rule), so that an access through a \
              NULL pointer ends the program. Only the privileged may map something there.",
        bad: "char *memory = shmat(shmid, (void *) 0x1000, 0);   /* EPERM */",
        good: "char *memory = shmat(shmid, NULL, 0);",
        man: "shmat(2), proc_sys_vm(5)",
    },
};

pub const MAPPED_AT_NULL: Rule = Rule {
    id: "mapped-at-null",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "The segment was mapped at address 0.",
    page: Page {
        why: "With the rights of root, an address within the first page and SHM_RND attach at NULL itself. From then on an \
              access through a NULL pointer reads and writes the segment in the place of ending the program.",
        bad: "char *memory = shmat(shmid, (void *) 1, SHM_RND);  /* returns NULL */",
        good: "char *memory = shmat(shmid, NULL, 0);",
        man: "shmat(2), proc_sys_vm(5)",
    },
};

pub const ADDRESS_SPACE_FULL: Rule = Rule {
    id: "address-space-full",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "There is no room for the segment in the address space of this process.",
    page: Page {
        why: "A segment takes addresses for its whole size when it is attached. They are bounded by RLIMIT_AS, the number \
              of mappings by vm.max_map_count; a loop that attaches and never detaches reaches either.",
        bad: "for (;;) use(shmat(shmid, NULL, 0));           /* ENOMEM */",
        good: "char *memory = shmat(shmid, NULL, 0);\n\
               for (;;) use(memory);",
        man: "shmat(2), getrlimit(2), proc_sys_vm(5)",
    },
};

pub const REMAP_OVER_MAPPING: Rule = Rule {
    id: "remap-over-mapping",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "SHM_REMAP has replaced memory that was in use.",
    page: Page {
        why: "SHM_REMAP is for addresses that the program has kept free itself. Heap, stack, a library, a file or another \
              segment are gone without a word, and who uses them next finds the segment there. Memory of mmap that has no \
              name may be a reservation: of that nothing is said, nor where the segment replaces itself.",
        bad: "char *memory = shmat(shmid, sbrk(0) - 4096, SHM_REMAP | SHM_RND);",
        good: "int flags = MAP_PRIVATE | MAP_ANONYMOUS;\n\
               char *room = mmap(NULL, size, PROT_NONE, flags, -1, 0);\n\
               char *memory = shmat(shmid, room, SHM_REMAP);",
        man: "shmat(2), mmap(2)",
    },
};

pub const SHMGET_FLAG_IN_SHMAT: Rule = Rule {
    id: "shmget-flag-in-shmat",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "shmat was given a mode or a flag of shmget.",
    page: Page {
        why: "The kernel ignores them. The mode is fixed when the segment is made, and without SHM_RDONLY a segment is \
              attached for reading and writing.",
        bad: "char *memory = shmat(shmid, NULL, IPC_CREAT | 0666);",
        good: "char *memory = shmat(shmid, NULL, 0);",
        man: "shmat(2), shmget(2)",
    },
};

pub const ATTACH_AFTER_RMID: Rule = Rule {
    id: "attach-after-rmid",
    ring: Ring::Advice,
    severity: Severity::Warning,
    sentence: "A segment was attached that is marked for destruction.",
    page: Page {
        why: "Linux allows it for as long as somebody has the segment attached; other systems do not, and the moment when \
              the last one detaches is not this program's to choose.",
        bad: "shmctl(shmid, IPC_RMID, NULL);\n\
              char *memory = shmat(shmid, NULL, 0);",
        good: "char *memory = shmat(shmid, NULL, 0);\n\
               shmctl(shmid, IPC_RMID, NULL);",
        man: "shmat(2), shmctl(2)",
    },
};

pub const ATTACHED_TWICE: Rule = Rule {
    id: "attached-twice",
    ring: Ring::Advice,
    severity: Severity::Warning,
    sentence: "A segment is attached twice in this process.",
    page: Page {
        why: "Two addresses show the same memory, and each needs its own shmdt. Where it is not meant, one of the two is \
              mostly never detached.",
        bad: "char *memory = shmat(shmid, NULL, 0);\n\
              char *again = shmat(shmid, NULL, 0);",
        good: "char *memory = shmat(shmid, NULL, 0);\n\
               char *again = memory;",
        man: "shmat(2)",
    },
};

pub const FIXED_ADDRESS: Rule = Rule {
    id: "fixed-address",
    ring: Ring::Advice,
    severity: Severity::Warning,
    sentence: "shmat was given an address.",
    page: Page {
        why: "Nobody knows what will be mapped there in the next run or on the next machine: then the call fails. Pointers \
              in the segment are what makes programs do it; offsets from its beginning hold at every address.",
        bad: "char *memory = shmat(shmid, (void *) 0x600000000000, 0);",
        good: "char *memory = shmat(shmid, NULL, 0);\n\
               struct node *next = (struct node *) (memory + node->next_offset);",
        man: "shmat(2)",
    },
};
