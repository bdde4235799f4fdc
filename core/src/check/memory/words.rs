//! The words for a fault.

use super::{Cause, Fault};
use crate::call::Written;
use crate::facts::Facts;
use crate::finding::{Earlier, Finding};
use crate::flags::SHM_RDONLY;
use crate::site::Site;
use crate::text::counted;
use crate::tracker::{Attachment, Detached, Failed};

/// What the report of a fault says; `site` is the instruction.
#[must_use]
pub fn finding(cause: &Cause, fault: &Fault, site: Site, facts: &dyn Facts) -> Finding {
    let said = match cause {
        Cause::Overflow { attachment, past } => overflow(attachment, *past, fault),
        Cause::Underflow { attachment, before } => underflow(attachment, *before, fault),
        Cause::ReadOnly { attachment } => read_only(attachment),
        Cause::Execute { attachment } => execute(attachment),
        Cause::HugePages { attachment } => huge_pages(attachment),
        Cause::Detached { detached } => after_detach(detached, fault),
        Cause::Unchecked { failed } => unchecked(failed, fault),
    };
    let segment = match cause {
        Cause::Detached { detached } => facts.segment(detached.attachment.id),
        Cause::Unchecked { .. } => None,
        Cause::Overflow { attachment, .. }
        | Cause::Underflow { attachment, .. }
        | Cause::ReadOnly { attachment }
        | Cause::Execute { attachment }
        | Cause::HugePages { attachment } => facts.segment(attachment.id),
    };
    let rule = cause.rule();
    Finding {
        rule,
        severity: rule.severity,
        headline: said.headline,
        call: format!("{} at {}{}", fault.access, fault.address, said.where_it_is),
        site,
        earlier: said.earlier,
        before_that: said.before_that,
        key: segment.as_ref().map(|segment| segment.key),
        segment,
        why: said.why,
        fix: said.fix,
    }
}

#[derive(Default)]
struct Said {
    headline: String,
    /// After the address: `, 3 bytes into segment 5`.
    where_it_is: String,
    earlier: Option<Earlier>,
    before_that: Option<Earlier>,
    why: String,
    fix: String,
}

fn overflow(attachment: &Attachment, past: usize, fault: &Fault) -> Said {
    let Attachment { id, size, .. } = *attachment;
    let offset = fault.address.0 - attachment.address.0;
    Said {
        headline: format!("a {} past the end of segment {id}, which has {}", fault.access, counted(size, "byte")),
        where_it_is: format!(", {} past the end; the offset is {offset}", counted(past + 1, "byte")),
        earlier: Some(attached(attachment)),
        why: match past {
            0 => format!("the segment has {}, and nothing is mapped behind them", counted(size, "byte")),
            _ => format!(
                "the segment has {}, and nothing is mapped behind the page in which it ends; a write between its end and \
                 there faults nowhere",
                counted(size, "byte")
            ),
        },
        fix: format!("write no further than offset {}, or ask shmget for more when the segment is made", size - 1),
        ..Said::default()
    }
}

fn underflow(attachment: &Attachment, before: usize, fault: &Fault) -> Said {
    let id = attachment.id;
    Said {
        headline: format!("a {} before the beginning of segment {id}", fault.access),
        where_it_is: format!(", {} before the beginning", counted(before, "byte")),
        earlier: Some(attached(attachment)),
        why:
            "nothing is mapped before the segment; a pointer into it was decremented too often, or an index is negative"
                .to_owned(),
        fix: format!(
            "go no lower than {}, which shmat returned: that is index 0; look at what is subtracted from the pointer here, and \
             whether an index can be below 0",
            attachment.address
        ),
        ..Said::default()
    }
}

fn read_only(attachment: &Attachment) -> Said {
    Said {
        headline: format!("a write to segment {}, which is attached with SHM_RDONLY", attachment.id),
        where_it_is: format!(", in the attachment at {}", attachment.address),
        earlier: Some(attached(attachment)),
        why: "SHM_RDONLY maps the segment for reading alone; the processor refuses every write through this address"
            .to_owned(),
        fix: "leave SHM_RDONLY out where it is attached, if this process is to write; else do not write here"
            .to_owned(),
        ..Said::default()
    }
}

