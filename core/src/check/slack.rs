//! Writes past the end of a segment that stay in its last page: no fault tells of them, but new segments are zero-filled, so
//! what stands there was written.

use crate::call::Addr;
use crate::facts::Facts;
use crate::finding::{Earlier, Finding};
use crate::rule::{self, Severity};
use crate::site::Site;
use crate::text::{Plain, counted};
use crate::tracker::Attachment;

/// So many bytes are shown.
const SHOWN: usize = 16;

/// When the end of the last page was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Before a shmdt, at this place.
    Detach(Site),
    /// When the program ends.
    Exit,
    /// When the program asked for it.
    Asked,
}

/// What stands between a segment's end and that of its last page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slack {
    pub attachment: Attachment,
    /// Offset of the first byte that is not zero.
    pub first: usize,
    /// Offset of the last one.
    pub last: usize,
    /// The bytes from there.
    pub bytes: Vec<u8>,
}

/// What was written behind the end of `attachment`, where `behind` are the bytes there; `None` where all are zero.
#[must_use]
pub fn written(attachment: &Attachment, behind: &[u8]) -> Option<Slack> {
    let first = behind.iter().position(|byte| *byte != 0)?;
    let last = behind.iter().rposition(|byte| *byte != 0)?;
    let bytes = behind[first..=last].iter().copied().take(SHOWN).collect();
    Some(Slack { attachment: *attachment, first: attachment.size + first, last: attachment.size + last, bytes })
}

/// `slack-overflow`; `before` where it was so when this process attached the segment.
#[must_use]
pub fn finding(slack: &Slack, look: Look, before: bool, facts: &dyn Facts) -> Finding {
    let Slack { attachment, first, last, bytes } = slack;
    let Attachment { address, size, id, site, .. } = *attachment;
    let (segment, page) = (facts.segment(id), facts.page_size());
    let (were, offsets, they_were, them) = match last - first {
        0 => ("a byte was", format!("offset {first}"), "it was", "it"),
        _ => ("bytes were", format!("offsets {first} to {last}"), "they were", "them"),
    };
    let more = if last - first < SHOWN { "" } else { " …" };
    let attached = Earlier { what: format!("segment {id} was attached at {address}"), site };
    let (call, site, earlier) = match look {
        Look::Detach(detach) => (format!("shmdt({address})"), detach, Some(attached)),
        Look::Exit => (format!("segment {id} is still attached at {address} when the program ends"), site, None),
        Look::Asked => (format!("segment {id} is attached at {address}"), site, None),
    };
    let who = if before {
        format!("{they_were} so when this process attached it, so another one wrote {them}")
    } else if segment.as_ref().is_some_and(|segment| segment.attachments > segment.own_attachments) {
        "this process wrote there, or another one that has it attached".to_owned()
    } else {
        "this process wrote there, or another one that had it attached since".to_owned()
    };
    Finding {
        rule: &rule::memory::SLACK_OVERFLOW,
        severity: if before { Severity::Warning } else { rule::memory::SLACK_OVERFLOW.severity },
        headline: format!("{were} written behind the end of segment {id} ({}), at {offsets}", counted(size, "byte")),
        call,
        site,
        earlier,
        before_that: None,
        key: segment.as_ref().map(|segment| segment.key),
        segment,
        why: format!(
            "memory is mapped in pages of {page} bytes, so the last {} behind the segment's end can be written and \
             nothing faults; a new segment is all zero there, and now {}{more} stands at offset {first}: {who}",
            place(attachment, page).map_or(0, |(_, length)| length),
            shown(bytes),
        ),
        fix: format!("write no further than offset {}, or ask shmget for more when the segment is made", size - 1),
    }
}

/// As hexadecimal digits, and as text where it is one.
fn shown(bytes: &[u8]) -> String {
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let is_text = !text.is_empty() && text.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    let text = if is_text { format!(" (\"{}\")", Plain(text)) } else { String::new() };
    format!("{}{text}", digits.join(" "))
}

