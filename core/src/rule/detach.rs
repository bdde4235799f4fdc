//! The rules of shmdt(2).

use super::{Page, Ring, Rule, Severity};

pub const ALL: &[&Rule] = &[
    &DOUBLE_DETACH,
    &INTERIOR_DETACH,
    &UNCHECKED_SHMAT,
    &DETACH_NULL,
    &NOT_AN_ATTACHMENT,
    &MUNMAP_OF_ATTACHMENT,
    &VFORK_CHILD_DETACHED,
];

pub const DOUBLE_DETACH: Rule = Rule {
    id: "double-detach",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "The address was detached already.",
    page: Page {
        why: "The second shmdt does nothing, today. When something else was attached at the address in between, it is \
              that which goes, and whoever uses it crashes.",
        bad: "shmdt(memory);\n\
              shmdt(memory);                         /* EINVAL */",
        good: "shmdt(memory);\n\
               memory = NULL;",
        man: "shmdt(2)",
    },
};

pub const INTERIOR_DETACH: Rule = Rule {
    id: "interior-detach",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "The address lies inside an attachment, and is not the one that shmat returned.",
    page: Page {
        why: "A pointer that was moved while it was used is no address to detach at: the segment stays attached, and \
              counts in nattch, until the process ends.",
        bad: "while (*memory != '\\0') memory++;\n\
              shmdt(memory);                         /* EINVAL */",
        good: "char *begin = shmat(shmid, NULL, 0);\n\
               shmdt(begin);",
        man: "shmdt(2)",
    },
};

pub const UNCHECKED_SHMAT: Rule = Rule {
    id: "unchecked-shmat",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "The address -1 was used, which is what a failed shmat returns.",
    page: Page {
        why: "shmat does not return NULL when it fails, but (void *) -1: a test for NULL, or none, lets it pass, and the \
              first access ends the program.",
        bad: "char *memory = shmat(shmid, NULL, 0);  /* (void *) -1 */\n\
              if (memory == NULL) exit(1);           /* never */\n\
              shmdt(memory);                         /* EINVAL */",
        good: "if (memory == (void *) -1) { perror(\"shmat\"); exit(1); }",
        man: "shmat(2)",
    },
};

pub const DETACH_NULL: Rule = Rule {
    id: "detach-null",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "NULL was to be detached.",
    page: Page {
        why: "Unlike free, shmdt refuses NULL: nothing was attached, or the pointer was lost.",
        bad: "char *memory = NULL;\n\
              shmdt(memory);                         /* EINVAL */",
        good: "if (memory != NULL) shmdt(memory);",
        man: "shmdt(2)",
    },
};

pub const NOT_AN_ATTACHMENT: Rule = Rule {
    id: "not-an-attachment",
    ring: Ring::Calls,
    severity: Severity::Error,
    sentence: "Nothing is attached at the address.",
    page: Page {
        why: "shmdt is for what shmat returned. Memory of malloc is given back by free, a mapping by munmap, POSIX shared \
              memory by munmap and shm_unlink.",
        bad: "char *memory = malloc(4096);\n\
              shmdt(memory);                         /* EINVAL */",
        good: "free(memory);",
        man: "shmdt(2), shm_overview(7)",
    },
};

pub const MUNMAP_OF_ATTACHMENT: Rule = Rule {
    id: "munmap-of-attachment",
    ring: Ring::Advice,
    severity: Severity::Warning,
    sentence: "An attachment was unmapped by other means than shmdt.",
    page: Page {
        why: "munmap of a part splits an attachment: each piece that is left counts in nattch, so the number of users is \
              wrong for everybody who asks. munmap of all of it is as good as shmdt for Linux, and for no other system.",
        bad: "munmap(memory, 4096);                  /* of 12288 */\n\
              shmdt(memory);",
        good: "shmdt(memory);",
        man: "shmdt(2), munmap(2)",
    },
};

pub const VFORK_CHILD_DETACHED: Rule = Rule {
    id: "vfork-child-detached",
    ring: Ring::Advice,
    severity: Severity::Error,
    sentence: "A child of vfork has detached a segment, and its parent with it.",
    page: Page {
        why: "Until it executes something or ends, such a child uses its parent's memory, not a copy: what it detaches is \
              gone for the parent, which crashes at its next access.",
        bad: "if (vfork() == 0) { shmdt(memory); execv(path, arguments); _exit(1); }",
        good: "if (vfork() == 0) { execv(path, arguments); _exit(1); } /* exec detaches */",
        man: "vfork(2), shmdt(2)",
    },
};