fn execute(attachment: &Attachment) -> Said {
    Said {
        headline: format!("a jump into segment {}, which is not attached with SHM_EXEC", attachment.id),
        where_it_is: format!(", in the attachment at {}", attachment.address),
        earlier: Some(attached(attachment)),
        why:
            "memory that is attached without SHM_EXEC holds data; a pointer to a function stored in a segment is also \
              an address of one process, and means nothing in another"
                .to_owned(),
        fix: "find out what overwrote the pointer that was called; code that is meant to run needs SHM_EXEC".to_owned(),
        ..Said::default()
    }
}

fn huge_pages(attachment: &Attachment) -> Said {
    Said {
        headline: format!("no huge page is left for segment {}", attachment.id),
        where_it_is: format!(", in the attachment at {}", attachment.address),
        earlier: Some(attached(attachment)),
        why: "the segment was made with SHM_HUGETLB and SHM_NORESERVE, or in another cgroup's share: its pages are taken \
              from the pool when they are first touched, and the pool is empty (HugePages_Free in /proc/meminfo)"
            .to_owned(),
        fix: "enlarge the pool (vm.nr_hugepages), or leave SHM_NORESERVE out, and shmget says ENOMEM in time".to_owned(),
        ..Said::default()
    }
}

fn after_detach(detached: &Detached, fault: &Fault) -> Said {
    let Attachment { id, address, .. } = detached.attachment;
    // With end_aligned=1 the page begins before the address.
    let where_it_is = match fault.address.0.checked_sub(address.0) {
        Some(offset) => format!(", {} into what was attached at {address}", counted(offset, "byte")),
        None => format!(", {} before what was attached at {address}", counted(address.0 - fault.address.0, "byte")),
    };
    Said {
        headline: format!("a {} in segment {id} after it was detached", fault.access),
        where_it_is,
        earlier: Some(Earlier { what: format!("segment {id} was detached from {address}"), site: detached.site }),
        before_that: Some(attached(&detached.attachment)),
        why: "after shmdt the address means nothing any more; the next mapping may be put there, and then this would \
              read or write somebody else's data"
            .to_owned(),
        fix: "do what is left to do with the segment before shmdt, and set the pointer to NULL after it".to_owned(),
    }
}

fn unchecked(failed: &Failed, fault: &Fault) -> Said {
    let call = Written { call: &failed.call, outcome: Err(failed.errno), detail: failed.detail.as_ref() }.to_string();
    let sure = fault.address.0 > usize::MAX / 2;
    let offset = fault.address.0.wrapping_add(1);
    Said {
        headline: if sure {
            "the result of a shmat that failed was used as an address".to_owned()
        } else {
            "the result of a shmat that failed was probably used as an address".to_owned()
        },
        where_it_is: if offset == 0 {
            ", which is (void *)-1".to_owned()
        } else if sure && offset > 4096 {
            format!(", which is (void *)-1 less {}", usize::MAX - fault.address.0)
        } else {
            format!(", which is (void *)-1 plus {offset}")
        },
        earlier: Some(Earlier { what: call, site: failed.site }),
        why: format!(
            "when shmat fails it returns (void *)-1, not NULL; here it failed with {}, and the program went on with that \
             value as a pointer",
            failed.errno
        ),
        fix: "after shmat, compare with (void *)-1, and say why: if (p == (void *)-1) { perror(\"shmat\"); exit(1); }"
            .to_owned(),
        ..Said::default()
    }
}

fn attached(attachment: &Attachment) -> Earlier {
    let Attachment { id, flags, address, .. } = attachment;
    let how = if flags & SHM_RDONLY == 0 { "" } else { ", with SHM_RDONLY" };
    Earlier { what: format!("segment {id} was attached at {address}{how}"), site: attachment.site }
}
