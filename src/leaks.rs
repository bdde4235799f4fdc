//! The question for what was left behind, asked of every segment this process created.

use crate::announce;
use crate::boundary;
use crate::facts::{Kernel, map};
use crate::kernel;
use crate::state::{SEEN, TRACKER};
use shmsan_core::check::exit::{self, Leaks, Left, Moment};
use shmsan_core::tracker::{Attachment, Segment, Tracker};

/// So many of them are copied at once, on the stack: there may be no memory left.
const AT_ONCE: usize = 32;

/// Reports each leaked segment, those of one site together; returns how many there are.
pub fn report(moment: Moment) -> usize {
    let facts = Kernel::default();
    let mut leaks = Leaks::default();
    visit_segments(|segment| {
        let refused = TRACKER.with(|tracker| tracker.refusal_of(segment)).flatten();
        if let Some(leak) = exit::leak(segment, refused, moment, &facts) {
            leaks.add(&leak);
        }
    });
    leaks.findings().for_each(|finding| announce::report_now(&finding));
    leaks.count()
}

/// At the end: what the kernel will tidy up, and what stays locked.
pub fn advise() {
    let facts = Kernel::default();
    let mut left = Left::default();
    visit_attachments(|attachment| left.add_attachment(attachment, &facts));
    visit_segments(|segment| left.add_segment(segment, &facts));
    left.findings().for_each(|finding| announce::report_now(&finding));
}

/// Lets the tracker forget what others have removed, or this process has unmapped by other means than shmdt; returns how much.
pub fn forget_the_gone() -> usize {
    forget_the_removed() + forget_the_unmapped()
}

/// Those that are attached after the kernel was asked stay.
fn forget_the_unmapped() -> usize {
    if boundary::is_locked_in() {
        return 0;
    }
    let newest = TRACKER.with(|tracker| tracker.attachments().map(|attachment| attachment.number).max()).flatten();
    let (Some(newest), Some(there)) = (newest, map::attached()) else { return 0 };
    let mut gone = 0;
    visit_attachments(|attachment| {
        let begin = attachment.pages(kernel::page_size()).0;
        if attachment.number <= newest && there.binary_search(&(attachment.id, begin)).is_err() {
            TRACKER.with(|tracker| tracker.forget_attachment(attachment));
            gone += 1;
        }
    });
    gone
}

fn forget_the_removed() -> usize {
    let mut gone = 0;
    visit_segments(|segment| {
        if kernel::status_of_segment(segment.id).is_none() {
            TRACKER.with(|tracker| tracker.forget(segment.id));
            SEEN.forget(segment.id);
            gone += 1;
        }
    });
    gone
}

/// Shows each tracked segment to `look`, outside the tracker's lock. Where one is forgotten on the way, another may take its
/// place and not be seen.
fn visit_segments(look: impl FnMut(&Segment)) {
    visit(|tracker, begin, copies| fill(copies, tracker.segments().skip(begin)), look);
}

/// The same for each attachment.
fn visit_attachments(look: impl FnMut(&Attachment)) {
    visit(|tracker, begin, copies| fill(copies, tracker.attachments().skip(begin)), look);
}

fn visit<T: Copy>(copy: impl Fn(&Tracker, usize, &mut [Option<T>]), mut look: impl FnMut(&T)) {
    for begin in (0..).step_by(AT_ONCE) {
        let mut copies = [None; AT_ONCE];
        TRACKER.with(|tracker| copy(tracker, begin, &mut copies));
        if copies[0].is_none() {
            return;
        }
        copies.iter().flatten().for_each(&mut look);
    }
}

fn fill<'a, T: Copy + 'a>(copies: &mut [Option<T>], some: impl Iterator<Item = &'a T>) {
    copies.iter_mut().zip(some).for_each(|(copy, it)| *copy = Some(*it));
}

/// A copy of the tracker's segments, made without allocating under its lock; `None` where there is no room for it.
pub fn segments() -> Option<Vec<Segment>> {
    let count = TRACKER.with(|tracker| tracker.segments().len())?;
    let mut segments = Vec::new();
    segments.try_reserve_exact(count).ok()?;
    TRACKER.with(|tracker| segments.extend(tracker.segments().take(count)))?;
    Some(segments)
}
