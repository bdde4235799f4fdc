//! The rules that need a whole tree of processes: `shmsan run` knows them from the journals and from the kernel.

use super::{Page, Ring, Rule, Severity};

pub const ALL: &[&Rule] = &[&DIED_HOLDING_SEGMENT, &REMOVAL_PENDING, &EXEC_DESTROYS_SEGMENT, &SHIM_NOT_LOADED];

pub const DIED_HOLDING_SEGMENT: Rule = Rule {
    id: "died-holding-segment",
    ring: Ring::Run,
    severity: Severity::Warning,
    sentence: "A process was ended by a signal while it had segments attached.",
    page: Page {
        why: "The kernel detaches them, and leaves their contents as they were in that instant: a record half written, a lock \
              in the segment that nobody will release, a segment that this process was to remove. Those who go on \
              must be able to tell. What it had attached itself counts, and what its parent had attached before the fork. How a \
              process ended is known of the program itself and of orphans; where its own parent has waited for it, Linux \
              6.15 or newer must tell, and it must have lived for some hundredths of a second.",
        bad: "kill(worker, SIGKILL);                 /* in the middle of its work */",
        good: "kill(worker, SIGTERM);                 /* its handler lets it finish */\n\
               waitpid(worker, &status, 0);",
        man: "shmat(2), signal(7)",
    },
};

pub const REMOVAL_PENDING: Rule = Rule {
    id: "removal-pending",
    ring: Ring::Run,
    severity: Severity::Warning,
    sentence: "A segment of the run was removed, and stays because somebody still has it attached.",
    page: Page {
        why: "IPC_RMID only marks a segment that is attached somewhere: its memory is freed with the last detach. A process \
              that forgot to detach, or that hangs, keeps all of it, and ipcs shows it without a key.",
        bad: "shmctl(shmid, IPC_RMID, NULL);         /* a worker still has it */",
        good: "kill(worker, SIGTERM);\n\
               waitpid(worker, &status, 0);\n\
               shmctl(shmid, IPC_RMID, NULL);",
        man: "shmctl(2)",
    },
};

pub const EXEC_DESTROYS_SEGMENT: Rule = Rule {
    id: "exec-destroys-segment",
    ring: Ring::Run,
    severity: Severity::Warning,
    sentence: "A removed segment was destroyed because exec took away the last attachment of it.",
    page: Page {
        why: "exec replaces the memory of a process, attachments included. A segment that was marked by IPC_RMID lives as long \
              as somebody has it attached: after the exec it is gone, with what was in it.",
        bad: "shmctl(shmid, IPC_RMID, NULL);         /* so that it cannot leak */\n\
              execv(program, arguments);             /* and it is gone */",
        good: "execv(program, arguments);             /* which attaches it by its id, */\n\
               /* and only then calls shmctl(shmid, IPC_RMID, NULL) */",
        man: "shmctl(2), execve(2)",
    },
};

pub const SHIM_NOT_LOADED: Rule = Rule {
    id: "shim-not-loaded",
    ring: Ring::Run,
    severity: Severity::Warning,
    sentence: "A process of the run was not watched.",
    page: Page {
        why: "LD_PRELOAD reaches what the dynamic loader starts. A static program has no loader, a setuid program ignores \
              the variable, and raw system calls go past every library. What such a process does is not seen; only what \
              it leaves behind.",
        bad: "/* cc -static server.c */",
        good: "/* cc server.c, or cc -static server.c libshmsan.a */",
        man: "ld.so(8)",
    },
};
