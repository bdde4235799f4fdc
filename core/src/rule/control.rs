//! The rules of shmctl(2), beside those of the id.

use super::{Page, Ring, Rule, Severity};

pub const ALL: &[&Rule] = &[&REMOVED_TWICE];

pub const REMOVED_TWICE: Rule = Rule {
    id: "removed-twice",
    ring: Ring::Calls,
    severity: Severity::Warning,
    sentence: "A segment was to be removed that this process had removed before.",
    page: Page {
        why: "The second IPC_RMID does no harm as long as the id means nothing. It shows that nobody knows who is to \
              clean up: often a handler of atexit beside the normal way out.",
        bad: "shmctl(shmid, IPC_RMID, NULL);\n\
              shmctl(shmid, IPC_RMID, NULL);         /* EINVAL */",
        good: "if (shmid >= 0) shmctl(shmid, IPC_RMID, NULL);\n\
               shmid = -1;",
        man: "shmctl(2)",
    },
};
