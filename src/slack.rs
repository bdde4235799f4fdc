//! Looks at what stands between a segment's end and that of its last page. Nothing is written, and no page becomes resident
//! for it; the kernel does the reading, because the program may have taken the page away.

use crate::announce;
use crate::boundary;
use crate::facts::{self, Kernel};
use crate::kernel::{self, map};
use crate::site::{Caller, Calling};
use crate::state::{TRACKER, options};
use shmsan_core::call::{Addr, Key, ShmId};
use shmsan_core::check::slack::{self, Look, Slack};
use shmsan_core::options::SlackCheck;
use shmsan_core::rule::memory::SLACK_OVERFLOW;
use shmsan_core::tracker::{Attachment, Origin};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU8, AtomicU64};

/// No page is larger.
const LARGEST_PAGE: usize = 64 << 10;
/// So many attachments are copied at once, on the stack.
const AT_ONCE: usize = 16;

/// Whether the user wants it.
pub fn is_wanted() -> bool {
    let options = options();
    options.slack_check != SlackCheck::Never && options.checks.contains(&SLACK_OVERFLOW) && !boundary::is_locked_in()
}

/// Whether the end of the segment is to be looked at before a detach at this place: the first sixteen times, and then one
/// time in 64. A look costs half an attach and detach; what was written stays there, and a mistake that is made in a loop is
/// made again.
pub fn is_due<C: Calling>(caller: C) -> bool {
    const FIRST: u64 = 16;
    const OFTEN: u64 = 64;
    const COUNT: u64 = 0xffff_ffff;
    /// Of the places that share a slot, the last one, with how often a segment was detached there below it.
    static PLACES: [AtomicU64; 64] = [const { AtomicU64::new(0) }; 64];
    let mixed = caller.number().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let slot = &PLACES[(mixed >> 58) as usize];
    let (tag, last) = (mixed & !COUNT, slot.load(Relaxed));
    // Another thread may count at the same time: then one look more or less is made.
    let count = if last & !COUNT == tag { last & COUNT } else { 0 };
    slot.store(tag | (count + 1) & COUNT, Relaxed);
    count < FIRST || count.is_multiple_of(OFTEN) || options().slack_check == SlackCheck::Always
}

/// At the first attach of a segment that others made: what is there already is theirs.
pub fn at_attach(id: ShmId, address: Addr) {
    let found = TRACKER.with(|tracker| {
        let is_found = tracker.segment(id).is_none_or(|segment| segment.origin == Origin::Found);
        tracker.attachment_of(address, kernel::page_size()).filter(|_| is_found)
    });
    if let Some(attachment) = found.flatten()
        && is_wanted()
        && look(&attachment).is_some()
    {
        TRACKER.with(|tracker| tracker.note_dirty(id));
    }
}

/// Before the detach of what was just taken out of the tracker.
#[cold]
pub fn before_detach(address: Addr, caller: Caller) {
    let detached = TRACKER.with(|tracker| tracker.detached_from(address)).flatten();
    if let Some(detached) = detached
        && is_wanted()
        && let Some(slack) = look(&detached.attachment)
    {
        tell(&slack, Look::Detach(caller.site()));
    }
}

/// Every attachment that is still there; returns in how many something was written.
pub fn of_all(when: Look) -> usize {
    if !is_wanted() {
        return 0;
    }
    let mut count = 0;
    for begin in (0..).step_by(AT_ONCE) {
        let mut copies = [None; AT_ONCE];
        TRACKER.with(|tracker| {
            let some = tracker.attachments().skip(begin);
            copies.iter_mut().zip(some).for_each(|(copy, attachment)| *copy = Some(*attachment));
        });
        if copies[0].is_none() {
            break;
        }
        // What a child inherited is its parent's to look at.
        for slack in copies.iter().flatten().filter(|attachment| !attachment.inherited).filter_map(look) {
            tell(&slack, when);
            count += 1;
        }
    }
    count
}

fn tell(slack: &Slack, when: Look) {
    let site = match when {
        Look::Detach(site) => site,
        Look::Exit | Look::Asked => slack.attachment.site,
    };
    let before = TRACKER.with(|tracker| tracker.was_dirty(slack.attachment.id)) == Some(true);
    announce::finding(&SLACK_OVERFLOW, site, || slack::finding(slack, when, before, &Kernel::default()));
}

/// Whether another program may have given it an end_aligned=1 of its own: then the data it shares stands behind the end of ours.
fn may_be_shifted(attachment: &Attachment) -> bool {
    options().end_aligned
        && attachment.address.0.is_multiple_of(kernel::page_size())
        && TRACKER
            .with(|tracker| tracker.segment(attachment.id))
            .flatten()
            .is_none_or(|segment| segment.key == Key::PRIVATE && segment.origin == Origin::Found)
}

/// Word by word: others may write there meanwhile.
fn is_zero(bytes: &[AtomicU8]) -> bool {
    // SAFETY: eight atomic bytes are one atomic word, which is only read.
    let (before, words, after) = unsafe { bytes.align_to::<AtomicU64>() };
    let edges = before.iter().chain(after).fold(0, |all, byte| all | byte.load(Relaxed));
    edges == 0 && words.iter().fold(0, |all, word| all | word.load(Relaxed)) == 0
}

fn look(attachment: &Attachment) -> Option<Slack> {
    if may_be_shifted(attachment) {
        return None;
    }
    let page = kernel::page_size();
    let (begin, length) = slack::place(attachment, page)?;
    // To read a page that nobody has touched would give it memory.
    if length > LARGEST_PAGE || !map::is_resident(begin.0 - begin.0 % page, page) {
        return None;
    }
    // In the same page. Who takes that page away at the same time in another thread takes it from shmdt too.
    if begin.0 % page <= page - size_of::<u64>() && map::is_readable(begin.0) {
        // SAFETY: readable, and initialised: it is memory of a segment.
        let behind = unsafe { std::slice::from_raw_parts(begin.0 as *const AtomicU8, length) };
        if is_zero(behind) {
            return None;
        }
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).ok()?;
    bytes.resize(length, 0);
    map::copy(begin.0, &mut bytes).ok().filter(|copied| *copied == length)?;
    slack::written(attachment, &bytes).filter(|_| is_still_so_large(attachment) && is_still_mapped(attachment, begin))
}

/// Whether nobody says that something else is there: what the program has unmapped by munmap is its own from then on.
fn is_still_mapped(attachment: &Attachment, address: Addr) -> bool {
    facts::map::is_of(attachment.id, address) != Some(false)
}

/// Whether nobody says that the segment has another size than the tracker thinks: in another IPC namespace, or after very many
/// more were made, its id is another one's.
fn is_still_so_large(attachment: &Attachment) -> bool {
    facts::learn(attachment.id).is_none_or(|learned| learned.size == attachment.size)
}
