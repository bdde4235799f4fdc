//! Writes past the end of a segment, found out before they happen.

use crate::call::Addr;
use crate::finding::{Earlier, Finding};
use crate::rule;
use crate::site::Site;
use crate::text::counted;
use crate::tracker::Attachment;

/// A line that gets(3) was to store in a segment and that does not fit.
pub struct LongLine<'a> {
    pub attachment: &'a Attachment,
    /// Where it was to be stored.
    pub buffer: Addr,
    /// Bytes from there to the segment's end.
    pub room: usize,
    /// Bytes of the line, its newline not counted.
    pub length: usize,
}

/// `overflow`, for a [`LongLine`].
#[must_use]
pub fn long_line(line: &LongLine<'_>, site: Site) -> Finding {
    let LongLine { attachment, buffer, room, length } = *line;
    let over = length + 1 - room;
    let offset = buffer.0 - attachment.address.0;
    Finding {
        rule: &rule::memory::OVERFLOW,
        severity: rule::memory::OVERFLOW.severity,
        headline: format!(
            "a line of {} does not fit the {} left in the segment",
            counted(length, "byte"),
            counted(room, "byte")
        ),
        call: format!(
            "gets({buffer}), {} into segment {} of {}",
            counted(offset, "byte"),
            attachment.id,
            counted(attachment.size, "byte")
        ),
        site,
        earlier: Some(Earlier {
            what: format!("the segment was attached at {}", attachment.address),
            site: attachment.site,
        }),
        before_that: None,
        key: None,
        segment: None,
        why: format!(
            "gets does not know how large its buffer is; with the NUL that ends it the line is {} too long. \
             Here nothing of that was written; libc's gets writes it behind the segment's end",
            counted(over, "byte")
        ),
        fix: format!("say how much fits: fgets(buffer, {room}, stdin)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::ShmId;
    use crate::tracker::Chosen;

    #[test]
    fn the_report_counts_the_nul_and_names_the_room() {
        let attachment = Attachment {
            address: Addr(0x7000_0000),
            size: 1024,
            id: ShmId(3),
            flags: 0,
            site: Site::at_return(1),
            thread: 7,
            number: 1,
            chosen: Chosen::ByKernel,
            inherited: false,
        };
        let line = LongLine { attachment: &attachment, buffer: Addr(0x7000_0010), room: 1008, length: 1008 };
        let finding = long_line(&line, Site::at_return(2));
        assert_eq!(finding.headline, "a line of 1008 bytes does not fit the 1008 bytes left in the segment");
        assert_eq!(finding.call, "gets(0x70000010), 16 bytes into segment 3 of 1024 bytes");
        assert!(finding.why.contains("1 byte too long"));
        assert_eq!(finding.fix, "say how much fits: fgets(buffer, 1008, stdin)");
        assert_eq!(finding.earlier.unwrap().site, Site::at_return(1));
    }
}
