//! What can be wrong with shmctl(2), beside the id.

use super::shmid::refused_id;
use super::{Check, Explain, Made, Words};
use crate::call::Call;
use crate::facts::Facts;
use crate::finding::Earlier;
use crate::flags::IPC_RMID;
use crate::rule;

pub const FAILED: &[Check] = &[Check { rule: &rule::control::REMOVED_TWICE, find: removed_twice }];

fn removed_twice<'a>(made: &'a Made, facts: &'a dyn Facts) -> Option<Explain<'a>> {
    let Call::Control { command: IPC_RMID, .. } = made.call else { return None };
    let id = refused_id(made, facts)?;
    let first = facts.past().removal_of(id)?;
    Some(Box::new(move || {
        Words {
        headline: format!("segment {id} was removed by this process before"),
        earlier: Some(Earlier {
            what: format!("shmctl({id}, IPC_RMID) removed it at {} UTC", first.time.clock()),
            site: first.site,
        }),
        why: "the id means nothing any more, so nothing was removed; after a long time another segment may have it, and that \
              one would go"
            .to_owned(),
        fix: "remove it in one place, and forget the id there: shmid = -1".to_owned(),
        ..Words::default()
    }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Addr, ShmId};
    use crate::check::tests::first;
    use crate::errno::Errno;
    use crate::facts::fake::World;
    use crate::site::Site;
    use crate::time::Time;
    use crate::tracker::{Place, Surroundings};

    #[test]
    fn the_second_removal_names_the_first() {
        let call = |id, command| Call::Control { id: ShmId(id), command, buffer: Addr(0) };
        let made = |id, command| Made {
            call: call(id, command),
            outcome: Err(Errno::EINVAL),
            site: Site::Return(2),
            detail: None,
        };
        let mut world = World::default();
        let around = Surroundings { place: Place { site: Site::Return(1), thread: 7 }, learned: None, time: Time(0) };
        world.tracker.record(&call(5, IPC_RMID), Ok(0), &around);
        let finding = first(&made(5, IPC_RMID), &world).unwrap();
        assert_eq!((finding.rule.id, finding.earlier.unwrap().site), ("removed-twice", Site::Return(1)));
        let rule_of = |made: Made| first(&made, &world).map(|finding| finding.rule.id);
        assert_eq!(rule_of(made(6, IPC_RMID)), Some("invalid-shmid"));
        assert_eq!(rule_of(made(5, 11)), Some("segment-removed"));
        assert_eq!(rule_of(made(5, 2)), None, "IPC_STAT may ask whether it is gone");
    }
}
