//! The rules of the memory itself.

use super::{Page, Ring, Rule, Severity};

pub const ALL: &[&Rule] = &[
    &OVERFLOW,
    &UNDERFLOW,
    &SLACK_OVERFLOW,
    &WRITE_TO_READ_ONLY,
    &USE_AFTER_DETACH,
    &EXECUTE_SEGMENT,
    &HUGE_PAGES_EXHAUSTED,
];

pub const OVERFLOW: Rule = Rule {
    id: "overflow",
    ring: Ring::Memory,
    severity: Severity::Error,
    sentence: "Something would have been, or was, written past the end of a segment.",
    page: Page {
        why: "A segment ends where its size says, and its mapping at the end of that page. What is written behind lands \
              in the rest of the page, where others may read it, or in whatever is mapped next.",
        bad: "char *memory = shmat(shmid, NULL, 0);  /* 1024 bytes */\n\
              gets(memory);                         /* any number of bytes */",
        good: "fgets(memory, 1024, stdin);",
        man: "shmat(2), gets(3)",
    },
};

pub const SLACK_OVERFLOW: Rule = Rule {
    id: "slack-overflow",
    ring: Ring::Memory,
    severity: Severity::Error,
    sentence: "Something was written behind the end of a segment, in its last page.",
    page: Page {
        why: "Memory is mapped in whole pages, so behind a segment of 1024 bytes another 3072 can be written and nothing \
              faults. On a machine with another size of page, or once the segment is made a little larger, the same \
              write hits something else. Seen at the detach, at exit, and by shmsan_check_memory.",
        bad: "char *memory = shmat(shmid, NULL, 0);  /* 1024 bytes */\n\
              memset(memory, 'x', 1100);",
        good: "memset(memory, 'x', 1024);",
        man: "shmget(2), shmat(2)",
    },
};

pub const UNDERFLOW: Rule = Rule {
    id: "underflow",
    ring: Ring::Memory,
    severity: Severity::Error,
    sentence: "Something before the beginning of a segment was read or written.",
    page: Page {
        why: "What lies before a segment in the address space is none of it. Where the kernel places segments itself, \
              another one often lies there, and is damaged without a word.",
        bad: "int *numbers = shmat(shmid, NULL, 0);\n\
              numbers[-1] = 42;                      /* before the first */",
        good: "numbers[0] = 42;",
        man: "shmat(2)",
    },
};

pub const WRITE_TO_READ_ONLY: Rule = Rule {
    id: "write-to-read-only",
    ring: Ring::Memory,
    severity: Severity::Error,
    sentence: "A segment that is attached with SHM_RDONLY was written.",
    page: Page {
        why: "SHM_RDONLY maps the pages of the segment without the right to write; the first write ends the program by \
              SIGSEGV.",
        bad: "char *memory = shmat(shmid, NULL, SHM_RDONLY);\n\
              memory[0] = 'x';                       /* SIGSEGV */",
        good: "char *memory = shmat(shmid, NULL, 0);\n\
               memory[0] = 'x';",
        man: "shmat(2)",
    },
};

pub const USE_AFTER_DETACH: Rule = Rule {
    id: "use-after-detach",
    ring: Ring::Memory,
    severity: Severity::Error,
    sentence: "A segment was read or written through its address after shmdt.",
    page: Page {
        why: "After shmdt nothing is mapped at the address. The kernel gives it to the next mapping that fits, and then \
              the same pointer reads or writes somebody else's data, and nothing faults.",
        bad: "shmdt(memory);\n\
              puts(memory);                          /* what is there now? */",
        good: "puts(memory);\n\
               shmdt(memory);\n\
               memory = NULL;",
        man: "shmdt(2)",
    },
};

pub const EXECUTE_SEGMENT: Rule = Rule {
    id: "execute-segment",
    ring: Ring::Memory,
    severity: Severity::Error,
    sentence: "The program jumped into a segment that is not attached with SHM_EXEC.",
    page: Page {
        why: "A segment holds data. Where the program jumps into it, a pointer to a function was overwritten, or was \
              stored in the segment by another process, in which the function has another address.",
        bad: "void (**hook)(void) = shmat(shmid, NULL, 0);\n\
              (*hook)();       /* another process's address */",
        good: "enum { SAVE, LOAD } *what = shmat(shmid, NULL, 0);\n\
               hooks[*what]();  /* every process looks up its own */",
        man: "shmat(2)",
    },
};

pub const HUGE_PAGES_EXHAUSTED: Rule = Rule {
    id: "huge-pages-exhausted",
    ring: Ring::Memory,
    severity: Severity::Error,
    sentence: "A segment of huge pages was touched, and no huge page was left.",
    page: Page {
        why: "With SHM_NORESERVE nothing is set aside when the segment is made; its pages come from the pool when they \
              are touched first. Where the pool is empty by then, the program ends by SIGBUS.",
        bad: "shmget(key, size, IPC_CREAT | SHM_HUGETLB | SHM_NORESERVE | 0600);",
        good: "shmget(key, size, IPC_CREAT | SHM_HUGETLB | 0600);  /* ENOMEM in time */",
        man: "shmget(2)",
    },
};
