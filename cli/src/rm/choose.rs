//! Which segments are meant, and which of them must stay.

use super::Rm;
use crate::machine::{Look, Names, Segment, Unseen, id_of};
use crate::progress::Progress;
use rustix::process::geteuid;
use shmsan_core::detail::Status;
use shmsan_core::machine::{Chosen, ShortAge, Use, Wanted, objection};
use shmsan_core::text::Plain;
use std::io;

#[derive(Default)]
pub struct Choice {
    /// As they were at the first look.
    pub candidates: Vec<Segment>,
    /// Of each that was named and stays, why: whole sentences.
    pub refused: Vec<String>,
    /// What nobody named and stays: parts of one sentence.
    pub left_alone: Vec<String>,
}

/// # Errors
/// Where nothing can be seen at all.
pub fn choose(rm: &Rm) -> io::Result<Choice> {
    if rm.orphans { orphans(rm) } else { named(rm) }
}

fn named(rm: &Rm) -> io::Result<Choice> {
    let mut look = Look::default();
    let mut choice = Choice::default();
    let keys = rm.keys.iter().map(|key| Wanted::Key(*key));
    for wanted in rm.segments.iter().copied().chain(keys) {
        let (chosen, found) = match wanted {
            Wanted::Id(id) => (Chosen::ById, look.at(id)),
            Wanted::Key(key) => (Chosen::ByKey, id_of(key).and_then(|id| look.at(id))),
        };
        match found {
            Ok(segment) => choice.weigh(segment, chosen, rm.force),
            Err(Unseen::Absent) => choice.refused.push(crate::info::absent(wanted, "shmsan rm")),
            Err(Unseen::Failed(error)) => return Err(error),
        }
    }
    Ok(choice)
}

impl Choice {
    fn weigh(&mut self, segment: Segment, chosen: Chosen, is_forced: bool) {
        // Somebody may name it twice, by its id and by its key.
        if self.candidates.iter().any(|candidate| candidate.id == segment.id) {
            return;
        }
        match objection(&segment.status, chosen, is_forced) {
            None => self.candidates.push(segment),
            Some(why) => self.refused.push(format!("segment {} is not removed: {why}", segment.id)),
        }
    }
}

fn orphans(rm: &Rm) -> io::Result<Choice> {
    let user = geteuid().as_raw();
    let (mut choice, mut others, mut fresh, mut unknown) = (Choice::default(), 0, 0, 0);
    for segment in Look::default().all(Progress::of("segments"))? {
        let is_meant = rm.all_users || segment.belongs_to(user);
        match segment.state().used {
            Use::Orphan if !is_meant => others += 1,
            Use::Orphan if rm.older_than.is_some_and(|age| segment.unused_for() < age.as_secs()) => fresh += 1,
            Use::Orphan => choice.weigh(segment, Chosen::AsOrphan, rm.force),
            Use::Unknown if is_meant => unknown += 1,
            Use::Live | Use::Destroyed | Use::Unknown => {}
        }
    }
    let age = ShortAge(rm.older_than.unwrap_or_default().as_secs());
    let reasons = [
        (others, "of other users (--all-users)".to_owned()),
        (fresh, format!("used within the last {age}")),
        (unknown, "whose creator cannot be seen".to_owned()),
    ];
    choice.left_alone =
        reasons.iter().filter(|(count, _)| *count > 0).map(|(count, why)| format!("{count} {why}")).collect();
    Ok(choice)
}

/// Why only others may remove it, as the end of a sentence.
pub fn belongs_to_others(status: &Status) -> String {
    let mut names = Names::default();
    let mut name =
        |uid: u32| names.user(uid).map_or_else(|| format!("uid {uid}"), |name| Plain(name.as_bytes()).to_string());
    let (owner, creator) = (name(status.owner.uid), name(status.creator_uid));
    match (owner == creator, owner == "root") {
        (true, true) => "it belongs to root; only root may remove it".to_owned(),
        (true, false) => format!("it belongs to {owner}; only {owner} and root may remove it"),
        (false, _) => format!("it belongs to {owner} and was made by {creator}; only these and root may remove it"),
    }
}
