//! Who has the segments of an IPC namespace that is full, and how many of them nobody uses.

use crate::call::ShmId;
use crate::facts::Facts;
use crate::finding::Earlier;
use crate::text::Plain;
use std::collections::BTreeMap;

/// So many of those who own the most are named.
const OWNERS: usize = 3;

/// Who has the segments of the namespace, and how many nobody uses.
#[derive(Default)]
pub struct Namespace {
    by_owner: BTreeMap<u32, u64>,
    unused: u64,
    /// Of the unused ones, those whose creator has ended.
    orphans: u64,
    /// What was found out of the last creator: one process often makes many.
    creator: Option<(i32, bool)>,
}

impl Namespace {
    /// This process's own part, with the place of most of it; and all in words.
    pub fn look(facts: &dyn Facts) -> (Option<Earlier>, String) {
        let mut namespace = Self::default();
        facts.each_segment(&mut |_: ShmId, status| {
            *namespace.by_owner.entry(status.owner.uid).or_default() += 1;
            if status.attachments == 0 {
                let ended = match namespace.creator {
                    Some((pid, ended)) if pid == status.creator => ended,
                    _ => facts.creator_has_ended(status),
                };
                namespace.creator = Some((status.creator, ended));
                namespace.unused += 1;
                namespace.orphans += u64::from(ended);
            }
        });
        let own = facts.past().created().map(|created| Earlier {
            what: format!(
                "segments that this process made and has not removed: {}, of these from here: {}",
                created.total, created.most
            ),
            site: created.site,
        });
        (own, namespace.words(facts))
    }

    /// `owners: root 4090, uid 7 6; attached nowhere: 4000, of these with a creator that has ended: 12`
    fn words(&self, facts: &dyn Facts) -> String {
        let mut owners: Vec<_> = self.by_owner.iter().map(|(uid, count)| (*count, *uid)).collect();
        owners.sort_unstable_by(|left, right| right.cmp(left));
        let name = |uid| match facts.user_name(uid) {
            Some(name) => Plain(name.as_bytes()).to_string(),
            None => format!("uid {uid}"),
        };
        let mut parts: Vec<_> =
            owners.iter().take(OWNERS).map(|(count, uid)| format!("{} {count}", name(*uid))).collect();
        if owners.len() > OWNERS {
            let rest: u64 = owners.iter().skip(OWNERS).map(|(count, _)| count).sum();
            parts.push(format!("others {rest}"));
        }
        if parts.is_empty() {
            return "none of the segments can be seen from here".to_owned();
        }
        format!(
            "owners: {}; attached nowhere: {}, of these with a creator that has ended: {}",
            parts.join(", "),
            self.unused,
            self.orphans
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::check::get::tests::{HERE, after, finding, get, limited};
    use crate::errno::Errno;
    use crate::facts::fake::{PAGE, segment};
    use crate::facts::{Life, Process};
    use crate::tracker::Origin;

    #[test]
    fn who_has_the_segments_is_counted() {
        let made_by = |pid, life| Some(Process { pid, life, command: None, made: None });
        let mut segments: Vec<_> = (0..7).map(segment).collect();
        for (segment, uid) in segments.iter_mut().zip([5, 5, 5, 0, 0, 6, 7]) {
            segment.uid = uid;
        }
        segments[0].attachments = 1;
        (segments[1].creator, segments[1].process) = (3, made_by(3, Life::Gone));
        (segments[2].creator, segments[2].process) = (4, made_by(4, Life::Runs));
        (segments[3].creator, segments[3].process) = (3, made_by(3, Life::Gone));
        let world = after(limited(segments, 9), &get(0, PAGE, 0o600, Ok(4)), PAGE, Origin::Created);
        let said = finding(&get(0, 1, 0o600, Err(Errno::ENOSPC)), &world);
        let owners = "owners: uid 5 3, root 2, uid 7 1, others 1; ";
        let unused = "attached nowhere: 6, of these with a creator that has ended: 2";
        assert!(said.why.ends_with(&format!("{owners}{unused}")), "{}", said.why);
        let three =
            after(limited(world.segments[1..6].to_vec(), 9), &get(0, PAGE, 0o600, Ok(4)), PAGE, Origin::Created);
        let why = finding(&get(0, 1, 0o600, Err(Errno::ENOSPC)), &three).why;
        assert!(why.contains("owners: uid 5 2, root 2, uid 6 1; attached"), "there are no others: {why}");
        let own = said.earlier.unwrap();
        assert_eq!(own.what, "segments that this process made and has not removed: 1, of these from here: 1");
        assert_eq!(own.site, HERE);
    }
}
