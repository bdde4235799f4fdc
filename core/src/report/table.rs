//! What is tracked now, as the table that `shmsan_report` prints.

use crate::call::Key;
use crate::flags::AttachFlags;
use crate::site::{Frame, Site};
use crate::text::counted;
use crate::tracker::{Attachment, Origin, Segment};
use std::fmt::{self, Write};

/// No line is much longer.
const LINE: usize = 256;

/// Segments and attachments of one process, a line each. `frame` looks a site up.
/// `None` where there is no memory for it.
#[must_use]
pub fn render(
    pid: i32,
    segments: &[Segment],
    attachments: &[Attachment],
    frame: &dyn Fn(Site) -> Frame,
) -> Option<String> {
    let mut out = String::new();
    out.try_reserve((segments.len() + attachments.len() + 1) * LINE).ok()?;
    write(&mut out, pid, segments, attachments, frame).ok()?;
    Some(out)
}

fn write(
    out: &mut String,
    pid: i32,
    segments: &[Segment],
    attachments: &[Attachment],
    frame: &dyn Fn(Site) -> Frame,
) -> fmt::Result {
    writeln!(
        out,
        "=={pid}==shmsan: {} and {}",
        counted(segments.len(), "segment"),
        counted(attachments.len(), "attachment")
    )?;
    for segment in segments {
        let Segment { id, key, size, site, ignored, .. } = segment;
        let key = if *key == Key::PRIVATE { "IPC_PRIVATE".to_owned() } else { format!("key {key}") };
        let ignored = if *ignored { ", ignored" } else { "" };
        let place = frame(*site).summary();
        writeln!(out, "  segment {id}: {}, {key}, {} at {place}{ignored}", counted(*size, "byte"), origin(segment))?;
    }
    for attachment in attachments {
        let Attachment { address, id, size, flags, site, thread, inherited, .. } = attachment;
        let how = if *inherited { "inherited, " } else { "" };
        let flags = AttachFlags(*flags);
        let place = frame(*site).summary();
        write!(
            out,
            "  {address}: {} of segment {id}, flags {flags}, {how}attached at {place}",
            counted(*size, "byte")
        )?;
        // The first thread's id is the process's; a parent's threads mean nothing here.
        if *thread != pid && !inherited {
            write!(out, " by thread {thread}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

const fn origin(segment: &Segment) -> &'static str {
    match (segment.origin, segment.inherited) {
        (Origin::Created, false) => "created",
        (Origin::Created, true) => "created before the fork",
        (Origin::Found, false) => "found",
        (Origin::Found, true) => "found before the fork",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Addr, ShmId};
    use crate::tracker::{Chosen, Use};

    #[test]
    fn each_segment_and_attachment_has_its_line() {
        let site = Site::UNKNOWN;
        let segment = Segment {
            id: ShmId(3),
            key: Key(5678),
            size: 27,
            asked: 27,
            flags: 0,
            mode: 0,
            site,
            origin: Origin::Created,
            used: Use::Attached,
            inherited: false,
            ignored: false,
            namespace: 0,
        };
        let attachment = Attachment {
            address: Addr(0x7000_0000),
            size: 27,
            id: ShmId(3),
            flags: 0o10000,
            site,
            thread: 7,
            number: 1,
            chosen: Chosen::ByKernel,
            inherited: true,
        };
        let other = Attachment { thread: 8, inherited: false, flags: 0, ..attachment };
        let frame = |_| Frame { source: Some(("a.c".to_owned(), 5)), ..Frame::default() };
        assert_eq!(
            render(7, &[segment], &[attachment, other], &frame).unwrap(),
            "==7==shmsan: 1 segment and 2 attachments\n  segment 3: 27 bytes, key 0x0000162e, created at a.c:5\n  \
             0x70000000: 27 bytes of segment 3, flags SHM_RDONLY, inherited, attached at a.c:5\n  \
             0x70000000: 27 bytes of segment 3, flags 0, attached at a.c:5 by thread 8\n"
        );
        assert_eq!(render(7, &[], &[], &frame).unwrap(), "==7==shmsan: 0 segments and 0 attachments\n");
    }
}
