//! At the end: attachments that were unmapped by other means than shmdt.

use crate::announce;
use crate::boundary;
use crate::facts::Kernel;
use crate::state::{TRACKER, options};
use shmsan_core::call::{Addr, Call};
use shmsan_core::check::Made;
use shmsan_core::check::look::Look;
use shmsan_core::rule::detach::MUNMAP_OF_ATTACHMENT;

/// So many attachments are looked at, each with a few questions to the kernel.
const MOST: usize = 64;

/// Says it of each attachment of this process's own, once for each place.
pub fn report() {
    if !options().checks.contains(&MUNMAP_OF_ATTACHMENT) || boundary::is_locked_in() {
        return;
    }
    let mut attachments = Vec::with_capacity(MOST);
    TRACKER.with(|tracker| {
        // A child of a fork need not have got what was its parent's (MADV_DONTFORK).
        attachments.extend(tracker.attachments().filter(|attachment| !attachment.inherited).take(MOST));
    });
    let facts = Kernel::default();
    for attachment in attachments {
        let Some(look) = Look::of_attachment(&attachment, &facts) else { continue };
        // Whether the program chose the address is not kept.
        let call = Call::Attach { id: attachment.id, address: Addr(0), flags: attachment.flags };
        let made = Made { call, outcome: Ok(attachment.address.0), site: attachment.site, detail: None };
        let explain = look.explain(&made, &facts);
        announce::finding(&MUNMAP_OF_ATTACHMENT, attachment.site, || made.finding(look.rule(), explain()));
    }
}