/// Where the last page of `attachment` goes on behind the segment's end: begin and length, or nothing.
#[must_use]
pub const fn place(attachment: &Attachment, page: usize) -> Option<(Addr, usize)> {
    let end = attachment.address.0 + attachment.size;
    if end.is_multiple_of(page) { None } else { Some((Addr(end), page - end % page)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::ShmId;
    use crate::facts::SegmentFacts;
    use crate::facts::fake::{PAGE, World, segment};
    use crate::tracker::Chosen;

    const ATTACHMENT: Attachment = Attachment {
        address: Addr(0x7000_0000),
        size: 1024,
        id: ShmId(5),
        flags: 0,
        site: Site::at_return(1),
        thread: 7,
        number: 1,
        chosen: Chosen::ByKernel,
        inherited: false,
    };

    fn words(slack: &Slack, look: Look, before: bool) -> Finding {
        finding(slack, look, before, &World { segments: vec![segment(5)], ..World::default() })
    }

    #[test]
    fn the_first_and_the_last_byte_that_are_not_zero_are_told() {
        let mut behind = [0; 3072];
        assert_eq!(written(&ATTACHMENT, &behind), None);
        behind[10..15].copy_from_slice(b"hello");
        behind[3071] = 1;
        let slack = written(&ATTACHMENT, &behind).unwrap();
        assert_eq!((slack.first, slack.last), (1034, 4095));
        let finding = words(&slack, Look::Detach(Site::at_return(2)), false);
        assert_eq!(
            finding.headline,
            "bytes were written behind the end of segment 5 (1024 bytes), at offsets 1034 to 4095"
        );
        assert!(
            finding.why.contains("68 65 6c 6c 6f 00") && finding.why.contains("(\"hello\") … stands"),
            "{}",
            finding.why
        );
        assert!(finding.why.contains("the last 3072 behind"), "{}", finding.why);
        assert_eq!(finding.fix, "write no further than offset 1023, or ask shmget for more when the segment is made");
        assert_eq!((finding.site, finding.earlier.unwrap().site), (Site::at_return(2), Site::at_return(1)));
    }

    #[test]
    fn what_was_there_before_is_no_error_of_this_process() {
        let slack = written(&ATTACHMENT, &[1]).unwrap();
        let finding = words(&slack, Look::Exit, true);
        assert_eq!(finding.severity, Severity::Warning);
        assert!(finding.why.contains("it was so when this process attached it"), "{}", finding.why);
        assert_eq!((finding.site, finding.earlier), (Site::at_return(1), None));
        assert!(
            finding.headline.starts_with("a byte was written behind") && finding.headline.ends_with("at offset 1024"),
            "{}",
            finding.headline
        );
        let asked = |attachments, own_attachments| {
            let there = SegmentFacts { attachments, own_attachments, ..segment(5) };
            super::finding(&slack, Look::Asked, false, &World { segments: vec![there], ..World::default() })
        };
        assert_eq!(asked(1, 1).severity, Severity::Error);
        assert!(asked(2, 1).why.contains("or another one that has it attached"), "{}", asked(2, 1).why);
        assert!(asked(1, 1).why.contains("or another one that had it attached since"), "{}", asked(1, 1).why);
    }

    #[test]
    fn only_a_size_that_is_no_multiple_of_a_page_leaves_room() {
        assert_eq!(place(&ATTACHMENT, PAGE), Some((Addr(0x7000_0400), 3072)));
        assert_eq!(place(&Attachment { size: 2 * PAGE, ..ATTACHMENT }, PAGE), None);
        assert_eq!(place(&Attachment { size: PAGE + 1, ..ATTACHMENT }, PAGE), Some((Addr(0x7000_1001), PAGE - 1)));
    }

    #[test]
    fn bytes_that_are_no_text_are_digits_alone() {
        assert_eq!(shown(b"\x1b[31m"), "1b 5b 33 31 6d");
        assert_eq!(shown(b"a\0b"), "61 00 62 (\"a\")");
    }
}
